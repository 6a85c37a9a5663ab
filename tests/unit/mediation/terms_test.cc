// The term of a mediation and the thirty days of confirmation: where they begin, when they run out, what restates them.
#include "services/mediation/domain/terms.h"

#include "tests/unit/mediation/mediation_fixture.h"

namespace casehub::mediation {
namespace {

class TermsTest : public MediationTest {
 protected:
  void SetPolicy(const std::string& name, uint32_t amount, uint32_t extension) {
    registry::v1::RegistryEvent event;
    auto* policy = event.mutable_policy_set()->mutable_policy();
    policy->set_name(name);
    policy->set_amount(amount);
    policy->set_unit(registry::v1::TERM_UNIT_NATURAL_DAYS);
    policy->set_extension(extension);
    policy->set_valid_from("2020-01-01");
    policy->set_version("own");
    s_.Given(ServiceId::kRegistry, event);
  }
  void Notice(int year, const std::vector<std::string>& days_off) {
    registry::v1::RegistryEvent event;
    event.mutable_calendar_loaded()->set_year(static_cast<uint32_t>(year));
    event.mutable_calendar_loaded()->set_version("notice");
    for (const std::string& day : days_off) event.mutable_calendar_loaded()->add_days()->set_date(day);
    s_.Given(ServiceId::kRegistry, event);
  }
};

TEST_F(TermsTest, EachSourceHasItsPolicyAndItsStart) {
  struct Row {
    ReferralSource source;
    const char* policy;
    const char* due_date;
  };
  // Accepted on Monday 3 March 2025; the court's files were signed for on Saturday 1 March.
  const Row rows[] = {
      {ReferralSource::REFERRAL_SOURCE_PARTY, "mediation.ordinary", "2025-04-03"},
      {ReferralSource::REFERRAL_SOURCE_POLICE, "mediation.ordinary", "2025-04-03"},
      {ReferralSource::REFERRAL_SOURCE_PROCURATORATE, "mediation.ordinary", "2025-04-03"},
      {ReferralSource::REFERRAL_SOURCE_PETITION, "mediation.ordinary", "2025-04-03"},
      {ReferralSource::REFERRAL_SOURCE_GOVERNMENT, "mediation.ordinary", "2025-04-03"},
      {ReferralSource::REFERRAL_SOURCE_COURT_DELEGATED, "mediation.court_delegated", "2025-03-31"},
      {ReferralSource::REFERRAL_SOURCE_COURT_ENTRUSTED, "mediation.court_entrusted", "2025-03-17"},
      {ReferralSource::REFERRAL_SOURCE_COURT_ENTRUSTED_SIMPLIFIED, "mediation.court_entrusted_simplified",
       "2025-03-10"},
      {ReferralSource::REFERRAL_SOURCE_COURT_ENFORCEMENT, "mediation.ordinary", "2025-04-01"},
  };
  for (const Row& row : rows) {
    Refer(row.source, "2025-03-01T10:00:00+08:00");
    Accepted();
    const auto& deadline = s_.last().EventAt<v1::MediationEvent>(1).mediation_clock_started().deadline();
    EXPECT_EQ(deadline.policy(), row.policy) << row.source;
    EXPECT_EQ(deadline.due_date(), row.due_date) << row.source;
  }
}

TEST_F(TermsTest, ATermIsMissedAtMidnightAndTheDisputeGoesOn) {
  Refer();
  Assigned();
  s_.SetNow(At("2025-04-03T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2025-04-04T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
  EXPECT_EQ(s_.last().EventAt<v1::MediationEvent>(0).deadline_missed().policy(), "mediation.ordinary");
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.When(Session());
  s_.When(Agree());
  EXPECT_EQ(Get().mediation_term().status(), v1::TERM_STATUS_MET_LATE);
}

TEST_F(TermsTest, AnAgreementOfTheLastDayIsInTimeHoweverLateItIsRecorded) {
  Refer();
  Met();
  s_.SetNow(At("2025-04-07T09:00:00+08:00"));
  s_.RunDue();
  s_.When(Agree("2025-04-03T23:59:59+08:00"));
  EXPECT_EQ(Get().mediation_term().status(), v1::TERM_STATUS_MET);
}

TEST_F(TermsTest, AFailureEndsTheTerm) {
  Refer();
  Failed();
  EXPECT_EQ(Get().mediation_term().status(), v1::TERM_STATUS_MET);
  EXPECT_THAT(s_.state().Due(), IsEmpty());
}

TEST_F(TermsTest, AnExtensionIsGivenOnceWhereThePolicyAllowsIt) {
  Refer();
  Accepted();
  ExpectRefused(Extend(), R::REFUSAL_NO_EXTENSION, {{"policy", "mediation.ordinary"}});
  SetPolicy("mediation.ordinary", 30, 15);
  Refer();
  Accepted();
  EXPECT_EQ(Get().mediation_term().deadline().due_date(), "2025-04-02");
  EXPECT_THAT(s_.When(Extend()).events, ElementsAre("MediationExtended"));
  EXPECT_EQ(Get().mediation_term().deadline().due_date(), "2025-04-17");
  EXPECT_TRUE(Get().mediation_term().deadline().extended());
  ExpectRefused(Extend(), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_EXTENSION"}});
  s_.SetNow(At("2025-04-03T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2025-04-18T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed", "DeadlineMissed"));  // of the first dispute too
}

TEST_F(TermsTest, WhatHasRunOutIsNotExtended) {
  SetPolicy("mediation.ordinary", 30, 15);
  Refer();
  Accepted();
  s_.SetNow(At("2025-04-02T23:59:59+08:00"));
  s_.SetNow(At("2025-04-03T00:00:00+08:00"));
  ExpectRefused(Extend(), R::REFUSAL_TERM_OVER, {{"due_date", "2025-04-02"}});
  s_.RunDue();
  ExpectRefused(Extend(), R::REFUSAL_TERM_OVER, {{"due_date", "2025-04-02"}});
}

TEST_F(TermsTest, TheLastSecondIsInTimeForAnExtension) {
  SetPolicy("mediation.ordinary", 30, 15);
  Refer();
  Accepted();
  s_.SetNow(At("2025-04-02T23:59:59+08:00"));
  EXPECT_THAT(s_.When(Extend()).events, ElementsAre("MediationExtended"));
}

// 3 March and thirty days is Wednesday 2 April; five working days with it are left on Thursday 27 March.
TEST_F(TermsTest, ThePartiesAreRemindedFiveWorkingDaysBeforeTheEnd) {
  Refer();
  Succeeded();
  EXPECT_EQ(Get().confirmation_term().deadline().due_date(), "2025-04-02");
  EXPECT_EQ(Get().agreement().remind_on(), "2025-03-27");
  s_.SetNow(At("2025-03-26T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2025-03-27T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("ConfirmationReminded"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2025-04-02T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2025-04-03T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("ConfirmationLapsed"));
  ExpectRefused(Apply(), R::REFUSAL_CONFIRMATION_WINDOW_OVER, {{"due_date", "2025-04-02"}});
}

TEST_F(TermsTest, WhoHasAppliedIsNotReminded) {
  Refer();
  Succeeded();
  s_.When(Apply());
  s_.SetNow(At("2025-05-01T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
}

// Decision 8: in time is what was applied for in time, also if the lapse was recorded before it.
TEST_F(TermsTest, AnApplicationInTimeIsTakenAfterTheLapse) {
  Refer();
  Succeeded();
  s_.SetNow(At("2025-04-05T09:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("ConfirmationLapsed"));  // too late to remind of it
  ExpectRefused(Apply("2025-04-03T00:00:00+08:00"), R::REFUSAL_CONFIRMATION_WINDOW_OVER);
  EXPECT_THAT(s_.When(Apply("2025-04-02T23:59:59+08:00")).events, ElementsAre("JointApplicationRecorded"));
  EXPECT_EQ(Get().confirmation_term().status(), v1::TERM_STATUS_MET);
}

TEST_F(TermsTest, TheWindowClosesAtMidnightAlsoBeforeTheLapseIsRecorded) {
  Refer();
  Succeeded();
  s_.SetNow(At("2025-04-03T00:00:00+08:00"));
  ExpectRefused(Apply(), R::REFUSAL_CONFIRMATION_WINDOW_OVER);
}

TEST_F(TermsTest, AnAgreementRecordedLateCountsFromItsEffect) {
  Refer();
  Met();
  s_.SetNow(At("2025-04-15T09:00:00+08:00"));
  s_.RunDue();
  s_.When(Agree("2025-03-04T09:00:00+08:00"));
  EXPECT_EQ(Get().confirmation_term().deadline().due_date(), "2025-04-03");
  EXPECT_THAT(s_.RunDue(), ElementsAre("ConfirmationLapsed"));
}

// 9 December and thirty days is Friday 8 January; a month is Saturday 9 January.
TEST_F(TermsTest, TheNoticeRestatesBothTermsAndTheReminder) {
  s_.SetNow(At("2026-12-09T09:00:00+08:00"));
  Refer();
  Accepted();
  EXPECT_TRUE(Get().mediation_term().deadline().provisional());
  EXPECT_EQ(Get().mediation_term().deadline().due_date(), "2027-01-11");
  const std::string open = case_id_;
  Refer(ReferralSource::REFERRAL_SOURCE_PARTY);
  Agreed();
  EXPECT_EQ(Get().confirmation_term().deadline().due_date(), "2027-01-08");
  EXPECT_EQ(Get().agreement().remind_on(), "2027-01-04");
  Notice(2027, {"2027-01-01", "2027-01-04", "2027-01-05", "2027-01-11"});
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineRestated", "DeadlineRestated"));
  EXPECT_EQ(Get().confirmation_term().deadline().due_date(), "2027-01-08");
  EXPECT_FALSE(Get().confirmation_term().deadline().provisional());
  EXPECT_EQ(Get().agreement().remind_on(), "2026-12-30");
  case_id_ = open;
  EXPECT_EQ(Get().mediation_term().deadline().due_date(), "2027-01-12");
  s_.SetNow(At("2026-12-29T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2026-12-30T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("ConfirmationReminded"));
  s_.SetNow(At("2027-01-09T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("ConfirmationLapsed"));
  s_.SetNow(At("2027-01-12T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2027-01-13T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
}

TEST_F(TermsTest, WhatLapsedByTheProvisionalDateRunsAgain) {
  s_.SetNow(At("2026-12-02T09:00:00+08:00"));
  Refer(ReferralSource::REFERRAL_SOURCE_PARTY);
  Agreed();
  s_.SetNow(At("2027-01-02T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("ConfirmationLapsed"));
  Notice(2027, {"2027-01-01", "2027-01-04"});
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineRestated", "ConfirmationReminded"));
  EXPECT_THAT(s_.When(Apply()).events, ElementsAre("JointApplicationRecorded"));
}

TEST_F(TermsTest, AnExtendedTermStaysExtendedWhenItIsRestated) {
  SetPolicy("mediation.ordinary", 30, 15);
  s_.SetNow(At("2026-12-02T09:00:00+08:00"));
  Refer();
  Accepted();
  s_.When(Extend());
  EXPECT_EQ(Get().mediation_term().deadline().due_date(), "2027-01-18");  // 16 January is a Saturday
  Notice(2027, {"2027-01-18"});
  s_.RunDue();
  EXPECT_EQ(Get().mediation_term().deadline().due_date(), "2027-01-19");
  EXPECT_TRUE(Get().mediation_term().deadline().extended());
}

TEST(WorkingDaysBefore, CountsTheDayItselfAndLeavesHolidaysOut) {
  const auto& calendar = legalclock::Calendar::Builtin();
  using absl::CivilDay;
  EXPECT_EQ(legalclock::WorkingDaysBefore(CivilDay(2025, 4, 2), 5, calendar), CivilDay(2025, 3, 27));
  EXPECT_EQ(legalclock::WorkingDaysBefore(CivilDay(2025, 4, 2), 1, calendar), CivilDay(2025, 4, 2));
  // 5 October 2025 is a holiday, 28 September a make-up Sunday that works.
  EXPECT_EQ(legalclock::WorkingDaysBefore(CivilDay(2025, 10, 5), 1, calendar), CivilDay(2025, 9, 30));
  EXPECT_EQ(legalclock::WorkingDaysBefore(CivilDay(2025, 9, 30), 3, calendar), CivilDay(2025, 9, 28));
}

}  // namespace
}  // namespace casehub::mediation
