// What the conformance suite of the log needs of an engine, and a reader for tests. An engine is made ready for the
// suite by implementing LogUnderTest; see tests/contract/log/log_engines.h.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <vector>

#include "storage/log/event_log.h"

namespace casehub::storage {

struct LogCapabilities {
  bool dense_offsets = false;     // from 0, without gaps
  bool keeps_everything = false;  // what Append took stands there once, in the order of the calls of one thread
  bool reopens = false;           // Reopen works
  bool survives_kill = false;     // ReopenAfterKill works: what was read survives without Close
  bool can_fail = false;          // FailWrites works
  bool clock_is_set = false;      // SetClock works; else append times are those of somebody else's clock
};

struct LogTestOptions {
  int partitions = 2;
  size_t queued_records_max = 16'384;
  bool little_memory = false;  // so that readers have to catch up from wherever the engine keeps older records
};

// One log, with what a test needs to do to it from outside.
class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  virtual EventLog& log() = 0;
  virtual LogCapabilities capabilities() const = 0;
  // The engine's clock; 1,000 s at the start.
  virtual void SetClock(Instant now) = 0;
  // Lets what was appended become readable; engines with threads do it themselves. From any thread.
  virtual void Pump() {}
  // Nothing becomes durable until it is called with false.
  virtual void StallWrites(bool stall) = 0;
  // Writing fails until it is called with false; the engine then goes on by itself.
  virtual void FailWrites(bool fail) = 0;
  // Closes the log and opens it again; readers are gone before.
  virtual void Reopen() = 0;
  // Opens what another process would find if this one had been killed now.
  virtual void ReopenAfterKill() = 0;
};

struct LogEngine {
  std::string name;
  std::function<std::unique_ptr<LogUnderTest>(const LogTestOptions&)> make;
};
inline std::ostream& operator<<(std::ostream& out, const LogEngine& engine) { return out << engine.name; }

// A reader that waits to be told instead of polling.
class Follower {
 public:
  static constexpr std::chrono::seconds kPatience{60};

  Follower(LogUnderTest* under_test, PartitionId partition, Offset after = kNoOffset, size_t bytes_max = 1 << 20)
      : under_test_(under_test), bytes_max_(bytes_max) {
    auto reader = under_test->log().OpenReader(partition, after, [this] {
      std::lock_guard lock(mutex_);
      ++told_;
      changed_.notify_all();
    });
    EXPECT_TRUE(reader.ok()) << reader.status();
    if (reader.ok()) reader_ = *std::move(reader);
  }
  ~Follower() { reader_.reset(); }

  // Reads until `count` entries came in all, or patience ends.
  const std::vector<LogEntry>& ReadAtLeast(size_t count) {
    while (entries_.size() < count) {
      const int told = this->told();
      const size_t before = entries_.size();
      const auto status = reader_->Next(bytes_max_, &entries_);
      EXPECT_TRUE(status.ok()) << status;
      if (!status.ok()) break;
      if (entries_.size() > before) continue;
      under_test_->Pump();
      if (!WaitForMoreThan(told)) {
        ADD_FAILURE() << "nobody said that there is more after " << entries_.size() << " of " << count << " entries";
        break;
      }
    }
    return entries_;
  }
  // One call; how many entries it gave.
  size_t Next() {
    const size_t before = entries_.size();
    const auto status = reader_->Next(bytes_max_, &entries_);
    EXPECT_TRUE(status.ok()) << status;
    return entries_.size() - before;
  }
  bool WaitForMoreThan(int told) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return told_ > told; });
  }
  int told() const {
    std::lock_guard lock(mutex_);
    return told_;
  }
  const std::vector<LogEntry>& entries() const { return entries_; }

 private:
  LogUnderTest* under_test_;
  size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int told_ = 0;
  std::vector<LogEntry> entries_;
  std::unique_ptr<LogReader> reader_;
};

inline SharedBytes Bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }
inline AppendBatch Batch(const std::vector<std::string>& records) {
  AppendBatch batch;
  for (const std::string& record : records) batch.records.push_back(Bytes(record));
  return batch;
}
inline std::vector<std::string> Texts(const std::vector<LogEntry>& entries) {
  std::vector<std::string> texts;
  for (const LogEntry& entry : entries) texts.push_back(*entry.bytes);
  return texts;
}

}  // namespace casehub::storage
