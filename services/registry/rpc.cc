#include "services/registry/rpc.h"

#include <utility>

#include "services/legalclock/rules.h"
#include "services/model/timestamps.h"
#include "services/registry/tables.h"

namespace casehub::registry {
namespace {

using runtime::DecideContext;
using runtime::Outcome;
using runtime::StateReader;

constexpr int kDepthMax = 64;  // of the tree of offices, as far as it is walked

template <typename Reply>
Outcome Map(domain::Decided decided, const DecideContext& context, Reply reply) {
  if (auto* refused = std::get_if<Refused>(&decided)) return std::move(*refused);
  if (auto* event = std::get_if<v1::RegistryEvent>(&decided)) {
    *event->mutable_occurred_at() = ToTimestamp(context.received_at);
    return runtime::Decided(std::vector{std::move(*event)}, std::move(reply));
  }
  return runtime::Decided(std::vector<v1::RegistryEvent>(), std::move(reply));
}

std::optional<v1::Office> LoadOffice(const StateReader& state, const DecideContext& context, const std::string& id) {
  if (id.empty()) return std::nullopt;
  return state.Load<v1::Office>(tables::OfficeKey(context.municipality, id));
}

// Whether the office stands somewhere below `ancestor`.
bool IsBelow(std::optional<v1::Office> office, const std::string& ancestor, const StateReader& state,
             const DecideContext& context) {
  for (int depth = 0; office && depth < kDepthMax; ++depth) {
    if (office->parent_office_id() == ancestor) return true;
    office = LoadOffice(state, context, office->parent_office_id());
  }
  return false;
}

Outcome RegisterOffice(const v1::RegisterOfficeRequest& request, const DecideContext& context,
                       const StateReader& state) {
  const v1::Office& office = request.office();
  v1::RegisterOfficeResponse reply;
  reply.set_office_id(office.office_id());
  domain::OfficeState known{LoadOffice(state, context, office.office_id()),
                            LoadOffice(state, context, office.parent_office_id())};
  known.parent_is_below = IsBelow(known.parent, office.office_id(), state, context);
  return Map(domain::DecideRegisterOffice(known, request), context, std::move(reply));
}

Outcome CloseOffice(const v1::CloseOfficeRequest& request, const DecideContext& context, const StateReader& state) {
  v1::CloseOfficeResponse reply;
  reply.set_office_id(request.office_id());
  return Map(domain::DecideCloseOffice(LoadOffice(state, context, request.office_id()),
                                       LoadOffice(state, context, request.successor_office_id()), request),
             context, std::move(reply));
}

Outcome RegisterPractitioner(const v1::RegisterPractitionerRequest& request, const DecideContext& context,
                             const StateReader& state) {
  const v1::Practitioner& one = request.practitioner();
  v1::RegisterPractitionerResponse reply;
  reply.set_practitioner_id(one.practitioner_id());
  return Map(domain::DecideRegisterPractitioner(
                 {state.Load<v1::Practitioner>(tables::PractitionerKey(context.municipality, one.practitioner_id())),
                  LoadOffice(state, context, one.office_id())},
                 request),
             context, std::move(reply));
}

Outcome RegisterSourceSystem(const v1::RegisterSourceSystemRequest& request, const DecideContext& context,
                             const StateReader& state) {
  const std::string& name = request.source().source_system();
  v1::RegisterSourceSystemResponse reply;
  reply.set_source_system(name);
  return Map(domain::DecideRegisterSourceSystem(
                 state.Load<v1::SourceSystem>(tables::SourceSystemKey(context.municipality, name)), request),
             context, std::move(reply));
}

std::optional<v1::Practitioner> LoadPractitioner(const StateReader& state, const DecideContext& context,
                                                 const std::string& id) {
  return state.Load<v1::Practitioner>(tables::PractitionerKey(context.municipality, id));
}

Outcome SuspendPractitioner(const v1::SuspendPractitionerRequest& request, const DecideContext& context,
                            const StateReader& state) {
  v1::SuspendPractitionerResponse reply;
  reply.set_practitioner_id(request.practitioner_id());
  return Map(domain::DecideSuspendPractitioner(LoadPractitioner(state, context, request.practitioner_id()), request),
             context, std::move(reply));
}

Outcome ReinstatePractitioner(const v1::ReinstatePractitionerRequest& request, const DecideContext& context,
                              const StateReader& state) {
  v1::ReinstatePractitionerResponse reply;
  reply.set_practitioner_id(request.practitioner_id());
  return Map(domain::DecideReinstatePractitioner(LoadPractitioner(state, context, request.practitioner_id()), request),
             context, std::move(reply));
}

Outcome LoadCalendar(const v1::LoadCalendarRequest& request, const DecideContext& context, const StateReader& state) {
  v1::LoadCalendarResponse reply;
  reply.set_version(domain::CalendarVersion(request));
  return Map(domain::DecideLoadCalendar(
                 state.Load<v1::CalendarLoaded>(tables::CalendarKey(context.municipality, request.year())), request),
             context, std::move(reply));
}

Outcome SetPolicy(const v1::SetPolicyRequest& request, const DecideContext& context, const StateReader& state) {
  const v1::Policy& policy = request.policy();
  const auto rules = legalclock::RulesIn(state, tables::RulesKey(context.municipality));
  v1::SetPolicyResponse reply;
  reply.set_version(domain::PolicyVersion(policy));
  return Map(
      domain::DecideSetPolicy(
          {legalclock::FindPolicy(policy.name()) != nullptr, rules->Own(policy.name(), policy.valid_from())}, request),
      context, std::move(reply));
}

}  // namespace

void AddCommands(runtime::CommandTable* commands) {
  commands->Add<v1::RegisterOfficeRequest>(&RegisterOffice);
  commands->Add<v1::CloseOfficeRequest>(&CloseOffice);
  commands->Add<v1::RegisterPractitionerRequest>(&RegisterPractitioner);
  commands->Add<v1::RegisterSourceSystemRequest>(&RegisterSourceSystem);
  commands->Add<v1::SuspendPractitionerRequest>(&SuspendPractitioner);
  commands->Add<v1::ReinstatePractitionerRequest>(&ReinstatePractitioner);
  commands->Add<v1::LoadCalendarRequest>(&LoadCalendar);
  commands->Add<v1::SetPolicyRequest>(&SetPolicy);
}

}  // namespace casehub::registry
