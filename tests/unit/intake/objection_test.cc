// Objections against refusal and termination (Legal Aid Law 49).
#include "casehub/assignment/v1/assignment_events.pb.h"
#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

class ObjectionTest : public IntakeTest {
 protected:
  const Result& Decide(const std::string& id, v1::AidDecision decision) {
    auto request = On<v1::DecideAidRequest>(id);
    request.mutable_actor()->set_staff_id("decider");
    request.mutable_actor()->set_office_id("centre");
    request.set_decision(decision);
    if (decision == v1::AID_DECISION_REFUSED) request.set_reason_code("not_hard_up");
    return s_.When(request);
  }
  std::string Refused() {
    const std::string id = OpenApplication();
    Decide(id, v1::AID_DECISION_REFUSED);
    return id;
  }
  std::string Terminated() {
    const std::string id = OpenApplication();
    Decide(id, v1::AID_DECISION_GRANTED);
    assignment::v1::AssignmentEvent event;
    event.set_case_id(id);
    event.mutable_aid_terminated()->set_reason_code("own_counsel");
    s_.Given(ServiceId::kAssignment, event);
    return id;
  }
  const Result& File(const std::string& id) {
    auto request = On<v1::FileObjectionRequest>(id);
    request.mutable_grounds()->set_sealed("grounds");
    return s_.When(request);
  }
  const Result& DecideObjection(const std::string& id, bool upheld) {
    auto request = On<v1::DecideObjectionRequest>(id);
    request.set_upheld(upheld);
    request.set_bureau("the bureau");
    request.set_reason_code("income_miscounted");
    return s_.When(request);
  }
};

TEST_F(ObjectionTest, UpheldAgainstARefusalTheSameCaseWaitsForANewDecision) {
  const std::string id = Refused();
  EXPECT_THAT(File(id).events, ElementsAre("ObjectionFiled"));
  EXPECT_EQ(ClockOf(id, "objection.decide").deadline().due_date(), "2025-03-10") << "the 8th is a Saturday";
  EXPECT_THAT(DecideObjection(id, true).events,
              ElementsAre("ObjectionDecided", "CaseReopened", "DecisionClockStarted"));
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_OPEN);
  EXPECT_EQ(ClockOf(id, "objection.decide").status(), v1::CLOCK_STATUS_MET);
  EXPECT_EQ(ClockOf(id, "aid.decide").status(), v1::CLOCK_STATUS_RUNNING);
  EXPECT_THAT(Decide(id, v1::AID_DECISION_GRANTED).events, ElementsAre("AidGranted", "AssignClockStarted"));
}

TEST_F(ObjectionTest, UpheldAgainstATerminationTheAidGoesOn) {
  const std::string id = Terminated();
  File(id);
  EXPECT_THAT(DecideObjection(id, true).events, ElementsAre("ObjectionDecided", "CaseReopened"));
  EXPECT_EQ(Get(id).aid().decision(), v1::AID_DECISION_GRANTED);
}

TEST_F(ObjectionTest, NotUpheldItStaysClosedAndIsObjectedToOnce) {
  const std::string id = Refused();
  File(id);
  EXPECT_EQ(s_.When(On<v1::ArchiveCaseRequest>(id)).refusal, R::REFUSAL_OBJECTION_OPEN);
  EXPECT_THAT(DecideObjection(id, false).events, ElementsAre("ObjectionDecided"));
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_CLOSED);
  EXPECT_EQ(File(id).refusal, R::REFUSAL_ALREADY_DONE);
  EXPECT_THAT(s_.When(On<v1::ArchiveCaseRequest>(id)).events, ElementsAre("CaseArchived"));
}

TEST_F(ObjectionTest, ItsClockFiresWhileTheCaseIsClosed) {
  const std::string id = Refused();
  File(id);
  s_.SetNow(At("2025-03-10T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2025-03-11T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
  DecideObjection(id, false);
  EXPECT_EQ(ClockOf(id, "objection.decide").status(), v1::CLOCK_STATUS_MET_LATE);
}

TEST_F(ObjectionTest, EachRefusalHasItsReason) {
  const std::string open = OpenApplication();
  const std::string call = OpenCall();
  const std::string refused = Refused();
  EXPECT_EQ(File(open).refusal, R::REFUSAL_NOTHING_TO_OBJECT_TO);
  EXPECT_EQ(File(call).refusal, R::REFUSAL_WRONG_KIND);
  EXPECT_EQ(File("01890000-0000-7000-8000-00000000dead").refusal, R::REFUSAL_CASE_UNKNOWN);
  EXPECT_EQ(s_.When(On<v1::FileObjectionRequest>(refused)).refusal, R::REFUSAL_FIELD_MISSING);
  EXPECT_EQ(DecideObjection(refused, true).refusal, R::REFUSAL_NO_OBJECTION);
  File(refused);
  EXPECT_EQ(File(refused).refusal, R::REFUSAL_OBJECTION_OPEN);
  auto decide = On<v1::DecideObjectionRequest>(refused);
  EXPECT_EQ(s_.When(decide).refusal, R::REFUSAL_FIELD_MISSING);
  decide.set_bureau("the bureau");
  EXPECT_EQ(s_.When(decide).refusal, R::REFUSAL_FIELD_MISSING);
  decide.set_reason_code(std::string(65, 'r'));
  EXPECT_EQ(s_.When(decide).refusal, R::REFUSAL_FIELD_TOO_LONG);
  decide.set_reason_code("r");
  decide.set_etag("0");
  EXPECT_EQ(s_.When(decide).refusal, R::REFUSAL_STALE_ETAG);
  Withdraw(open);
  EXPECT_EQ(File(open).refusal, R::REFUSAL_CASE_WITHDRAWN);
}

}  // namespace
}  // namespace casehub::intake
