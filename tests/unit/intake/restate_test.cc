// Deadlines by a municipality's own rules: policies it set, and dates restated when a notice is loaded (section G).
#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

class RestateTest : public IntakeTest {
 protected:
  void Notice(const std::vector<std::string>& off) {
    registry::v1::RegistryEvent event;
    event.mutable_calendar_loaded()->set_year(2027);
    for (const std::string& day : off) event.mutable_calendar_loaded()->add_days()->set_date(day);
    s_.Given(ServiceId::kRegistry, event);
  }
  // A call late in the last year whose calendar is known: the answer is due in the next.
  std::string LateCall() {
    s_.SetNow(At("2026-12-29T10:00:00+08:00"));
    return s_.When(Call()).As<v1::RegisterCallResponse>().case_id();
  }
  const common::v1::Deadline& AnswerDue(const std::string& case_id) {
    const auto& reply = s_.When(On<v1::GetCaseRequest>(case_id)).As<v1::GetCaseResponse>();
    for (const v1::Clock& clock : reply.case_().clocks()) {
      if (clock.deadline().policy() == "hotline.answer") return clock.deadline();
    }
    return common::v1::Deadline::default_instance();
  }
};

TEST_F(RestateTest, TheNoticeRestatesAProvisionalDate) {
  const std::string case_id = LateCall();
  EXPECT_TRUE(AnswerDue(case_id).provisional());
  EXPECT_EQ(AnswerDue(case_id).due_date(), "2027-01-05");

  Notice({"2027-01-01", "2027-01-04"});
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineRestated"));
  const auto& restated = s_.last().EventAt<v1::IntakeEvent>(0).deadline_restated();
  EXPECT_EQ(restated.before().due_date(), "2027-01-05");
  EXPECT_EQ(restated.after().due_date(), "2027-01-07");
  EXPECT_GT(restated.why_before().steps_zh_size(), 0);
  EXPECT_NE(restated.why_before().steps_zh().rbegin()->find("暂定"), std::string::npos);
  EXPECT_EQ(restated.why_after().steps_zh_size(), restated.why_after().steps_en_size());
  EXPECT_FALSE(AnswerDue(case_id).provisional());
  EXPECT_EQ(AnswerDue(case_id).due_date(), "2027-01-07");

  Notice({"2027-01-01"});
  EXPECT_THAT(s_.RunDue(), IsEmpty()) << "a final date stays";
}

TEST_F(RestateTest, TheTimerMovesWithTheDate) {
  LateCall();
  Notice({"2027-01-01", "2027-01-04"});
  s_.RunDue();
  s_.SetNow(At("2027-01-06T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed")) << "the hand-over, due on 30 December";
  s_.SetNow(At("2027-01-07T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2027-01-08T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed", "Escalated"));
}

TEST_F(RestateTest, WhatWasMissedByTheProvisionalDateRunsAgain) {
  const std::string case_id = LateCall();
  s_.SetNow(At("2027-01-06T08:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed", "DeadlineMissed", "Escalated"));
  Notice({"2027-01-01", "2027-01-04"});
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineRestated"));
  s_.SetNow(At("2027-01-08T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed", "Escalated"));
}

// A calendar that stood in the log before the call was recorded, and that its decision did not know.
TEST_F(RestateTest, ADateCountedWithoutACalendarThatIsHereIsCountedAgain) {
  LateCall();
  Scenario other(MakeIntakeService(), Municipality(330800), s_.now());
  registry::v1::RegistryEvent event;
  event.mutable_calendar_loaded()->set_year(2027);
  event.mutable_calendar_loaded()->add_days()->set_date("2027-01-01");
  other.Given(ServiceId::kRegistry, event);
  for (const auto& message : s_.last().messages) other.Given(ServiceId::kIntake, *message);
  EXPECT_THAT(other.RunDue(), ElementsAre("DeadlineRestated"));
}

TEST_F(RestateTest, AFrozenCaseIsRestatedWhenItThaws) {
  const std::string case_id = LateCall();
  transfer::v1::TransferEvent freeze;
  freeze.set_case_id(case_id);
  freeze.mutable_case_frozen()->set_hop(1);
  freeze.mutable_case_frozen()->set_to("330700");
  s_.Given(ServiceId::kTransfer, freeze);
  s_.RunDue();
  Notice({"2027-01-01"});
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  transfer::v1::TransferEvent thaw;
  thaw.set_case_id(case_id);
  thaw.mutable_case_thawed()->set_hop(1);
  s_.Given(ServiceId::kTransfer, thaw);
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineRestated"));
}

TEST_F(RestateTest, OnlyCasesWithAProvisionalDateAreCountedAgain) {
  LateCall();
  s_.When(Contact());  // has no clock
  Notice({"2027-01-01"});
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineRestated"));
}

TEST_F(RestateTest, AClockTakesThePolicyOfItsFirstDay) {
  registry::v1::RegistryEvent event;
  auto* policy = event.mutable_policy_set()->mutable_policy();
  policy->set_name("hotline.answer");
  policy->set_amount(2);
  policy->set_unit(registry::v1::TERM_UNIT_NATURAL_DAYS);
  policy->set_valid_from("2025-03-04");
  policy->set_version("own");
  s_.Given(ServiceId::kRegistry, event);
  s_.SetNow(At("2025-03-03T23:59:59+08:00"));
  const std::string before = s_.When(Call()).As<v1::RegisterCallResponse>().case_id();
  s_.SetNow(At("2025-03-04T00:00:00+08:00"));
  const std::string after = s_.When(Call()).As<v1::RegisterCallResponse>().case_id();
  EXPECT_EQ(AnswerDue(before).policy_version(), "default-1");
  EXPECT_EQ(AnswerDue(before).due_date(), "2025-03-10");
  EXPECT_EQ(AnswerDue(after).policy_version(), "own");
  EXPECT_EQ(AnswerDue(after).due_date(), "2025-03-06");
}

}  // namespace
}  // namespace casehub::intake
