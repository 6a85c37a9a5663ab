// Stops the replay of a WAL at the first hole. The WAL is not synced, so loss of power can cut the end off one WAL
// file, at a record boundary even, and keep the next file whole: RocksDB would replay both, and the store would hold a
// later Write without an earlier one. Each WAL record carries the number of its first row change, so a hole shows.
#pragma once

#include <cstdint>
#include <string>

#include "rocksdb/wal_filter.h"
#include "rocksdb/write_batch.h"

namespace casehub::storage {

class WalContinuity : public rocksdb::WalFilter {
 public:
  const char* Name() const override { return "casehub.WalContinuity"; }
  WalProcessingOption LogRecordFound(unsigned long long log_number, const std::string& log_file_name,
                                     const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* new_batch,
                                     bool* batch_changed) override;
  bool found_hole() const { return found_hole_; }

 private:
  uint64_t next_ = 0;  // 0: nothing replayed yet
  bool found_hole_ = false;
};

}  // namespace casehub::storage
