#include "services/mediation/rpc.h"

#include <utility>

#include "casehub/mediation/v1/mediation_service.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "services/mediation/domain/after.h"
#include "services/mediation/domain/dispute.h"
#include "services/mediation/domain/outcome.h"
#include "services/mediation/domain/session.h"
#include "services/mediation/tables.h"
#include "services/model/civil_time.h"

namespace casehub::mediation {

using runtime::DecideContext;
using runtime::Outcome;
using runtime::StateReader;

Context ToContext(const DecideContext& context, const StateReader& rows) {
  return {context.municipality, context.now, context.received_at,
          legalclock::RulesIn(rows, tables::RulesKey(context.municipality))};
}

namespace {

// Whether something effective-dated holds on the day of the decision.
template <typename Dated>
bool HoldsOn(const Dated& dated, const std::string& day) {
  return dated.valid_from() <= day && (dated.valid_until().empty() || day < dated.valid_until());
}

OfficeFact LoadOffice(const StateReader& rows, const DecideContext& context, const std::string& office_id) {
  OfficeFact fact;
  if (office_id.empty()) return fact;
  const auto office = rows.Load<registry::v1::Office>(tables::OfficeKey(context.municipality, office_id));
  if (!office) return fact;
  fact.known = true;
  fact.is_committee = office->kind() == registry::v1::OFFICE_KIND_COMMITTEE;
  fact.open = HoldsOn(*office, FormatDate(DateAt(context.now)));
  fact.closed_since = office->valid_until();
  return fact;
}

MediatorFact LoadMediator(const StateReader& rows, const DecideContext& context, const std::string& mediator_id) {
  MediatorFact fact;
  if (mediator_id.empty()) return fact;
  const auto one = rows.Load<v1::MediatorRow>(tables::PractitionerKey(context.municipality, mediator_id));
  if (!one) return fact;
  const std::string today = FormatDate(DateAt(context.now));
  fact.known = true;
  fact.is_mediator = one->kind() == registry::v1::PRACTITIONER_KIND_MEDIATOR;
  fact.in_office = HoldsOn(*one, today);
  fact.suspended = !one->suspended_from().empty() && one->suspended_from() <= today &&
                   (one->suspended_until().empty() || today < one->suspended_until());
  fact.person_id = one->person_id();
  return fact;
}

// Facts rely on nothing: they are taken whatever happened to the case.
enum class Relies { kOnTheCase, kOnNothing };

template <typename Reply>
Outcome Map(EventsOrRefusal decided, const v1::MediationState& state, Relies relies, Reply reply = Reply()) {
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  Events events = std::get<Events>(std::move(decided));
  reply.set_case_id(state.case_id());
  reply.set_etag(std::to_string(state.version() + events.size()));
  std::vector<storage::Subject> subjects;
  if (relies == Relies::kOnTheCase) subjects.push_back(storage::CaseSubject(*Uuid::Parse(state.case_id())));
  return runtime::Decided(std::move(events), std::move(reply), std::move(subjects));
}

// A command that needs the dispute, and what `decide` loads besides.
template <typename Reply, Relies relies = Relies::kOnTheCase, typename Request, typename Decide>
Outcome OnDispute(const Request& request, const DecideContext& context, const StateReader& rows, Decide decide) {
  const auto found = tables::LoadMediation(rows, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_MEDIATION_UNKNOWN);
  return Map<Reply>(decide(*found, ToContext(context, rows)), *found, relies);
}

// One that needs nothing but the dispute.
template <typename Request, typename Reply, auto decide, Relies relies = Relies::kOnTheCase>
void AddPlain(runtime::CommandTable* commands) {
  commands->Add<Request>(+[](const Request& request, const DecideContext& context, const StateReader& rows) {
    return OnDispute<Reply, relies>(request, context, rows, [&](const v1::MediationState& state, const Context& own) {
      return decide(state, request, own);
    });
  });
}

Outcome AcceptDispute(const v1::AcceptDisputeRequest& request, const DecideContext& context, const StateReader& rows) {
  return OnDispute<v1::AcceptDisputeResponse>(
      request, context, rows, [&](const v1::MediationState& state, const Context& own) {
        return DecideAccept(state, request, LoadOffice(rows, context, request.office_id()), own);
      });
}

// A suspension that stands in the log before the decision overtakes it.
Outcome ReliesOnMediator(Outcome outcome, const DecideContext& context, const std::string& mediator_id) {
  if (auto* decision = std::get_if<runtime::Decision>(&outcome); decision != nullptr && !decision->events.empty()) {
    decision->relies_on.push_back(storage::PractitionerSubject(context.municipality, mediator_id));
  }
  return outcome;
}

Outcome AssignMediator(const v1::AssignMediatorRequest& request, const DecideContext& context,
                       const StateReader& rows) {
  return ReliesOnMediator(OnDispute<v1::AssignMediatorResponse>(
                              request, context, rows,
                              [&](const v1::MediationState& state, const Context& own) {
                                return DecideAssign(state, request, LoadMediator(rows, context, request.mediator_id()),
                                                    own);
                              }),
                          context, request.mediator_id());
}

Outcome ReplaceMediator(const v1::ReplaceMediatorRequest& request, const DecideContext& context,
                        const StateReader& rows) {
  return ReliesOnMediator(OnDispute<v1::ReplaceMediatorResponse>(
                              request, context, rows,
                              [&](const v1::MediationState& state, const Context& own) {
                                return DecideReplace(state, request, LoadMediator(rows, context, request.mediator_id()),
                                                     own);
                              }),
                          context, request.mediator_id());
}

Outcome HoldSession(const v1::HoldSessionRequest& request, const DecideContext& context, const StateReader& rows) {
  const auto found = tables::LoadMediation(rows, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_MEDIATION_UNKNOWN);
  v1::HoldSessionResponse reply;
  reply.set_ordinal(static_cast<uint32_t>(found->sessions_size()) + 1);
  return Map(DecideHoldSession(*found, request, ToContext(context, rows)), *found, Relies::kOnTheCase,
             std::move(reply));
}

}  // namespace

void AddCommands(runtime::CommandTable* commands) {
  AddPlain<v1::RecordConsentRequest, v1::RecordConsentResponse, &DecideConsent>(commands);
  commands->Add<v1::AcceptDisputeRequest>(&AcceptDispute);
  commands->Add<v1::AssignMediatorRequest>(&AssignMediator);
  commands->Add<v1::ReplaceMediatorRequest>(&ReplaceMediator);
  commands->Add<v1::HoldSessionRequest>(&HoldSession);
  AddPlain<v1::ExtendMediationRequest, v1::ExtendMediationResponse, &DecideExtend>(commands);
  AddPlain<v1::RecordAgreementRequest, v1::RecordAgreementResponse, &DecideAgreement>(commands);
  AddPlain<v1::ReturnReferralResultRequest, v1::ReturnReferralResultResponse, &DecideReturnResult>(commands);
  AddPlain<v1::CloseMediationRequest, v1::CloseMediationResponse, &DecideClose>(commands);
  AddPlain<v1::RecordJointApplicationRequest, v1::RecordJointApplicationResponse, &DecideJointApplication,
           Relies::kOnNothing>(commands);
  AddPlain<v1::RecordCourtOutcomeRequest, v1::RecordCourtOutcomeResponse, &DecideCourtOutcome, Relies::kOnNothing>(
      commands);
  AddPlain<v1::RecordPerformanceRequest, v1::RecordPerformanceResponse, &DecidePerformance, Relies::kOnNothing>(
      commands);
}

}  // namespace casehub::mediation
