// The letter and what ends it: notice to the authority, replacement, termination, withdrawal (lives 1 and 2).
#include "tests/unit/assignment/assignment_fixture.h"

namespace casehub::assignment {
namespace {

using LetterTest = AssignmentTest;

TEST_F(LetterTest, MandatoryDefenceMeetsItsClockByLetterAndNotice) {
  desk.Lawyer("young", [](auto* one) { one->set_criminal_practice_since("2022-03-04"); });
  desk.Lawyer("zoe");
  desk.Notice(kCaseA, intake::v1::MAXIMUM_PENALTY_LIFE);
  EXPECT_EQ(desk.Offer(kCaseA).As<v1::OfferCaseResponse>().practitioner_id(), "zoe") << "three years, less one day";
  desk.Accept(kCaseA);
  EXPECT_THAT(desk.Letter(kCaseA).events, ElementsAre("PractitionerAssigned"));
  ExpectRefused(desk.Submit(kCaseA), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_AUTHORITY_NOTICE"}});
  EXPECT_EQ(desk.Get(kCaseA).assign().status(), v1::ASSIGNMENT_CLOCK_STATUS_RUNNING);
  desk.Now("2025-03-06T23:59:59+08:00");
  const Result& notified = desk.Notify(kCaseA);
  EXPECT_THAT(notified.events, ElementsAre("AuthorityNotified", "AssignClockMet"));
  EXPECT_FALSE(notified.EventAt<v1::AssignmentEvent>(1).assign_clock_met().late());
  ExpectRefused(desk.Notify(kCaseA), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_AUTHORITY_NOTICE"}});
}

TEST_F(LetterTest, NotifiedAtMidnightIsLate) {
  desk.Lawyer("one");
  desk.Notice(kCaseA, intake::v1::MAXIMUM_PENALTY_FIXED_TERM);
  desk.Assign(kCaseA);
  desk.Now("2025-03-07T00:00:00+08:00");
  const Result& notified = desk.Notify(kCaseA);
  EXPECT_TRUE(notified.EventAt<v1::AssignmentEvent>(1).assign_clock_met().late());
  EXPECT_EQ(desk.Get(kCaseA).assign().status(), v1::ASSIGNMENT_CLOCK_STATUS_MET_LATE);
}

TEST_F(LetterTest, WhoWasReplacedDoesNotGetTheCaseAgain) {
  desk.Lawyer("one");
  desk.Lawyer("two");
  desk.Notice(kCaseA, intake::v1::MAXIMUM_PENALTY_FIXED_TERM);
  desk.Assign(kCaseA);
  desk.Notify(kCaseA);
  EXPECT_THAT(desk.Replace(kCaseA).events, ElementsAre("PractitionerReplaced"));
  EXPECT_EQ(desk.InHand("one"), 0u);
  EXPECT_FALSE(desk.Get(kCaseA).has_letter());
  ExpectRefused(desk.Offer(kCaseA, "one"), R::REFUSAL_PRACTITIONER_EXCLUDED, {{"why", "PHRASE_REPLACED"}});
  EXPECT_EQ(desk.Offer(kCaseA).As<v1::OfferCaseResponse>().practitioner_id(), "two");
  desk.Accept(kCaseA);
  EXPECT_THAT(desk.Letter(kCaseA).events, ElementsAre("PractitionerAssigned"));
  EXPECT_THAT(desk.Notify(kCaseA).events, ElementsAre("AuthorityNotified")) << "the clock was met once";
  EXPECT_EQ(desk.Get(kCaseA).replacements(), 1u);
}

TEST_F(LetterTest, TheApplicantAsksForSomebodyElse) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  auto request = desk.On<v1::RequestReplacementRequest>(kCaseA);
  request.mutable_reasons()->set_sealed("reasons");
  ExpectRefused(desk.s.When(request), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_LETTER"}});
  desk.Assign(kCaseA);
  auto refuse = desk.On<v1::RefuseReplacementRequest>(kCaseA);
  refuse.set_reason_code("no_ground");
  ExpectRefused(desk.s.When(refuse), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_REPLACEMENT_REQUEST"}});
  EXPECT_THAT(desk.s.When(request).events, ElementsAre("ReplacementRequested"));
  ExpectRefused(desk.s.When(request), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_REPLACEMENT_REQUEST"}});
  EXPECT_THAT(desk.s.When(refuse).events, ElementsAre("ReplacementRefused"));
  EXPECT_THAT(desk.s.When(request).events, ElementsAre("ReplacementRequested")) << "may ask again";
  desk.Replace(kCaseA);
  EXPECT_FALSE(desk.Get(kCaseA).replacement_requested());
}

TEST_F(LetterTest, NothingIsDecidedAfterTheEnd) {
  desk.Lawyer("one");
  desk.SetTariff("2025-01-01", 100'000);
  const std::pair<std::function<void()>, R> ends[] = {
      {[&] { desk.Withdraw(kCaseA); }, R::REFUSAL_CASE_WITHDRAWN},
      {[&] { desk.Intake(kCaseA, [](auto* e) { e->mutable_deemed_withdrawn(); }); }, R::REFUSAL_CASE_WITHDRAWN},
      {[&] { desk.Intake(kCaseA, [](auto* e) { e->mutable_aid_terminated()->set_reason_code("false_pledge"); }); },
       R::REFUSAL_AID_TERMINATED},
      {[&] { desk.Terminate(kCaseA); }, R::REFUSAL_AID_TERMINATED},
      {[&] { desk.Freeze(kCaseA, 1); }, R::REFUSAL_CASE_FROZEN},
      {[&] { desk.LearnCustody(kCaseA, 1); }, R::REFUSAL_CASE_MOVED},
  };
  for (const auto& [end, refusal] : ends) {
    desk.Grant(kCaseA);
    desk.Assign(kCaseA);
    desk.Submit(kCaseA);
    end();
    SCOPED_TRACE(common::v1::Refusal_Name(refusal));
    for (const auto& act : std::vector<std::function<const Result&()>>{
             [&]() -> const Result& { return desk.Offer(kCaseA); },
             [&]() -> const Result& { return desk.Letter(kCaseA); },
             [&]() -> const Result& { return desk.Step(kCaseA, v1::HANDLING_STEP_FILED); },
             [&]() -> const Result& { return desk.Replace(kCaseA); },
             [&]() -> const Result& { return desk.Terminate(kCaseA); },
             [&]() -> const Result& { return desk.Approve(kCaseA); }}) {
      ExpectRefused(act(), refusal);
    }
    EXPECT_EQ(desk.InHand("one"), refusal == R::REFUSAL_CASE_FROZEN ? 1u : 0u);
    desk.Now(kMonday);
    desk.LearnCustody(kCaseA, 2);
  }
}

TEST_F(LetterTest, AnOfferDiesWithTheCase) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  desk.Offer(kCaseA);
  desk.Withdraw(kCaseA);
  EXPECT_EQ(desk.InHand("one"), 0u);
  desk.Now("2025-04-01T00:00:00+08:00");
  EXPECT_THAT(desk.s.RunDue(), IsEmpty());
}

TEST_F(LetterTest, WhoWasRatedInTheCaseIsBarred) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  desk.Assign(kCaseA);
  evaluation::v1::EvaluationEvent rated;
  rated.set_case_id(kCaseA);
  rated.mutable_rating_recorded()->set_practitioner_id("one");
  desk.s.Given(ServiceId::kEvaluation, rated);
  ASSERT_EQ(desk.Get(kCaseA).barred_size(), 1);
  EXPECT_EQ(desk.Get(kCaseA).barred(0).rule(), v1::CHOICE_RULE_CONFLICT);
}

}  // namespace
}  // namespace casehub::assignment
