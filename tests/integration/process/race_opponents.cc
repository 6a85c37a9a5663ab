#include "tests/integration/process/race_opponents.h"

namespace casehub::testing {
namespace {

using MakeRequest = std::function<std::unique_ptr<google::protobuf::Message>(const RaceCase&)>;

template <typename Request>
MakeRequest Sending(Request (*make)(const RaceCase&) = &ByCentre<Request>) {
  return [make](const RaceCase& one) { return std::make_unique<Request>(make(one)); };
}

intake::v1::RegisterContactRequest Again(const RaceCase& one) { return ContactAgain(one.municipality, one.case_id); }

template <AidStage stage>
RaceCase AidAt(Caller* caller, RaceCase one, uint64_t resident) {
  return Aid(caller, std::move(one), resident, stage);
}
template <bool failed>
RaceCase DisputeAt(Caller* caller, RaceCase one, uint64_t resident) {
  return Dispute(caller, std::move(one), resident, failed);
}

constexpr char kPledged[] = "VerificationDue";
constexpr char kGranted[] = "AssignClockStarted";
constexpr char kOpened[] = "ContactRegistered";

void AddIntake(std::vector<Opponent>* all) {
  all->push_back({"another contact", &Contact, kOpened, Sending(&Again), {"ContactRegistered"}});
  all->push_back(
      {"a grant", &AidAt<AidStage::kPledged>, kPledged, Sending(&Grant), {"AidGranted", "AssignClockStarted"}});
  all->push_back({"a withdrawal", &Contact, kOpened, Sending(&Withdraw), {"CaseWithdrawn"}, "CASE_WITHDRAWN"});
  all->push_back({"a false pledge",
                  &AidAt<AidStage::kGranted>,
                  kGranted,
                  Sending(&FindPledgeFalse),
                  {"PledgeFalse", "AidTerminated", "CostRecoveryOpened"},
                  "CASE_CLOSED"});
}

void AddToLawyer(std::vector<Opponent>* all) {
  all->push_back({"an offer", &AidAt<AidStage::kGranted>, kGranted, Sending(&Offer), {"OfferMade"}});
  all->push_back({"an acceptance", &AidAt<AidStage::kOffered>, "OfferMade", Sending(&Accept), {"OfferAccepted"}});
  all->push_back({"a letter",
                  &AidAt<AidStage::kAccepted>,
                  "OfferAccepted",
                  Sending<assignment::v1::IssueAssignmentLetterRequest>(),
                  {"PractitionerAssigned", "AssignClockMet"}});
}

void AddEndsOfAid(std::vector<Opponent>* all) {
  all->push_back({"a subsidy",
                  &AidAt<AidStage::kSubmitted>,
                  "FileReviewClockStarted",
                  Sending<assignment::v1::ApproveClosingFileRequest>(),
                  {"CaseClosed", "SubsidyPayable", "RatingSlotOpened"},
                  "CASE_CLOSED"});
  all->push_back(
      {"a termination", &AidAt<AidStage::kGranted>, kGranted, Sending(&Terminate), {"AidTerminated"}, "CASE_CLOSED"});
}

void AddMediation(std::vector<Opponent>* all) {
  all->push_back({"a session", &DisputeAt<false>, "MediatorAssigned", Sending(&Session), {"SessionHeld"}});
  all->push_back({"a failed mediation",
                  &DisputeAt<true>,
                  "ResultReturned",
                  Sending(&CloseFailed),
                  {"MediationFailed", "MediatorSubsidyPayable", "RatingSlotOpened"},
                  "CASE_CLOSED"});
}

}  // namespace

std::vector<Opponent> OpponentsOfFreeze() {
  std::vector<Opponent> all;
  AddIntake(&all);
  AddToLawyer(&all);
  AddEndsOfAid(&all);
  AddMediation(&all);
  all.push_back({"a feedback", &Contact, kOpened, Sending(&Feedback), {"FeedbackRecorded"}});
  return all;
}

std::vector<Opponent> OpponentsOfSuspension() {
  std::vector<Opponent> all;
  AddToLawyer(&all);
  return all;
}

}  // namespace casehub::testing
