#include "storage/log/kafka/side_store.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"
#include "storage/rocksdb_tables.h"

namespace casehub::storage::kafka {
namespace {

constexpr double kFilterBitsPerKey = 10;

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

absl::Status ToStatus(const rocksdb::Status& status, const std::string& doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat("cannot ", doing, " the local rows: ", status.ToString());
  return status.IsCorruption() ? absl::DataLossError(text) : absl::UnavailableError(text);
}

}  // namespace

SideStore::SideStore(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}
SideStore::~SideStore() = default;

absl::StatusOr<std::unique_ptr<SideStore>> SideStore::Open(const std::string& folder) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = 4 << 20;
  options.compression = rocksdb::kNoCompression;  // keys under a key
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 4;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
  KeepMetadataInPieces(&table);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, folder, &db);
  if (status.IsIOError() && absl::StrContains(status.ToString(), "lock")) {
    return absl::FailedPreconditionError(
        absl::StrCat(folder, " is in use by another process: stop that casehub, or name another folder with --data"));
  }
  if (!status.ok()) return ToStatus(status, "open");
  return std::unique_ptr<SideStore>(new SideStore(std::unique_ptr<rocksdb::DB>(db)));
}

absl::Status SideStore::Write(const std::vector<const SideRow*>& rows) {
  rocksdb::WriteBatch batch;
  for (const SideRow* row : rows) batch.Put(ToSlice(row->key), ToSlice(row->value));
  rocksdb::WriteOptions options;
  options.sync = true;
  return ToStatus(db_->Write(options, &batch), "write");
}

absl::StatusOr<std::optional<std::string>> SideStore::Read(std::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return ToStatus(status, "read");
  return std::optional<std::string>(std::move(value));
}

}  // namespace casehub::storage::kafka
