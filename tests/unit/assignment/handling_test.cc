// From the first step to the closed case, its clocks and its subsidy (life 1, step 8; C9).
#include "tests/unit/assignment/assignment_fixture.h"

namespace casehub::assignment {
namespace {

class HandlingTest : public AssignmentTest {
 protected:
  void AssignedCase() {
    desk.SetTariff("2025-01-01", 150'000);
    desk.Lawyer("one");
    desk.Grant(kCaseA);
    desk.Assign(kCaseA);
  }
};

TEST_F(HandlingTest, FromTheFirstStepToTheSubsidy) {
  AssignedCase();
  EXPECT_THAT(desk.Step(kCaseA, v1::HANDLING_STEP_CONTACTED).events, ElementsAre("HandlingStepRecorded"));
  EXPECT_THAT(desk.Step(kCaseA, v1::HANDLING_STEP_CONCLUDED).events,
              ElementsAre("HandlingStepRecorded", "ClosingFileClockStarted"));
  ExpectRefused(desk.Step(kCaseA, v1::HANDLING_STEP_CONCLUDED), R::REFUSAL_ALREADY_DONE,
                {{"what", "PHRASE_CONCLUSION"}});
  ExpectRefused(desk.Approve(kCaseA), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_CLOSING_FILE"}});
  EXPECT_THAT(desk.Submit(kCaseA).events, ElementsAre("ClosingFileSubmitted", "FileReviewClockStarted"));
  ExpectRefused(desk.Submit(kCaseA), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_CLOSING_FILE"}});
  ExpectRefused(desk.Step(kCaseA, v1::HANDLING_STEP_OTHER), R::REFUSAL_ALREADY_DONE);
  const Result& approved = desk.Approve(kCaseA);
  EXPECT_THAT(approved.events, ElementsAre("CaseClosed", "SubsidyPayable"));
  const auto& closed = approved.EventAt<v1::AssignmentEvent>(0).case_closed();
  EXPECT_EQ(closed.office_id(), "centre");
  EXPECT_EQ(closed.practitioner_id(), "one");
  EXPECT_EQ(closed.matter_type(), "labour");
  const auto& payable = approved.EventAt<v1::AssignmentEvent>(1).subsidy_payable();
  EXPECT_EQ(payable.amount_fen(), 150'000);
  EXPECT_EQ(payable.tariff_version().size(), 64u);
  ExpectRefused(desk.Approve(kCaseA), R::REFUSAL_CASE_CLOSED);
  EXPECT_EQ(desk.InHand("one"), 0u);
  desk.Now("2026-01-01T00:00:00+08:00");
  EXPECT_THAT(desk.s.RunDue(), IsEmpty());
}

TEST_F(HandlingTest, AFileThatIsReturnedComesAgain) {
  AssignedCase();
  desk.Submit(kCaseA);
  EXPECT_THAT(desk.Return(kCaseA).events, ElementsAre("ClosingFileReturned", "ClosingFileClockStarted"));
  ExpectRefused(desk.Return(kCaseA), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_CLOSING_FILE"}});
  EXPECT_THAT(desk.Step(kCaseA, v1::HANDLING_STEP_OTHER).events, ElementsAre("HandlingStepRecorded"));
  desk.Submit(kCaseA);
  EXPECT_EQ(desk.Get(kCaseA).closing_rounds(), 2u);
  EXPECT_THAT(desk.Approve(kCaseA).events, ElementsAre("CaseClosed", "SubsidyPayable"));
}

TEST_F(HandlingTest, ClocksWarnAndThenAreMissed) {
  AssignedCase();
  desk.Step(kCaseA, v1::HANDLING_STEP_CONCLUDED);  // on 3 March; thirty days end on Wednesday 2 April
  EXPECT_EQ(desk.Get(kCaseA).closing_file().deadline().due_date(), "2025-04-02");
  desk.Now("2025-03-30T23:59:59+08:00");
  EXPECT_THAT(desk.s.RunDue(), IsEmpty());
  desk.Now("2025-03-31T00:00:00+08:00");
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("DeadlineWarned"));
  desk.Now("2025-04-02T23:59:59+08:00");
  EXPECT_THAT(desk.s.RunDue(), IsEmpty());
  desk.Now("2025-04-03T00:00:00+08:00");
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("DeadlineMissed"));
  desk.Submit(kCaseA);
  EXPECT_EQ(desk.Get(kCaseA).closing_file().status(), v1::ASSIGNMENT_CLOCK_STATUS_MET_LATE);
  EXPECT_EQ(desk.Get(kCaseA).file_review().deadline().due_date(), "2025-05-06") << "3 May, a holiday, rolls";
  desk.Now("2025-06-01T00:00:00+08:00");
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("DeadlineMissed")) << "after an outage no warning comes too late";
}

TEST_F(HandlingTest, AProvisionalDateIsCountedAgainWhenItsYearIsLoaded) {
  desk.Now("2026-12-04T09:00:00+08:00");
  AssignedCase();
  desk.Step(kCaseA, v1::HANDLING_STEP_CONCLUDED);  // thirty days end on Sunday 3 January 2027
  EXPECT_TRUE(desk.Get(kCaseA).closing_file().deadline().provisional());
  EXPECT_EQ(desk.Get(kCaseA).closing_file().deadline().due_date(), "2027-01-04");
  desk.Freeze(kCaseA, 1);
  registry::v1::RegistryEvent loaded;
  loaded.mutable_calendar_loaded()->set_year(2027);
  auto* day = loaded.mutable_calendar_loaded()->add_days();
  day->set_date("2027-01-04");
  desk.s.Given(ServiceId::kRegistry, loaded);
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("PartExported")) << "a frozen case waits";
  desk.Thaw(kCaseA, 1);
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("DeadlineRestated"));
  EXPECT_EQ(desk.Get(kCaseA).closing_file().deadline().due_date(), "2027-01-05");
  EXPECT_FALSE(desk.Get(kCaseA).closing_file().deadline().provisional());
  desk.Now("2027-01-05T23:59:59+08:00");
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("DeadlineWarned"));
  desk.Now("2027-01-06T00:00:00+08:00");
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("DeadlineMissed"));
}

TEST_F(HandlingTest, WorkOfMandatoryDefence) {
  desk.Lawyer("one");
  desk.Notice(kCaseA, intake::v1::MAXIMUM_PENALTY_FIXED_TERM);
  desk.Assign(kCaseA);
  auto meeting = desk.On<v1::RecordMeetingRequest>(kCaseA);
  meeting.set_place("detention centre");
  EXPECT_THAT(desk.s.When(meeting).events, ElementsAre("MeetingRecorded"));
  auto reading = desk.On<v1::RecordFileReadingRequest>(kCaseA);
  reading.set_pages(120);
  EXPECT_THAT(desk.s.When(reading).events, ElementsAre("FileReadingRecorded"));
  auto hearing = desk.On<v1::RecordHearingRequest>(kCaseA);
  ExpectRefused(desk.s.When(hearing), R::REFUSAL_FIELD_MISSING, {{"field", "organ"}});
  hearing.set_organ("district court");
  const Result& heard = desk.s.When(hearing);
  EXPECT_THAT(heard.events, ElementsAre("HearingRecorded"));
  EXPECT_EQ(heard.EventAt<v1::AssignmentEvent>(0).hearing_recorded().ordinal(), 3u);
}

TEST_F(HandlingTest, TheTariffOfTheFirstLetterHoldsAndReplacedLawyersShareIt) {
  desk.SetTariff("2025-01-01", 100'001);
  desk.SetTariff("2025-03-04", 999'999);
  desk.Lawyer("one");
  desk.Lawyer("two");
  desk.Grant(kCaseA);
  desk.Assign(kCaseA);
  desk.Step(kCaseA, v1::HANDLING_STEP_CONTACTED);
  desk.Replace(kCaseA);
  desk.Now("2025-03-04T09:00:00+08:00");
  desk.Assign(kCaseA);
  desk.Step(kCaseA, v1::HANDLING_STEP_FILED);
  desk.Submit(kCaseA);
  const Result& approved = desk.Approve(kCaseA);
  const auto& payable = approved.EventAt<v1::AssignmentEvent>(1).subsidy_payable();
  EXPECT_EQ(payable.amount_fen(), 100'001) << "one tariff, that of the day of the first letter";
  ASSERT_EQ(payable.shares_size(), 2);
  EXPECT_EQ(payable.shares(0).practitioner_id(), "one");
  EXPECT_EQ(payable.shares(0).amount_fen(), 50'001);
  EXPECT_EQ(payable.shares(1).amount_fen(), 50'000);
}

TEST_F(HandlingTest, WithoutATariffNothingIsClosed) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  desk.Assign(kCaseA);
  desk.Submit(kCaseA);
  ExpectRefused(desk.Approve(kCaseA), R::REFUSAL_NO_TARIFF, {{"day", "2025-03-03"}, {"matter_type", "labour"}});
  desk.SetTariff("2025-03-04", 1);
  ExpectRefused(desk.Approve(kCaseA), R::REFUSAL_NO_TARIFF);
  desk.SetTariff("2025-03-03", 1);
  EXPECT_THAT(desk.Approve(kCaseA).events, ElementsAre("CaseClosed", "SubsidyPayable"));
}

TEST_F(HandlingTest, WhoHandledDoesNotApprove) {
  AssignedCase();
  desk.Submit(kCaseA);
  auto request = desk.On<v1::ApproveClosingFileRequest>(kCaseA);
  request.mutable_actor()->set_staff_id("one");
  ExpectRefused(desk.s.When(request), R::REFUSAL_HANDLER_APPROVES);
}

TEST_F(HandlingTest, WorkLiesBetweenLetterAndNow) {
  AssignedCase();
  auto request = desk.On<v1::RecordHandlingStepRequest>(kCaseA);
  request.set_step(v1::HANDLING_STEP_FILED);
  *request.mutable_happened_at() = Stamp("2025-03-03T08:59:59+08:00");
  ExpectRefused(desk.s.When(request), R::REFUSAL_FIELD_INVALID, {{"why", "PHRASE_BEFORE_LETTER"}});
  *request.mutable_happened_at() = Stamp("2025-03-03T09:05:01+08:00");
  ExpectRefused(desk.s.When(request), R::REFUSAL_TIME_IN_FUTURE, {{"field", "happened_at"}});
  *request.mutable_happened_at() = Stamp("2025-03-03T09:00:00+08:00");
  EXPECT_THAT(desk.s.When(request).events, ElementsAre("HandlingStepRecorded"));
}

}  // namespace
}  // namespace casehub::assignment
