#include "services/assignment/rpc.h"

#include <utility>

#include "casehub/assignment/v1/assignment_service.pb.h"
#include "services/assignment/domain/handling.h"
#include "services/assignment/domain/letter.h"
#include "services/assignment/domain/loans.h"
#include "services/assignment/domain/offers.h"
#include "services/assignment/domain/tariff.h"
#include "services/assignment/roster.h"
#include "services/assignment/tables.h"
#include "services/model/regions.h"

namespace casehub::assignment {

using runtime::DecideContext;
using runtime::Outcome;
using runtime::StateReader;

Context ToContext(const DecideContext& context, const StateReader& state) {
  // A command makes one thing at most, so one id is enough.
  return {context.municipality, context.now, context.received_at, context.NewId("assignment").ToString(),
          legalclock::RulesIn(state, tables::RulesKey(context.municipality))};
}

namespace {

bool IsMunicipality(const std::string& code) {
  const auto municipality = Municipality::Parse(code);
  return municipality && RegionTable::Default().Find(*municipality) != nullptr;
}

storage::Subject SubjectOf(const v1::PractitionerRef& practitioner, Municipality here) {
  const auto lender = Municipality::Parse(practitioner.lent_from());
  return storage::PractitionerSubject(lender.value_or(here), practitioner.practitioner_id());
}

// The case that a request names, its row and what else is known.
struct Subject {
  v1::AssignmentState state;
  Roster roster;
  Context context;
};

template <typename Request>
std::optional<Subject> Find(const Request& request, const DecideContext& context, const StateReader& state) {
  Roster roster(state, context.municipality, context.now);
  auto found = roster.FindCase(request.case_id());
  if (!found) return std::nullopt;
  return Subject{*std::move(found), roster, ToContext(context, state)};
}

// Reply and subjects of a decision on one case: a withdrawal, freeze or termination in between overtakes it.
template <typename Reply>
Outcome Map(Events events, const v1::AssignmentState& state, Reply reply, std::vector<storage::Subject> more = {}) {
  reply.set_case_id(state.case_id());
  reply.set_etag(std::to_string(state.version() + events.size()));
  more.push_back(storage::CaseSubject(*Uuid::Parse(state.case_id())));
  return runtime::Decided(std::move(events), std::move(reply), std::move(more));
}

// Commands that need nothing but the case's row.
template <typename Reply, typename Request>
Outcome OnCase(const Request& request, const DecideContext& context, const StateReader& state,
               EventsOrRefusal (*decide)(const v1::AssignmentState&, const Request&, const Context&)) {
  auto subject = Find(request, context, state);
  if (!subject) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  auto decided = decide(subject->state, request, subject->context);
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  return Map(std::get<Events>(std::move(decided)), subject->state, Reply());
}

Outcome OfferCase(const v1::OfferCaseRequest& request, const DecideContext& context, const StateReader& state) {
  auto subject = Find(request, context, state);
  if (!subject) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  auto decided = DecideOfferCase(subject->state, request, subject->roster.Whole(subject->state), subject->context);
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  Events events = std::get<Events>(std::move(decided));
  const v1::OfferMade& made = events[0].offer_made();
  v1::OfferCaseResponse reply;
  reply.set_offer_id(made.offer_id());
  reply.set_practitioner_id(made.practitioner_id());
  reply.set_lent_from(made.lent_from());
  reply.set_decided_by(made.explanation().decided_by());
  v1::PractitionerRef chosen;
  chosen.set_practitioner_id(made.practitioner_id());
  chosen.set_lent_from(made.lent_from());
  return Map(std::move(events), subject->state, std::move(reply), {SubjectOf(chosen, context.municipality)});
}

// A suspension of who holds the offer overtakes it.
Outcome AcceptOffer(const v1::AcceptOfferRequest& request, const DecideContext& context, const StateReader& state) {
  auto subject = Find(request, context, state);
  if (!subject) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  auto decided = DecideAcceptOffer(subject->state, request, subject->roster.Holder(subject->state), subject->context);
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  return Map(std::get<Events>(std::move(decided)), subject->state, v1::AcceptOfferResponse(),
             {SubjectOf(subject->state.offer().practitioner(), context.municipality)});
}

Outcome IssueAssignmentLetter(const v1::IssueAssignmentLetterRequest& request, const DecideContext& context,
                              const StateReader& state) {
  auto subject = Find(request, context, state);
  if (!subject) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  auto decided = DecideIssueLetter(subject->state, request, subject->roster.FindOffice(request.actor().office_id()),
                                   subject->roster.Holder(subject->state), subject->context);
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  Events events = std::get<Events>(std::move(decided));
  v1::IssueAssignmentLetterResponse reply;
  reply.set_letter_id(events[0].practitioner_assigned().letter_id());
  return Map(std::move(events), subject->state, std::move(reply),
             {SubjectOf(subject->state.offer().practitioner(), context.municipality)});
}

Outcome ApproveClosingFile(const v1::ApproveClosingFileRequest& request, const DecideContext& context,
                           const StateReader& state) {
  auto subject = Find(request, context, state);
  if (!subject) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  auto decided = DecideApproveClosingFile(
      subject->state, request, subject->roster.TariffOn(subject->state.first_assigned_on()), subject->context);
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  Events events = std::get<Events>(std::move(decided));
  v1::ApproveClosingFileResponse reply;
  reply.set_amount_fen(events.back().subsidy_payable().amount_fen());
  reply.set_tariff_version(events.back().subsidy_payable().tariff_version());
  return Map(std::move(events), subject->state, std::move(reply));
}

Outcome LinkCoDefendants(const v1::LinkCoDefendantsRequest& request, const DecideContext& context,
                         const StateReader& state) {
  auto subject = Find(request, context, state);
  if (!subject) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  const bool other_known = subject->roster.FindCase(request.other_case_id()).has_value();
  auto decided = DecideLinkCoDefendants(subject->state, request, other_known, subject->context);
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  return Map(std::get<Events>(std::move(decided)), subject->state, v1::LinkCoDefendantsResponse());
}

Outcome SetTariff(const v1::SetTariffRequest& request, const DecideContext& context, const StateReader& state) {
  const auto known = state.Load<v1::Tariff>(tables::TariffKey(context.municipality, request.tariff().valid_from()));
  auto decided = DecideSetTariff(known, request, ToContext(context, state));
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  v1::SetTariffResponse reply;
  reply.set_version(TariffVersion(request.tariff()));
  return runtime::Decided(std::get<Events>(std::move(decided)), std::move(reply));
}

// --- loans

Outcome AgreeLoans(const v1::AgreeLoansRequest& request, const DecideContext& context, const StateReader& state) {
  const Roster roster(state, context.municipality, context.now);
  const std::string& borrower = request.agreement().borrower();
  auto decided =
      DecideAgreeLoans(roster.BookWith(borrower), request, IsMunicipality(borrower), ToContext(context, state));
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  return runtime::Decided(std::get<Events>(std::move(decided)), v1::AgreeLoansResponse());
}

Outcome RequestLoan(const v1::RequestLoanRequest& request, const DecideContext& context, const StateReader& state) {
  auto subject = Find(request, context, state);
  if (!subject) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  const Roster& roster = subject->roster;
  auto decided =
      DecideRequestLoan(subject->state, request, IsMunicipality(request.lender()), roster.LoansOf(subject->state),
                        roster.FindOffice(subject->state.office_id()).region_code, subject->context);
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  Events events = std::get<Events>(std::move(decided));
  v1::RequestLoanResponse reply;
  reply.set_loan_id(events[0].loan_requested().loan_id());
  return Map(std::move(events), subject->state, std::move(reply));
}

// The case is the borrower's and has no standing here; the lawyer's suspension overtakes the loan.
Outcome GrantLoan(const v1::GrantLoanRequest& request, const DecideContext& context, const StateReader& state) {
  const Roster roster(state, context.municipality, context.now);
  const auto loan = roster.FindLoan(request.loan_id());
  auto decided = DecideGrantLoan(loan ? &*loan : nullptr, request, roster.BookWith(loan ? loan->borrower() : ""),
                                 roster.FindOwn(request.practitioner_id()), ToContext(context, state));
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  v1::GrantLoanResponse reply;
  reply.set_loan_id(request.loan_id());
  return runtime::Decided(std::get<Events>(std::move(decided)), std::move(reply),
                          {storage::PractitionerSubject(context.municipality, request.practitioner_id())});
}

Outcome RefuseLoan(const v1::RefuseLoanRequest& request, const DecideContext& context, const StateReader& state) {
  const Roster roster(state, context.municipality, context.now);
  const auto loan = roster.FindLoan(request.loan_id());
  auto decided = DecideRefuseLoan(loan ? &*loan : nullptr, request, ToContext(context, state));
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  v1::RefuseLoanResponse reply;
  reply.set_loan_id(request.loan_id());
  return runtime::Decided(std::get<Events>(std::move(decided)), std::move(reply));
}

template <typename Request, typename Reply,
          EventsOrRefusal (*decide)(const v1::AssignmentState&, const Request&, const Context&)>
void AddOnCase(runtime::CommandTable* commands) {
  commands->Add<Request>(+[](const Request& request, const DecideContext& context, const StateReader& state) {
    return OnCase<Reply>(request, context, state, decide);
  });
}

}  // namespace

void AddCommands(runtime::CommandTable* commands) {
  commands->Add<v1::OfferCaseRequest>(&OfferCase);
  AddOnCase<v1::DeclineOfferRequest, v1::DeclineOfferResponse, &DecideDeclineOffer>(commands);
  commands->Add<v1::AcceptOfferRequest>(&AcceptOffer);
  commands->Add<v1::IssueAssignmentLetterRequest>(&IssueAssignmentLetter);
  AddOnCase<v1::NotifyAuthorityRequest, v1::NotifyAuthorityResponse, &DecideNotifyAuthority>(commands);
  AddOnCase<v1::RecordHandlingStepRequest, v1::RecordHandlingStepResponse, &DecideRecordStep>(commands);
  AddOnCase<v1::RecordMeetingRequest, v1::RecordMeetingResponse, &DecideRecordMeeting>(commands);
  AddOnCase<v1::RecordFileReadingRequest, v1::RecordFileReadingResponse, &DecideRecordFileReading>(commands);
  AddOnCase<v1::RecordHearingRequest, v1::RecordHearingResponse, &DecideRecordHearing>(commands);
  AddOnCase<v1::RequestReplacementRequest, v1::RequestReplacementResponse, &DecideRequestReplacement>(commands);
  AddOnCase<v1::RefuseReplacementRequest, v1::RefuseReplacementResponse, &DecideRefuseReplacement>(commands);
  AddOnCase<v1::ReplacePractitionerRequest, v1::ReplacePractitionerResponse, &DecideReplace>(commands);
  AddOnCase<v1::TerminateAidRequest, v1::TerminateAidResponse, &DecideTerminate>(commands);
  AddOnCase<v1::SubmitClosingFileRequest, v1::SubmitClosingFileResponse, &DecideSubmitClosingFile>(commands);
  AddOnCase<v1::ReturnClosingFileRequest, v1::ReturnClosingFileResponse, &DecideReturnClosingFile>(commands);
  commands->Add<v1::ApproveClosingFileRequest>(&ApproveClosingFile);
  AddOnCase<v1::RecordConflictRequest, v1::RecordConflictResponse, &DecideRecordConflict>(commands);
  commands->Add<v1::LinkCoDefendantsRequest>(&LinkCoDefendants);
  commands->Add<v1::SetTariffRequest>(&SetTariff);
  commands->Add<v1::AgreeLoansRequest>(&AgreeLoans);
  commands->Add<v1::RequestLoanRequest>(&RequestLoan);
  commands->Add<v1::GrantLoanRequest>(&GrantLoan);
  commands->Add<v1::RefuseLoanRequest>(&RefuseLoan);
}

}  // namespace casehub::assignment
