// Lawyers lent from one municipality to another (C6). Pure.
//
// One loan is one unit of a lawyer's capacity for one case of the borrower. The lender reserves it when it grants, and
// frees it when it hears that the borrower has returned it: the borrower alone knows that the lawyer is free. So no
// unit is ever used twice, however late the messages come.
#pragma once

#include "casehub/assignment/v1/assignment_service.pb.h"
#include "services/assignment/domain/choose.h"
#include "services/assignment/domain/decision.h"

namespace casehub::assignment {

// --- lender
EventsOrRefusal DecideAgreeLoans(const v1::LoanBook& book, const v1::AgreeLoansRequest& request, bool borrower_known,
                                 const Context& context);
// `loan` is null where there is none of that id; `book` is the one with its borrower; `lawyer` the one named.
EventsOrRefusal DecideGrantLoan(const v1::LoanState* loan, const v1::GrantLoanRequest& request,
                                const v1::LoanBook& book, const std::optional<Candidate>& lawyer,
                                const Context& context);
EventsOrRefusal DecideRefuseLoan(const v1::LoanState* loan, const v1::RefuseLoanRequest& request,
                                 const Context& context);

// --- borrower
// `loans` are those asked for this case so far.
EventsOrRefusal DecideRequestLoan(const v1::AssignmentState& state, const v1::RequestLoanRequest& request,
                                  bool lender_known, const std::vector<v1::LoanState>& loans,
                                  const std::string& region_code, const Context& context);
// Whether the case may still need the lawyer: `now` is when what is looked at was recorded.
bool IsWanted(const v1::LoanState& loan, const v1::AssignmentState* state, Instant now);
// The lawyer's offer or letter of this case.
bool IsInUse(const v1::LoanState& loan, const v1::AssignmentState* state);
// From when on it may not be offered any more; nullopt if that never comes.
std::optional<Instant> EndOf(const v1::LoanState& loan);
// Gives back what is not wanted; nothing otherwise.
Events DecideReturnLoan(const v1::LoanState& loan, const v1::AssignmentState* state, const Context& context);

// --- both
// What a message says becomes an event of the receiver's log; nothing if it changes nothing. `loan` is null where it is
// not known here.
Events DecideReceived(const v1::AssignmentMessage& message, const v1::LoanState* loan, const Context& context);
// How an event about a loan changes it; false if it is about something else.
bool Evolve(const v1::AssignmentEvent& event, v1::LoanState* loan);
const std::string* LoanIdOf(const v1::AssignmentEvent& event);
const std::string* LoanIdOf(const v1::AssignmentMessage& message);

}  // namespace casehub::assignment
