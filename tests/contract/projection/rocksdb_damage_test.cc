// Damage to a RocksDB keyspace, file by file: it is never served, never deleted, and the rest goes on.
#include <functional>

#include "absl/strings/str_cat.h"
#include "storage/projection/rocksdb/rocksdb_projection.h"
#include "storage/projection/rocksdb/snapshot_manifest.h"
#include "tests/contract/projection/rocksdb_engine.h"

namespace casehub::storage {
namespace {

namespace fs = std::filesystem;

class RocksdbDamageTest : public testing::Test {
 protected:
  Keyspace& intake() { return *engine_.store().keyspace(ServiceId::kIntake); }

  // Rows of version `value`, all of them in tables.
  void Fill(const std::string& value, Offset offset) {
    std::vector<RowChange> rows;
    for (int i = 0; i < 2000; ++i) rows.push_back({absl::StrCat("k", 10000 + i), value + std::string(100, 'x')});
    ASSERT_TRUE(intake().Write(rows, PositionAt(offset)).ok());
    engine_.Restart();
  }
  void Snapshot() { ASSERT_TRUE(engine_.store().Snapshot(ProjectionEngine::kPartition).ok()); }
  std::string Value() {
    auto value = intake().Get("k10000");
    EXPECT_TRUE(value.ok()) << value.status();
    return value.ok() && *value ? (*value)->substr(0, 2) : "none";
  }
  void ExpectSetAside(size_t times) {
    EXPECT_EQ(FilesWith(engine_.partition(), "intake.damaged-").size(), times);
    EXPECT_TRUE(FilesWith(engine_.partition(), "found-damaged").empty());
    EXPECT_FALSE(engine_.rocksdb().notes().empty());
  }
  fs::path OneTable(const fs::path& folder) {
    const auto tables = FilesWith(folder, ".sst");
    EXPECT_FALSE(tables.empty());
    return tables.back();
  }
  static std::string Flip(std::string bytes, size_t at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    return bytes;
  }

  RocksdbEngine engine_;
};

TEST_F(RocksdbDamageTest, ABadBlockIsFoundByAReadAndSetAsideAtTheNextStart) {
  Fill("v1", 1);
  Snapshot();
  Fill("v2", 2);
  engine_.Stop();
  for (const auto& table : FilesWith(engine_.live(), ".sst")) ReplaceFile(table, Flip(ReadFile(table), 2000));
  engine_.Restart();
  EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kLive) << "no start reads every block";
  EXPECT_EQ(intake().Hash().status().code(), absl::StatusCode::kDataLoss);
  engine_.Restart();
  EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kSnapshot);
  EXPECT_EQ(engine_.rocksdb().recovered_from(ServiceId::kIntake), RecoveredFrom::kSnapshot);
  EXPECT_EQ(engine_.rocksdb().recovered_from(ServiceId::kTransfer), RecoveredFrom::kLive);
  EXPECT_EQ(Value(), "v1");
  ExpectSetAside(1);
  engine_.Restart();
  EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kLive);
  EXPECT_EQ(Value(), "v1");
}

TEST_F(RocksdbDamageTest, EveryFileThatAStartNeeds) {
  struct Case {
    const char* what;
    std::function<void(const fs::path& live)> damage;
  };
  const std::vector<Case> cases = {
      {"CURRENT missing", [](const fs::path& live) { fs::remove(live / "CURRENT"); }},
      {"CURRENT empty", [](const fs::path& live) { ReplaceFile(live / "CURRENT", ""); }},
      {"CURRENT garbage", [](const fs::path& live) { ReplaceFile(live / "CURRENT", "garbage"); }},
      {"CURRENT names nothing", [](const fs::path& live) { ReplaceFile(live / "CURRENT", "MANIFEST-999999\n"); }},
      {"MANIFEST missing", [](const fs::path& live) { fs::remove(FilesWith(live, "MANIFEST-").back()); }},
      {"MANIFEST garbage",
       [](const fs::path& live) {
         const auto manifest = FilesWith(live, "MANIFEST-").back();
         ReplaceFile(manifest, Flip(ReadFile(manifest), 20));
       }},
      {"MANIFEST empty", [](const fs::path& live) { ReplaceFile(FilesWith(live, "MANIFEST-").back(), ""); }},
      {"table missing", [this](const fs::path& live) { fs::remove(OneTable(live)); }},
      {"table cut",
       [this](const fs::path& live) {
         const auto table = OneTable(live);
         ReplaceFile(table, ReadFile(table).substr(0, 500));
       }},
  };
  size_t set_aside = 0;
  Fill("v1", 1);
  Snapshot();
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    Fill("v2", 2);
    engine_.Stop();
    one.damage(engine_.live());
    engine_.Restart();
    EXPECT_EQ(engine_.rocksdb().recovered_from(ServiceId::kIntake), RecoveredFrom::kSnapshot);
    EXPECT_EQ(Value(), "v1");
    ExpectSetAside(++set_aside);
  }
}

TEST_F(RocksdbDamageTest, AMissingTableOfASnapshotMakesTheOlderOneServe) {
  Fill("v1", 1);
  Snapshot();
  Fill("v2", 2);
  Snapshot();
  Fill("v3", 3);
  engine_.Stop();
  const fs::path newest = engine_.partition() / "snapshots/000002/intake";
  ReplaceFile(OneTable(newest), Flip(ReadFile(OneTable(newest)), 2000));
  fs::remove(engine_.live() / "CURRENT");
  engine_.Restart();
  EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kSnapshot);
  EXPECT_EQ(Value(), "v1");
  ExpectSetAside(1);
  EXPECT_TRUE(FilesWith(engine_.partition(), ".recovery").empty());
}

TEST_F(RocksdbDamageTest, ASnapshotWithAWrongManifestIsNotUsed) {
  Fill("v1", 1);
  Snapshot();
  engine_.Stop();
  const fs::path manifest = engine_.partition() / "snapshots/000001" / kManifestName;
  const std::string good = ReadFile(manifest);
  auto parsed = DecodeManifest(good);
  ASSERT_TRUE(parsed.ok());
  v1::SnapshotManifest other_rows = *parsed;
  other_rows.mutable_keyspaces(0)->set_rows(1);
  v1::SnapshotManifest other_hash = *parsed;
  other_hash.mutable_keyspaces(0)->mutable_state_hash()->at(0) ^= 1;
  v1::SnapshotManifest other_partition = *parsed;
  other_partition.set_partition(4);
  size_t set_aside = 0;
  for (const std::string& bytes : {Flip(good, good.size() / 2), std::string(), EncodeManifest(other_rows),
                                   EncodeManifest(other_hash), EncodeManifest(other_partition)}) {
    ReplaceFile(manifest, bytes);
    fs::remove(engine_.live() / "CURRENT");
    engine_.Restart();
    EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kNothing);
    EXPECT_EQ(Value(), "none");
    ExpectSetAside(++set_aside);
    Fill("v2", 2);
    engine_.Stop();
  }
  ReplaceFile(manifest, good);
  fs::remove(engine_.live() / "CURRENT");
  engine_.Restart();
  EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kSnapshot) << "the manifest was all that was wrong";
  EXPECT_EQ(Value(), "v1");
}

TEST_F(RocksdbDamageTest, DamageThatASnapshotSharesWithTheLiveKeyspaceIsNotRestored) {
  // Tables are linked into the snapshot: a bad sector hits both.
  Fill("v1", 1);
  Snapshot();
  engine_.Stop();
  for (const auto& table : FilesWith(engine_.live(), ".sst")) {
    std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(2000);
    file.write("damage", 6);
  }
  engine_.Restart();
  EXPECT_EQ(intake().Hash().status().code(), absl::StatusCode::kDataLoss);
  engine_.Restart();
  EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kNothing);
  EXPECT_EQ(Value(), "none");
  ExpectSetAside(1);
}

TEST_F(RocksdbDamageTest, ASnapshotOfADamagedKeyspaceIsRefusedAndTheDamageRemembered) {
  Fill("v1", 1);
  engine_.Stop();
  for (const auto& table : FilesWith(engine_.live(), ".sst")) ReplaceFile(table, Flip(ReadFile(table), 2000));
  engine_.Restart();
  EXPECT_EQ(engine_.store().Snapshot(ProjectionEngine::kPartition).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(engine_.rocksdb().snapshots()->empty());
  engine_.Restart();
  EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kNothing);
  ExpectSetAside(1);
}

TEST_F(RocksdbDamageTest, ARebuildReplacesADamagedKeyspaceWithoutARestart) {
  Fill("v1", 1);
  engine_.Stop();
  for (const auto& table : FilesWith(engine_.live(), ".sst")) ReplaceFile(table, Flip(ReadFile(table), 2000));
  engine_.Restart();
  EXPECT_EQ(intake().Hash().status().code(), absl::StatusCode::kDataLoss);
  auto rebuild = engine_.store().BeginRebuild(ServiceId::kIntake);
  ASSERT_TRUE(rebuild.ok());
  ASSERT_TRUE((*rebuild)->Write({{"k10000", "v2"}}, PositionAt(2)).ok());
  ASSERT_TRUE(engine_.store().ReplaceWithRebuilt(ServiceId::kIntake).ok());
  EXPECT_EQ(Value(), "v2");
  engine_.Restart();
  EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kLive);
  EXPECT_EQ(Value(), "v2");
}

TEST_F(RocksdbDamageTest, AStoreWhoseMakingWasCutShortIsMadeAgain) {
  engine_.Stop();
  fs::remove_all(engine_.live());
  fs::create_directory(engine_.live());
  ReplaceFile(engine_.live() / "LOG", "half");
  ReplaceFile(engine_.live() / "MANIFEST-000001", "");
  engine_.Restart();
  EXPECT_EQ(engine_.rocksdb().recovered_from(), RecoveredFrom::kLive);
  EXPECT_EQ(Value(), "none");
  EXPECT_TRUE(FilesWith(engine_.partition(), "damaged").empty());
}

}  // namespace
}  // namespace casehub::storage
