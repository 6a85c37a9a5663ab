// Cases brought to where a race begins, and the commands that contend for them.
//
// Threads     Every function may be called from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/mediation/v1/mediation_service.pb.h"
#include "tests/support/caller.h"
#include "tests/support/requests.h"

namespace casehub::testing {

struct RaceCase {
  std::string municipality, case_id;
  std::string lawyer;  // who is to be offered it; empty: whom the rules choose
  std::string offer_id;
};

// A request about the case, by staff of the centre.
template <typename Request>
Request ByCentre(const RaceCase& one) {
  auto request = About<Request>(one.municipality, one.case_id);
  *request.mutable_actor() = Staff("centre-1", "staff-1");
  return request;
}

// Offices, lawyers ("lawyer-0" and on), a mediator and a tariff.
void Furnish(Caller* caller, const std::string& municipality, size_t lawyers);

// Each opens a case of the resident in the municipality of `one` and completes it.

// How far legal aid has come; each stage is reached through those before it.
enum class AidStage { kPledged, kGranted, kOffered, kAccepted, kAssigned, kSubmitted };
RaceCase Aid(Caller* caller, RaceCase one, uint64_t resident, AidStage stage);
// A contact and nothing more.
RaceCase Contact(Caller* caller, RaceCase one, uint64_t resident);
// A consultation whose answer is recorded and not delivered.
RaceCase Answered(Caller* caller, RaceCase one, uint64_t resident);
// A dispute that has its mediator; `failed`: who referred it knows that there is no agreement. Of two residents.
RaceCase Dispute(Caller* caller, RaceCase one, uint64_t resident, bool failed);

intake::v1::DecideAidRequest Grant(const RaceCase& one);
intake::v1::WithdrawCaseRequest Withdraw(const RaceCase& one);
intake::v1::VerifyPledgeRequest FindPledgeFalse(const RaceCase& one);
intake::v1::ConfirmAnswerDeliveredRequest ConfirmDelivered(const RaceCase& one);
assignment::v1::OfferCaseRequest Offer(const RaceCase& one);
assignment::v1::AcceptOfferRequest Accept(const RaceCase& one);
assignment::v1::TerminateAidRequest Terminate(const RaceCase& one);
mediation::v1::HoldSessionRequest Session(const RaceCase& one);
mediation::v1::CloseMediationRequest CloseFailed(const RaceCase& one);
evaluation::v1::RecordFeedbackRequest Feedback(const RaceCase& one);
// By an operator, for the applicant; a good one.
evaluation::v1::SubmitRatingRequest Rating(const RaceCase& one);

}  // namespace casehub::testing
