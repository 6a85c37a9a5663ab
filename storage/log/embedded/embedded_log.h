// The embedded engine of the log (design 2): one RocksDB store, one commit thread, one process.
//
// Durability  A group of appended batches is written with its side rows in one synced write of the WAL; only then do
//             readers see it. What was read survives loss of power.
// Ordering    Offsets are dense from 0. Append times never go back within a partition.
// Threads     Append and every read from any thread; on_ready is called from the commit thread and must not take a
//             lock under which a reader is destroyed. Readers must go before the log does. A batch that may wait and
//             finds the log idle is committed by the thread that appends it (docs/adr/0023).
// Full disk   A group that cannot be written is kept and written again until it can be, at its old offsets, so that
//             nothing is lost or doubled. Meanwhile Append answers Unavailable with the reason, and reads go on.
// On disk     docs/formats/embedded_log.md
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/log/event_log.h"

namespace rocksdb {
class Cache;
class Env;
class WriteBufferManager;
}  // namespace rocksdb

namespace casehub::storage {

class LogStore;
class PartitionTail;

struct EmbeddedLogOptions {
  std::string folder;
  int partitions = 2;              // fixed when the log is made
  std::function<Instant()> clock;  // append times; required

  size_t queued_records_max = 16'384;              // appended and not yet durable
  size_t queued_bytes_max = 32 << 20;              // of the same
  size_t group_bytes_max = 4 << 20;                // of one synced write, but for a single larger batch
  size_t tail_bytes_max = 8 << 20;                 // of the newest records kept in memory, per partition
  size_t write_buffer_bytes_max = 16 << 20;        // memtables, if no manager is passed
  size_t block_cache_bytes_max = 32 << 20;         // if no cache is passed
  size_t read_ahead_bytes = 256 << 10;             // of a reader that catches up from disk
  uint64_t free_bytes_min = 32 << 20;              // on the volume: below it appends are refused
  std::chrono::milliseconds retry_interval{1000};  // between attempts to write what could not be written

  std::shared_ptr<rocksdb::WriteBufferManager> write_buffer_manager;  // shared with other stores; may be null
  std::shared_ptr<rocksdb::Cache> block_cache;                        // the same
  rocksdb::Env* env = nullptr;                                        // null: the default; not owned
  std::function<absl::StatusOr<uint64_t>()> free_bytes;               // null: what the volume of `folder` says
};

class EmbeddedLog : public EventLog {
 public:
  // Makes the log if the folder is missing or empty. FailedPrecondition if another process has it open, if it is of a
  // newer format or has another number of partitions, each saying what to do; DataLoss if it is damaged.
  static absl::StatusOr<std::unique_ptr<EmbeddedLog>> Open(EmbeddedLogOptions options);
  ~EmbeddedLog() override;
  // Writes what is queued and closes the store; Unavailable if that could not be written (nothing of it was readable).
  // Appends are refused from the call on. Further calls give the same answer.
  absl::Status Close();

  int partition_count() const override;
  Uuid log_id() const override;
  absl::Status Append(PartitionId partition, AppendBatch batch) override;
  absl::StatusOr<std::unique_ptr<LogReader>> OpenReader(PartitionId partition, Offset after,
                                                        std::function<void()> on_ready) override;
  absl::StatusOr<LogEntry> ReadAt(PartitionId partition, Offset offset) override;
  absl::StatusOr<Offset> End(PartitionId partition) override;
  absl::Status writable() const override;

  // The durable value of a side row; nullopt if there is none.
  absl::StatusOr<std::optional<std::string>> ReadSideRow(std::string_view key) const;
  // Durable side rows whose key starts with `prefix` and is less than `before` (empty: any), the last first, until
  // `visit` returns false. Come again for more: closing waits for the end of a scan.
  absl::Status ScanSideRowsBack(std::string_view prefix, std::string_view before,
                                const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

 private:
  struct Queued {
    PartitionId partition;
    AppendBatch batch;
    size_t bytes;
  };
  // What one synced write holds; kept as it is until it is written.
  struct Group {
    std::vector<Queued> batches;
    std::vector<std::vector<LogEntry>> entries;  // by partition
    size_t records = 0;
    size_t bytes = 0;
    bool unsure = false;  // a write failed, it may be there or not: the store has to recover before the next one
  };

  EmbeddedLog(EmbeddedLogOptions options, std::unique_ptr<LogStore> store);
  void CommitLoop();
  // The next group to write, numbered, or the one that a caller could not write; false at the end.
  bool TakeGroup(Group* group);
  void CommitHere(Queued queued);
  void Number(Group* group);
  absl::Status WriteGroup(const Group& group);
  absl::Status CheckSpace();
  void Publish(Group* group);
  void SetUnwritable(const absl::Status& why);
  // Waits out the retry interval or a shutdown; false on shutdown.
  bool WaitToRetry();
  absl::Status CheckPartition(PartitionId partition) const;

  EmbeddedLogOptions options_;
  std::unique_ptr<LogStore> store_;
  std::vector<std::shared_ptr<PartitionTail>> tails_;
  // Of whoever commits: the commit thread or, while committing_ is its, an appending one.
  std::vector<Instant> append_time_;  // of the last record
  std::vector<Offset> next_offset_;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Queued> queue_;
  size_t queued_records_ = 0;  // those of the group being written included
  size_t queued_bytes_ = 0;
  bool committing_ = false;         // a group is being written
  std::optional<Group> left_over_;  // an appending thread could not write it: the commit thread's
  bool stopping_ = false;
  absl::Status unwritable_;  // OK while appends are taken
  absl::Status closed_with_;
  std::thread commit_thread_;
  std::once_flag closed_;
};

}  // namespace casehub::storage
