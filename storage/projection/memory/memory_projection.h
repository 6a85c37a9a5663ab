// Keyspaces in ordered maps, for the simulator and for tests: the contract of projection.h without a disk, and with the
// faults of one at the caller's word (loss of power, a full disk, a failing read, a damaged store).
//
// Threads     As the contract says; every call locks. Faults are injected between calls of the writer.
// Costs       Write copies the map if a cursor or snapshot still looks at it: do not hold cursors across writes.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "casehub/storage/v1/position.pb.h"
#include "storage/projection/projection.h"

namespace casehub::storage {

class MemoryKeyspace : public Keyspace {
 public:
  // Writes beyond this number are synced, as a real engine's flush does it now and then.
  static constexpr size_t kUnsyncedWritesMax = 64;

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override;
  std::unique_ptr<RowCursor> NewCursor() const override;
  absl::Status Write(const std::vector<RowChange>& sorted_rows, std::string_view position) override;
  absl::StatusOr<std::optional<std::string>> Position() const override;
  absl::StatusOr<StateHash> Hash() const override;

  // Everything written so far survives loss of power.
  void Sync();
  // Loss of power: of the writes since the last sync, the first `kept` survive, each whole.
  void LosePower(size_t kept);
  size_t unsynced_writes() const;

  // From now on Write (or Get, cursors) answers this; OkStatus() heals. With `written` the rows are written all the
  // same: of a failed write nobody knows the outcome.
  void FailWrites(absl::Status status, bool written = false);
  void FailReads(absl::Status status);
  uint64_t gets() const;
  uint64_t cursors() const;

 private:
  friend class MemoryProjectionStore;
  using Rows = std::map<std::string, std::string, std::less<>>;
  struct State {
    std::shared_ptr<Rows> rows = std::make_shared<Rows>();
    std::optional<std::string> position;
  };
  struct Undo {  // what one Write replaced
    std::vector<RowChange> rows;
    std::optional<std::string> position;
  };
  class Cursor;

  State Copy() const;
  void Restore(const State& state);
  Rows& MutableRows();  // with the lock held

  // Guards all below, and the giving up of rows by cursors, which may outlive the keyspace: Write changes rows in place
  // only after whoever looked at them has let go. (A std::mutex because the sanitizers see through it.)
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  State state_;
  std::deque<Undo> unsynced_;
  absl::Status write_fault_;
  bool written_despite_fault_ = false;
  absl::Status read_fault_;
  mutable uint64_t gets_ = 0;
  mutable uint64_t cursors_ = 0;
};

class MemoryProjectionStore : public ProjectionStore {
 public:
  static constexpr size_t kSnapshotsKept = 2;

  Keyspace* keyspace(ServiceId service) override { return memory_keyspace(service); }
  absl::StatusOr<Keyspace*> BeginRebuild(ServiceId service) override;
  absl::Status ReplaceWithRebuilt(ServiceId service) override;
  absl::Status AbandonRebuild(ServiceId service) override;
  absl::StatusOr<std::string> Snapshot(PartitionId partition) override;

  MemoryKeyspace* memory_keyspace(ServiceId service);
  // Names of the snapshots kept, oldest first, and what their manifests say.
  std::vector<std::string> snapshots() const;
  std::optional<v1::SnapshotManifest> manifest(std::string_view snapshot) const;

  // The process ended and starts again: rebuilds that were not finished are gone, written rows are not.
  void Restart();
  // Loss of power and a restart. `keep` chooses for each keyspace how many of its unsynced writes (0..count) survive.
  void Crash(const std::function<size_t(ServiceId service, size_t count)>& keep);
  // The keyspace was found damaged at open: it becomes what the newest snapshot holds of it, or empty.
  RecoveredFrom Damage(ServiceId service);

 private:
  struct Kept {
    std::string name;
    v1::SnapshotManifest manifest;
    std::map<ServiceId, MemoryKeyspace::State> keyspaces;
  };
  std::map<ServiceId, std::unique_ptr<MemoryKeyspace>> live_;
  std::map<ServiceId, std::unique_ptr<MemoryKeyspace>> rebuilds_;
  std::deque<Kept> snapshots_;
  uint64_t next_snapshot_ = 1;
};

}  // namespace casehub::storage
