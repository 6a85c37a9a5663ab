// The baseline of `rebuild`: the same rows, bulk-loaded into a bare RocksDB.
#include <rocksdb/db.h>
#include <rocksdb/memtablerep.h>
#include <rocksdb/options.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "bench/load/bench.h"
#include "bench/load/process.h"

namespace casehub::bench {
namespace {

double Now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void Check(const rocksdb::Status& status, const std::string& what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", what.c_str(), status.ToString().c_str());
  std::exit(1);
}

struct Rows {
  std::vector<std::pair<std::string, std::string>> all;
};

// Reads the column family of the service beside the running process, without touching its files.
void ReadRows(const std::string& folder, const std::string& service, Rows* rows) {
  std::vector<std::string> families;
  Check(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), folder, &families), folder);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  int wanted = -1;
  for (const std::string& family : families) {
    if (family == service) wanted = static_cast<int>(descriptors.size());
    descriptors.emplace_back(family, rocksdb::ColumnFamilyOptions());
  }
  if (wanted < 0) return;
  rocksdb::DB* raw = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  Check(rocksdb::DB::OpenForReadOnly(rocksdb::DBOptions(), folder, descriptors, &handles, &raw), folder);
  {
    std::unique_ptr<rocksdb::Iterator> it(
        raw->NewIterator(rocksdb::ReadOptions(), handles[static_cast<size_t>(wanted)]));
    for (it->SeekToFirst(); it->Valid(); it->Next())
      rows->all.emplace_back(it->key().ToString(), it->value().ToString());
    Check(it->status(), folder);
  }
  for (auto* handle : handles) raw->DestroyColumnFamilyHandle(handle);
  delete raw;
}

}  // namespace

double BareBulkLoadSeconds(const std::string& data_folder, const std::string& service) {
  Rows rows;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_folder)) {
    if (entry.path().filename() == "CURRENT" && entry.path().string().find("projection") != std::string::npos &&
        entry.path().string().find("snapshot") == std::string::npos) {
      ReadRows(entry.path().parent_path().string(), service, &rows);
    }
  }
  if (rows.all.empty()) {
    std::fprintf(stderr, "no rows of %s found below %s\n", service.c_str(), data_folder.c_str());
    std::exit(1);
  }
  ScratchFolder folder;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.memtable_factory = std::make_shared<rocksdb::VectorRepFactory>();
  options.allow_concurrent_memtable_write = false;
  options.disable_auto_compactions = true;
  options.write_buffer_size = 32 << 20;
  const double start = Now();
  rocksdb::DB* raw = nullptr;
  Check(rocksdb::DB::Open(options, folder.path() + "/db", &raw), "open");
  rocksdb::WriteOptions write;
  write.disableWAL = true;
  rocksdb::WriteBatch batch;
  for (const auto& [key, value] : rows.all) {
    batch.Put(key, value);
    if (batch.Count() < 16'384) continue;
    Check(raw->Write(write, &batch), "write");
    batch.Clear();
  }
  Check(raw->Write(write, &batch), "write");
  Check(raw->Flush(rocksdb::FlushOptions()), "flush");
  const double seconds = Now() - start;
  delete raw;
  return seconds;
}

}  // namespace casehub::bench
