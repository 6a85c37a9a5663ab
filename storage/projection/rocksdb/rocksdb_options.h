// What all keyspaces of a process share, its limits by name, and how their RocksDBs are tuned (docs/adr/0020).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "rocksdb/cache.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "rocksdb/write_buffer_manager.h"
#include "storage/projection/row_cache.h"

namespace casehub::storage {

struct RocksdbLimits {
  size_t row_cache_bytes = 256u << 20;      // rows that were looked up, of all keyspaces: of 1,000,000 cases
  size_t block_cache_bytes = 32u << 20;     // blocks of all keyspaces
  size_t write_buffers_bytes = 256u << 20;  // memtables of all keyspaces
  size_t write_buffer_bytes = 64u << 20;    // memtable of one keyspace; also how much of its WAL a restart replays
  size_t bulk_buffer_bytes = 32u << 20;     // memtable of a keyspace that is being rebuilt
  int open_files_max = 256;                 // of one keyspace; filter and index of each stay in memory, about 1 MiB
  int background_jobs = 2;                  // flushes and compactions of one keyspace at a time; threads are the Env's
};

struct RocksdbMemory {
  size_t row_cache_bytes = 0;
  size_t block_cache_bytes = 0;
  size_t block_cache_pinned_bytes = 0;
  size_t write_buffers_bytes = 0;
};

// Create one per process. Thread-safe; lives as long as the last store that uses it.
class RocksdbResources {
 public:
  explicit RocksdbResources(const RocksdbLimits& limits = {}, rocksdb::Env* env = rocksdb::Env::Default());

  const RocksdbLimits& limits() const { return limits_; }
  rocksdb::Env* env() const { return env_; }
  RocksdbMemory memory() const;
  const std::shared_ptr<rocksdb::Cache>& block_cache() const { return block_cache_; }
  RowCache* row_cache() { return &row_cache_; }

  // A keyspace that serves: point lookups among many rows, sorted batches of about 30,000 rows once a second.
  rocksdb::Options LiveOptions() const;
  // A keyspace that is being filled from nothing: no WAL, and large memtables.
  rocksdb::Options BulkOptions() const;

 private:
  rocksdb::Options CommonOptions() const;

  RocksdbLimits limits_;
  rocksdb::Env* env_;
  RowCache row_cache_;
  std::shared_ptr<rocksdb::Cache> block_cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers_;
};

}  // namespace casehub::storage
