#include <map>

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/ledger/v1/ledger_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/ledger/domain/chain.h"

namespace casehub::ledger {
namespace {

// Names of the members of an event's oneof, by field number: looked up once, because every event of the log asks.
template <typename Event>
std::string_view TypeName(const Event& event) {
  static const auto* const names = [] {
    auto* by_number = new std::vector<std::string>;
    const auto* oneof = Event::descriptor()->FindOneofByName("event");
    for (int i = 0; i < oneof->field_count(); ++i) {
      const auto number = static_cast<size_t>(oneof->field(i)->number());
      if (by_number->size() <= number) by_number->resize(number + 1);
      (*by_number)[number] = oneof->field(i)->message_type()->name();
    }
    return by_number;
  }();
  const auto number = static_cast<size_t>(event.event_case());
  return number < names->size() ? std::string_view((*names)[number]) : std::string_view();
}

template <typename Event>
std::optional<EventView> View(const google::protobuf::Message& message) {
  const auto& event = static_cast<const Event&>(message);
  if (event.case_id().empty()) return std::nullopt;
  EventView view;
  view.case_id = event.case_id();
  view.type = TypeName(event);
  if (event.has_occurred_at()) view.occurred_at = TimeOf(event.occurred_at());
  return view;
}

}  // namespace

std::optional<EventView> ViewOf(ServiceId service, const google::protobuf::Message& event) {
  switch (service) {
    case ServiceId::kIntake:
      return View<intake::v1::IntakeEvent>(event);
    case ServiceId::kMediation:
      return View<mediation::v1::MediationEvent>(event);
    case ServiceId::kEvaluation:
      return View<evaluation::v1::EvaluationEvent>(event);
    case ServiceId::kTransfer:
      return View<transfer::v1::TransferEvent>(event);
    case ServiceId::kRegistry:
      return View<registry::v1::RegistryEvent>(event);
    case ServiceId::kAssignment:
      return View<assignment::v1::AssignmentEvent>(event);
    case ServiceId::kLedger:
      return std::nullopt;
  }
  return std::nullopt;
}

const google::protobuf::Message* EventPrototype(ServiceId service) {
  switch (service) {
    case ServiceId::kIntake:
      return &intake::v1::IntakeEvent::default_instance();
    case ServiceId::kMediation:
      return &mediation::v1::MediationEvent::default_instance();
    case ServiceId::kEvaluation:
      return &evaluation::v1::EvaluationEvent::default_instance();
    case ServiceId::kTransfer:
      return &transfer::v1::TransferEvent::default_instance();
    case ServiceId::kRegistry:
      return &registry::v1::RegistryEvent::default_instance();
    case ServiceId::kLedger:
      return &v1::LedgerEvent::default_instance();
    case ServiceId::kAssignment:
      return &assignment::v1::AssignmentEvent::default_instance();
  }
  return nullptr;
}

}  // namespace casehub::ledger
