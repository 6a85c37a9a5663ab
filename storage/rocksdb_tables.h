// What the tables of all our RocksDBs have in common.
#pragma once

#include "rocksdb/table.h"

namespace casehub::storage {

// Index and filter go into the block cache, so that its limit holds for them too, and in pieces: the filter of one
// large table is megabytes, and a block larger than a shard of the cache is never kept, but read and checked again at
// each lookup.
inline void KeepMetadataInPieces(rocksdb::BlockBasedTableOptions* table) {
  table->cache_index_and_filter_blocks = true;
  table->cache_index_and_filter_blocks_with_high_priority = true;
  table->index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table->partition_filters = true;
  table->metadata_block_size = 8 << 10;
  table->pin_top_level_index_and_filter = true;
}

}  // namespace casehub::storage
