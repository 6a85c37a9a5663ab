#include "storage/projection/rocksdb/rocksdb_options.h"

#include "rocksdb/filter_policy.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"

namespace casehub::storage {

RocksdbResources::RocksdbResources(const RocksdbLimits& limits, rocksdb::Env* env)
    : limits_(limits), env_(env), row_cache_(limits.row_cache_bytes) {
  rocksdb::LRUCacheOptions cache;
  cache.capacity = limits.block_cache_bytes;
  // Few shards: a block larger than a shard is never kept, and would be read and checked again at each lookup.
  cache.num_shard_bits = 3;
  block_cache_ = rocksdb::NewLRUCache(cache);
  write_buffers_ = std::make_shared<rocksdb::WriteBufferManager>(limits.write_buffers_bytes);
}

RocksdbMemory RocksdbResources::memory() const {
  return {row_cache_.bytes(), block_cache_->GetUsage(), block_cache_->GetPinnedUsage(), write_buffers_->memory_usage()};
}

rocksdb::Options RocksdbResources::CommonOptions() const {
  rocksdb::Options options;
  options.env = env_;
  options.max_open_files = limits_.open_files_max;
  options.table_cache_numshardbits = 0;  // by default 64 of one table each: two in one are opened again at each lookup
  options.max_background_jobs = limits_.background_jobs;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1u << 20;
  options.max_manifest_file_size = 4u << 20;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;
  options.recycle_log_file_num = 0;
  options.allow_fallocate = false;    // else each idle keyspace takes the size of a memtable from the disk for its WAL
  options.bytes_per_sync = 1u << 20;  // no burst of dirty pages when a file is finished
  options.compaction_readahead_size = 512u << 10;
  options.avoid_unnecessary_blocking_io = true;
  // There is one writer, and it comes with sorted rows.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;

  options.target_file_size_base = 32u << 20;
  options.max_bytes_for_level_base = 512u << 20;
  options.level_compaction_dynamic_level_bytes = true;
  options.ttl = 0;
  options.periodic_compaction_seconds = 0;
  // Compress what stays: sealed fields do not shrink, keys and ids do.
  options.compression = rocksdb::kNoCompression;
  options.bottommost_compression = rocksdb::kLZ4Compression;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = block_cache_;
  table.block_size = 4096;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  table.optimize_filters_for_memory = true;
  // Filter and index belong to the open table, whole: one look into each, and none into the cache (limit:
  // open_files_max).
  table.cache_index_and_filter_blocks = false;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  table.data_block_hash_table_util_ratio = 0.75;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::Options RocksdbResources::LiveOptions() const {
  rocksdb::Options options = CommonOptions();
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.wal_bytes_per_sync = 1u << 20;
  options.write_buffer_manager = write_buffers_;
  options.write_buffer_size = limits_.write_buffer_bytes;
  options.max_write_buffer_number = 4;
  // Levels would merge each table of updates with all rows there are; here tables are merged with their like, and with
  // all only when they hold twice as much.
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compaction_options_universal.max_size_amplification_percent = 200;
  options.compaction_options_universal.allow_trivial_move = true;
  options.level0_file_num_compaction_trigger = 16;
  options.level0_slowdown_writes_trigger = 48;  // a merge of everything takes long: what is written meanwhile fits
  options.level0_stop_writes_trigger = 64;
  options.arena_block_size = 256u << 10;  // the default is 1 MiB for each of many mostly idle keyspaces
  return options;
}

rocksdb::Options RocksdbResources::BulkOptions() const {
  rocksdb::Options options = CommonOptions();
  options.write_buffer_size = limits_.bulk_buffer_bytes;
  options.memtable_whole_key_filtering = false;  // few look-ups, and those mostly find their row
  options.memtable_prefix_bloom_size_ratio = 0;
  options.max_write_buffer_number = 2;
  options.level0_file_num_compaction_trigger = 16;
  options.level0_slowdown_writes_trigger = 64;
  options.level0_stop_writes_trigger = 96;
  options.soft_pending_compaction_bytes_limit = 0;
  options.hard_pending_compaction_bytes_limit = 0;
  return options;
}

}  // namespace casehub::storage
