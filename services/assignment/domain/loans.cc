#include "services/assignment/domain/loans.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/model/civil_time.h"

namespace casehub::assignment {

using R = common::v1::Refusal;
using v1::AssignmentEvent;

namespace {

constexpr uint32_t kQuotaMax = 1000;

bool HoldsOn(const v1::LoanAgreement& agreement, CivilDate today) {
  const auto from = ParseDate(agreement.valid_from());
  const auto until = ParseDate(agreement.valid_until());
  return from && *from <= today && (!until || today < *until);
}

std::optional<Refused> CheckSpan(const v1::LoanAgreement& agreement) {
  if (agreement.valid_from().empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "agreement.valid_from"}});
  const auto from = ParseDate(agreement.valid_from());
  if (!from) return RefuseField("agreement.valid_from", Phrase::PHRASE_DATE_FORMAT);
  if (agreement.valid_until().empty()) return std::nullopt;
  const auto until = ParseDate(agreement.valid_until());
  if (!until) return RefuseField("agreement.valid_until", Phrase::PHRASE_DATE_FORMAT);
  if (*until <= *from) return RefuseField("agreement.valid_until", Phrase::PHRASE_AFTER_VALID_FROM);
  return std::nullopt;
}

// A request that waits for the answer of this municipality.
std::optional<Refused> CheckRequested(const v1::LoanState* loan, const std::string& loan_id, Municipality here) {
  if (loan_id.empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "loan_id"}});
  if (loan == nullptr || loan->lender() != here.ToString()) {
    return Refuse(R::REFUSAL_LOAN_UNKNOWN, {{"loan_id", loan_id}});
  }
  if (loan->status() == v1::LOAN_STATUS_REQUESTED) return std::nullopt;
  return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_LOAN_ANSWER);
}

template <typename Said>
void Name(const v1::LoanState& loan, Said* said) {
  said->set_loan_id(loan.loan_id());
  said->set_borrower(loan.borrower());
  said->set_lender(loan.lender());
}

bool IsOpen(const v1::LoanState& loan) {
  return loan.status() == v1::LOAN_STATUS_REQUESTED || loan.status() == v1::LOAN_STATUS_LENT;
}

v1::PractitionerRef LawyerOf(const v1::LoanState& loan) {
  v1::PractitionerRef ref;
  ref.set_practitioner_id(loan.lawyer().practitioner_id());
  ref.set_lent_from(loan.lender());
  return ref;
}

}  // namespace

EventsOrRefusal DecideAgreeLoans(const v1::LoanBook& book, const v1::AgreeLoansRequest& request, bool borrower_known,
                                 const Context& context) {
  const v1::LoanAgreement& agreement = request.agreement();
  if (agreement.borrower().empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "agreement.borrower"}});
  if (agreement.borrower() == context.here.ToString()) return Refuse(R::REFUSAL_LOAN_TO_SELF);
  if (!borrower_known) return Refuse(R::REFUSAL_MUNICIPALITY_UNKNOWN, {{"municipality", agreement.borrower()}});
  if (agreement.quota() < 1 || agreement.quota() > kQuotaMax) {
    return RefuseField("agreement.quota", Phrase::PHRASE_QUOTA);
  }
  if (auto refusal = CheckText("agreement.citation", agreement.citation(), 200, true)) return *std::move(refusal);
  if (auto refusal = CheckSpan(agreement)) return *std::move(refusal);
  if (book.agreement().SerializeAsString() == agreement.SerializeAsString()) return Events();
  Events events{NewEvent("", context.received_at)};
  *events[0].mutable_loan_agreed()->mutable_agreement() = agreement;
  return events;
}

EventsOrRefusal DecideGrantLoan(const v1::LoanState* loan, const v1::GrantLoanRequest& request,
                                const v1::LoanBook& book, const std::optional<Candidate>& lawyer,
                                const Context& context) {
  if (auto refusal = CheckText("practitioner_id", request.practitioner_id(), 64, true)) return *std::move(refusal);
  const CivilDate today = DateAt(context.now);
  if (!request.offer_until().empty()) {
    const auto until = ParseDate(request.offer_until());
    if (!until) return RefuseField("offer_until", Phrase::PHRASE_DATE_FORMAT);
    if (*until < today) return RefuseField("offer_until", Phrase::PHRASE_NOT_BEFORE_TODAY);
  }
  if (auto refusal = CheckRequested(loan, request.loan_id(), context.here)) return *std::move(refusal);
  if (!HoldsOn(book.agreement(), today)) {
    return Refuse(R::REFUSAL_NO_LOAN_AGREEMENT, {{"municipality", loan->borrower()}});
  }
  if (book.out() >= book.agreement().quota()) {
    return Refuse(R::REFUSAL_LOAN_QUOTA_USED,
                  {{"municipality", loan->borrower()}, {"quota", absl::StrCat(book.agreement().quota())}});
  }
  if (!lawyer) {
    return Refuse(R::REFUSAL_PRACTITIONER_UNKNOWN,
                  {{"practitioner_id", request.practitioner_id()}, {"municipality", context.here.ToString()}});
  }
  Choosing choosing;
  choosing.needs = loan->needs();
  choosing.today = today;
  if (const auto rule = Excluded(choosing, *lawyer); rule != v1::CHOICE_RULE_UNSPECIFIED) {
    return Refuse(R::REFUSAL_PRACTITIONER_EXCLUDED, {{"practitioner_id", request.practitioner_id()}})
        .With("why", WordsOf(rule));
  }
  Events events{NewEvent(loan->case_id(), context.received_at)};
  v1::LawyerLent* lent = events[0].mutable_lawyer_lent();
  Name(*loan, lent);
  *lent->mutable_lawyer() = lawyer->entry;
  lent->set_offer_until(request.offer_until());
  return events;
}

EventsOrRefusal DecideRefuseLoan(const v1::LoanState* loan, const v1::RefuseLoanRequest& request,
                                 const Context& context) {
  if (auto refusal = CheckText("reason_code", request.reason_code(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckRequested(loan, request.loan_id(), context.here)) return *std::move(refusal);
  Events events{NewEvent(loan->case_id(), context.received_at)};
  Name(*loan, events[0].mutable_loan_refused());
  events[0].mutable_loan_refused()->set_reason_code(request.reason_code());
  return events;
}

EventsOrRefusal DecideRequestLoan(const v1::AssignmentState& state, const v1::RequestLoanRequest& request,
                                  bool lender_known, const std::vector<v1::LoanState>& loans,
                                  const std::string& region_code, const Context& context) {
  if (request.lender().empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "lender"}});
  if (request.lender() == context.here.ToString()) return Refuse(R::REFUSAL_LOAN_TO_SELF);
  if (!lender_known) return Refuse(R::REFUSAL_MUNICIPALITY_UNKNOWN, {{"municipality", request.lender()}});
  if (auto refusal = CheckUnderWay(state, request.etag())) return *std::move(refusal);
  if (HasLetter(state)) {
    return Refuse(R::REFUSAL_LETTER_IN_FORCE, {{"practitioner_id", state.letter().practitioner().practitioner_id()},
                                               {"letter_id", state.letter().letter_id()}});
  }
  for (const v1::LoanState& loan : loans) {
    if (loan.lender() != request.lender() || !IsOpen(loan)) continue;
    return Refuse(R::REFUSAL_LOAN_ASKED, {{"municipality", request.lender()}, {"loan_id", loan.loan_id()}});
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  v1::LoanRequested* requested = events[0].mutable_loan_requested();
  requested->set_loan_id(context.new_id);
  requested->set_borrower(context.here.ToString());
  requested->set_lender(request.lender());
  *requested->mutable_needs() = NeedsOf(state, region_code);
  return events;
}

bool IsInUse(const v1::LoanState& loan, const v1::AssignmentState* state) {
  const v1::PractitionerRef* occupied = state == nullptr ? nullptr : Occupied(*state);
  return occupied != nullptr && SamePractitioner(*occupied, LawyerOf(loan));
}

std::optional<Instant> EndOf(const v1::LoanState& loan) {
  const auto until = ParseDate(loan.offer_until());
  if (!until) return std::nullopt;
  return StartOf(*until + 1);
}

bool IsWanted(const v1::LoanState& loan, const v1::AssignmentState* state, Instant now) {
  if (state == nullptr || !IsUnderWay(*state)) return false;
  // A case that was away and came back starts with none of its old loans.
  const auto& known = state->loans();
  if (std::find(known.begin(), known.end(), loan.loan_id()) == known.end()) return false;
  if (IsInUse(loan, state)) return true;
  // Somebody else has it, or will have it.
  if (HasLetter(*state) || state->status() == v1::ASSIGNMENT_STATUS_ACCEPTED) return false;
  for (const v1::Barred& barred : state->barred()) {
    if (SamePractitioner(barred.practitioner(), LawyerOf(loan))) return false;
  }
  const auto end = EndOf(loan);
  return !end || now < *end;
}

Events DecideReturnLoan(const v1::LoanState& loan, const v1::AssignmentState* state, const Context& context) {
  // One that is on its way back is offered to nobody any more, so it goes, whatever the case has become.
  if (loan.status() != v1::LOAN_STATUS_LENT || (!loan.returning() && IsWanted(loan, state, context.now))) return {};
  AssignmentEvent event = NewEvent(loan.case_id(), context.now);
  v1::LoanReturned* returned = event.mutable_loan_returned();
  Name(loan, returned);
  const bool over = state == nullptr || !IsUnderWay(*state);
  const auto end = EndOf(loan);
  returned->set_reason_code(over ? "case_over" : end && context.now >= *end ? "offer_time_over" : "not_needed");
  return {std::move(event)};
}

Events DecideReceived(const v1::AssignmentMessage& message, const v1::LoanState* loan, const Context& context) {
  AssignmentEvent event = NewEvent(message.case_id(), context.now);
  switch (message.message_case()) {
    case v1::AssignmentMessage::kLoanRequested:
      if (loan != nullptr) return {};
      *event.mutable_loan_requested() = message.loan_requested();
      return {std::move(event)};
    case v1::AssignmentMessage::kLawyerLent:
      if (loan == nullptr || loan->status() != v1::LOAN_STATUS_REQUESTED) return {};
      *event.mutable_lawyer_lent() = message.lawyer_lent();
      return {std::move(event)};
    case v1::AssignmentMessage::kLoanRefused:
      if (loan == nullptr || loan->status() != v1::LOAN_STATUS_REQUESTED) return {};
      *event.mutable_loan_refused() = message.loan_refused();
      return {std::move(event)};
    case v1::AssignmentMessage::kLoanReturned:
      if (loan == nullptr || loan->status() != v1::LOAN_STATUS_LENT) return {};
      *event.mutable_loan_returned() = message.loan_returned();
      return {std::move(event)};
    case v1::AssignmentMessage::kLentLawyerChanged:
      if (loan == nullptr || loan->status() != v1::LOAN_STATUS_LENT) return {};
      *event.mutable_lent_lawyer_changed() = message.lent_lawyer_changed();
      return {std::move(event)};
    case v1::AssignmentMessage::MESSAGE_NOT_SET:
      return {};
  }
  return {};
}

const std::string* LoanIdOf(const AssignmentEvent& event) {
  switch (event.event_case()) {
    case AssignmentEvent::kLoanRequested:
      return &event.loan_requested().loan_id();
    case AssignmentEvent::kLawyerLent:
      return &event.lawyer_lent().loan_id();
    case AssignmentEvent::kLoanRefused:
      return &event.loan_refused().loan_id();
    case AssignmentEvent::kLoanReturned:
      return &event.loan_returned().loan_id();
    case AssignmentEvent::kLentLawyerChanged:
      return &event.lent_lawyer_changed().loan_id();
    default:
      return nullptr;
  }
}

const std::string* LoanIdOf(const v1::AssignmentMessage& message) {
  switch (message.message_case()) {
    case v1::AssignmentMessage::kLoanRequested:
      return &message.loan_requested().loan_id();
    case v1::AssignmentMessage::kLawyerLent:
      return &message.lawyer_lent().loan_id();
    case v1::AssignmentMessage::kLoanRefused:
      return &message.loan_refused().loan_id();
    case v1::AssignmentMessage::kLoanReturned:
      return &message.loan_returned().loan_id();
    case v1::AssignmentMessage::kLentLawyerChanged:
      return &message.lent_lawyer_changed().loan_id();
    case v1::AssignmentMessage::MESSAGE_NOT_SET:
      return nullptr;
  }
  return nullptr;
}

bool Evolve(const AssignmentEvent& event, v1::LoanState* loan) {
  switch (event.event_case()) {
    case AssignmentEvent::kLoanRequested:
      loan->set_loan_id(event.loan_requested().loan_id());
      loan->set_case_id(event.case_id());
      loan->set_borrower(event.loan_requested().borrower());
      loan->set_lender(event.loan_requested().lender());
      loan->set_status(v1::LOAN_STATUS_REQUESTED);
      *loan->mutable_needs() = event.loan_requested().needs();
      *loan->mutable_requested_at() = event.occurred_at();
      return true;
    case AssignmentEvent::kLawyerLent:
      loan->set_status(v1::LOAN_STATUS_LENT);
      *loan->mutable_lawyer() = event.lawyer_lent().lawyer();
      loan->set_offer_until(event.lawyer_lent().offer_until());
      return true;
    case AssignmentEvent::kLoanRefused:
      loan->set_status(v1::LOAN_STATUS_REFUSED);
      loan->set_reason_code(event.loan_refused().reason_code());
      return true;
    case AssignmentEvent::kLoanReturned:
      loan->set_status(v1::LOAN_STATUS_RETURNED);
      loan->set_reason_code(event.loan_returned().reason_code());
      loan->set_returning(false);
      return true;
    case AssignmentEvent::kLentLawyerChanged:
      *loan->mutable_lawyer() = event.lent_lawyer_changed().lawyer();
      return true;
    default:
      return false;
  }
}

}  // namespace casehub::assignment
