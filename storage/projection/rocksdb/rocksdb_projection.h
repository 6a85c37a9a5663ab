// The keyspaces of one partition on disk.
//
//   <folder>/partition-<id>/FORMAT               "casehub projection 3"
//                          LOCK                 held while the store is open
//                          intake/ transfer/ …  a RocksDB for each service
//                          intake.rebuild/      a rebuild under way; deleted at the next start
//                          intake.ready/        a finished rebuild, about to become intake/
//                          intake.found-damaged a read met damaged bytes: set aside at the next start
//                          intake.damaged-N/    set aside; for the operator to look at and delete
//                          snapshots/00000N/    docs/formats/snapshot.md
//
// Errors of Open: FailedPrecondition if another process has the folder or a newer build wrote it (the text says what
// to do), Unavailable for I/O. A damaged keyspace is no error: see RecoveredFrom in projection.h. Each keyspace
// recovers alone, because each stands on a position of its own and folds the rest of the log again. Threads: keyspace()
// and everything else may be called from any thread; the contract of Keyspace holds for its rows. Snapshot and
// ReplaceWithRebuilt wait for each other.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "storage/projection/projection.h"
#include "storage/projection/rocksdb/rocksdb_keyspace.h"
#include "storage/projection/rocksdb/rocksdb_options.h"

namespace casehub::storage {

class RocksdbProjectionStore : public ProjectionStore {
 public:
  // Of the rows, too: a build whose folds give other rows than the one before has another number, and folds anew.
  static constexpr int kFormat = 3;
  static constexpr size_t kSnapshotsKept = 2;

  struct Options {
    std::string folder;                           // of all partitions; made if missing
    std::shared_ptr<RocksdbResources> resources;  // null: of its own, with default limits
    std::vector<ServiceId> services{kAllServices.begin(), kAllServices.end()};
  };
  static absl::StatusOr<std::unique_ptr<RocksdbProjectionStore>> Open(const Options& options, PartitionId partition);
  ~RocksdbProjectionStore() override;

  // nullptr for a service that is not among Options::services.
  Keyspace* keyspace(ServiceId service) override;
  absl::StatusOr<Keyspace*> BeginRebuild(ServiceId service) override;
  absl::Status ReplaceWithRebuilt(ServiceId service) override;
  absl::Status AbandonRebuild(ServiceId service) override;
  absl::StatusOr<std::string> Snapshot(PartitionId partition) override;

  // Keeps the rows of a table in memory, as far as there is room, so that the first look-ups after a start cost no more
  // than later ones. Call it from a thread of its own; returns when that is done or `stop` is asked for.
  void ReadAhead(ServiceId service, char table, const std::stop_token& stop);

  // The worst over all keyspaces, and that of one.
  RecoveredFrom recovered_from() const;
  RecoveredFrom recovered_from(ServiceId service) const;
  // What Open had to do about damage, a line each, for the log and the operator.
  const std::vector<std::string>& notes() const { return notes_; }
  // Names of the snapshots, oldest first.
  absl::StatusOr<std::vector<std::string>> snapshots() const;

  const std::string& folder() const { return folder_; }
  const RocksdbResources& resources() const { return *resources_; }
  // Memory of open tables that is outside of the shared cache.
  size_t table_readers_bytes() const;

 private:
  struct Slot {
    std::unique_ptr<RocksdbKeyspace> live;
    std::unique_ptr<RocksdbKeyspace> rebuild;
    RecoveredFrom recovered_from = RecoveredFrom::kLive;
  };

  RocksdbProjectionStore(std::string folder, std::shared_ptr<RocksdbResources> resources, PartitionId partition)
      : folder_(std::move(folder)), resources_(std::move(resources)), partition_(partition) {}
  absl::Status Lock();
  absl::Status CheckFormat();
  absl::Status RemoveAll();
  absl::Status OpenSlot(ServiceId service);
  absl::Status FinishSwap(const std::string& live);
  absl::Status SetAside(const std::string& live, const std::string& why);
  absl::StatusOr<bool> RestoreFromSnapshot(ServiceId service, const std::string& live);
  // The snapshot's copy of the keyspace at `target`, checked against the manifest: DataLoss if it does not match.
  absl::Status CopyVerified(const std::string& snapshot, ServiceId service, const std::string& target);
  absl::Status FillSnapshot(const std::string& folder) ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_);
  std::string PathOf(ServiceId service) const;
  rocksdb::Env* env() const { return resources_->env(); }

  const std::string folder_;
  const std::shared_ptr<RocksdbResources> resources_;
  const PartitionId partition_;
  rocksdb::FileLock* lock_ = nullptr;
  std::vector<std::string> notes_;
  absl::Mutex maintenance_;  // snapshots, rebuilds, swaps: one at a time; taken before mutex_
  mutable absl::Mutex mutex_;
  std::map<ServiceId, Slot> slots_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace casehub::storage
