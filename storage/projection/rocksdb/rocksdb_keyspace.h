// One keyspace in a RocksDB of its own (why of its own: docs/adr/0020). Its position is the row with the empty key,
// which no table uses; cursors and hashes leave it out.
//
// After a failed write (a full disk) RocksDB 7.8 stays unable to write, whatever Resume says (facebook/rocksdb#11643):
// so once there is space again the next Write closes and opens it. Reads go on all the while. A write that failed may
// turn out to have been done.
//
// Damaged bytes found by any read are remembered in a file beside the folder, so that the next start sets it aside.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rocksdb/db.h"
#include "storage/projection/projection.h"
#include "storage/projection/rocksdb/rocksdb_options.h"
#include "storage/projection/rocksdb/wal_continuity.h"

namespace casehub::storage {

// Beside the folder of a keyspace that is known to be damaged.
std::string DamageMark(const std::string& folder);

class RocksdbKeyspace : public Keyspace {
 public:
  enum class Mode {
    kLive,
    kBulk,      // fills an empty place fast; survives a crash only once Finish has returned
    kReadOnly,  // a snapshot
  };

  // Opens what is there; makes an empty one if the folder does not exist. DataLoss if it is damaged.
  static absl::StatusOr<std::unique_ptr<RocksdbKeyspace>> Open(const std::string& folder, Mode mode,
                                                               std::shared_ptr<RocksdbResources> resources);
  ~RocksdbKeyspace() override;

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override;
  std::unique_ptr<RowCursor> NewCursor() const override;
  absl::Status Write(const std::vector<RowChange>& sorted_rows, std::string_view position) override;
  absl::StatusOr<std::optional<std::string>> Position() const override;
  absl::StatusOr<StateHash> Hash() const override;

  // Keeps some rows of a table in memory, from `next` on (empty: from its first), and moves it; false if there is
  // nothing more to read, or no room. It may run beside everything.
  bool ReadAhead(char table, std::string* next) const;

  // Waits until all rows are in synced table files.
  absl::Status Finish();
  // A consistent copy in a folder that does not exist yet; tables are linked, not copied.
  absl::Status Checkpoint(const std::string& folder) const;

  // Memory of open tables that is outside of the shared cache.
  size_t table_readers_bytes() const;
  // Whether the last start cut the WAL at a hole that loss of power left.
  bool cut_at_hole() const { return continuity_.found_hole(); }

 private:
  class Cursor;
  RocksdbKeyspace(std::string folder, Mode mode, std::shared_ptr<RocksdbResources> resources)
      : folder_(std::move(folder)),
        mode_(mode),
        resources_(std::move(resources)),
        number_(resources_->row_cache()->NewKeyspace()) {}
  absl::Status OpenDb(bool make);
  absl::Status OpenAgain();
  std::shared_ptr<rocksdb::DB> db() const;
  // The contract's status of what RocksDB said; remembers damage.
  absl::Status Said(const rocksdb::Status& status, std::string_view doing) const;
  absl::Status Remembered(absl::Status said) const;

  std::string folder_;
  Mode mode_;
  std::shared_ptr<RocksdbResources> resources_;
  std::atomic<uint32_t> number_;  // in the cache of rows
  RowCache::Epoch epoch_ = 0;     // odd while rows are written
  // Tables of which rows may be in the cache. Most are written only, and a write need not look for their rows there. A
  // table is named here before the epoch is read at which its first row is kept.
  mutable std::array<std::atomic<bool>, 256> looked_up_{};
  WalContinuity continuity_;  // outlives the DB that holds a pointer to it
  mutable absl::Mutex mutex_;
  std::shared_ptr<rocksdb::DB> db_ ABSL_GUARDED_BY(mutex_);  // set once Open has returned
  bool write_failed_ = false;                                // the writer's
  mutable std::atomic<bool> damaged_ = false;
};

}  // namespace casehub::storage
