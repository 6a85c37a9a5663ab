// Random logs, written by owners, zombies, duplicators and racing services over two sequences of events: whatever
// stands there, a rule restored from a stored position goes on as the uninterrupted one, and what is effective is one
// dense sequence per epoch.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/unit/log/rule_harness.h"

namespace casehub::storage {
namespace {

constexpr ServiceId kServices[] = {ServiceId::kIntake, ServiceId::kTransfer, ServiceId::kEvaluation};

// Makes records that are mostly plausible: taken from the present, kept, and put later, twice, or spoiled.
class RandomWriter {
 public:
  explicit RandomWriter(uint64_t seed) : random_(seed) {}

  // The bytes of the next raw record: a record, or garbage.
  std::string Next(const RuleHarness& log) {
    if (Chance(2)) return "garbage " + std::to_string(random_());
    if (!kept_.empty() && Chance(35)) {
      const size_t at = random_() % kept_.size();
      const std::string bytes = kept_[at];
      if (Chance(70)) kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(at));
      return bytes;
    }
    Record record = Make(log);
    if (Chance(5)) Spoil(log, &record);
    const std::string bytes = *EncodeRecord(record);
    // Kept: in flight, to stand in the log later or again; what is pipelined behind it is kept as well.
    if (Chance(30)) {
      kept_.push_back(bytes);
      if (Chance(50) && record.kind != RecordKind::kOwnerEpoch) {
        kept_.push_back(*EncodeRecord(RuleHarness::Behind(record)));
      }
      if (kept_.size() > 40) kept_.erase(kept_.begin());
      if (Chance(40)) return Next(log);
    }
    return bytes;
  }

 private:
  bool Chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  Subject AnySubject() { return CaseSubject(TestId(static_cast<uint32_t>(random_() % 6))); }

  Record Make(const RuleHarness& log) {
    const ServiceId service = kServices[random_() % std::size(kServices)];
    if (log.rule.stream(service).epoch == 0 || Chance(3)) {
      Record record = log.Epoch(service, static_cast<uint32_t>(random_() % 1'000'000));
      record.by_operator = Chance(20);
      return record;
    }
    Record record = log.Next(service);
    while (Chance(40)) record.relies_on.push_back(AnySubject());
    while (Chance(25)) record.changes.push_back(AnySubject());
    return record;
  }
  void Spoil(const RuleHarness& log, Record* record) {
    switch (random_() % 6) {
      case 0:
        record->epoch += random_() % 3;
        break;
      case 1:
        record->head.low ^= 1;
        break;
      case 2:
        record->sequence += random_() % 3;
        break;
      case 3:
        record->read_up_to = static_cast<Offset>(random_() % static_cast<uint64_t>(log.next_offset + 2)) - 1;
        break;
      case 4:
        record->owner = TestId(5);
        break;
      default:
        record->log_digest.high ^= 1;
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> kept_;
};

struct Raw {
  Offset offset;
  Instant append_time;
  std::string bytes;
};

std::vector<Raw> RandomLog(uint64_t seed, size_t records, std::map<Verdict, int>* seen) {
  RuleHarness log;
  RandomWriter writer(seed);
  std::mt19937_64 random(seed ^ 0x5eed);
  std::vector<Raw> raw;
  for (size_t i = 0; i < records; ++i) {
    const std::string bytes = writer.Next(log);
    raw.push_back({log.next_offset, {static_cast<int64_t>(1000 + i - random() % 3)}, bytes});
    const auto record = DecodeRecord(bytes);
    const auto judged = log.rule.Apply(raw.back().offset, raw.back().append_time, HashBytes(bytes),
                                       record.ok() ? std::optional<Record>(*record) : std::nullopt);
    ++(*seen)[judged.verdict];
    log.next_offset += 1 + static_cast<Offset>(random() % 2);
  }
  return raw;
}

Judgement Feed(EffectiveRule* rule, const Raw& raw) {
  const auto record = DecodeRecord(raw.bytes);
  return rule->Apply(raw.offset, raw.append_time, HashBytes(raw.bytes),
                     record.ok() ? std::optional<Record>(*record) : std::nullopt);
}

void ExpectSameMemory(const EffectiveRule& a, const EffectiveRule& b) {
  EXPECT_EQ(a.Position().SerializeAsString(), b.Position().SerializeAsString());
  const auto rows_a = a.AllStanding();
  const auto rows_b = b.AllStanding();
  ASSERT_EQ(rows_a.size(), rows_b.size());
  for (size_t i = 0; i < rows_a.size(); ++i) EXPECT_EQ(rows_a[i].SerializeAsString(), rows_b[i].SerializeAsString());
}

constexpr uint64_t kFirstSeed = 1;
constexpr uint64_t kSeeds = 200;
constexpr size_t kRecords = 500;

TEST(EffectiveRuleProperty, ARestoredRuleContinuesAsTheUninterruptedOne) {
  std::map<Verdict, int> seen;
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::vector<Raw> raw = RandomLog(seed, kRecords, &seen);
    EffectiveRule uninterrupted;
    std::vector<EffectiveRule> restored;  // from different offsets, all going on side by side
    for (size_t i = 0; i < raw.size(); ++i) {
      const Judgement expected = Feed(&uninterrupted, raw[i]);
      if (i % 7 == 3) uninterrupted.Block(kServices[i % 3]);
      for (EffectiveRule& rule : restored) {
        const Judgement judged = Feed(&rule, raw[i]);
        ASSERT_EQ(judged.verdict, expected.verdict) << "record " << i;
        // Only digests are forgotten in a restart.
        if (judged.evidence != expected.evidence) {
          EXPECT_EQ(expected.evidence, Evidence::kDigest);
          EXPECT_EQ(judged.evidence, Evidence::kNone);
        }
        if (i % 7 == 3) rule.Block(kServices[i % 3]);
      }
      if (i % 50 != 20) continue;
      auto rule = EffectiveRule::Restore(uninterrupted.Position(), uninterrupted.AllStanding());
      ASSERT_TRUE(rule.ok()) << rule.status();
      ExpectSameMemory(uninterrupted, *rule);
      EXPECT_TRUE(rule->TakeNewStanding().empty());
      restored.push_back(*std::move(rule));
    }
    for (const EffectiveRule& rule : restored) ExpectSameMemory(uninterrupted, rule);
    if (HasFailure()) return;
  }
  // The streams are random enough to mean something.
  for (int verdict = 0; verdict <= static_cast<int>(Verdict::kMalformed); ++verdict) {
    EXPECT_GT(seen[static_cast<Verdict>(verdict)], 50) << VerdictName(static_cast<Verdict>(verdict));
  }
}

TEST(EffectiveRuleProperty, WhatIsEffectiveIsOneDenseChainedSequencePerEpoch) {
  std::map<Verdict, int> seen;
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    EffectiveRule rule;
    std::map<ServiceId, Record> last;
    std::map<ServiceId, Hash128> heads;
    for (const Raw& raw : RandomLog(seed, kRecords, &seen)) {
      if (Feed(&rule, raw).verdict != Verdict::kEffective) continue;
      Record record = *DecodeRecord(raw.bytes);
      Hash128& head = heads[record.service];
      const Record& before = last[record.service];
      if (record.kind == RecordKind::kOwnerEpoch) {
        ASSERT_GT(record.epoch, before.epoch);
      } else {
        ASSERT_EQ(record.epoch, before.epoch);
        ASSERT_EQ(record.owner, before.owner);
        ASSERT_EQ(record.sequence, before.kind == RecordKind::kOwnerEpoch ? 1 : before.sequence + 1);
        ASSERT_EQ(record.head, head);
      }
      ASSERT_LT(record.read_up_to, raw.offset);
      head = Chain(head, HashBytes(raw.bytes));
      record.address = record.reply = {};
      record.events.clear();
      last[record.service] = record;
    }
  }
}

TEST(RestoreTest, AFreshRuleRestoresToAFreshRule) {
  const auto rule = EffectiveRule::Restore(EffectiveRule().Position(), {});
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->offset(), kNoOffset);
  ExpectSameMemory(EffectiveRule(), *rule);
}

TEST(RestoreTest, DamagedPositionsAreDataLoss) {
  RuleHarness log;
  log.Own(ServiceId::kIntake);
  log.Put(RuleHarness::Standing(log.Next(ServiceId::kIntake), {CaseSubject(TestId(1))}));
  const v1::LogPosition good = log.rule.Position();
  const auto standing = log.rule.AllStanding();
  ASSERT_TRUE(EffectiveRule::Restore(good, standing).ok());
  const auto expect_damaged = [&](auto spoil) {
    v1::LogPosition position = good;
    std::vector<v1::StandingRecord> rows = standing;
    spoil(&position, &rows);
    EXPECT_EQ(EffectiveRule::Restore(position, rows).status().code(), absl::StatusCode::kDataLoss);
  };
  expect_damaged([](auto* position, auto*) { position->set_log_digest("short"); });
  expect_damaged([](auto* position, auto*) { position->clear_record_hash(); });
  expect_damaged([](auto* position, auto*) { position->clear_level(); });
  expect_damaged([](auto* position, auto*) { position->mutable_streams(0)->set_service(8); });
  expect_damaged([](auto* position, auto*) { position->mutable_streams(0)->set_service(0); });
  expect_damaged([](auto* position, auto*) { position->mutable_streams(0)->set_owner("x"); });
  expect_damaged([](auto* position, auto*) { position->mutable_streams(0)->set_head(""); });
  expect_damaged([](auto*, auto* rows) { (*rows)[0].set_offset(7); });  // past the position
  expect_damaged([](auto*, auto* rows) { rows->push_back(rows->front()); });
  expect_damaged([](auto*, auto* rows) { (*rows)[0].set_subjects(0, std::string(17, '\x09')); });
  expect_damaged([](auto*, auto* rows) { (*rows)[0].set_subjects(0, "\x01"); });
}

TEST(RestoreTest, ANewerLevelAsksForAnUpgrade) {
  v1::LogPosition position = EffectiveRule().Position();
  position.set_level(kFeatureLevel + 1);
  EXPECT_EQ(EffectiveRule::Restore(position, {}).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace casehub::storage
