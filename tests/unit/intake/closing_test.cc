// How assignment ends a case, and what comes after: clocks, verification of the pledge, archive (life 1, steps 7 to
// 11).
#include "casehub/assignment/v1/assignment_events.pb.h"
#include "services/model/timestamps.h"
#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

class ClosingTest : public IntakeTest {
 protected:
  std::string Granted(bool pledge) {
    const std::string id = OpenApplication();
    if (pledge) {
      auto request = On<v1::GiveHardshipPledgeRequest>(id);
      request.mutable_pledge()->set_name("pledge");
      request.mutable_pledge()->set_sha256(std::string(32, 'p'));
      s_.When(request);
    }
    auto decide = On<v1::DecideAidRequest>(id);
    decide.mutable_actor()->set_staff_id("decider");
    decide.mutable_actor()->set_office_id("centre");
    decide.set_decision(v1::AID_DECISION_GRANTED);
    EXPECT_THAT(s_.When(decide).events, ElementsAre("AidGranted", "AssignClockStarted"));
    return id;
  }
  template <typename Fill>
  void Assignment(const std::string& id, Fill fill) {
    assignment::v1::AssignmentEvent event;
    event.set_case_id(id);
    fill(&event);
    s_.Given(ServiceId::kAssignment, event);
  }
  void Assign(const std::string& id) {
    Assignment(id, [](auto* event) { event->mutable_practitioner_assigned()->set_practitioner_id("lawyer"); });
    Assignment(id, [this](auto* event) {
      event->mutable_assign_clock_met()->mutable_deadline()->set_policy("aid.assign");
      *event->mutable_assign_clock_met()->mutable_met_at() = ToTimestamp(s_.now());
    });
  }
  void Close(const std::string& id) {
    Assignment(id, [](auto* event) { event->mutable_case_closed()->set_practitioner_id("lawyer"); });
  }
  const Result& Verify(const std::string& id, bool truthful) {
    auto request = On<v1::VerifyPledgeRequest>(id);
    request.set_truthful(truthful);
    return s_.When(request);
  }
  const Result& Archive(const std::string& id) { return s_.When(On<v1::ArchiveCaseRequest>(id)); }
};

TEST_F(ClosingTest, TheLetterMeetsTheAssignClockAndItFiresNoMore) {
  const std::string id = Granted(false);
  Assign(id);
  EXPECT_EQ(ClockOf(id, "aid.assign").status(), v1::CLOCK_STATUS_MET);
  s_.SetNow(At("2025-03-20T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
}

TEST_F(ClosingTest, ALateLetterMeetsItLate) {
  const std::string id = Granted(false);
  s_.SetNow(At("2025-03-07T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
  Assign(id);
  EXPECT_EQ(ClockOf(id, "aid.assign").status(), v1::CLOCK_STATUS_MET_LATE);
}

TEST_F(ClosingTest, AClosedCaseTakesNothingMoreAndIsArchived) {
  const std::string id = Granted(false);
  Assign(id);
  Close(id);
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_CLOSED);
  EXPECT_EQ(Withdraw(id).refusal, R::REFUSAL_CASE_CLOSED);
  EXPECT_THAT(Archive(id).events, ElementsAre("CaseArchived"));
  EXPECT_EQ(Archive(id).refusal, R::REFUSAL_ALREADY_DONE);
}

TEST_F(ClosingTest, ATerminationByAssignmentEndsTheAidAndItsClocks) {
  const std::string id = Granted(false);
  Assignment(id, [](auto* event) { event->mutable_aid_terminated()->set_reason_code("own_counsel"); });
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_CLOSED);
  EXPECT_EQ(Get(id).aid().decision(), v1::AID_DECISION_TERMINATED);
  EXPECT_EQ(Get(id).aid().reason_code(), "own_counsel");
  EXPECT_EQ(ClockOf(id, "aid.assign").status(), v1::CLOCK_STATUS_CANCELLED);
  EXPECT_THAT(s_.state().Due(), IsEmpty());
}

TEST_F(ClosingTest, ArchiveWaitsForTheVerificationOfThePledge) {
  const std::string id = Granted(true);
  Close(id);
  EXPECT_EQ(Archive(id).refusal, R::REFUSAL_PLEDGE_UNVERIFIED);
  EXPECT_THAT(Verify(id, true).events, ElementsAre("PledgeVerified"));
  EXPECT_EQ(Verify(id, true).refusal, R::REFUSAL_ALREADY_DONE);
  EXPECT_THAT(Archive(id).events, ElementsAre("CaseArchived"));
}

TEST_F(ClosingTest, APledgeFoundFalseAfterClosingOpensTheRecoveryOnly) {
  const std::string id = Granted(true);
  Close(id);
  EXPECT_THAT(Verify(id, false).events, ElementsAre("PledgeFalse", "CostRecoveryOpened"));
  EXPECT_EQ(Get(id).aid().decision(), v1::AID_DECISION_GRANTED) << "the aid was given and is over";
  EXPECT_THAT(Archive(id).events, ElementsAre("CaseArchived"));
  EXPECT_EQ(Verify(id, false).refusal, R::REFUSAL_CASE_CLOSED);
}

TEST_F(ClosingTest, ARefusedApplicationOwesNoVerification) {
  const std::string id = OpenApplication();
  auto pledge = On<v1::GiveHardshipPledgeRequest>(id);
  pledge.mutable_pledge()->set_name("pledge");
  pledge.mutable_pledge()->set_sha256(std::string(32, 'p'));
  s_.When(pledge);
  auto decide = On<v1::DecideAidRequest>(id);
  decide.mutable_actor()->set_staff_id("decider");
  decide.mutable_actor()->set_office_id("centre");
  decide.set_decision(v1::AID_DECISION_REFUSED);
  decide.set_reason_code("not_hard_up");
  s_.When(decide);
  EXPECT_EQ(Verify(id, true).refusal, R::REFUSAL_CASE_CLOSED);
  EXPECT_THAT(Archive(id).events, ElementsAre("CaseArchived"));
}

TEST_F(ClosingTest, WhatAssignmentSaysOfAnotherMunicipalitysCaseIsNotOurs) {
  Close("01890000-0000-7000-8000-00000000dead");
  EXPECT_EQ(s_.When(On<v1::GetCaseRequest>("01890000-0000-7000-8000-00000000dead")).refusal, R::REFUSAL_CASE_UNKNOWN);
}

}  // namespace
}  // namespace casehub::intake
