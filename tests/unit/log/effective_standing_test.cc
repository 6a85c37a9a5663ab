// Overtaken: services race, the log decides (design 2.3). Each name says what would happen without the clause.
#include <gtest/gtest.h>

#include "tests/unit/log/rule_harness.h"

namespace casehub::storage {
namespace {

constexpr ServiceId kIntake = ServiceId::kIntake;
constexpr ServiceId kTransfer = ServiceId::kTransfer;
constexpr ServiceId kEvaluation = ServiceId::kEvaluation;

const Subject kCase = CaseSubject(TestId(100));
const Subject kOtherCase = CaseSubject(TestId(101));

class StandingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (ServiceId service : {kIntake, kTransfer, kEvaluation}) log_.Own(service, static_cast<uint32_t>(service));
  }
  Verdict Freeze(ServiceId service, const Subject& subject) {
    return log_.Put(RuleHarness::Standing(log_.Next(service), {subject})).verdict;
  }
  RuleHarness log_;
};

TEST_F(StandingTest, WithoutItALetterWouldBeIssuedAfterAWithdrawal) {
  const Record letter = log_.Next(kIntake, {kCase});
  ASSERT_EQ(Freeze(kTransfer, kCase), Verdict::kEffective);
  const Offset at = log_.next_offset;
  EXPECT_EQ(log_.Put(letter).verdict, Verdict::kOvertaken);
  EXPECT_EQ(log_.rule.stream(kIntake).restart_point, at);
  EXPECT_EQ(log_.rule.stream(kIntake).next_sequence, 1u);
}

TEST_F(StandingTest, WhatWasInFlightBehindAnOvertakenRecordCanNoLongerCount) {
  const Record letter = log_.Next(kIntake, {kCase});
  const Record behind = RuleHarness::Behind(letter);
  ASSERT_EQ(Freeze(kTransfer, kCase), Verdict::kEffective);
  EXPECT_EQ(log_.Put(letter).verdict, Verdict::kOvertaken);
  EXPECT_EQ(log_.Put(behind).verdict, Verdict::kBehind);
  EXPECT_EQ(log_.Put(log_.Next(kIntake, {kCase})).verdict, Verdict::kEffective);
}

TEST_F(StandingTest, IfSkippedStandingRecordsCountedAZombieCouldOvertake) {
  const Record letter = log_.Next(kIntake, {kCase});
  Record zombie = RuleHarness::Standing(log_.Next(kTransfer), {kCase});
  zombie.epoch = 0;
  ASSERT_EQ(log_.Put(zombie).verdict, Verdict::kStaleEpoch);
  EXPECT_EQ(log_.Put(letter).verdict, Verdict::kEffective);
}

TEST_F(StandingTest, IfOnesOwnStandingRecordsCountedPipeliningBehindThemWouldFail) {
  const Record close = RuleHarness::Standing(log_.Next(kIntake, {kCase}), {kCase});
  Record after = RuleHarness::Behind(close);
  after.changes.clear();
  EXPECT_EQ(log_.Put(close).verdict, Verdict::kEffective);
  EXPECT_EQ(log_.Put(after).verdict, Verdict::kEffective);
}

TEST_F(StandingTest, IfOnlyTheLastStandingRecordWereKeptOnesOwnWouldHideAnothers) {
  Record letter = log_.Next(kIntake, {kCase});
  ASSERT_EQ(Freeze(kTransfer, kCase), Verdict::kEffective);
  // Intake changes the standing itself, as a fact that relies on nothing, and pipelines the letter behind it.
  Record fact = letter;
  fact.relies_on.clear();
  fact.changes = {kCase};
  letter = RuleHarness::Behind(fact);
  letter.relies_on = {kCase};
  letter.changes.clear();
  EXPECT_EQ(log_.Put(fact).verdict, Verdict::kEffective);
  EXPECT_EQ(log_.Put(letter).verdict, Verdict::kOvertaken);
}

TEST_F(StandingTest, IfFactsCouldBeOvertakenADeliveryWouldBeLost) {
  const Record fact = log_.Next(kIntake);
  ASSERT_EQ(Freeze(kTransfer, kCase), Verdict::kEffective);
  EXPECT_EQ(log_.Put(fact).verdict, Verdict::kEffective);
}

TEST_F(StandingTest, AnotherSubjectDoesNotOvertake) {
  const Record letter = log_.Next(kIntake, {kOtherCase, {SubjectKind::kPractitioner, kCase.id}});
  ASSERT_EQ(Freeze(kTransfer, kCase), Verdict::kEffective);
  EXPECT_EQ(log_.Put(letter).verdict, Verdict::kEffective);
}

TEST_F(StandingTest, AnyOfSeveralSubjectsOvertakes) {
  const Record letter = log_.Next(kIntake, {kOtherCase, MunicipalitySubject(Municipality(330800)), kCase});
  ASSERT_EQ(Freeze(kTransfer, kCase), Verdict::kEffective);
  EXPECT_EQ(log_.Put(letter).verdict, Verdict::kOvertaken);
}

TEST_F(StandingTest, AWriterThatHadReadTheStandingRecordIsNotOvertaken) {
  ASSERT_EQ(Freeze(kTransfer, kCase), Verdict::kEffective);
  EXPECT_EQ(log_.Put(log_.Next(kIntake, {kCase})).verdict, Verdict::kEffective);
}

TEST_F(StandingTest, TheWriterIsToldBeforeItAppends) {
  const Offset before = log_.rule.offset();
  ASSERT_EQ(Freeze(kTransfer, kCase), Verdict::kEffective);
  EXPECT_TRUE(log_.rule.Overtaken(kIntake, {kCase}, before));
  EXPECT_FALSE(log_.rule.Overtaken(kIntake, {kOtherCase}, before));
  EXPECT_FALSE(log_.rule.Overtaken(kTransfer, {kCase}, before));
  EXPECT_FALSE(log_.rule.Overtaken(kIntake, {}, before));
  EXPECT_FALSE(log_.rule.Overtaken(kIntake, {kCase}, log_.rule.offset()));
}

TEST_F(StandingTest, WithoutTheFloorARecordThatReadLessFarThanIsRememberedWouldPass) {
  const Offset before = log_.rule.offset();
  const Record slow = log_.Next(kEvaluation, {kOtherCase});
  ASSERT_EQ(Freeze(kTransfer, kCase), Verdict::kEffective);
  const Offset first = log_.rule.offset();
  for (size_t i = 1; i < EffectiveRule::kStandingMax; ++i) Freeze(kTransfer, CaseSubject(TestId(1000 + i % 50)));
  EXPECT_FALSE(log_.rule.Overtaken(kEvaluation, {kOtherCase}, before));
  EXPECT_EQ(log_.rule.Position().standing_floor(), kNoOffset);
  ASSERT_EQ(Freeze(kTransfer, CaseSubject(TestId(1000))), Verdict::kEffective);
  EXPECT_EQ(log_.rule.Position().standing_floor(), first + 1);
  EXPECT_TRUE(log_.rule.Overtaken(kEvaluation, {kOtherCase}, before));
  EXPECT_FALSE(log_.rule.Overtaken(kEvaluation, {kOtherCase}, first));
  EXPECT_FALSE(log_.rule.Overtaken(kEvaluation, {}, before));
  EXPECT_EQ(log_.Put(slow).verdict, Verdict::kOvertaken);
  EXPECT_EQ(log_.rule.AllStanding().size(), EffectiveRule::kStandingMax);
}

TEST_F(StandingTest, NewStandingRecordsAreHandedOutOnce) {
  ASSERT_EQ(Freeze(kTransfer, kCase), Verdict::kEffective);
  const auto rows = log_.rule.TakeNewStanding();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].offset(), 3);
  EXPECT_EQ(rows[0].service(), static_cast<uint32_t>(kTransfer));
  ASSERT_EQ(rows[0].subjects_size(), 1);
  EXPECT_EQ(rows[0].subjects(0), std::string("\x01") + std::string(kCase.id.Bytes()));
  EXPECT_TRUE(log_.rule.TakeNewStanding().empty());
  Freeze(kTransfer, kOtherCase);
  EXPECT_EQ(log_.rule.TakeNewStanding().size(), 1u);
  EXPECT_EQ(log_.rule.AllStanding().size(), 2u);
}

TEST(StandingFaultsTest, IgnoreOvertakenLeavesTheClauseOut) {
  RuleHarness log({.ignore_overtaken = true});
  log.Own(kIntake);
  log.Own(kTransfer);
  const Record letter = log.Next(kIntake, {kCase});
  ASSERT_EQ(log.Put(RuleHarness::Standing(log.Next(kTransfer), {kCase})).verdict, Verdict::kEffective);
  EXPECT_EQ(log.Put(letter).verdict, Verdict::kEffective);
}

}  // namespace
}  // namespace casehub::storage
