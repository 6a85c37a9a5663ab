#include <limits>
#include <vector>

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/ledger/v1/ledger_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "services/ledger/domain/chain.h"

namespace casehub::ledger {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// The fields that the events of all services have in common.
constexpr int kCaseId = intake::v1::IntakeEvent::kCaseIdFieldNumber;
constexpr int kOccurredAt = intake::v1::IntakeEvent::kOccurredAtFieldNumber;

// Names of the kinds of event of a service, by field number; empty where there is none.
using TypeNames = std::vector<std::string>;

// Looked up once, because every event of the log asks.
template <typename Event>
const TypeNames& NamesOf() {
  static_assert(Event::kCaseIdFieldNumber == kCaseId && Event::kOccurredAtFieldNumber == kOccurredAt);
  static const auto* const names = [] {
    auto* by_number = new TypeNames;
    const auto* oneof = Event::descriptor()->FindOneofByName("event");
    for (int i = 0; i < oneof->field_count(); ++i) {
      const auto number = static_cast<size_t>(oneof->field(i)->number());
      if (by_number->size() <= number) by_number->resize(number + 1);
      (*by_number)[number] = oneof->field(i)->message_type()->name();
    }
    return by_number;
  }();
  return *names;
}

const TypeNames* TypeNamesOf(ServiceId service) {
  switch (service) {
    case ServiceId::kIntake:
      return &NamesOf<intake::v1::IntakeEvent>();
    case ServiceId::kMediation:
      return &NamesOf<mediation::v1::MediationEvent>();
    case ServiceId::kEvaluation:
      return &NamesOf<evaluation::v1::EvaluationEvent>();
    case ServiceId::kTransfer:
      return &NamesOf<transfer::v1::TransferEvent>();
    case ServiceId::kRegistry:
      return &NamesOf<registry::v1::RegistryEvent>();
    case ServiceId::kAssignment:
      return &NamesOf<assignment::v1::AssignmentEvent>();
    case ServiceId::kLedger:
      return nullptr;
  }
  return nullptr;
}

// A google.protobuf.Timestamp, without the message: every event of the log has one.
bool ReadTime(std::string_view bytes, EntryTime* time) {
  using google::protobuf::Timestamp;
  constexpr auto kSeconds = WireFormatLite::MakeTag(Timestamp::kSecondsFieldNumber, WireFormatLite::WIRETYPE_VARINT);
  constexpr auto kNanos = WireFormatLite::MakeTag(Timestamp::kNanosFieldNumber, WireFormatLite::WIRETYPE_VARINT);
  CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  while (const uint32_t tag = input.ReadTag()) {
    uint64_t value = 0;
    if (tag != kSeconds && tag != kNanos) {
      if (!WireFormatLite::SkipField(&input, tag)) return false;
    } else if (!input.ReadVarint64(&value)) {
      return false;
    } else if (tag == kSeconds) {
      time->seconds = static_cast<int64_t>(value);
    } else {
      time->nanos = static_cast<int32_t>(value);
    }
  }
  return input.ConsumedEntireMessage();
}

}  // namespace

std::optional<EventView> ViewOf(ServiceId service, std::string_view bytes) {
  const TypeNames* names = TypeNamesOf(service);
  if (names == nullptr || bytes.size() > std::numeric_limits<int>::max()) return std::nullopt;
  CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  EventView view;
  while (const uint32_t tag = input.ReadTag()) {
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!WireFormatLite::SkipField(&input, tag)) return std::nullopt;
      continue;
    }
    uint32_t length = 0;
    if (!input.ReadVarint32(&length)) return std::nullopt;
    const auto start = static_cast<size_t>(input.CurrentPosition());
    if (length > bytes.size() - start || !input.Skip(static_cast<int>(length))) return std::nullopt;
    const std::string_view field = bytes.substr(start, length);
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    if (number == kCaseId) {
      view.case_id = field;
    } else if (number == kOccurredAt) {
      view.occurred_at.emplace();
      if (!ReadTime(field, &*view.occurred_at)) return std::nullopt;
    } else if (static_cast<size_t>(number) < names->size() && !(*names)[static_cast<size_t>(number)].empty()) {
      view.type = (*names)[static_cast<size_t>(number)];
    }
  }
  if (!input.ConsumedEntireMessage() || view.case_id.empty()) return std::nullopt;
  return view;
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
