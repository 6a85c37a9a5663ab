// The in-memory engine: the contract, and the faults it offers to the simulator.
#include "storage/projection/memory/memory_projection.h"

#include "tests/contract/keyspace_contract.h"

namespace casehub::storage {
namespace {

class MemoryEngine : public ProjectionEngine {
 public:
  ProjectionStore& store() override { return store_; }
  void Restart() override { store_.Restart(); }
  RecoveredFrom DamageAndRestart(ServiceId service) override {
    store_.Restart();
    return store_.Damage(service);
  }

 private:
  MemoryProjectionStore store_;
};

INSTANTIATE_TEST_SUITE_P(Memory, KeyspaceContract,
                         testing::Values(ProjectionEngineParam{"memory",
                                                               [] { return std::make_unique<MemoryEngine>(); }}));

TEST(MemoryProjection, LossOfPowerKeepsAPrefixOfWholeWrites) {
  for (size_t kept = 0; kept <= 4; ++kept) {
    MemoryProjectionStore store;
    MemoryKeyspace& keyspace = *store.memory_keyspace(ServiceId::kIntake);
    ASSERT_TRUE(keyspace.Write({{"a", "0"}, {"b", "0"}}, "0").ok());
    keyspace.Sync();
    for (const std::string round : {"1", "2", "3"}) {
      ASSERT_TRUE(keyspace.Write({{"a", round}, {"b", std::nullopt}, {"c" + round, round}}, round).ok());
    }
    size_t offered = 0;
    store.Crash([&](ServiceId service, size_t count) {
      EXPECT_EQ(service, ServiceId::kIntake);
      offered = count;
      return kept;
    });
    EXPECT_EQ(offered, 3u);
    const size_t last = std::min<size_t>(kept, 3);
    EXPECT_EQ(**keyspace.Get("a"), std::to_string(last));
    EXPECT_EQ(**keyspace.Position(), std::to_string(last));
    EXPECT_EQ((*keyspace.Get("b")).has_value(), last == 0);
    for (size_t round = 1; round <= 3; ++round) {
      EXPECT_EQ((*keyspace.Get("c" + std::to_string(round))).has_value(), round <= last);
    }
    EXPECT_EQ(keyspace.unsynced_writes(), 0u) << "what survived is on the disk";
  }
}

TEST(MemoryProjection, OldWritesAreSyncedByThemselves) {
  MemoryKeyspace keyspace;
  for (size_t i = 0; i < 3 * MemoryKeyspace::kUnsyncedWritesMax; ++i) {
    ASSERT_TRUE(keyspace.Write({{"k", std::to_string(i)}}, "p").ok());
  }
  EXPECT_EQ(keyspace.unsynced_writes(), MemoryKeyspace::kUnsyncedWritesMax);
  keyspace.LosePower(0);
  EXPECT_EQ(**keyspace.Get("k"), std::to_string(2 * MemoryKeyspace::kUnsyncedWritesMax - 1));
}

TEST(MemoryProjection, FaultsAnswerUntilHealed) {
  MemoryKeyspace keyspace;
  keyspace.FailWrites(absl::UnavailableError("disk full"));
  EXPECT_EQ(keyspace.Write({{"k", "v"}}, "p").code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE((*keyspace.Get("k")).has_value());
  keyspace.FailWrites(absl::OkStatus());
  ASSERT_TRUE(keyspace.Write({{"k", "v"}}, "p").ok());
  keyspace.FailReads(absl::DataLossError("bad block"));
  EXPECT_EQ(keyspace.Get("k").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(keyspace.Position().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(keyspace.Hash().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(keyspace.NewCursor()->status().code(), absl::StatusCode::kDataLoss);
}

TEST(MemoryProjection, SnapshotsSayWhatTheyHoldAndTwoAreKept) {
  MemoryProjectionStore store;
  for (Offset offset : {4, 5, 6}) {
    ASSERT_TRUE(store.keyspace(ServiceId::kIntake)->Write({{"k", "v"}}, PositionAt(offset)).ok());
    ASSERT_TRUE(store.Snapshot(1).ok());
  }
  ASSERT_EQ(store.snapshots().size(), 2u);
  const auto manifest = store.manifest(store.snapshots().back());
  ASSERT_TRUE(manifest.has_value());
  EXPECT_EQ(manifest->partition(), 1);
  EXPECT_EQ(manifest->offset(), 6);
  ASSERT_EQ(manifest->keyspaces_size(), 1);
  EXPECT_EQ(manifest->keyspaces(0).service(), "intake");
  EXPECT_EQ(manifest->keyspaces(0).rows(), 1u);
}

}  // namespace
}  // namespace casehub::storage
