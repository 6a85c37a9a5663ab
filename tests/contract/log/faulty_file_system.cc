#include "tests/contract/log/faulty_file_system.h"

#include <utility>

namespace casehub::storage {
namespace {

using rocksdb::DataVerificationInfo;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class FaultyFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(FaultyFileSystem* faults, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), faults_(faults) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    switch (faults_->Await()) {
      case FaultyFileSystem::Mode::kFull:
        return IOStatus::NoSpace("the disk is full, says the test");
      case FaultyFileSystem::Mode::kTorn:
        (void)target()->Append(Slice(data.data(), data.size() / 2), options, debug);
        (void)target()->Flush(options, debug);
        return IOStatus::NoSpace("the disk became full, says the test");
      default:
        return target()->Append(data, options, debug);
    }
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (faults_->Await() == FaultyFileSystem::Mode::kBroken) return IOStatus::IOError("no sync, says the test");
    return target()->Sync(options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (faults_->Await() == FaultyFileSystem::Mode::kBroken) return IOStatus::IOError("no sync, says the test");
    return target()->Fsync(options, debug);
  }

 private:
  FaultyFileSystem* faults_;
};

}  // namespace

IOStatus FaultyFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  auto status = target()->NewWritableFile(name, options, result, debug);
  if (status.ok()) *result = std::make_unique<FaultyFile>(this, std::move(*result));
  return status;
}

IOStatus FaultyFileSystem::ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                              std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  auto status = target()->ReopenWritableFile(name, options, result, debug);
  if (status.ok()) *result = std::make_unique<FaultyFile>(this, std::move(*result));
  return status;
}

}  // namespace casehub::storage
