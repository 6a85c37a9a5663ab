#include "services/registry/service.h"

#include <utility>

#include "casehub/registry/v1/registry_events.pb.h"
#include "services/legalclock/rules.h"
#include "services/registry/domain/registry.h"
#include "services/registry/queries.h"
#include "services/registry/rpc.h"
#include "services/registry/tables.h"
#include "services/runtime/dispatch.h"

namespace casehub::registry {
namespace {

class RegistryService : public runtime::Service {
 public:
  RegistryService() {
    AddCommands(&commands_);
    AddQueries(&queries_);
  }

  ServiceId id() const override { return ServiceId::kRegistry; }
  const google::protobuf::Message& event_prototype() const override { return v1::RegistryEvent::default_instance(); }
  bool Takes(const google::protobuf::Descriptor& request) const override {
    return commands_.Find(request) != nullptr || queries_.Find(request) != nullptr;
  }
  runtime::Outcome Decide(const google::protobuf::Message& request, const runtime::DecideContext& context,
                          const runtime::StateReader& state) const override {
    const auto* handler = commands_.Find(*request.GetDescriptor());
    if (handler == nullptr) return runtime::Defect{"the registry has no such command", std::nullopt};
    return (*handler)(request, context, state);
  }
  // The registry has no due work and no mailbox.
  runtime::Outcome React(const runtime::DueRow&, const runtime::DecideContext&,
                         const runtime::StateReader&) const override {
    return runtime::Decision();
  }
  runtime::Outcome Receive(const runtime::Incoming&, const runtime::DecideContext&,
                           const runtime::StateReader&) const override {
    return runtime::Decision();
  }
  void Apply(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& state) const override;
  runtime::QueryResult Query(const google::protobuf::Message& request, const runtime::QueryContext& context,
                             const runtime::StateReader& state) const override {
    const auto* handler = queries_.Find(*request.GetDescriptor());
    if (handler == nullptr) return runtime::Refuse(runtime::Refusal::REFUSAL_METHOD_UNKNOWN);
    return (*handler)(request, context, state);
  }

 private:
  runtime::CommandTable commands_;
  runtime::QueryTable queries_;
};

void FoldPractitioner(const v1::RegistryEvent& event, Municipality municipality, const std::string& practitioner_id,
                      runtime::StateWriter& state) {
  const std::string key = tables::PractitionerKey(municipality, practitioner_id);
  state.Save(key, domain::Evolve(state.Load<v1::Practitioner>(key), event));
}

void RegistryService::Apply(const runtime::AppliedRecord& record, size_t event_index,
                            runtime::StateWriter& state) const {
  if (record.header->service != ServiceId::kRegistry) return;
  const auto& event = static_cast<const v1::RegistryEvent&>(*record.events[event_index]);
  const Municipality municipality = record.header->municipality;
  switch (event.event_case()) {
    case v1::RegistryEvent::kOfficeRegistered: {
      const v1::Office& office = event.office_registered().office();
      state.Save(tables::OfficeKey(municipality, office.office_id()), office);
      break;
    }
    case v1::RegistryEvent::kOfficeClosed: {
      const std::string key = tables::OfficeKey(municipality, event.office_closed().office_id());
      if (auto office = state.Load<v1::Office>(key)) {
        state.Save(key, domain::Close(*std::move(office), event.office_closed()));
      }
      break;
    }
    case v1::RegistryEvent::kPractitionerRegistered:
      FoldPractitioner(event, municipality, event.practitioner_registered().practitioner().practitioner_id(), state);
      break;
    case v1::RegistryEvent::kPractitionerSuspended:
      FoldPractitioner(event, municipality, event.practitioner_suspended().practitioner_id(), state);
      break;
    case v1::RegistryEvent::kPractitionerReinstated:
      FoldPractitioner(event, municipality, event.practitioner_reinstated().practitioner_id(), state);
      break;
    case v1::RegistryEvent::kCalendarLoaded:
      state.Save(tables::CalendarKey(municipality, event.calendar_loaded().year()), event.calendar_loaded());
      break;
    case v1::RegistryEvent::kSourceSystemRegistered: {
      const v1::SourceSystem& source = event.source_system_registered().source();
      state.Save(tables::SourceSystemKey(municipality, source.source_system()), source);
      break;
    }
    case v1::RegistryEvent::kPolicySet:
      break;  // stands in the row of the rules
    case v1::RegistryEvent::EVENT_NOT_SET:
      break;
  }
  legalclock::FoldRules(event, tables::RulesKey(municipality), state);
}

}  // namespace

std::unique_ptr<runtime::Service> MakeRegistryService() { return std::make_unique<RegistryService>(); }

}  // namespace casehub::registry
