// What intake learns from assignment: the clock is met, the case is closed, the aid ended.
#include "casehub/assignment/v1/assignment_events.pb.h"
#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

class AssignmentFactsTest : public IntakeTest {
 protected:
  AssignmentFactsTest() {
    id_ = OpenApplication();
    auto request = On<v1::DecideAidRequest>(id_);
    request.mutable_actor()->set_staff_id("decider");
    request.mutable_actor()->set_office_id("centre");
    request.set_decision(v1::AID_DECISION_GRANTED);
    s_.When(request);
  }
  template <typename Fill>
  void Assignment(Fill fill) {
    assignment::v1::AssignmentEvent event;
    event.set_case_id(id_);
    fill(&event);
    s_.Given(ServiceId::kAssignment, event);
  }
  void MeetClock(std::string_view at) {
    Assignment([&](auto* event) {
      event->mutable_assign_clock_met()->mutable_deadline()->set_policy("aid.assign");
      *event->mutable_assign_clock_met()->mutable_met_at() = Stamp(at);
    });
  }

  std::string id_;
};

TEST_F(AssignmentFactsTest, TheClockThatIsMetDoesNotFire) {
  EXPECT_EQ(ClockOf(id_, "aid.assign").deadline().due_date(), "2025-03-06");
  MeetClock("2025-03-06T23:59:59+08:00");
  EXPECT_EQ(ClockOf(id_, "aid.assign").status(), v1::CLOCK_STATUS_MET);
  s_.SetNow(At("2025-04-01T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
}

TEST_F(AssignmentFactsTest, WhatIsMetAfterItFiredIsLate) {
  s_.SetNow(At("2025-03-07T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
  MeetClock("2025-03-07T00:00:00+08:00");
  EXPECT_EQ(ClockOf(id_, "aid.assign").status(), v1::CLOCK_STATUS_MET_LATE);
}

TEST_F(AssignmentFactsTest, AClosedCaseIsArchivedAndNotWithdrawn) {
  Assignment([](auto* event) { event->mutable_case_closed(); });
  EXPECT_EQ(Get(id_).status(), v1::CASE_STATUS_CLOSED);
  EXPECT_EQ(Withdraw(id_).refusal, R::REFUSAL_CASE_CLOSED);
  EXPECT_THAT(s_.When(On<v1::ArchiveCaseRequest>(id_)).events, ElementsAre("CaseArchived"));
  s_.SetNow(At("2025-04-01T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
}

TEST_F(AssignmentFactsTest, TheEndOfTheAidClosesTheCaseWithItsReason) {
  Assignment([](auto* event) { event->mutable_aid_terminated()->set_reason_code("own_counsel"); });
  EXPECT_EQ(Get(id_).status(), v1::CASE_STATUS_CLOSED);
  EXPECT_EQ(Get(id_).aid().decision(), v1::AID_DECISION_TERMINATED);
  EXPECT_EQ(Get(id_).aid().reason_code(), "own_counsel");
}

}  // namespace
}  // namespace casehub::intake
