// The RocksDB engine: the contract, and what only a disk can do: locks, formats, snapshots, a full disk, lost power.
#include "storage/projection/rocksdb/rocksdb_projection.h"

#include <atomic>
#include <map>
#include <thread>

#include "rocksdb/env.h"
#include "rocksdb/perf_context.h"
#include "rocksdb/perf_level.h"
#include "storage/projection/rocksdb/folders.h"
#include "storage/projection/rocksdb/snapshot_manifest.h"
#include "tests/contract/keyspace_contract.h"
#include "tests/contract/live_copy.h"
#include "tests/contract/projection/rocksdb_engine.h"

namespace casehub::storage {
namespace {

namespace fs = std::filesystem;

// So that look-ups go to the tables.
constexpr RocksdbLimits kNoRowCache{.row_cache_bytes = 0};

constexpr int kFormat = RocksdbProjectionStore::kFormat;
std::string FormatFile(int format) { return absl::StrCat("casehub projection ", format, "\n"); }

INSTANTIATE_TEST_SUITE_P(Rocksdb, KeyspaceContract,
                         testing::Values(ProjectionEngineParam{"rocksdb",
                                                               [] { return std::make_unique<RocksdbEngine>(); }}));

class RocksdbProjectionTest : public testing::Test {
 protected:
  Keyspace& intake() { return *engine_.store().keyspace(ServiceId::kIntake); }
  void Write(const std::string& value, Offset offset) {
    const absl::Status status = intake().Write({{"a", value}, {"b", value}}, PositionAt(offset));
    ASSERT_TRUE(status.ok()) << status;
  }
  std::string Value(std::string_view key = "a") {
    auto value = intake().Get(key);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.ok() ? value->value_or("nothing") : "error";
  }

  RocksdbEngine engine_;
};

TEST_F(RocksdbProjectionTest, AFolderInUseIsRefusedByName) {
  auto second = engine_.Open();
  ASSERT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(second.status().message().find(engine_.partition().string()), absl::string_view::npos);
  EXPECT_NE(second.status().message().find("in use by another process: stop it"), absl::string_view::npos);
  Write("still", 1);
  EXPECT_EQ(Value(), "still");
  engine_.Stop();
  EXPECT_TRUE(engine_.Open().ok());
}

TEST_F(RocksdbProjectionTest, ANewerFormatIsRefusedAndLeftAlone) {
  Write("v", 1);
  engine_.Stop();
  EXPECT_EQ(ReadFile(engine_.partition() / "FORMAT"), FormatFile(kFormat));
  ReplaceFile(engine_.partition() / "FORMAT", FormatFile(kFormat + 1));
  auto opened = engine_.Open();
  ASSERT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(opened.status().message().find(absl::StrCat("format ", kFormat + 1)), absl::string_view::npos);
  ReplaceFile(engine_.partition() / "FORMAT", FormatFile(kFormat));
  engine_.Restart();
  EXPECT_EQ(Value(), "v");
}

TEST_F(RocksdbProjectionTest, RowsOfAnOlderBuildAreFoldedAnew) {
  Write("v", 1);
  engine_.Stop();
  ReplaceFile(engine_.partition() / "FORMAT", FormatFile(kFormat - 1));
  engine_.Restart();
  EXPECT_EQ(Value(), "nothing");
  const auto position = intake().Position();
  ASSERT_TRUE(position.ok()) << position.status();
  EXPECT_FALSE(position->has_value());
  ASSERT_FALSE(engine_.rocksdb().notes().empty());
  EXPECT_NE(engine_.rocksdb().notes().front().find("folded again from the log"), std::string::npos);
  EXPECT_EQ(ReadFile(engine_.partition() / "FORMAT"), FormatFile(kFormat));
}

TEST_F(RocksdbProjectionTest, AServiceThatIsNotHeldHasNoKeyspace) {
  EXPECT_EQ(engine_.store().keyspace(ServiceId::kLedger), nullptr);
  EXPECT_EQ(engine_.store().BeginRebuild(ServiceId::kLedger).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(engine_.store().Snapshot(9).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RocksdbProjectionTest, ARowNeedsAKey) {
  EXPECT_EQ(intake().Write({{"", "v"}}, "p").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(*intake().Position(), std::nullopt);
}

TEST_F(RocksdbProjectionTest, WhatWasWrittenSurvivesKillMinusNine) {
  // A copy of the folder, taken while the store is open, is what a killed process leaves behind.
  for (Offset offset = 1; offset <= 50; ++offset) Write(std::to_string(offset), offset);
  TemporaryFolder copy;
  CopyOpenFolder(engine_.root(), copy.path() / "data");
  RocksdbProjectionStore::Options options;
  options.folder = copy.path() / "data";
  options.services = {ServiceId::kIntake};
  auto killed = RocksdbProjectionStore::Open(options, ProjectionEngine::kPartition);
  ASSERT_TRUE(killed.ok()) << killed.status();
  EXPECT_EQ((*killed)->recovered_from(), RecoveredFrom::kLive);
  EXPECT_EQ(**(*killed)->keyspace(ServiceId::kIntake)->Get("a"), "50");
  EXPECT_EQ(**(*killed)->keyspace(ServiceId::kIntake)->Position(), PositionAt(50));
}

TEST_F(RocksdbProjectionTest, AWalCutAnywhereKeepsAPrefixOfWholeWrites) {
  for (Offset offset = 1; offset <= 5; ++offset) Write(std::to_string(offset), offset);
  TemporaryFolder copy;
  CopyOpenFolder(engine_.root(), copy.path() / "data");
  const auto wals = FilesWith(copy.path() / "data/partition-3/intake", ".log");
  ASSERT_EQ(wals.size(), 1u);
  const std::string whole = ReadFile(wals[0]);
  size_t distinct = 0;
  std::string last;
  for (size_t cut = 0; cut <= whole.size(); cut += 7) {
    TemporaryFolder place;
    fs::copy(copy.path() / "data", place.path() / "data", fs::copy_options::recursive);
    ReplaceFile(place.path() / "data/partition-3/intake" / wals[0].filename(), whole.substr(0, cut));
    RocksdbProjectionStore::Options options;
    options.folder = place.path() / "data";
    options.services = {ServiceId::kIntake};
    auto opened = RocksdbProjectionStore::Open(options, ProjectionEngine::kPartition);
    ASSERT_TRUE(opened.ok()) << opened.status();
    const Keyspace& keyspace = *(*opened)->keyspace(ServiceId::kIntake);
    const std::string a = keyspace.Get("a")->value_or("0");
    const std::string b = keyspace.Get("b")->value_or("0");
    EXPECT_EQ(a, b) << "cut at " << cut;
    EXPECT_EQ(keyspace.Position()->value_or(PositionAt(0)), PositionAt(std::stoi(a)));
    if (a != last) ++distinct;
    last = a;
  }
  EXPECT_GE(distinct, 5u);
}

TEST_F(RocksdbProjectionTest, AWalWithAHoleIsCutThere) {
  // Memtables that are full but not flushed keep a WAL each. Power fails, the end of the first WAL is lost at a record
  // boundary, and the second is whole.
  TemporaryFolder place;
  const std::string folder = place.path() / "holed";
  rocksdb::Options options;
  options.create_if_missing = true;
  options.max_write_buffer_number = 8;
  options.min_write_buffer_number_to_merge = 6;
  options.write_buffer_size = 64u << 10;
  options.avoid_flush_during_shutdown = true;
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, folder, &raw).ok());
  std::unique_ptr<rocksdb::DB> db(raw);
  std::map<std::string, uint64_t> first_size;  // of each WAL, after the first record in it
  int writes = 0;
  while (FilesWith(folder, ".log").size() < 3) {
    rocksdb::WriteBatch batch;
    batch.Put("", PositionAt(++writes));
    batch.Put(absl::StrCat("k", writes), std::string(8000, 'x'));
    ASSERT_TRUE(db->Write({}, &batch).ok());
    for (const auto& wal : FilesWith(folder, ".log")) first_size.emplace(wal.filename(), fs::file_size(wal));
  }
  const auto wals = FilesWith(folder, ".log");
  fs::copy(folder, place.path() / "copy");
  db.reset();
  fs::resize_file(place.path() / "copy" / wals[0].filename(), first_size[wals[0].filename()]);
  auto resources = std::make_shared<RocksdbResources>();
  auto opened = RocksdbKeyspace::Open(place.path() / "copy", RocksdbKeyspace::Mode::kLive, resources);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE((*opened)->cut_at_hole());
  EXPECT_EQ(**(*opened)->Position(), PositionAt(1));
  EXPECT_TRUE((*(*opened)->Get("k1")).has_value());
  for (int i = 2; i <= writes; ++i) EXPECT_FALSE((*(*opened)->Get(absl::StrCat("k", i))).has_value()) << i;
  ASSERT_TRUE((*opened)->Write({{"k2", "again"}}, PositionAt(2)).ok());
  opened->reset();
  opened = RocksdbKeyspace::Open(place.path() / "copy", RocksdbKeyspace::Mode::kLive, resources);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_FALSE((*opened)->cut_at_hole());
  EXPECT_EQ(**(*opened)->Get("k2"), "again");
}

TEST_F(RocksdbProjectionTest, ASwapCutShortIsFinishedAtTheNextStart) {
  Write("old", 1);
  engine_.Restart();
  for (int step = 0; step < 3; ++step) {
    SCOPED_TRACE(step);
    const std::string value = absl::StrCat("new", step);
    auto rebuild = engine_.store().BeginRebuild(ServiceId::kIntake);
    ASSERT_TRUE(rebuild.ok());
    ASSERT_TRUE((*rebuild)->Write({{"a", value}}, PositionAt(10 + step)).ok());
    ASSERT_TRUE(static_cast<RocksdbKeyspace*>(*rebuild)->Finish().ok());
    const fs::path live = engine_.live();
    // The store must not delete the rebuild as it stops: it only closes it.
    engine_.Stop();
    fs::rename(live.string() + ".rebuild", live.string() + ".ready");
    if (step >= 1) fs::rename(live, live.string() + ".replaced");
    if (step >= 2) fs::rename(live.string() + ".ready", live);
    engine_.Restart();
    EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kLive);
    EXPECT_EQ(Value(), value);
    EXPECT_EQ(FilesWith(engine_.partition(), "intake").size(), 1u);
  }
}

TEST_F(RocksdbProjectionTest, TwoSnapshotsAreKeptWithManifestsThatHold) {
  for (Offset offset : {4, 5, 6}) {
    Write(std::to_string(offset), offset);
    ASSERT_TRUE(engine_.store().Snapshot(ProjectionEngine::kPartition).ok());
  }
  const auto names = engine_.rocksdb().snapshots();
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(*names, (std::vector<std::string>{"000002", "000003"}));
  auto manifest = DecodeManifest(ReadFile(engine_.partition() / "snapshots/000003" / kManifestName));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->format(), 1u);
  EXPECT_EQ(manifest->casehub_version(), "0.1.0");
  EXPECT_EQ(manifest->partition(), 3);
  EXPECT_EQ(manifest->offset(), kNoOffset) << "transfer has folded nothing yet";
  ASSERT_EQ(manifest->keyspaces_size(), 2);
  EXPECT_EQ(manifest->keyspaces(0).service(), "intake");
  EXPECT_EQ(manifest->keyspaces(0).offset(), 6);
  EXPECT_EQ(manifest->keyspaces(0).rows(), 2u);
  engine_.Restart();
  ASSERT_TRUE(engine_.store().Snapshot(ProjectionEngine::kPartition).ok());
  EXPECT_EQ(engine_.rocksdb().snapshots()->back(), "000004") << "numbers go on after a restart";
}

TEST_F(RocksdbProjectionTest, MemoryIsCountedAndBounded) {
  const size_t limit = engine_.rocksdb().resources().limits().block_cache_bytes;
  EXPECT_EQ(limit, 32u << 20);
  EXPECT_EQ(engine_.rocksdb().resources().limits().write_buffers_bytes, 256u << 20);
  for (int round = 0; round < 20; ++round) {
    std::vector<RowChange> rows;
    for (int i = 0; i < 1000; ++i)
      rows.push_back({absl::StrCat("k", 100000 + round * 1000 + i), std::string(500, 'v')});
    ASSERT_TRUE(intake().Write(rows, PositionAt(round)).ok());
  }
  const RocksdbMemory memory = engine_.rocksdb().resources().memory();
  EXPECT_GT(memory.write_buffers_bytes, 5u << 20);
  EXPECT_LT(memory.write_buffers_bytes, 256u << 20);
  EXPECT_LE(memory.block_cache_bytes, limit);
}

// The cache of rows stands between look-ups and writes on different threads.
TEST_F(RocksdbProjectionTest, ALookupIsNeverOlderThanTheLastWrite) {
  constexpr int kWrites = 2000;
  std::atomic<int> written = -1;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      for (int at_least = 0; at_least < kWrites - 1;) {
        at_least = written;
        const auto row = intake().Get("row");
        ASSERT_TRUE(row.ok());
        const int read = row->has_value() ? std::stoi(**row) : -1;
        ASSERT_GE(read, at_least);
      }
    });
  }
  for (int i = 0; i < kWrites; ++i) {
    // Now and then there is none, so that readers keep what they find.
    if (i % 3 == 1) {
      ASSERT_TRUE(intake().Write({{"other", "0"}}, PositionAt(i)).ok());
    }
    ASSERT_TRUE(intake().Write({{"row", std::to_string(i)}}, PositionAt(i)).ok());
    written = i;
  }
  for (auto& reader : readers) reader.join();
}

TEST_F(RocksdbProjectionTest, ATableIsReadAhead) {
  std::vector<RowChange> rows;
  for (int i = 0; i < 2000; ++i) rows.push_back({absl::StrCat("a", 10'000 + i), absl::StrCat(i)});
  rows.push_back({"b", "of another table"});
  ASSERT_TRUE(intake().Write(rows, PositionAt(1)).ok());
  engine_.Restart();
  EXPECT_EQ(engine_.rocksdb().resources().memory().row_cache_bytes, 0u);
  std::stop_source stop;
  engine_.rocksdb().ReadAhead(ServiceId::kIntake, 'a', stop.get_token());
  const size_t bytes = engine_.rocksdb().resources().memory().row_cache_bytes;
  EXPECT_GT(bytes, 2000u * 10);
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(intake().Get(absl::StrCat("a", 10'000 + i))->value(), absl::StrCat(i));
  EXPECT_EQ(engine_.rocksdb().resources().memory().row_cache_bytes, bytes) << "a look-up found a row that was not kept";
  for (int i = 0; i < 2; ++i) EXPECT_EQ(intake().Get("b")->value(), "of another table");
  EXPECT_GT(engine_.rocksdb().resources().memory().row_cache_bytes, bytes) << "the other table was read ahead, too";
  stop.request_stop();
  engine_.rocksdb().ReadAhead(ServiceId::kTransfer, 'a', stop.get_token());
}

TEST_F(RocksdbProjectionTest, WhatALookupNeedsOfALargeTableStaysInMemory) {
  // A filter in the cache, larger than a shard of it, would be read from the disk at every lookup.
  TemporaryFolder place;
  auto resources = std::make_shared<RocksdbResources>(kNoRowCache);
  const std::string folder = place.path() / "large";
  auto keyspace = RocksdbKeyspace::Open(folder, RocksdbKeyspace::Mode::kBulk, resources);
  ASSERT_TRUE(keyspace.ok());
  std::vector<RowChange> rows;
  for (int i = 0; i < 1'000'000; ++i) rows.push_back({absl::StrCat(1'000'000 + i), ""});
  ASSERT_TRUE((*keyspace)->Write(rows, PositionAt(1)).ok());
  ASSERT_TRUE((*keyspace)->Finish().ok());
  keyspace->reset();
  keyspace = RocksdbKeyspace::Open(folder, RocksdbKeyspace::Mode::kLive, resources);
  ASSERT_TRUE(keyspace.ok());
  ASSERT_TRUE((*keyspace)->Get("1500000")->has_value());
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE((*keyspace)->Get("1500000")->has_value());
  EXPECT_EQ(rocksdb::get_perf_context()->block_read_count, 0u);
  EXPECT_GT(rocksdb::get_perf_context()->block_cache_hit_count, 0u);
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
}

// An Env that counts how often a file is opened to be read at random.
class CountingEnv : public rocksdb::EnvWrapper {
 public:
  CountingEnv() : EnvWrapper(rocksdb::Env::Default()) {}
  const char* Name() const override { return "CountingEnv"; }
  rocksdb::Status NewRandomAccessFile(const std::string& name, std::unique_ptr<rocksdb::RandomAccessFile>* file,
                                      const rocksdb::EnvOptions& options) override {
    ++opened_;
    return target()->NewRandomAccessFile(name, file, options);
  }
  int opened() const { return opened_; }

 private:
  std::atomic<int> opened_ = 0;
};

TEST_F(RocksdbProjectionTest, TablesStayOpen) {
  // The shards of RocksDB's cache of open tables must not be so small that a few tables push one another out.
  TemporaryFolder place;
  CountingEnv env;
  auto resources = std::make_shared<RocksdbResources>(kNoRowCache, &env);
  auto keyspace = RocksdbKeyspace::Open(place.path() / "tables", RocksdbKeyspace::Mode::kBulk, resources);
  ASSERT_TRUE(keyspace.ok());
  constexpr int kTables = 15;  // one less than a merge takes
  for (int i = 0; i < kTables; ++i) {
    ASSERT_TRUE((*keyspace)->Write({{absl::StrCat("row ", 100 + i), "value"}}, PositionAt(i)).ok());
    ASSERT_TRUE((*keyspace)->Finish().ok());
  }
  const auto read_all = [&] {
    for (int i = 0; i < kTables; ++i) {
      const auto value = (*keyspace)->Get(absl::StrCat("row ", 100 + i));
      ASSERT_TRUE(value.ok() && value->has_value()) << i;
    }
  };
  read_all();
  const int opened = env.opened();
  EXPECT_GE(opened, kTables);
  for (int round = 0; round < 10; ++round) read_all();
  EXPECT_EQ(env.opened(), opened);
}

// An Env whose disk is full whenever the test says so.
class FullDiskEnv : public rocksdb::EnvWrapper {
 public:
  FullDiskEnv() : EnvWrapper(rocksdb::Env::Default()) {}
  const char* Name() const override { return "FullDiskEnv"; }
  rocksdb::Status NewWritableFile(const std::string& name, std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override {
    if (full_) return rocksdb::Status::NoSpace();
    std::unique_ptr<rocksdb::WritableFile> real;
    auto status = target()->NewWritableFile(name, &real, options);
    if (status.ok()) *file = std::make_unique<File>(this, std::move(real));
    return status;
  }
  void SetFull(bool full) { full_ = full; }

 private:
  class File : public rocksdb::WritableFileWrapper {
   public:
    File(const FullDiskEnv* env, std::unique_ptr<rocksdb::WritableFile> real)
        : WritableFileWrapper(real.get()), env_(env), real_(std::move(real)) {}
    rocksdb::Status Append(const rocksdb::Slice& data) override {
      return env_->full_ ? rocksdb::Status::NoSpace() : real_->Append(data);
    }
    rocksdb::Status Append(const rocksdb::Slice& data, const rocksdb::DataVerificationInfo&) override {
      return Append(data);
    }

   private:
    const FullDiskEnv* env_;
    std::unique_ptr<rocksdb::WritableFile> real_;
  };
  std::atomic<bool> full_ = false;
};

TEST(RocksdbFullDisk, WritesAreRefusedReadsGoOnAndItRecovers) {
  FullDiskEnv env;
  RocksdbEngine engine(&env);
  Keyspace& intake = *engine.store().keyspace(ServiceId::kIntake);
  ASSERT_TRUE(intake.Write({{"a", "1"}}, PositionAt(1)).ok());
  env.SetFull(true);
  for (int attempt = 0; attempt < 3; ++attempt) {
    const absl::Status status = intake.Write({{"a", "2"}, {"b", "2"}}, PositionAt(2));
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_EQ(**intake.Get("a"), "1");
    EXPECT_EQ(**intake.Position(), PositionAt(1));
  }
  EXPECT_FALSE(engine.store().Snapshot(ProjectionEngine::kPartition).ok());
  auto scan = intake.NewCursor();
  scan->Seek("a");
  EXPECT_EQ(scan->value(), "1");
  env.SetFull(false);
  EXPECT_EQ(intake.Write({{"a", "2"}}, PositionAt(2)).code(), absl::StatusCode::kUnavailable) << "a scan is running";
  scan.reset();
  const absl::Status status = intake.Write({{"a", "2"}, {"b", "2"}}, PositionAt(2));
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(**intake.Get("a"), "2");
  engine.Restart();
  EXPECT_EQ(engine.rocksdb().recovered_from(), RecoveredFrom::kLive);
  EXPECT_EQ(**engine.store().keyspace(ServiceId::kIntake)->Get("b"), "2");
}

// A partition that cannot read ends: so it reads on while the writer closes its store and opens it again.
TEST(RocksdbFullDisk, OthersReadWhileItOpensAgain) {
  FullDiskEnv env;
  TemporaryFolder place;
  auto opened = RocksdbKeyspace::Open(place.path() / "keyspace", RocksdbKeyspace::Mode::kLive,
                                      std::make_shared<RocksdbResources>(kNoRowCache, &env));
  ASSERT_TRUE(opened.ok());
  Keyspace& intake = **opened;
  ASSERT_TRUE(intake.Write({{"a", "1"}}, PositionAt(1)).ok());
  std::atomic<bool> done = false;
  std::thread others([&] {
    while (!done) {
      const auto value = intake.Get("a");
      ASSERT_TRUE(value.ok()) << value.status();
      ASSERT_EQ(value->value_or("none"), "1");
    }
  });
  for (int round = 2; round < 22; ++round) {
    env.SetFull(true);
    EXPECT_FALSE(intake.Write({{"b", "2"}}, PositionAt(round)).ok());
    env.SetFull(false);
    const absl::Status status = intake.Write({{"b", "2"}}, PositionAt(round));
    EXPECT_TRUE(status.ok()) << status;
  }
  done = true;
  others.join();
}

TEST(SnapshotManifestFormat, HasTheseBytes) {
  v1::SnapshotManifest manifest;
  manifest.set_format(1);
  manifest.set_partition(2);
  manifest.set_offset(5);
  const std::string bytes = EncodeManifest(manifest);
  const std::string head("CASEHUBS\0\0\0\x01\0\0\0\x06\x08\x01\x18\x02 \x05", 22);
  ASSERT_EQ(bytes.size(), head.size() + 16);
  EXPECT_EQ(bytes.substr(0, head.size()), head);
  const std::string sum("\xCB\xA8<\x91\xDC\xE6\xB3\xBD\xFFT(G\xD8\x96,\xCC", 16);
  EXPECT_EQ(bytes.substr(head.size()), sum);
  auto decoded = DecodeManifest(bytes);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->SerializeAsString(), manifest.SerializeAsString());
}

TEST(SnapshotManifestFormat, AnyChangedByteIsNoticed) {
  v1::SnapshotManifest manifest;
  manifest.set_offset(5);
  const std::string bytes = EncodeManifest(manifest);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(DecodeManifest(changed).status().code(), absl::StatusCode::kDataLoss) << i;
    EXPECT_EQ(DecodeManifest(bytes.substr(0, i)).status().code(), absl::StatusCode::kDataLoss) << i;
  }
}

}  // namespace
}  // namespace casehub::storage
