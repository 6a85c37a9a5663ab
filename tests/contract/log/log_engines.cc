#include "tests/contract/log/log_engines.h"

#include <unistd.h>

#include "tests/contract/live_copy.h"

namespace casehub::storage {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "casehub-log-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

EmbeddedUnderTest::EmbeddedUnderTest(const LogTestOptions& options) : env_(rocksdb::NewCompositeEnv(files_)) {
  options_.folder = folder_.path("log");
  options_.partitions = options.partitions;
  options_.clock = [this] { return Instant{now_}; };
  options_.queued_records_max = options.queued_records_max;
  options_.retry_interval = std::chrono::milliseconds(1);
  options_.env = env_.get();
  if (options.little_memory) {
    options_.tail_bytes_max = 20'000;
    options_.write_buffer_bytes_max = 64 << 10;  // so that what is old lies in files
    options_.read_ahead_bytes = 16 << 10;
  }
  const auto status = Open();
  EXPECT_TRUE(status.ok()) << status;
}

EmbeddedUnderTest::~EmbeddedUnderTest() {
  files_->SetMode(FaultyFileSystem::Mode::kWorks);
  log_.reset();
}

absl::Status EmbeddedUnderTest::Open() {
  auto log = EmbeddedLog::Open(options_);
  if (!log.ok()) return log.status();
  log_ = *std::move(log);
  return absl::OkStatus();
}

void EmbeddedUnderTest::StallWrites(bool stall) {
  files_->SetMode(stall ? FaultyFileSystem::Mode::kStalls : FaultyFileSystem::Mode::kWorks);
}

// Each kind of failure in turn: RocksDB recovers from them in different ways.
void EmbeddedUnderTest::FailWrites(bool fail) {
  static constexpr FaultyFileSystem::Mode kKinds[] = {FaultyFileSystem::Mode::kFull, FaultyFileSystem::Mode::kTorn,
                                                      FaultyFileSystem::Mode::kBroken};
  files_->SetMode(fail ? kKinds[failures_++ % 3] : FaultyFileSystem::Mode::kWorks);
}

void EmbeddedUnderTest::Reopen() {
  const auto closed = log_->Close();
  EXPECT_TRUE(closed.ok()) << closed;
  log_.reset();
  const auto status = Open();
  EXPECT_TRUE(status.ok()) << status;
}

// The files as they are while the log is open: nothing was flushed or closed for it.
void EmbeddedUnderTest::ReopenAfterKill() {
  const std::string copy = folder_.path("killed-" + std::to_string(++kills_));
  CopyOpenFolder(options_.folder, copy);
  log_.reset();
  options_.folder = copy;
  const auto status = Open();
  EXPECT_TRUE(status.ok()) << status;
}

SimulatedUnderTest::SimulatedUnderTest(const LogTestOptions& options) {
  SimulatedLogOptions simulated;
  simulated.partitions = options.partitions;
  simulated.clock = [this] { return Instant{now_}; };
  simulated.random = [this] { return random_(); };
  simulated.queued_records_max = options.queued_records_max;
  world_ = std::make_unique<SimulatedLog>(std::move(simulated));
}

void SimulatedUnderTest::FailWrites(bool fail) {
  world_->SetWritable(1, fail ? absl::UnavailableError("the test says so") : absl::OkStatus());
}

}  // namespace casehub::storage
