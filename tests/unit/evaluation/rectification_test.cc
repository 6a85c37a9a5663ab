// What a bad rating sets going (E4): the clock, what was put right, the re-visit, appeal and review, custody.
#include "services/evaluation/domain/rectification.h"

#include "services/evaluation/domain/review.h"
#include "services/model/civil_time.h"
#include "tests/unit/evaluation/evaluation_fixture.h"

namespace casehub::evaluation {
namespace {

class RectificationTest : public EvaluationTest {
 protected:
  void RateBadlyAndRectify() {
    RateBadly();
    EXPECT_THAT(s_.When(Rectification()).events, ElementsAre("RectificationRecorded"));
  }
  void AppealIt() {
    RateBadly();
    EXPECT_THAT(s_.When(Appeal()).events, ElementsAre("ReviewOpened"));
  }
};

TEST_F(RectificationTest, TheTwoLowestOverallGradesOpenIt) {
  for (uint32_t overall = 1; overall <= 5; ++overall) {
    SCOPED_TRACE(overall);
    case_id_ = Uuid::V7(1'764'000'000'000, 9, overall);
    Close();
    const auto& result = Rate(overall);
    if (overall > 2) {
      EXPECT_THAT(result.events, ElementsAre("RatingRecorded"));
      EXPECT_EQ(result.As<v1::SubmitRatingResponse>().rectification_id(), "");
      continue;
    }
    ASSERT_THAT(result.events, ElementsAre("RatingRecorded", "RectificationOpened"));
    const auto& opened = result.EventAt<v1::EvaluationEvent>(1).rectification_opened();
    EXPECT_EQ(opened.ground(), v1::RECTIFICATION_GROUND_RATING);
    EXPECT_EQ(opened.office_id(), "office-1");
    EXPECT_EQ(opened.practitioner_id(), "staff-1");
    EXPECT_EQ(opened.deadline().policy(), "rating.rectify");
    EXPECT_EQ(opened.deadline().due_date(), "2025-12-17");  // 15 working days after 26 November
    EXPECT_EQ(FormatInstant(ToInstant(opened.appeal_until())), "2025-12-12T00:00:00+08:00");
  }
}

TEST_F(RectificationTest, ThePolicyOfTheMunicipalityCounts) {
  registry::v1::RegistryEvent set;
  auto* policy = set.mutable_policy_set()->mutable_policy();
  policy->set_name("rating.rectify");
  policy->set_amount(5);
  policy->set_unit(registry::v1::TERM_UNIT_NATURAL_DAYS);
  policy->set_valid_from("2025-01-01");
  policy->set_version("own");
  s_.Given(ServiceId::kRegistry, set);
  RateBadly();
  EXPECT_EQ(Rectified().deadline().due_date(), "2025-12-01");
  EXPECT_EQ(Rectified().deadline().policy_version(), "own");
}

TEST_F(RectificationTest, RectifiedAndSatisfied) {
  RateBadlyAndRectify();
  EXPECT_EQ(Rectified().status(), v1::RECTIFICATION_STATUS_RECORDED);
  EXPECT_FALSE(Rectified().late());
  EXPECT_THAT(s_.state().Due(), IsEmpty());  // its clock has ended
  const v1::Grades before = Slot().grades();
  EXPECT_THAT(s_.When(Revisit(true)).events, ElementsAre("RectificationClosed"));
  EXPECT_EQ(Rectified().end(), v1::RECTIFICATION_END_SATISFIED);
  // The re-visit changes nothing of the rating.
  EXPECT_EQ(Slot().grades().SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(ScoreOf(kHere).mean(), "2/1");
}

TEST_F(RectificationTest, NotSatisfiedOpensANewRoundWithANewClock) {
  RateBadlyAndRectify();
  SetNow("2025-12-10T09:00:00+08:00");
  EXPECT_THAT(s_.When(Revisit(false)).events, ElementsAre("RectificationReopened"));
  EXPECT_EQ(s_.last().As<v1::RecordRevisitResponse>().round(), 2u);
  EXPECT_EQ(Rectified().round(), 2u);
  EXPECT_EQ(Rectified().status(), v1::RECTIFICATION_STATUS_OPEN);
  EXPECT_EQ(Rectified().deadline().due_date(), "2025-12-31");
  EXPECT_EQ(ScoreOf(kHere).mean(), "2/1");
  EXPECT_THAT(s_.When(Rectification()).events, ElementsAre("RectificationRecorded"));
  EXPECT_THAT(s_.When(Revisit(true)).events, ElementsAre("RectificationClosed"));
}

TEST_F(RectificationTest, ItWarnsThenIsOverdueOnceAtMidnight) {
  RateBadly();
  SetNow("2025-12-14T23:59:59.999999+08:00");
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  SetNow("2025-12-15T00:00:00+08:00");
  EXPECT_THAT(s_.RunDue(), ElementsAre("RectificationDueSoon"));
  SetNow("2025-12-17T23:59:59.999999+08:00");
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  SetNow("2025-12-18T00:00:00+08:00");
  EXPECT_THAT(s_.RunDue(), ElementsAre("RectificationOverdue", "Escalated"));
  EXPECT_TRUE(Rectified().overdue());
  SetNow("2026-03-18T00:00:00+08:00");
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  EXPECT_THAT(s_.When(Rectification()).events, ElementsAre("RectificationRecorded"));  // late, and still to be done
  EXPECT_TRUE(Rectified().late());
}

// After an outage that lasted beyond the end there is no warning any more.
TEST_F(RectificationTest, OverdueWithoutAWarning) {
  RateBadly();
  SetNow("2025-12-20T00:00:00+08:00");
  EXPECT_THAT(s_.RunDue(), ElementsAre("RectificationOverdue", "Escalated"));
}

TEST_F(RectificationTest, UpheldItGoesOnWithoutTheDaysOfTheReview) {
  AppealIt();
  EXPECT_EQ(Rectified().status(), v1::RECTIFICATION_STATUS_IN_REVIEW);
  EXPECT_THAT(s_.state().Due(), IsEmpty());  // no time runs while it waits
  SetNow("2025-12-02T15:00:00+08:00");
  ASSERT_THAT(s_.When(Review(v1::REVIEW_OUTCOME_UPHELD)).events, ElementsAre("ReviewDecided"));
  const auto& decided = s_.last().EventAt<v1::EvaluationEvent>(0).review_decided();
  EXPECT_EQ(decided.paused_from(), "2025-11-26");
  EXPECT_EQ(decided.paused_to(), "2025-12-02");
  EXPECT_EQ(Rectified().status(), v1::RECTIFICATION_STATUS_OPEN);
  EXPECT_EQ(Rectified().deadline().due_date(), "2025-12-23");  // four working days later
  EXPECT_EQ(s_.state().Due().size(), 1u);
  EXPECT_EQ(Rectifications().review().outcome(), v1::REVIEW_OUTCOME_UPHELD);
  EXPECT_EQ(ScoreOf(kHere).count(), 1u);  // it stays counted
}

TEST_F(RectificationTest, UpheldAfterItWasDoneWaitsForTheRevisit) {
  RateBadlyAndRectify();
  s_.When(Appeal());
  EXPECT_THAT(s_.When(Review(v1::REVIEW_OUTCOME_UPHELD)).events, ElementsAre("ReviewDecided"));
  EXPECT_EQ(Rectified().status(), v1::RECTIFICATION_STATUS_RECORDED);
  EXPECT_THAT(s_.When(Revisit(true)).events, ElementsAre("RectificationClosed"));
}

TEST_F(RectificationTest, SetAsideIsNotCountedFromThenOn) {
  AppealIt();
  const Instant rated = s_.now();
  SetNow("2025-12-02T15:00:00+08:00");
  EXPECT_THAT(s_.When(Review(v1::REVIEW_OUTCOME_SET_ASIDE)).events,
              ElementsAre("ReviewDecided", "RatingSetAside", "RectificationClosed"));
  EXPECT_EQ(Rectified().end(), v1::RECTIFICATION_END_SET_ASIDE);
  EXPECT_THAT(s_.state().Due(), IsEmpty());
  const Instant set_aside = s_.now();
  EXPECT_EQ(ScoreOf(kHere).count(), 0u);
  EXPECT_EQ(ScoreOf(kHere).unrated(), 0);  // it was rated
  EXPECT_EQ(ScoreOf(kHere, set_aside).count(), 0u);
  EXPECT_EQ(ScoreOf(kHere, Instant{set_aside.micros - 1}).mean(), "2/1");
  EXPECT_EQ(ScoreOf(kHere, rated).mean(), "2/1");
  EXPECT_EQ(ScoreOf(kHere, Instant{rated.micros - 1}).count(), 0u);
  // The rating itself stays what it was.
  EXPECT_EQ(Slot().grades().overall(), 2u);
  EXPECT_EQ(Rate(5).refusal, R::REFUSAL_SLOT_USED);
}

TEST_F(RectificationTest, AnAppealIsInTimeUntilTheEndOfItsLastDay) {
  RateBadly();
  SetNow("2025-12-11T23:59:59.999999+08:00");
  EXPECT_THAT(s_.When(Appeal()).events, ElementsAre("ReviewOpened"));
}

TEST_F(RectificationTest, TheNoticeRestatesAProvisionalDate) {
  SetNow("2026-12-20T09:00:00+08:00");
  RateBadly();
  ASSERT_TRUE(Rectified().deadline().provisional());
  const std::string before = Rectified().deadline().due_date();
  registry::v1::RegistryEvent loaded;
  loaded.mutable_calendar_loaded()->set_year(2027);
  for (const char* date : {"2027-01-01", "2027-01-04"}) {
    auto* day = loaded.mutable_calendar_loaded()->add_days();
    day->set_date(date);
    day->set_working(false);
  }
  s_.Given(ServiceId::kRegistry, loaded);
  ASSERT_THAT(s_.RunDue(), ElementsAre("DeadlineRestated"));
  const auto& restated = s_.last().EventAt<v1::EvaluationEvent>(0).deadline_restated();
  EXPECT_EQ(restated.before().due_date(), before);
  EXPECT_GT(restated.why_after().steps_en_size(), 0);
  EXPECT_FALSE(Rectified().deadline().provisional());
  EXPECT_GT(Rectified().deadline().due_date(), before);
  const auto due = s_.state().Due();
  ASSERT_EQ(due.size(), 1u);  // the timer moved with the date
  EXPECT_EQ(due[0].id.due_at.micros, ToInstant(Rectified().deadline().due_at()).micros - kWarnDays * kMicrosPerDay);
}

// A calendar that was loaded while the case was frozen is seen when it thaws.
TEST_F(RectificationTest, AThawLooksAgain) {
  SetNow("2026-12-20T09:00:00+08:00");
  RateBadly();
  Freeze(1);
  EXPECT_THAT(s_.RunDue(), ElementsAre("PartExported"));
  registry::v1::RegistryEvent loaded;
  loaded.mutable_calendar_loaded()->set_year(2027);
  loaded.mutable_calendar_loaded()->add_days()->set_date("2027-01-01");
  s_.Given(ServiceId::kRegistry, loaded);
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  Thaw(1);
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineRestated"));
}

TEST_F(RectificationTest, FrozenNothingFiresThawedItDoes) {
  RateBadly();
  Freeze(1);
  EXPECT_THAT(s_.RunDue(), ElementsAre("PartExported"));
  SetNow("2026-01-18T00:00:00+08:00");
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  Thaw(1);
  EXPECT_THAT(s_.RunDue(), ElementsAre("RectificationOverdue", "Escalated"));
}

// Where the case is reviewed its rating was not counted: the fact goes back by mailbox, once.
TEST_F(RectificationTest, ARatingCountedElsewhereIsTakenBackThere) {
  AppealIt();
  Freeze(1);
  MoveTo(kThere, 1);
  testing::Scenario there(MakeEvaluationService(), kThere, s_.now());
  auto moved = Custody();
  moved.mutable_custody_moved()->set_hop(1);
  auto* part = moved.mutable_custody_moved()->add_parts();
  part->set_service(static_cast<uint32_t>(ServiceId::kEvaluation));
  part->set_state(s_.last().EventAt<v1::EvaluationEvent>(0).part_exported().state());
  there.Given(ServiceId::kTransfer, moved);
  EXPECT_THAT(there.When(Review(v1::REVIEW_OUTCOME_SET_ASIDE)).events,
              ElementsAre("ReviewDecided", "RectificationClosed"));
  ASSERT_EQ(there.state().sent().size(), 1u);
  const auto& sent = there.state().sent()[0];
  EXPECT_EQ(sent.to, kHere);
  EXPECT_TRUE(there.ReplayEqualsLive());
  EXPECT_EQ(ScoreOf(kHere).count(), 1u);
  const runtime::DecideContext context{s_.now(), s_.now(), Uuid::V7(1, 2, 3), kHere};
  auto outcome = s_.service().Receive({kThere, 1, sent.payload}, context, s_.state());
  auto& decision = std::get<runtime::Decision>(outcome);
  ASSERT_EQ(decision.events.size(), 1u);
  EXPECT_THAT(decision.relies_on, IsEmpty());
  s_.Given(ServiceId::kEvaluation, *decision.events[0]);
  EXPECT_EQ(ScoreOf(kHere).count(), 0u);
  auto again = s_.service().Receive({kThere, 2, sent.payload}, context, s_.state());
  EXPECT_THAT(std::get<runtime::Decision>(again).events, IsEmpty());
}

TEST_F(RectificationTest, ItsClockIsArmedWhereTheCaseArrives) {
  RateBadly();
  Freeze(1);
  MoveTo(kThere, 1);
  const auto due = s_.state().Due();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].work.municipality, kThere);
  v1::ListRectificationsRequest list;
  EXPECT_EQ(s_.When(list).As<v1::ListRectificationsResponse>().rectifications_size(), 0);
  auto answer = s_.service().Query(list, {kThere, s_.now()}, s_.state());
  EXPECT_EQ(static_cast<const v1::ListRectificationsResponse&>(*std::get<runtime::MessagePtr>(answer))
                .rectifications(0)
                .case_id(),
            id());
}

TEST_F(RectificationTest, OpinionsOpenRectificationAndAreNeverCounted) {
  Close();
  EXPECT_THAT(s_.When(Opinion(4)).events, ElementsAre("OpinionRecorded"));
  EXPECT_EQ(s_.last().As<v1::RecordOpinionResponse>().rectification_id(), "");
  EXPECT_THAT(s_.When(Opinion(2)).events, ElementsAre("OpinionRecorded", "RectificationOpened"));
  const std::string opened = s_.last().As<v1::RecordOpinionResponse>().rectification_id();
  EXPECT_THAT(s_.When(Opinion(1)).events, ElementsAre("OpinionRecorded"));  // belongs to the one under way
  EXPECT_EQ(s_.last().As<v1::RecordOpinionResponse>().rectification_id(), opened);
  EXPECT_EQ(ScoreOf(kHere).count(), 0u);
  EXPECT_EQ(ScoreOf(kHere).unrated(), 1);
  EXPECT_THAT(Rate(1).events, ElementsAre("RatingRecorded", "RectificationOpened"));  // of its own
  EXPECT_EQ(Rectifications().rectifications_size(), 2);
  auto request = Rectification();
  request.set_rectification_id(opened);
  EXPECT_THAT(s_.When(request).events, ElementsAre("RectificationRecorded"));
  auto revisit = Revisit(true);
  revisit.set_rectification_id(opened);
  EXPECT_THAT(s_.When(revisit).events, ElementsAre("RectificationClosed"));
  EXPECT_THAT(s_.When(Opinion(1)).events, ElementsAre("OpinionRecorded", "RectificationOpened"));
}

TEST_F(RectificationTest, FeedbackComesWhileTheCaseIsOpen) {
  Open();
  EXPECT_THAT(s_.When(Feedback(5)).events, ElementsAre("FeedbackRecorded"));
  EXPECT_THAT(s_.When(Feedback(1)).events, ElementsAre("FeedbackRecorded", "RectificationOpened"));
  EXPECT_THAT(s_.When(Feedback(2, "office-2")).events, ElementsAre("FeedbackRecorded", "RectificationOpened"));
  EXPECT_EQ(ScoreOf(kHere).count(), 0u);
  Close();
  EXPECT_THAT(Rate(5).events, ElementsAre("RatingRecorded"));
  EXPECT_EQ(ScoreOf(kHere).mean(), "5/1");
}

TEST_F(RectificationTest, ACaseHasSoManyAndNoMore) {
  Open();
  for (int i = 0; i < kRectificationsMax; ++i) {
    EXPECT_THAT(s_.When(Feedback(1, "office-" + std::to_string(i))).events,
                ElementsAre("FeedbackRecorded", "RectificationOpened"));
  }
  EXPECT_THAT(s_.When(Feedback(1, "one-more")).events, ElementsAre("FeedbackRecorded"));
  EXPECT_EQ(Rectifications().rectifications_size(), kRectificationsMax);
}

TEST_F(RectificationTest, ListsWhatIsOpenPageByPage) {
  for (uint64_t i = 1; i <= 3; ++i) {
    case_id_ = Uuid::V7(1'764'000'000'000, 9, i);
    RateBadly();
  }
  v1::ListRectificationsRequest request;
  request.set_page_size(2);
  const auto first = s_.When(request).As<v1::ListRectificationsResponse>();
  EXPECT_EQ(first.rectifications_size(), 2);
  request.set_page_token(first.next_page_token());
  const auto second = s_.When(request).As<v1::ListRectificationsResponse>();
  EXPECT_EQ(second.rectifications_size(), 1);
  EXPECT_EQ(second.next_page_token(), "");
  s_.When(Rectification());
  s_.When(Revisit(true));
  request.clear_page_token();
  request.clear_page_size();
  EXPECT_EQ(s_.When(request).As<v1::ListRectificationsResponse>().rectifications_size(), 2);
  request.set_page_token("not one of ours");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_PAGE_TOKEN_INVALID);
  request.set_page_size(-1);
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_INVALID);
}

}  // namespace
}  // namespace casehub::evaluation
