// One test per clause of the effective rule; each name says what would happen without the clause.
#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "tests/unit/log/rule_harness.h"

namespace casehub::storage {
namespace {

constexpr ServiceId kIntake = ServiceId::kIntake;
constexpr ServiceId kTransfer = ServiceId::kTransfer;

void ExpectJudged(Judgement judged, Verdict verdict, Evidence evidence = Evidence::kNone) {
  EXPECT_EQ(judged.verdict, verdict);
  EXPECT_EQ(static_cast<int>(judged.evidence), static_cast<int>(evidence));
}

class EffectiveRuleTest : public ::testing::Test {
 protected:
  RuleHarness log_;
};

TEST_F(EffectiveRuleTest, TheOwnersRecordsInOrderAreEffective) {
  log_.Own(kIntake);
  for (StreamSequence n = 1; n <= 5; ++n) {
    const Record record = log_.Next(kIntake);
    EXPECT_EQ(record.sequence, n);
    ExpectJudged(log_.Put(record), Verdict::kEffective);
    EXPECT_EQ(log_.rule.stream(kIntake).decided_at, record.decided_at);
  }
  EXPECT_EQ(log_.rule.stream(kIntake).next_sequence, 6u);
}

TEST_F(EffectiveRuleTest, AnOwnerEpochSetsTheStreamAndChainsTheHead) {
  const Record epoch = log_.Epoch(kIntake, 9);
  log_.PutGarbage("so that the restart point is not zero");
  const Hash128 before = log_.rule.stream(kIntake).head;
  ExpectJudged(log_.Put(epoch), Verdict::kEffective);
  const EffectiveRule::Stream& stream = log_.rule.stream(kIntake);
  EXPECT_EQ(stream.epoch, 1u);
  EXPECT_EQ(stream.owner, TestId(9));
  EXPECT_EQ(stream.next_sequence, 1u);
  EXPECT_EQ(stream.restart_point, 1);
  EXPECT_EQ(stream.address, "127.0.0.1:7400");
  EXPECT_EQ(stream.head, Chain(before, HashBytes(*EncodeRecord(epoch))));
  EXPECT_EQ(log_.rule.stream(kTransfer).epoch, 0u);
}

TEST_F(EffectiveRuleTest, PipelinedRecordsAreEffectiveWithoutReadingEachOtherBack) {
  log_.Own(kIntake);
  const Record first = log_.Next(kIntake);
  const Record second = RuleHarness::Behind(first);
  ExpectJudged(log_.Put(first), Verdict::kEffective);
  ExpectJudged(log_.Put(second), Verdict::kEffective);
}

// Epochs and owners.

TEST_F(EffectiveRuleTest, WithoutTheEpochAZombiesLateRecordWouldCount) {
  log_.Own(kIntake, 1);
  const Record late = log_.Next(kIntake);
  log_.Own(kIntake, 2);
  ExpectJudged(log_.Put(late), Verdict::kStaleEpoch);
  EXPECT_EQ(log_.rule.stream(kIntake).next_sequence, 1u);
}

TEST_F(EffectiveRuleTest, WithoutThePreviousEpochTwoCandidatesWouldBothBelieveTheyOwn) {
  const Record a = log_.Epoch(kIntake, 1);
  Record b = log_.Epoch(kIntake, 2);
  b.epoch = 5;  // larger, but it does not follow what stands in the log when it arrives
  ExpectJudged(log_.Put(a), Verdict::kEffective);
  ExpectJudged(log_.Put(b), Verdict::kStaleEpoch);
  EXPECT_EQ(log_.rule.stream(kIntake).owner, TestId(1));
}

TEST_F(EffectiveRuleTest, WithoutALargerEpochALateCopyOfAnOwnerEpochWouldResetTheSequence) {
  const Record a = log_.Epoch(kIntake, 1);
  ExpectJudged(log_.Put(a), Verdict::kEffective);
  ExpectJudged(log_.Put(log_.Next(kIntake)), Verdict::kEffective);
  ExpectJudged(log_.Put(a), Verdict::kStaleEpoch);
  Record same = log_.Epoch(kIntake, 3);
  same.epoch = same.previous_epoch;
  ExpectJudged(log_.Put(same), Verdict::kStaleEpoch);
  EXPECT_EQ(log_.rule.stream(kIntake).next_sequence, 2u);
}

TEST_F(EffectiveRuleTest, WithoutTheOwnerTwoWhoMintedTheSameEpochWouldMix) {
  log_.Own(kIntake, 1);
  Record foreign = log_.Next(kIntake);
  foreign.owner = TestId(2);
  ExpectJudged(log_.Put(foreign), Verdict::kForeignOwner, Evidence::kUnknownOwner);
  EXPECT_EQ(log_.rule.stream(kIntake).next_sequence, 1u);
}

TEST_F(EffectiveRuleTest, AnEpochNobodyTookIsSkippedAndEvidence) {
  log_.Own(kIntake, 1);
  Record ahead = log_.Next(kIntake);
  ahead.epoch = 2;
  ExpectJudged(log_.Put(ahead), Verdict::kForeignOwner, Evidence::kUnknownOwner);
  Record taken_over = log_.Epoch(kIntake, 3);
  taken_over.previous_epoch = 2;
  taken_over.epoch = 3;
  ExpectJudged(log_.Put(taken_over), Verdict::kStaleEpoch, Evidence::kUnknownOwner);
}

TEST_F(EffectiveRuleTest, WithoutItARecordOfEpochZeroWouldCountOnAStreamNobodyOwns) {
  ExpectJudged(log_.Put(log_.Next(kIntake)), Verdict::kForeignOwner, Evidence::kUnknownOwner);
}

// Sequence, restart point, head.

TEST_F(EffectiveRuleTest, WithoutTheSequenceAProducersDuplicateWouldCountTwice) {
  log_.Own(kIntake);
  const Record record = log_.Next(kIntake);
  ExpectJudged(log_.Put(record), Verdict::kEffective);
  const Offset restart = log_.rule.stream(kIntake).restart_point;
  ExpectJudged(log_.Put(record), Verdict::kDuplicate);
  EXPECT_EQ(log_.rule.stream(kIntake).restart_point, restart);
}

TEST_F(EffectiveRuleTest, IfDuplicatesMovedTheRestartPointWhatIsInFlightBehindThemWouldBeLost) {
  log_.Own(kIntake);
  const Record first = log_.Next(kIntake);
  const Record second = RuleHarness::Behind(first);
  ExpectJudged(log_.Put(first), Verdict::kEffective);
  ExpectJudged(log_.Put(first), Verdict::kDuplicate);
  ExpectJudged(log_.Put(second), Verdict::kEffective);
}

TEST_F(EffectiveRuleTest, WithoutTheGapWhatFollowsAHoleWouldStandOnNothing) {
  log_.Own(kIntake);
  const Record lost = log_.Next(kIntake);
  const Record after = RuleHarness::Behind(lost);
  const Offset at = log_.next_offset;
  ExpectJudged(log_.Put(after), Verdict::kGap);
  EXPECT_EQ(log_.rule.stream(kIntake).restart_point, at);
}

TEST_F(EffectiveRuleTest, WithoutTheRestartPointALateRecordWouldFillAHoleThatWasDecidedAgain) {
  log_.Own(kIntake);
  const Record late = log_.Next(kIntake);
  ExpectJudged(log_.Put(RuleHarness::Behind(late)), Verdict::kGap);
  // The owner has read the gap and decides again; what it had in flight arrives after all.
  Record again = log_.Next(kIntake);
  again.command_id = TestId(5);
  ExpectJudged(log_.Put(late), Verdict::kBehind);
  ExpectJudged(log_.Put(again), Verdict::kEffective);
}

TEST_F(EffectiveRuleTest, IfRecordsBehindMovedTheRestartPointTheSecondAttemptWouldDieOfTheFirst) {
  log_.Own(kIntake);
  const Record late = log_.Next(kIntake);
  ExpectJudged(log_.Put(RuleHarness::Behind(late)), Verdict::kGap);
  const Offset restart = log_.rule.stream(kIntake).restart_point;
  const Record again = log_.Next(kIntake);
  Record third = RuleHarness::Behind(RuleHarness::Behind(late));
  ExpectJudged(log_.Put(third), Verdict::kBehind);  // not a gap: it is looked at after the restart point
  EXPECT_EQ(log_.rule.stream(kIntake).restart_point, restart);
  ExpectJudged(log_.Put(again), Verdict::kEffective);
}

TEST_F(EffectiveRuleTest, WithoutReadingUpToItsOwnerEpochAnOwnerWouldDecideOnAnOldState) {
  log_.PutGarbage("before");
  log_.Own(kIntake);
  Record early = log_.Next(kIntake);
  early.read_up_to = 0;
  early.log_digest = Chain({}, HashBytes("before"));
  ExpectJudged(log_.Put(early), Verdict::kBehind);
}

TEST_F(EffectiveRuleTest, WithoutTheHeadARecordOfAnotherHistoryWouldContinueThisOne) {
  log_.Own(kIntake);
  Record other = log_.Next(kIntake);
  other.head = {1, 1};
  const Offset at = log_.next_offset;
  ExpectJudged(log_.Put(other), Verdict::kWrongHead, Evidence::kHead);
  EXPECT_EQ(log_.rule.stream(kIntake).restart_point, at);
  EXPECT_EQ(log_.rule.stream(kIntake).next_sequence, 1u);
}

TEST_F(EffectiveRuleTest, AGapIsNoEvidence) {
  log_.Own(kIntake);
  Record gap = log_.Next(kIntake);
  gap.sequence += 3;
  gap.head = {1, 1};
  ExpectJudged(log_.Put(gap), Verdict::kGap);
}

// Evidence of lost tails.

TEST_F(EffectiveRuleTest, AnotherDigestAtTheSameOffsetIsEvidenceAndTheVerdictStands) {
  log_.Own(kIntake);
  Record record = log_.Next(kIntake);
  record.log_digest.low ^= 1;
  ExpectJudged(log_.Put(record), Verdict::kEffective, Evidence::kDigest);
}

TEST_F(EffectiveRuleTest, AZombiesDigestIsComparedToo) {
  log_.Own(kIntake, 1);
  Record late = log_.Next(kIntake);
  late.log_digest.low ^= 1;
  log_.Own(kIntake, 2);
  ExpectJudged(log_.Put(late), Verdict::kStaleEpoch, Evidence::kDigest);
}

TEST_F(EffectiveRuleTest, ReadingWhereNoRecordStandsIsEvidence) {
  log_.Own(kIntake);
  log_.next_offset += 5;
  Record record = log_.Next(kIntake);
  record.read_up_to = 3;
  ExpectJudged(log_.Put(record), Verdict::kEffective, Evidence::kDigest);
}

// An engine may leave offsets out: what a writer read is found all the same.
TEST_F(EffectiveRuleTest, OffsetsThatAreMissingAreNoEvidence) {
  log_.Own(kIntake);
  std::vector<std::pair<Offset, Hash128>> stood = {{log_.rule.offset(), log_.rule.log_digest()}};
  std::mt19937_64 random(3);
  for (int i = 0; i < 400; ++i) {
    log_.next_offset += static_cast<Offset>(random() % 3 == 0 ? random() % 20 : 0);
    Record record = log_.Next(kIntake);
    const auto& [offset, digest] = stood[random() % stood.size()];
    record.read_up_to = offset;
    record.log_digest = digest;
    ExpectJudged(log_.Put(record), Verdict::kEffective, Evidence::kNone);
    stood.emplace_back(log_.rule.offset(), log_.rule.log_digest());
    if (stood[stood.size() - 2].first + 1 == stood.back().first) continue;
    record = log_.Next(kIntake);
    record.read_up_to = stood.back().first - 1;  // a hole
    ExpectJudged(log_.Put(record), Verdict::kEffective, Evidence::kDigest);
    stood.emplace_back(log_.rule.offset(), log_.rule.log_digest());
  }
}

TEST_F(EffectiveRuleTest, HavingReadWhatStandsBehindItIsEvidenceAndSkipped) {
  log_.Own(kIntake);
  Record record = log_.Next(kIntake);
  const Offset restart = log_.rule.stream(kIntake).restart_point;
  record.read_up_to = log_.next_offset;
  ExpectJudged(log_.Put(record), Verdict::kBehind, Evidence::kReadAhead);
  EXPECT_EQ(log_.rule.stream(kIntake).restart_point, restart);
  Record epoch = log_.Epoch(kIntake, 2);
  epoch.read_up_to = log_.next_offset + 10;
  ExpectJudged(log_.Put(epoch), Verdict::kBehind, Evidence::kReadAhead);
  EXPECT_EQ(log_.rule.stream(kIntake).owner, TestId(1));
}

TEST_F(EffectiveRuleTest, TheDigestTakesEveryRawRecord) {
  Hash128 expected;
  const auto put = [&](const Record& record) {
    expected = Chain(expected, HashBytes(*EncodeRecord(record)));
    log_.Put(record);
    EXPECT_EQ(log_.rule.log_digest(), expected);
  };
  put(log_.Epoch(kIntake, 1));
  const Record record = log_.Next(kIntake);
  put(record);
  put(record);  // a duplicate counts for the digest
  expected = Chain(expected, HashBytes("garbage"));
  ExpectJudged(log_.PutGarbage("garbage"), Verdict::kMalformed);
  EXPECT_EQ(log_.rule.log_digest(), expected);
}

// Blocking, kinds, levels.

TEST_F(EffectiveRuleTest, ABlockedStreamIsJudgedAsEverUntilAnOperatorPassesIt) {
  log_.Own(kIntake, 1);
  log_.rule.Block(kIntake);
  ExpectJudged(log_.Put(log_.Next(kIntake)), Verdict::kEffective);
  EXPECT_TRUE(log_.rule.stream(kIntake).blocked);
  log_.Own(kIntake, 2);
  EXPECT_TRUE(log_.rule.stream(kIntake).blocked);
  Record by_operator = log_.Epoch(kIntake, 3);
  by_operator.by_operator = true;
  ExpectJudged(log_.Put(by_operator), Verdict::kEffective);
  EXPECT_FALSE(log_.rule.stream(kIntake).blocked);
}

TEST_F(EffectiveRuleTest, EveryKindIsAMemberOfTheSequence) {
  log_.Own(kIntake);
  for (RecordKind kind :
       {RecordKind::kBarrier, RecordKind::kFeatureLevel, RecordKind::kPark, RecordKind::kOwnerYield}) {
    Record record = log_.Next(kIntake);
    record.kind = kind;
    ExpectJudged(log_.Put(record), Verdict::kEffective);
    ExpectJudged(log_.Put(record), Verdict::kDuplicate);
  }
  EXPECT_EQ(log_.rule.stream(kIntake).next_sequence, 5u);
}

TEST_F(EffectiveRuleTest, TheLevelInForceOnlyRisesAndOnlyByEffectiveRecords) {
  log_.Own(kIntake);
  EXPECT_EQ(log_.rule.level(), 1);
  Record raise = log_.Next(kIntake);
  raise.kind = RecordKind::kFeatureLevel;
  raise.level = 3;
  Record zombie = raise;
  zombie.epoch = 0;
  ExpectJudged(log_.Put(zombie), Verdict::kStaleEpoch);
  EXPECT_EQ(log_.rule.level(), 1);
  raise.read_up_to = kNoOffset + 1;
  ExpectJudged(log_.Put(log_.Next(kIntake)), Verdict::kEffective);
  raise = log_.Next(kIntake);
  raise.kind = RecordKind::kFeatureLevel;
  raise.level = 3;
  ExpectJudged(log_.Put(raise), Verdict::kEffective);
  EXPECT_EQ(log_.rule.level(), 3);
  raise = log_.Next(kIntake);
  raise.kind = RecordKind::kFeatureLevel;
  raise.level = 2;
  ExpectJudged(log_.Put(raise), Verdict::kEffective);
  EXPECT_EQ(log_.rule.level(), 3);
}

TEST_F(EffectiveRuleTest, TimeOfTheLogIsTheGreatestAppendTime) {
  log_.rule.Apply(0, {50}, {}, std::nullopt);
  log_.rule.Apply(1, {40}, {}, std::nullopt);
  EXPECT_EQ(log_.rule.log_time(), Instant{50});
  EXPECT_EQ(log_.rule.Position().append_time_micros(), 40);
}

TEST(VerdictTest, EveryVerdictHasAName) {
  for (int verdict = 0; verdict <= static_cast<int>(Verdict::kMalformed); ++verdict) {
    EXPECT_NE(VerdictName(static_cast<Verdict>(verdict)), "unknown");
  }
}

// The planted faults do what they say, so that the simulator plants bugs and not nothing.

TEST(RuleFaultsTest, EachLeavesItsClauseOut) {
  RuleHarness fence({.skip_fence = true});
  fence.Own(kIntake, 1);
  const Record late = fence.Next(kIntake);
  fence.Own(kIntake, 2);
  EXPECT_EQ(fence.Put(late).verdict, Verdict::kEffective);

  RuleHarness restart({.ignore_restart_point = true});
  restart.Own(kIntake);
  const Record lost = restart.Next(kIntake);
  EXPECT_EQ(restart.Put(RuleHarness::Behind(lost)).verdict, Verdict::kGap);
  EXPECT_EQ(restart.Put(lost).verdict, Verdict::kEffective);

  RuleHarness gap({.ignore_gap = true});
  gap.Own(kIntake);
  EXPECT_EQ(gap.Put(RuleHarness::Behind(gap.Next(kIntake))).verdict, Verdict::kEffective);
}

}  // namespace
}  // namespace casehub::storage
