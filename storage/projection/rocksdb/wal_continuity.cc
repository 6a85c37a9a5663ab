#include "storage/projection/rocksdb/wal_continuity.h"

namespace casehub::storage {
namespace {

uint64_t LittleEndian(const std::string& bytes, size_t at, size_t count) {
  uint64_t number = 0;
  for (size_t i = count; i > 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  return number;
}

}  // namespace

rocksdb::WalFilter::WalProcessingOption WalContinuity::LogRecordFound(unsigned long long, const std::string&,
                                                                      const rocksdb::WriteBatch& batch,
                                                                      rocksdb::WriteBatch*, bool*) {
  // The representation of a batch begins with the sequence number of its first change (8 bytes) and their count (4).
  const uint64_t sequence = LittleEndian(batch.Data(), 0, 8);
  if (next_ != 0 && sequence != next_) {
    found_hole_ = true;
    return WalProcessingOption::kStopReplay;
  }
  next_ = sequence + batch.Count();
  return WalProcessingOption::kContinueProcessing;
}

}  // namespace casehub::storage
