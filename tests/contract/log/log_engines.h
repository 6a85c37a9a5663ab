// The engines that exist, made ready for the conformance suite.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "storage/log/embedded/embedded_log.h"
#include "storage/log/simulated/simulated_log.h"
#include "tests/contract/log/faulty_file_system.h"
#include "tests/contract/log_under_test.h"

namespace casehub::storage {

// A folder of its own that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class EmbeddedUnderTest : public LogUnderTest {
 public:
  explicit EmbeddedUnderTest(const LogTestOptions& options);
  ~EmbeddedUnderTest() override;

  EventLog& log() override { return *log_; }
  EmbeddedLog& embedded() { return *log_; }
  FaultyFileSystem& files() { return *files_; }
  EmbeddedLogOptions& options() { return options_; }
  std::string folder() const { return options_.folder; }
  LogCapabilities capabilities() const override { return {true, true, true, true, true, true}; }
  void SetClock(Instant now) override { now_ = now.micros; }
  void StallWrites(bool stall) override;
  void FailWrites(bool fail) override;
  void Reopen() override;
  void ReopenAfterKill() override;
  // Closes the log, so that a test can look at its folder; Open opens it again.
  void Close() { log_.reset(); }
  absl::Status Open();

 private:
  TemporaryFolder folder_;
  std::atomic<int64_t> now_{1'000 * kMicrosPerSecond};
  std::shared_ptr<FaultyFileSystem> files_ = std::make_shared<FaultyFileSystem>();
  std::unique_ptr<rocksdb::Env> env_;
  EmbeddedLogOptions options_;
  int kills_ = 0;
  int failures_ = 0;
  std::unique_ptr<EmbeddedLog> log_;
};

class SimulatedUnderTest : public LogUnderTest {
 public:
  explicit SimulatedUnderTest(const LogTestOptions& options);

  EventLog& log() override { return *world_->Connect(1); }
  LogCapabilities capabilities() const override { return {true, true, true, true, true, true}; }
  void SetClock(Instant now) override { now_ = now.micros; }
  void Pump() override {
    if (!stalled_) world_->DeliverAll();
  }
  void StallWrites(bool stall) override { stalled_ = stall; }
  void FailWrites(bool fail) override;
  // The world outlives its processes: what is in flight arrives, or dies with the process.
  void Reopen() override { world_->DeliverAll(); }
  void ReopenAfterKill() override { world_->LoseInFlight(1); }

 private:
  static constexpr uint64_t kSeed = 11;
  std::atomic<int64_t> now_{1'000 * kMicrosPerSecond};
  std::atomic<bool> stalled_{false};
  std::mt19937_64 random_{kSeed};
  std::unique_ptr<SimulatedLog> world_;
};

}  // namespace casehub::storage
