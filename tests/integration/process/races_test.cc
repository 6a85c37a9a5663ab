// A thousand rounds of each race between services, on the shipped server: no forbidden pair is ever effective, and
// whoever loses is refused with a reason or is decided again.
#include "tests/integration/process/races.h"

#include <gtest/gtest.h>

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "tests/integration/process/custody_audit.h"
#include "tests/integration/process/race_opponents.h"
#include "tests/integration/process/suspensions.h"

namespace casehub::testing {
namespace {

namespace assignment = assignment::v1;
namespace evaluation = evaluation::v1;
namespace registry = registry::v1;
namespace transfer = transfer::v1;

constexpr size_t kEachAtLeast = 50;
constexpr int kStaggerMillis = 16;

bool AwaitSlot(Caller* caller, const RaceCase& one) {
  evaluation::GetRatingSlotRequest request;
  request.set_municipality(one.municipality);
  request.set_case_id(one.case_id);
  return caller->Eventually<evaluation::GetRatingSlotResponse>(
      request, [](const auto& response) { return response.has_slot(); });
}

// What was refused is sent once more.
void SendAgainIfRefused(Caller* caller, const google::protobuf::Message& request, const Outcome& outcome,
                        Round* round) {
  if (outcome.refused()) round->answers.push_back(AnswerOf(caller->Settle(request)));
}

// Those of every `of` rounds, from `first` on.
std::vector<Round> Each(const std::vector<Round>& rounds, size_t first, size_t of) {
  std::vector<Round> some;
  for (size_t number = first; number < rounds.size(); number += of) some.push_back(rounds[number]);
  return some;
}

std::vector<std::string> Joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Design 2.3: no letter is issued after a withdrawal. One that came before stands, and the applicant may withdraw all
// the same.
TEST_F(Races, WithdrawalAgainstLetter) {
  const auto rounds = Play(kRounds, [](Caller* caller, Round* round) {
    round->about = Aid(caller, round->about, round->number, AidStage::kAccepted);
    const auto withdrawal = Withdraw(round->about);
    const auto letter = ByCentre<assignment::IssueAssignmentLetterRequest>(round->about);
    Contend(caller, {{withdrawal, kStaggerMillis}, {letter, kStaggerMillis}}, round);
  });
  ASSERT_NO_FATAL_FAILURE(End());
  ExpectHistories(rounds, "OfferAccepted",
                  {{"letter first", {"ok", "ok"}, {"PractitionerAssigned", "AssignClockMet", "CaseWithdrawn"}},
                   {"withdrawal first", {"ok", "CASE_WITHDRAWN"}, {"CaseWithdrawn"}}},
                  kEachAtLeast);
  EXPECT_GT(overtaken(), 0);
}

// B5, C9: no subsidy after a false pledge. One that is found after the closing opens the recovery of the cost and
// terminates nothing.
TEST_F(Races, FalsePledgeAgainstSubsidy) {
  const auto rounds = Play(kRounds, [](Caller* caller, Round* round) {
    round->about = Aid(caller, round->about, round->number, AidStage::kSubmitted);
    const auto pledge = FindPledgeFalse(round->about);
    const auto approval = ByCentre<assignment::ApproveClosingFileRequest>(round->about);
    const auto outcomes = Contend(caller, {{pledge, kStaggerMillis}, {approval, kStaggerMillis}}, round);
    if (outcomes[1].acknowledged()) AwaitSlot(caller, round->about);
  });
  ASSERT_NO_FATAL_FAILURE(End());
  const std::vector<std::string> paid = {"CaseClosed", "SubsidyPayable"},
                                 recovery = {"PledgeFalse", "CostRecoveryOpened"};
  ExpectHistories(
      rounds, "FileReviewClockStarted",
      {{"subsidy first", {"ok", "ok"}, Joined(paid, Joined({"RatingSlotOpened"}, recovery))},
       {"subsidy first", {"ok", "ok"}, Joined(paid, Joined(recovery, {"RatingSlotOpened"}))},
       {"false pledge first", {"ok", "AID_TERMINATED"}, {"PledgeFalse", "AidTerminated", "CostRecoveryOpened"}}},
      kEachAtLeast);
  EXPECT_GT(overtaken(), 0);
}

registry::SuspendPractitionerRequest Suspend(const RaceCase& one) {
  registry::SuspendPractitionerRequest request;
  request.set_municipality(one.municipality);
  request.set_request_id(NewRequestId());
  request.set_practitioner_id(one.lawyer);
  request.set_suspended_from("2020-01-01");
  request.set_reason_code("disciplined");
  return request;
}

registry::ReinstatePractitionerRequest Reinstate(const RaceCase& one) {
  registry::ReinstatePractitionerRequest request;
  request.set_municipality(one.municipality);
  request.set_request_id(NewRequestId());
  request.set_practitioner_id(one.lawyer);
  return request;
}

// C7: who is suspended is given no case. Each lane has a lawyer of its own, who is reinstated after every round; what
// was refused is taken then.
TEST_F(Races, SuspensionAgainstOffer) {
  const std::vector<Opponent> opponents = OpponentsOfSuspension();
  const auto rounds = Play(kRounds * opponents.size(), [&](Caller* caller, Round* round) {
    const Opponent& opponent = opponents[round->number % opponents.size()];
    round->about.lawyer = "lawyer-" + std::to_string(round->lane);
    round->about = opponent.prepare(caller, round->about, round->number);
    const auto suspension = Suspend(round->about);
    const auto gives = opponent.request(round->about);
    const auto outcomes = Contend(caller, {{suspension, kStaggerMillis}, {*gives, kStaggerMillis}}, round);
    caller->Must<registry::ReinstatePractitionerResponse>(Reinstate(round->about));
    SendAgainIfRefused(caller, *gives, outcomes[1], round);
  });
  ASSERT_NO_FATAL_FAILURE(End());
  for (size_t i = 0; i < opponents.size(); ++i) {
    const Opponent& opponent = opponents[i];
    ExpectHistories(
        Each(rounds, i, opponents.size()), opponent.prepared,
        {{opponent.name + " before the suspension", {"ok", "ok"}, opponent.entries},
         {opponent.name + " after the suspension", {"ok", "PRACTITIONER_EXCLUDED", "ok"}, opponent.entries}},
        kEachAtLeast);
  }
  SuspensionReport all;
  for (const RawReader& partition : log()) {
    const SuspensionReport report = AuditSuspensions(partition);
    all.suspended += report.suspended;
    all.given += report.given;
  }
  EXPECT_EQ(all.suspended, rounds.size());
  EXPECT_EQ(all.given, 2 * rounds.size());  // of three rounds, one has three of them, one two and one one
  EXPECT_GT(overtaken(), 0);
}

// The case comes back: the offer is recalled.
void Thaw(Caller* caller, const RaceCase& one) {
  caller->Must<transfer::RecallTransferResponse>(RecallTransfer(one.municipality, one.case_id));
  transfer::GetTransferRequest request;
  request.set_municipality(one.municipality);
  request.set_case_id(one.case_id);
  caller->Eventually<transfer::GetTransferResponse>(
      request, [](const auto& response) { return response.transfer().origin() == transfer::ORIGIN_STATE_ACTIVE; });
}

// custody.md: from CaseFrozen on no service acts on the case. What was refused is taken after the thaw.
TEST_F(Races, FreezeAgainstEverything) {
  const std::vector<Opponent> opponents = OpponentsOfFreeze();
  const auto rounds = Play(kRounds * opponents.size(), [&](Caller* caller, Round* round) {
    const Opponent& opponent = opponents[round->number % opponents.size()];
    round->about = opponent.prepare(caller, round->about, 2 * round->number);
    const auto freeze = OfferTransfer(round->about.municipality, round->about.case_id, MunicipalityOf(round->lane + 1));
    const auto acts = opponent.request(round->about);
    const auto outcomes = Contend(caller, {{freeze, kStaggerMillis}, {*acts, kStaggerMillis}}, round);
    if (outcomes[0].acknowledged()) Thaw(caller, round->about);
    SendAgainIfRefused(caller, *acts, outcomes[1], round);
    if (opponent.entries.back() == "RatingSlotOpened") AwaitSlot(caller, round->about);
  });
  ASSERT_NO_FATAL_FAILURE(End());
  const std::vector<std::string> frozen = {"CaseFrozen", "CaseThawed"};
  for (size_t i = 0; i < opponents.size(); ++i) {
    const Opponent& opponent = opponents[i];
    const History before = opponent.ends.empty() ? History{"", {"ok", "ok"}, Joined(opponent.entries, frozen)}
                                                 : History{"", {opponent.ends, "ok"}, opponent.entries};
    ExpectHistories(
        Each(rounds, i, opponents.size()), opponent.prepared,
        {{opponent.name + " before the freeze", before.answers, before.entries},
         {opponent.name + " after the freeze", {"ok", "CASE_FROZEN", "ok"}, Joined(frozen, opponent.entries)}},
        kEachAtLeast);
  }
  AuditCustody(ledgers());
  EXPECT_GT(overtaken(), 0);
}

// E1: one slot, one rating, and none before the closing. Two operators send one each while the case is being closed.
TEST_F(Races, ClosingAgainstRating) {
  const auto rounds = Play(2 * kRounds, [](Caller* caller, Round* round) {
    const bool aid = round->number % 2 == 1;
    round->about = aid ? Aid(caller, round->about, round->number, AidStage::kSubmitted)
                       : Answered(caller, round->about, round->number);
    const auto delivered = ConfirmDelivered(round->about);
    const auto approval = ByCentre<assignment::ApproveClosingFileRequest>(round->about);
    const auto& closing = aid ? static_cast<const google::protobuf::Message&>(approval) : delivered;
    const auto one = Rating(round->about);
    const auto other = Rating(round->about);
    const int stagger = 2 * kStaggerMillis;  // the slot comes a moment after the closing
    const auto outcomes = Contend(caller, {{closing, kStaggerMillis}, {one, stagger}, {other, stagger}}, round);
    AwaitSlot(caller, round->about);
    if (outcomes[1].refused() && outcomes[2].refused()) SendAgainIfRefused(caller, one, outcomes[1], round);
    EXPECT_EQ(caller->Settle(Rating(round->about)).reason(), "SLOT_USED") << round->about.case_id;
  });
  ASSERT_NO_FATAL_FAILURE(End());
  const auto expect = [&](size_t first, const std::string& after, const std::vector<std::string>& closed) {
    const auto rated = Joined(closed, {"RatingSlotOpened", "RatingRecorded"});
    const std::string at_once = closed.back() + ", rated at once", later = closed.back() + ", rated when sent again";
    ExpectHistories(Each(rounds, first, 2), after,
                    {{later, {"ok", "CASE_NOT_CLOSED", "CASE_NOT_CLOSED", "ok"}, rated},
                     {at_once, {"ok", "ok", "CASE_NOT_CLOSED"}, rated},
                     {at_once, {"ok", "CASE_NOT_CLOSED", "ok"}, rated},
                     {at_once, {"ok", "ok", "SLOT_USED"}, rated},
                     {at_once, {"ok", "SLOT_USED", "ok"}, rated}},
                    kEachAtLeast);
  };
  expect(0, "AnswerRecorded", {"AnswerDelivered", "ConsultationClosed"});
  expect(1, "FileReviewClockStarted", {"CaseClosed", "SubsidyPayable"});
}

}  // namespace
}  // namespace casehub::testing
