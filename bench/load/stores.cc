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

void Check(const rocksdb::Status& status, const std::string& what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", what.c_str(), status.ToString().c_str());
  std::exit(1);
}

struct Rows {
  std::vector<std::pair<std::string, std::string>> all;
};

// Reads a keyspace beside the running process, without touching its files.
void ReadRows(const std::string& folder, Rows* rows) {
  rocksdb::DB* raw = nullptr;
  Check(rocksdb::DB::OpenForReadOnly(rocksdb::Options(), folder, &raw), folder);
  {
    std::unique_ptr<rocksdb::Iterator> it(raw->NewIterator(rocksdb::ReadOptions()));
    for (it->SeekToFirst(); it->Valid(); it->Next())
      rows->all.emplace_back(it->key().ToString(), it->value().ToString());
    Check(it->status(), folder);
  }
  delete raw;
}

}  // namespace

double BareBulkLoadSeconds(const std::string& data_folder, const std::string& service) {
  Rows rows;
  for (const auto& entry : std::filesystem::directory_iterator(data_folder + "/projection")) {
    if (entry.is_directory()) ReadRows((entry.path() / service).string(), &rows);
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
