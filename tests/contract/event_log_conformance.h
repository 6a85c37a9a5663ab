// What every engine of the log must do (storage/log/event_log.h). An engine takes part by a factory: see
// log_conformance_test.cc; nothing here names one. Include it in one file of a test program.
//
// Engines work on threads of their own or are pumped; the suite works with both: it pumps, then waits to be told.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/contract/log_under_test.h"

namespace casehub::storage {

class EventLogConformance : public ::testing::TestWithParam<LogEngine> {
 protected:
  void Make(LogTestOptions options = {}) { under_test_ = GetParam().make(options); }
  EventLog& log() { return under_test_->log(); }
  LogUnderTest* under_test() { return under_test_.get(); }
  LogCapabilities can() const { return under_test_->capabilities(); }
  void Append(PartitionId partition, const std::vector<std::string>& records) {
    const auto status = log().Append(partition, Batch(records));
    ASSERT_TRUE(status.ok()) << status;
  }
  // Appends `count` records "prefix0", "prefix1", … one by one and reads them back.
  std::vector<LogEntry> Fill(PartitionId partition, const std::string& prefix, int count) {
    const auto end = log().End(partition);
    EXPECT_TRUE(end.ok());
    Follower follower(under_test(), partition, *end);
    for (int i = 0; i < count; ++i) Append(partition, {prefix + std::to_string(i)});
    return follower.ReadAtLeast(static_cast<size_t>(count));
  }
  void ExpectOffsetsGrow(const std::vector<LogEntry>& entries, Offset first = 0) {
    Offset before = first - 1;
    for (const LogEntry& entry : entries) {
      if (can().dense_offsets) {
        ASSERT_EQ(entry.offset, before + 1);
      } else {
        ASSERT_GT(entry.offset, before);
      }
      before = entry.offset;
    }
  }

 private:
  std::unique_ptr<LogUnderTest> under_test_;
};

TEST_P(EventLogConformance, AnEmptyLogSaysSo) {
  Make();
  EXPECT_EQ(log().partition_count(), 2);
  EXPECT_FALSE(log().log_id().IsNil());
  EXPECT_TRUE(log().writable().ok()) << log().writable();
  for (PartitionId partition = 0; partition < 2; ++partition) {
    ASSERT_TRUE(log().End(partition).ok());
    EXPECT_EQ(*log().End(partition), kNoOffset);
    EXPECT_TRUE(absl::IsNotFound(log().ReadAt(partition, 0).status()));
    Follower follower(under_test(), partition);
    EXPECT_EQ(follower.Next(), 0u);
  }
}

TEST_P(EventLogConformance, RecordsComeBackUnchangedAndInOrder) {
  Make();
  const std::string large(256 * 1024, 'x');
  const std::string binary("\0\xff\x80 not text", 12);
  Append(0, {"first", large});
  Append(0, {binary});
  Append(0, {"last"});
  Follower follower(under_test(), 0);
  EXPECT_EQ(Texts(follower.ReadAtLeast(4)), (std::vector<std::string>{"first", large, binary, "last"}));
  ExpectOffsetsGrow(follower.entries());
  EXPECT_EQ(*log().End(0), follower.entries().back().offset);
}

TEST_P(EventLogConformance, PartitionsHaveOffsetsAndOrdersOfTheirOwn) {
  Make();
  for (int i = 0; i < 50; ++i) Append(i % 2, {std::to_string(i)});
  for (PartitionId partition = 0; partition < 2; ++partition) {
    Follower follower(under_test(), partition);
    const auto texts = Texts(follower.ReadAtLeast(25));
    ASSERT_EQ(texts.size(), 25u);
    for (int i = 0; i < 25; ++i) EXPECT_EQ(texts[static_cast<size_t>(i)], std::to_string(2 * i + partition));
    ExpectOffsetsGrow(follower.entries());
    EXPECT_EQ(follower.Next(), 0u);
  }
}

TEST_P(EventLogConformance, AReaderStartsAfterTheOffsetItNames) {
  Make();
  const auto all = Fill(0, "r", 20);
  ASSERT_EQ(all.size(), 20u);
  for (size_t after : {0u, 7u, 18u}) {
    Follower follower(under_test(), 0, all[after].offset);
    const auto& rest = follower.ReadAtLeast(19 - after);
    ASSERT_EQ(rest.size(), 19 - after);
    EXPECT_EQ(rest.front().offset, all[after + 1].offset);
    EXPECT_EQ(*rest.front().bytes, *all[after + 1].bytes);
  }
  Follower at_end(under_test(), 0, all.back().offset);
  EXPECT_EQ(at_end.Next(), 0u);
}

TEST_P(EventLogConformance, NextGivesAtLeastOneEntryAndAboutAsManyBytesAsAsked) {
  Make();
  const std::string record(1000, 'r');
  for (int i = 0; i < 40; ++i) Append(0, {record});
  Follower all(under_test(), 0);
  all.ReadAtLeast(40);
  Follower one(under_test(), 0, kNoOffset, 1);
  EXPECT_EQ(one.Next(), 1u);
  EXPECT_EQ(one.Next(), 1u);
  Follower some(under_test(), 0, kNoOffset, 5000);
  const size_t got = some.Next();
  EXPECT_GE(got, 1u);
  EXPECT_LE(got, 6u);
  some.ReadAtLeast(40);
  ASSERT_EQ(some.entries().size(), 40u);
  ExpectOffsetsGrow(some.entries());
}

TEST_P(EventLogConformance, AReaderIsToldOnceAfterItHasSeenTheEnd) {
  Make();
  Follower told(under_test(), 0);
  Follower other(under_test(), 0);
  EXPECT_EQ(told.Next(), 0u);
  const int before = told.told();
  Append(0, {"a"});
  other.ReadAtLeast(1);
  ASSERT_TRUE(told.WaitForMoreThan(before));
  Append(0, {"b"});
  other.ReadAtLeast(2);
  Append(0, {"c"});
  other.ReadAtLeast(3);
  EXPECT_EQ(told.told(), before + 1);
  told.ReadAtLeast(3);
  EXPECT_EQ(told.Next(), 0u);
  Append(0, {"d"});
  other.ReadAtLeast(4);
  EXPECT_TRUE(told.WaitForMoreThan(before + 1));
}

TEST_P(EventLogConformance, AReaderThatIsGoneIsNotTold) {
  Make();
  std::atomic<int> told{0};
  auto reader = log().OpenReader(0, kNoOffset, [&] { ++told; });
  ASSERT_TRUE(reader.ok());
  std::vector<LogEntry> none;
  ASSERT_TRUE((*reader)->Next(1, &none).ok());
  reader->reset();
  Fill(0, "r", 3);
  EXPECT_EQ(told, 0);
}

TEST_P(EventLogConformance, ReadAtGivesOneRecordOrNotFound) {
  Make();
  const auto all = Fill(1, "r", 10);
  for (const LogEntry& entry : all) {
    const auto again = log().ReadAt(1, entry.offset);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->offset, entry.offset);
    EXPECT_EQ(again->append_time, entry.append_time);
    EXPECT_EQ(*again->bytes, *entry.bytes);
  }
  EXPECT_TRUE(absl::IsNotFound(log().ReadAt(1, all.back().offset + 1).status()));
  EXPECT_TRUE(absl::IsNotFound(log().ReadAt(1, kNoOffset).status()));
  EXPECT_TRUE(absl::IsNotFound(log().ReadAt(0, all.front().offset).status()));
}

TEST_P(EventLogConformance, AppendTimesNeverGoBack) {
  Make();
  if (!can().clock_is_set) {
    const auto entries = Fill(0, "r", 100);
    for (size_t i = 1; i < entries.size(); ++i) EXPECT_GE(entries[i].append_time, entries[i - 1].append_time);
    return;
  }
  under_test()->SetClock({2'000 * kMicrosPerSecond});
  auto entries = Fill(0, "a", 3);
  EXPECT_EQ(entries.back().append_time, Instant{2'000 * kMicrosPerSecond});
  under_test()->SetClock({1'500 * kMicrosPerSecond});
  for (const LogEntry& entry : Fill(0, "b", 3)) EXPECT_EQ(entry.append_time, Instant{2'000 * kMicrosPerSecond});
  under_test()->SetClock({2'500 * kMicrosPerSecond});
  entries = Fill(0, "c", 3);
  EXPECT_EQ(entries.front().append_time, Instant{2'500 * kMicrosPerSecond});
}

TEST_P(EventLogConformance, AnUnknownPartitionIsAnInvalidArgument) {
  Make();
  for (PartitionId partition : {-1, 2}) {
    EXPECT_TRUE(absl::IsInvalidArgument(log().Append(partition, Batch({"x"}))));
    EXPECT_TRUE(absl::IsInvalidArgument(log().OpenReader(partition, kNoOffset, [] {}).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(log().ReadAt(partition, 0).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(log().End(partition).status()));
  }
}

TEST_P(EventLogConformance, AnEmptyBatchIsNothing) {
  Make();
  EXPECT_TRUE(log().Append(0, {}).ok());
  Fill(0, "r", 1);
  Follower follower(under_test(), 0);
  EXPECT_EQ(follower.Next(), 1u);
}

TEST_P(EventLogConformance, AReaderBeyondTheEndIsRefused) {
  Make();
  const auto all = Fill(0, "r", 3);
  EXPECT_TRUE(absl::IsOutOfRange(log().OpenReader(0, all.back().offset + 1, [] {}).status()));
}

TEST_P(EventLogConformance, OldRecordsAreReadFromWhereverTheyAre) {
  Make({.little_memory = true});
  constexpr int kRecords = 2'000;
  const std::string filler(300, '.');
  Follower live(under_test(), 0);
  for (int i = 0; i < kRecords; ++i) Append(0, {std::to_string(i) + filler});
  live.ReadAtLeast(kRecords);
  for (size_t bytes_max : {size_t{1}, size_t{10'000}, size_t{1} << 20}) {
    Follower follower(under_test(), 0, kNoOffset, bytes_max);
    // While it catches up the log goes on: no record is seen twice or left out where memory begins.
    Append(0, {"more"});
    const auto& entries = follower.ReadAtLeast(kRecords + 1);
    ASSERT_GE(entries.size(), static_cast<size_t>(kRecords) + 1);
    for (int i = 0; i < kRecords; ++i) {
      ASSERT_EQ(*entries[static_cast<size_t>(i)].bytes, std::to_string(i) + filler);
    }
    ExpectOffsetsGrow(entries);
  }
  const auto old = log().ReadAt(0, live.entries()[1].offset);
  ASSERT_TRUE(old.ok()) << old.status();
  EXPECT_EQ(*old->bytes, "1" + filler);
}

TEST_P(EventLogConformance, AFullQueueRefusesAndWhatItTookIsKept) {
  constexpr size_t kQueue = 64;
  Make({.queued_records_max = kQueue});
  Fill(0, "before", 1);
  under_test()->StallWrites(true);
  std::vector<std::string> taken;
  absl::Status refused;
  for (int i = 0; refused.ok() && i < 1'000; ++i) {
    const std::string record = "r" + std::to_string(i);
    refused = log().Append(0, Batch({record}));
    if (refused.ok()) taken.push_back(record);
  }
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_LE(taken.size(), kQueue);
  EXPECT_GE(taken.size(), kQueue / 2);
  under_test()->StallWrites(false);
  Follower follower(under_test(), 0, 0);
  EXPECT_EQ(Texts(follower.ReadAtLeast(taken.size())), taken);
  Fill(0, "after", 1);
}

TEST_P(EventLogConformance, ConcurrentAppendersAndReadersAgree) {
  Make({.little_memory = true});
  constexpr int kAppenders = 4;
  constexpr int kEach = 400;
  std::vector<std::thread> threads;
  for (int appender = 0; appender < kAppenders; ++appender) {
    threads.emplace_back([this, appender] {
      for (int i = 0; i < kEach;) {
        const PartitionId partition = i % 2;
        AppendBatch batch =
            Batch({std::to_string(appender) + ":" + std::to_string(i), std::to_string(appender) + ":and"});
        batch.may_wait = i % 3 == 0;
        const auto status = log().Append(partition, std::move(batch));
        if (status.ok()) ++i;
        under_test()->Pump();
      }
    });
  }
  constexpr size_t kPerPartition = size_t{kAppenders} * kEach;
  std::vector<std::vector<LogEntry>> read(4);
  for (size_t i = 0; i < read.size(); ++i) {
    threads.emplace_back([this, i, &read] {
      Follower follower(under_test(), static_cast<PartitionId>(i % 2), kNoOffset, 4'000);
      std::vector<LogEntry> entries = follower.ReadAtLeast(kPerPartition);
      read[i] = std::move(entries);
    });
  }
  for (std::thread& thread : threads) thread.join();

  for (PartitionId partition = 0; partition < 2; ++partition) {
    const auto texts = Texts(read[static_cast<size_t>(partition)]);
    EXPECT_EQ(texts, Texts(read[static_cast<size_t>(partition) + 2])) << "two readers saw different logs";
    ASSERT_EQ(texts.size(), kPerPartition);
    ExpectOffsetsGrow(read[static_cast<size_t>(partition)]);
    std::vector<int> next(kAppenders, partition);
    for (size_t i = 0; i < texts.size(); i += 2) {
      const int appender = texts[i][0] - '0';
      EXPECT_EQ(texts[i], std::to_string(appender) + ":" + std::to_string(next[static_cast<size_t>(appender)]));
      EXPECT_EQ(texts[i + 1], std::to_string(appender) + ":and") << "a batch was torn apart";
      next[static_cast<size_t>(appender)] += 2;
    }
  }
}

TEST_P(EventLogConformance, ReopeningKeepsRecordsOffsetsTimesAndTheId) {
  Make();
  if (!can().reopens) GTEST_SKIP() << "this engine does not reopen";
  const Uuid id = log().log_id();
  const auto before = Fill(0, "before", 25);
  under_test()->SetClock({500 * kMicrosPerSecond});
  under_test()->Reopen();
  EXPECT_EQ(log().log_id(), id);
  EXPECT_EQ(*log().End(0), before.back().offset);
  EXPECT_EQ(*log().End(1), kNoOffset);
  Follower follower(under_test(), 0);
  Append(0, {"after"});
  const auto& all = follower.ReadAtLeast(26);
  ASSERT_EQ(all.size(), 26u);
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(all[i].offset, before[i].offset);
    EXPECT_EQ(all[i].append_time, before[i].append_time);
    EXPECT_EQ(*all[i].bytes, *before[i].bytes);
  }
  EXPECT_EQ(*all.back().bytes, "after");
  EXPECT_GE(all.back().append_time, before.back().append_time) << "append times went back over a restart";
  if (can().clock_is_set) {
    EXPECT_EQ(all.back().append_time, before.back().append_time);
  }
  ExpectOffsetsGrow(all);
}

TEST_P(EventLogConformance, ClosingWritesWhatWasQueued) {
  Make();
  if (!can().reopens || !can().keeps_everything) GTEST_SKIP() << "this engine may lose what was not read back";
  for (int i = 0; i < 100; ++i) Append(i % 2, {std::to_string(i)});
  under_test()->Reopen();
  for (PartitionId partition = 0; partition < 2; ++partition) {
    Follower follower(under_test(), partition);
    EXPECT_EQ(follower.ReadAtLeast(50).size(), 50u);
  }
}

TEST_P(EventLogConformance, WhatWasReadSurvivesAKill) {
  Make();
  if (!can().survives_kill) GTEST_SKIP() << "this engine cannot be killed";
  auto read = Fill(0, "a", 30);
  for (int round = 0; round < 3; ++round) {
    under_test()->ReopenAfterKill();
    Follower follower(under_test(), 0);
    const auto& all = follower.ReadAtLeast(read.size());
    ASSERT_EQ(Texts(all), Texts(read));
    for (size_t i = 0; i < read.size(); ++i) EXPECT_EQ(all[i].append_time, read[i].append_time);
    const auto more = Fill(0, "round" + std::to_string(round) + "-", 10);
    read.insert(read.end(), more.begin(), more.end());
    ExpectOffsetsGrow(read);
  }
}

TEST_P(EventLogConformance, WhatCannotBeWrittenIsRefusedWhileReadsGoOnAndNothingIsLostOrDoubled) {
  Make();
  if (!can().can_fail) GTEST_SKIP() << "this engine cannot be made to fail";
  std::vector<std::string> taken;
  for (int round = 0; round < 3; ++round) {
    const std::string prefix = "round" + std::to_string(round) + "-";
    for (const LogEntry& entry : Fill(0, prefix, 5)) taken.push_back(*entry.bytes);
    under_test()->FailWrites(true);
    // Appends are taken until the engine notices.
    absl::Status refused;
    for (int i = 0; refused.ok(); ++i) {
      const std::string record = prefix + "failing" + std::to_string(i);
      refused = log().Append(0, Batch({record}));
      if (refused.ok()) taken.push_back(record);
      if (absl::IsResourceExhausted(refused)) {
        refused = absl::OkStatus();
        std::this_thread::yield();
      }
    }
    EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
    EXPECT_TRUE(absl::IsUnavailable(log().writable()));
    EXPECT_TRUE(log().ReadAt(0, 0).ok());
    EXPECT_GE(Follower(under_test(), 0).ReadAtLeast(5).size(), 5u);
    under_test()->FailWrites(false);
    Follower follower(under_test(), 0);
    EXPECT_EQ(Texts(follower.ReadAtLeast(taken.size())), taken);
    ExpectOffsetsGrow(follower.entries());
  }
  if (!can().reopens || !can().survives_kill) return;
  under_test()->ReopenAfterKill();
  EXPECT_EQ(Texts(Follower(under_test(), 0).ReadAtLeast(taken.size())), taken);
  under_test()->Reopen();
  EXPECT_EQ(Texts(Follower(under_test(), 0).ReadAtLeast(taken.size())), taken);
}

}  // namespace casehub::storage
