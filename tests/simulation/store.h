// The projection store of one partition in one simulated process: in memory, or RocksDB in a folder of its own.
#pragma once

#include <memory>
#include <string>

#include "storage/projection/memory/memory_projection.h"
#include "storage/projection/rocksdb/rocksdb_projection.h"
#include "tests/simulation/random.h"

namespace casehub::simulation {

class Store {
 public:
  // `folder` empty: in memory.
  static std::unique_ptr<Store> Open(const std::string& folder, PartitionId partition);

  storage::ProjectionStore* get();
  storage::MemoryProjectionStore* memory() { return memory_.get(); }  // nullptr on RocksDB
  // The process ended and starts again. Losing power rolls each keyspace of a store in memory back to an earlier write.
  void Restart();
  bool LosePower(Random* random);  // whether anything was rolled back
  // Found damaged: the newest snapshot takes its place, or nothing.
  storage::RecoveredFrom Damage();
  void Erase();
  bool has_snapshot() const;

 private:
  void OpenRocksdb();

  std::string folder_;
  PartitionId partition_ = 0;
  std::unique_ptr<storage::MemoryProjectionStore> memory_;
  std::unique_ptr<storage::RocksdbProjectionStore> rocksdb_;
};

}  // namespace casehub::simulation
