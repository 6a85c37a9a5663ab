// A RocksDB projection in a temporary folder, and the ways to hurt it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "storage/projection/rocksdb/rocksdb_projection.h"
#include "tests/contract/projection_engine.h"

namespace casehub::storage {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "casehub-projection-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
// A new file with these bytes: a link to the old one (in a snapshot) keeps the old bytes.
inline void ReplaceFile(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
}
inline std::vector<std::filesystem::path> FilesWith(const std::filesystem::path& folder, const std::string& part) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().find(part) != std::string::npos) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class RocksdbEngine : public ProjectionEngine {
 public:
  explicit RocksdbEngine(rocksdb::Env* env = rocksdb::Env::Default()) : env_(env) { Restart(); }

  ProjectionStore& store() override { return *store_; }
  RocksdbProjectionStore& rocksdb() { return *store_; }
  void Restart() override {
    Stop();
    auto opened = Open();
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  void Stop() { store_.reset(); }
  absl::StatusOr<std::unique_ptr<RocksdbProjectionStore>> Open() {
    RocksdbProjectionStore::Options options;
    options.folder = root();
    options.resources = std::make_shared<RocksdbResources>(RocksdbLimits(), env_);
    options.services = {ServiceId::kIntake, ServiceId::kTransfer};
    return RocksdbProjectionStore::Open(options, kPartition);
  }
  RecoveredFrom DamageAndRestart(ServiceId service) override {
    Restart();  // what stood in the WAL is in tables now
    Stop();
    const auto tables = FilesWith(partition() / std::string(ServiceName(service)), ".sst");
    EXPECT_FALSE(tables.empty());
    for (const auto& table : tables) ReplaceFile(table, ReadFile(table).substr(0, 100));
    Restart();
    return store_->recovered_from(service);
  }

  std::string root() const { return folder_.path() / "data"; }
  std::filesystem::path partition() const { return folder_.path() / "data" / "partition-3"; }
  std::filesystem::path live() const { return partition() / "intake"; }

 private:
  TemporaryFolder folder_;
  rocksdb::Env* env_;
  std::unique_ptr<RocksdbProjectionStore> store_;
};

}  // namespace casehub::storage
