// The real file system, but writes can be made to wait or to fail: how a slow or a full disk looks to RocksDB.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace casehub::storage {

class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  enum class Mode {
    kWorks,
    kStalls,  // writes wait
    kFull,    // writes fail with NoSpace
    kTorn,    // half of a write is written, then it fails with NoSpace
    kBroken,  // syncs fail with an IOError
  };

  FaultyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultyFileSystem"; }

  void SetMode(Mode mode) {
    std::lock_guard lock(mutex_);
    mode_ = mode;
    changed_.notify_all();
  }
  // The mode of a write that is to begin now; waits out a stall.
  Mode Await() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return mode_ != Mode::kStalls; });
    return mode_;
  }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Mode mode_ = Mode::kWorks;
};

}  // namespace casehub::storage
