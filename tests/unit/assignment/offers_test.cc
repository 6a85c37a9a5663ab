// Offers: made, declined, not answered, accepted; and that every choice can be repeated from the log (life 1, step 7).
#include "services/assignment/domain/offers.h"

#include "services/assignment/roster.h"
#include "tests/unit/assignment/assignment_fixture.h"

namespace casehub::assignment {
namespace {

using OfferTest = AssignmentTest;

const v1::OfferMade& Made(const Result& result) { return result.EventAt<v1::AssignmentEvent>(0).offer_made(); }

TEST_F(OfferTest, FromQueueToLetter) {
  desk.Lawyer("near", [](auto* one) { one->set_office_id("station"); });
  desk.Lawyer("far");
  desk.Grant(kCaseA);
  EXPECT_THAT(desk.Queue(), ElementsAre(kCaseA));
  const Result& offered = desk.Offer(kCaseA);
  EXPECT_THAT(offered.events, ElementsAre("OfferMade"));
  EXPECT_EQ(offered.As<v1::OfferCaseResponse>().practitioner_id(), "near");
  EXPECT_EQ(offered.As<v1::OfferCaseResponse>().decided_by(), v1::CHOICE_RULE_DISTANCE);
  EXPECT_EQ(offered.relies_on.size(), 2u) << "the case and who is asked";
  EXPECT_THAT(desk.Queue(), IsEmpty());
  EXPECT_THAT(desk.Decline(kCaseA).events, ElementsAre("OfferDeclined"));
  EXPECT_THAT(desk.Queue(), ElementsAre(kCaseA));
  EXPECT_EQ(desk.Offer(kCaseA).As<v1::OfferCaseResponse>().practitioner_id(), "far") << "nobody is asked twice";
  EXPECT_THAT(desk.Accept(kCaseA).events, ElementsAre("OfferAccepted"));
  EXPECT_THAT(desk.Letter(kCaseA).events, ElementsAre("PractitionerAssigned", "AssignClockMet"));
  const v1::Assignment got = desk.Get(kCaseA);
  EXPECT_EQ(got.status(), v1::ASSIGNMENT_STATUS_ASSIGNED);
  EXPECT_EQ(got.letter().practitioner().practitioner_id(), "far");
  EXPECT_EQ(got.assign().status(), v1::ASSIGNMENT_CLOCK_STATUS_MET);
  EXPECT_EQ(desk.InHand("far"), 1u);
  EXPECT_EQ(desk.InHand("near"), 0u);
}

TEST_F(OfferTest, AnOfferLapsesAfterItsDayAndNotBefore) {
  desk.Lawyer("one");
  desk.Lawyer("two");
  desk.Grant(kCaseA);
  desk.Offer(kCaseA);
  desk.Now("2025-03-04T08:59:59+08:00");
  EXPECT_THAT(desk.s.RunDue(), IsEmpty());
  desk.Now("2025-03-04T09:00:00+08:00");
  ExpectRefused(desk.Accept(kCaseA), R::REFUSAL_OFFER_LAPSED, {{"respond_by", "2025-03-04T09:00:00+08:00"}});
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("OfferTimedOut"));
  EXPECT_EQ(desk.InHand("one"), 0u);
  EXPECT_EQ(desk.Offer(kCaseA).As<v1::OfferCaseResponse>().practitioner_id(), "two");
  EXPECT_THAT(desk.Accept(kCaseA).events, ElementsAre("OfferAccepted"));
  desk.Now("2025-03-06T09:00:00+08:00");
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("DeadlineWarned")) << "of the assignment; an accepted offer does not lapse";
}

TEST_F(OfferTest, DeclinesAndLapsesDoNotStartTheClockAgain) {
  for (const char* id : {"one", "two", "three"}) desk.Lawyer(id);
  desk.Grant(kCaseA);
  const auto deadline = desk.Get(kCaseA).assign().deadline().due_at().seconds();
  desk.Offer(kCaseA);
  desk.Decline(kCaseA);
  desk.Offer(kCaseA);
  desk.Now("2025-03-05T09:00:00+08:00");
  desk.s.RunDue();
  EXPECT_EQ(desk.Get(kCaseA).assign().deadline().due_at().seconds(), deadline);
  desk.Offer(kCaseA);
  desk.Accept(kCaseA);
  desk.Now("2025-03-07T00:00:00+08:00");
  const Result& letter = desk.Letter(kCaseA);
  EXPECT_THAT(letter.events, ElementsAre("PractitionerAssigned", "AssignClockMet"));
  EXPECT_TRUE(letter.EventAt<v1::AssignmentEvent>(1).assign_clock_met().late()) << "the first instant that is late";
}

TEST_F(OfferTest, TheLetterOneSecondBeforeMidnightIsInTime) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  desk.Now("2025-03-06T10:00:00+08:00");
  desk.Offer(kCaseA);
  desk.Accept(kCaseA);
  desk.Now("2025-03-06T23:59:59+08:00");
  EXPECT_FALSE(desk.Letter(kCaseA).EventAt<v1::AssignmentEvent>(1).assign_clock_met().late());
}

TEST_F(OfferTest, TheQueueIsOneForAllOfficesPriorityFirstThenByTheClock) {
  desk.Grant(kCaseA, common::v1::AGE_GROUP_ADULT, "2025-03-08T00:00:00+08:00");
  desk.Grant(kCaseB, common::v1::AGE_GROUP_ADULT, "2025-03-07T00:00:00+08:00");
  desk.Grant(kCaseC, common::v1::AGE_GROUP_MINOR, "2025-03-09T00:00:00+08:00");
  const std::string life = "01890000-0000-7000-8000-0000000000ff";
  desk.Notice(life, intake::v1::MAXIMUM_PENALTY_DEATH);
  EXPECT_THAT(desk.Queue(), ElementsAre(life, kCaseC, kCaseB, kCaseA));
  desk.Freeze(kCaseB, 1);
  EXPECT_THAT(desk.Queue(), ElementsAre(life, kCaseC, kCaseA));
}

TEST_F(OfferTest, RotationGoesRound) {
  for (const char* id : {"a", "b", "c"}) desk.Lawyer(id);
  std::vector<std::string> asked;
  for (int i = 0; i < 6; ++i) {
    const std::string id = std::string(kCaseA).substr(0, 35) + std::to_string(i);
    desk.Now("2025-03-03T1" + std::to_string(i) + ":00:00+08:00");
    desk.Grant(id);
    asked.push_back(desk.Offer(id).As<v1::OfferCaseResponse>().practitioner_id());
  }
  EXPECT_THAT(asked, ElementsAre("a", "b", "c", "a", "b", "c"));
}

TEST_F(OfferTest, TheRotationBeginsAnewWithTheYear) {
  desk.Lawyer("a");
  desk.Lawyer("b");
  desk.Now("2025-12-30T09:00:00+08:00");
  desk.Grant(kCaseA);
  EXPECT_EQ(desk.Offer(kCaseA).As<v1::OfferCaseResponse>().practitioner_id(), "a");
  desk.Now("2025-12-31T23:59:59+08:00");
  desk.Grant(kCaseB);
  EXPECT_EQ(desk.Offer(kCaseB).As<v1::OfferCaseResponse>().practitioner_id(), "b");
  desk.Now("2026-01-01T00:00:00+08:00");
  desk.Grant(kCaseC);
  const Result& result = desk.Offer(kCaseC);
  EXPECT_EQ(result.As<v1::OfferCaseResponse>().decided_by(), v1::CHOICE_RULE_ID) << "nobody has an offer this year";
}

TEST_F(OfferTest, CapacityCountsOffersToo) {
  desk.Lawyer("one", [](auto* one) { one->set_capacity(1); });
  desk.Grant(kCaseA);
  desk.Grant(kCaseB);
  desk.Offer(kCaseA);
  ExpectRefused(desk.Offer(kCaseB), R::REFUSAL_NO_PRACTITIONER_FITS,
                {{"practitioners", "1"}, {"why", "PHRASE_CAPACITY"}});
  ExpectRefused(desk.Offer(kCaseB, "one"), R::REFUSAL_PRACTITIONER_EXCLUDED,
                {{"practitioner_id", "one"}, {"why", "PHRASE_CAPACITY"}});
  desk.Decline(kCaseA);
  EXPECT_THAT(desk.Offer(kCaseB).events, ElementsAre("OfferMade"));
}

TEST_F(OfferTest, ASuspensionBetweenOfferAndAnswerCounts) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  desk.Offer(kCaseA);
  desk.Suspend("one", "2025-03-03");
  ExpectRefused(desk.Accept(kCaseA), R::REFUSAL_PRACTITIONER_EXCLUDED, {{"why", "PHRASE_SUSPENDED"}});
  EXPECT_THAT(desk.Decline(kCaseA).events, ElementsAre("OfferDeclined"));
}

TEST_F(OfferTest, ASuspensionBetweenAnswerAndLetterCounts) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  desk.Offer(kCaseA);
  desk.Accept(kCaseA);
  desk.Suspend("one", "2025-03-04");
  desk.Now("2025-03-04T09:00:00+08:00");
  ExpectRefused(desk.Letter(kCaseA), R::REFUSAL_PRACTITIONER_EXCLUDED, {{"why", "PHRASE_SUSPENDED"}});
}

TEST_F(OfferTest, AConflictOnRecordKeepsThePractitionerAway) {
  desk.Lawyer("one");
  desk.Lawyer("two");
  desk.Grant(kCaseA);
  auto request = desk.On<v1::RecordConflictRequest>(kCaseA);
  request.set_practitioner_id("one");
  request.set_conflict(v1::CONFLICT_KIND_ADVERSE);
  EXPECT_THAT(desk.s.When(request).events, ElementsAre("ConflictRecorded"));
  EXPECT_EQ(desk.Offer(kCaseA).As<v1::OfferCaseResponse>().practitioner_id(), "two");
  ExpectRefused(desk.s.When(request), R::REFUSAL_ALREADY_DONE);
}

TEST_F(OfferTest, CoDefendantsOfOneFileGetDifferentCounsel) {
  desk.Lawyer("one");
  desk.Lawyer("two");
  desk.Notice(kCaseA, intake::v1::MAXIMUM_PENALTY_FIXED_TERM, "file-7");
  desk.Assign(kCaseA);
  desk.Notice(kCaseB, intake::v1::MAXIMUM_PENALTY_FIXED_TERM, "file-7");
  EXPECT_THAT(desk.Get(kCaseA).co_defendants(), ElementsAre(kCaseB));
  ExpectRefused(desk.Offer(kCaseB, "one"), R::REFUSAL_PRACTITIONER_EXCLUDED, {{"why", "PHRASE_CO_DEFENDANT"}});
  EXPECT_EQ(desk.Offer(kCaseB).As<v1::OfferCaseResponse>().practitioner_id(), "two");
  // Another file, and the next stage of the same defendant, bar nobody.
  desk.Notice(kCaseC, intake::v1::MAXIMUM_PENALTY_FIXED_TERM, "file-7", kCaseA);
  EXPECT_THAT(desk.Get(kCaseC).co_defendants(), ElementsAre(kCaseB));
}

TEST_F(OfferTest, CoDefendantsCanBeLinkedByHandWhileAnOfferIsOut) {
  desk.Lawyer("one");
  desk.Notice(kCaseA, intake::v1::MAXIMUM_PENALTY_FIXED_TERM);
  desk.Notice(kCaseB, intake::v1::MAXIMUM_PENALTY_FIXED_TERM);
  desk.Assign(kCaseA);
  desk.Offer(kCaseB);
  auto request = desk.On<v1::LinkCoDefendantsRequest>(kCaseA);
  request.set_other_case_id(kCaseB);
  EXPECT_THAT(desk.s.When(request).events, ElementsAre("CoDefendantsLinked"));
  EXPECT_THAT(desk.s.When(request).events, IsEmpty()) << "linked already";
  ExpectRefused(desk.Accept(kCaseB), R::REFUSAL_PRACTITIONER_EXCLUDED, {{"why", "PHRASE_CO_DEFENDANT"}});
}

TEST_F(OfferTest, AVillageCounselServesFiveVillagesUnlessThereIsAReason) {
  desk.Lawyer("one", [](auto* one) {
    for (int i = 1; i <= 5; ++i) one->add_villages("33080200100" + std::to_string(i));
  });
  desk.Grant(kCaseA);
  auto request = desk.On<v1::OfferCaseRequest>(kCaseA);
  request.set_village("330802001009");
  ExpectRefused(desk.s.When(request), R::REFUSAL_NO_PRACTITIONER_FITS, {{"why", "PHRASE_VILLAGES"}});
  request.set_villages_override_reason("no other counsel within an hour");
  const Result& result = desk.s.When(request);
  EXPECT_EQ(Made(result).villages_override_reason(), "no other counsel within an hour") << "recorded";
  EXPECT_THAT(desk.Accept(kCaseA).events, ElementsAre("OfferAccepted"));
  EXPECT_EQ(desk.Letter(kCaseA).EventAt<v1::AssignmentEvent>(0).practitioner_assigned().village(), "330802001009");
}

// What the log says of a choice is what the choice is: made again from the rows as they were, it is the same, byte for
// byte, and the other way round a replay gives the rows in which it was made.
TEST_F(OfferTest, EveryChoiceCanBeRepeatedFromTheLog) {
  for (int i = 0; i < 30; ++i) {
    desk.Lawyer("l" + std::to_string(i), [&](auto* one) {
      if (i % 3 == 0) one->set_office_id("station");
      if (i % 4 == 0) one->add_specialties("labour");
      one->set_capacity(static_cast<uint32_t>(1 + i % 3));
    });
  }
  for (int i = 0; i < 40; ++i) {
    const std::string id = std::string(kCaseA).substr(0, 34) + std::to_string(10 + i);
    desk.Grant(id, i % 5 == 0 ? common::v1::AGE_GROUP_SENIOR : common::v1::AGE_GROUP_ADULT);
    const Roster roster(desk.s.state(), Municipality(330800), desk.s.now());
    const auto state = *roster.FindCase(id);
    const RosterView view = roster.Whole(state);
    const Choice again = Choose(ChoosingFor(state, view, DateAt(desk.s.now())), view.candidates());
    const Result& result = desk.Offer(id);
    if (!again.chosen) {
      EXPECT_EQ(result.refusal, R::REFUSAL_NO_PRACTITIONER_FITS);
      continue;
    }
    EXPECT_EQ(Made(result).practitioner_id(), again.chosen->practitioner_id());
    EXPECT_EQ(Made(result).explanation().SerializeAsString(), again.explanation.SerializeAsString());
    if (i % 3 == 0) desk.Decline(id);
    if (i % 3 == 1) desk.Accept(id);
    ASSERT_TRUE(desk.s.ReplayEqualsLive());
  }
}

}  // namespace
}  // namespace casehub::assignment
