// The RocksDB store below the embedded log: column families, options, and what its errors mean (docs/formats/
// embedded_log.md).
//
// Threads     Reads from any thread; Write and Recover from one. Recover closes the store and opens it again: reads
//             wait meanwhile.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "storage/log/embedded/embedded_log.h"

namespace casehub::storage {

class LogStore {
 public:
  struct Last {
    Offset offset = kNoOffset;
    Instant append_time;
  };

  static absl::StatusOr<std::unique_ptr<LogStore>> Open(const EmbeddedLogOptions& options);
  ~LogStore();

  int partitions() const { return partitions_; }
  Uuid log_id() const { return log_id_; }
  // The last record of each partition as the store was opened.
  const std::vector<Last>& last() const { return last_; }

  void Add(PartitionId partition, const LogEntry& entry, rocksdb::WriteBatch* batch) const;
  void Add(const SideRow& row, rocksdb::WriteBatch* batch) const;
  // Synced.
  absl::Status Write(rocksdb::WriteBatch* batch);
  // After a Write that failed: makes the store take writes again, or says why it cannot yet.
  absl::Status Recover();
  void Close();

  // Appends entries with offset in (after, end], about `bytes_max`; DataLoss if they are not dense.
  absl::Status Read(PartitionId partition, Offset after, Offset end, size_t bytes_max,
                    std::vector<LogEntry>* out) const;
  absl::StatusOr<LogEntry> ReadAt(PartitionId partition, Offset offset) const;
  absl::StatusOr<std::optional<std::string>> ReadSideRow(std::string_view key) const;
  absl::Status ScanSideRowsBack(std::string_view prefix, std::string_view before,
                                const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

 private:
  explicit LogStore(const EmbeddedLogOptions& options) : options_(options) {}
  rocksdb::DBOptions StoreOptions() const;
  rocksdb::ColumnFamilyOptions FamilyOptions(bool small) const;
  rocksdb::ColumnFamilyOptions SideFamilyOptions() const;
  absl::Status OpenStore();
  void CloseStore();
  absl::Status ReadOrMakeIdentity();
  absl::Status ReadLast();
  absl::Status ToStatus(const rocksdb::Status& status, std::string_view doing) const;

  const EmbeddedLogOptions options_;
  std::string folder_;
  int partitions_ = 0;
  Uuid log_id_;
  std::vector<Last> last_;
  std::unique_ptr<rocksdb::Env> env_;
  std::shared_ptr<rocksdb::Cache> cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> buffers_;

  mutable std::shared_mutex mutex_;  // exclusive only while the store is closed or opened again
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> partitions_families_;
  rocksdb::ColumnFamilyHandle* meta_ = nullptr;
  rocksdb::ColumnFamilyHandle* side_ = nullptr;
};

}  // namespace casehub::storage
