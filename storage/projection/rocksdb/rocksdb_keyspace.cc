#include "storage/projection/rocksdb/rocksdb_keyspace.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/convenience.h"
#include "rocksdb/perf_level.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/write_batch.h"
#include "storage/projection/rocksdb/folders.h"
#include "storage/projection/state_hash.h"

namespace casehub::storage {
namespace {

constexpr std::string_view kPositionKey = "";
constexpr std::string_view kFirstKey("\0", 1);  // the first key after the position's

// Whether a folder without CURRENT is one whose making was cut short, and not one that lost something.
absl::StatusOr<bool> NeverFinished(rocksdb::Env* env, const std::string& folder) {
  auto names = Children(env, folder);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (name == "CURRENT" || absl::EndsWith(name, ".sst")) return false;
    uint64_t bytes = 0;
    if (absl::EndsWith(name, ".log") && env->GetFileSize(folder + "/" + name, &bytes).ok() && bytes > 0) return false;
  }
  return true;
}

// A key's first byte.
size_t TableOf(std::string_view key) { return static_cast<unsigned char>(key.front()); }

}  // namespace

std::string DamageMark(const std::string& folder) { return folder + ".found-damaged"; }

class RocksdbKeyspace::Cursor : public RowCursor {
 public:
  Cursor(const RocksdbKeyspace* keyspace, std::shared_ptr<rocksdb::DB> db, const rocksdb::ReadOptions& options)
      : keyspace_(keyspace), db_(std::move(db)), iterator_(db_->NewIterator(options)) {}
  void Seek(std::string_view key) override { iterator_->Seek(key.empty() ? kFirstKey : key); }
  bool Valid() const override { return iterator_->Valid(); }
  void Next() override { iterator_->Next(); }
  std::string_view key() const override { return iterator_->key().ToStringView(); }
  std::string_view value() const override { return iterator_->value().ToStringView(); }
  absl::Status status() const override { return keyspace_->Said(iterator_->status(), "scanning"); }

 private:
  const RocksdbKeyspace* keyspace_;
  std::shared_ptr<rocksdb::DB> db_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

absl::StatusOr<std::unique_ptr<RocksdbKeyspace>> RocksdbKeyspace::Open(const std::string& folder, Mode mode,
                                                                       std::shared_ptr<RocksdbResources> resources) {
  rocksdb::Env* const env = resources->env();
  bool make = !Exists(env, folder);
  if (!make && !Exists(env, folder + "/CURRENT")) {
    // RocksDB would take the folder for a new store and delete the tables in it.
    auto unfinished = NeverFinished(env, folder);
    if (!unfinished.ok()) return unfinished.status();
    if (!*unfinished) return absl::DataLossError(absl::StrCat(folder, " has lost its file CURRENT"));
    if (auto status = RemoveTree(env, folder); !status.ok()) return status;
    make = true;
  }
  std::unique_ptr<RocksdbKeyspace> keyspace(new RocksdbKeyspace(folder, mode, std::move(resources)));
  if (auto status = keyspace->OpenDb(make); !status.ok()) return status;
  return keyspace;
}

absl::Status RocksdbKeyspace::OpenDb(bool make) {
  rocksdb::Options options = mode_ == Mode::kBulk ? resources_->BulkOptions() : resources_->LiveOptions();
  options.create_if_missing = options.error_if_exists = make && mode_ != Mode::kReadOnly;
  continuity_ = WalContinuity();
  rocksdb::DB* raw = nullptr;
  rocksdb::Status status;
  if (mode_ == Mode::kReadOnly) {
    status = rocksdb::DB::OpenForReadOnly(options, folder_, &raw);
  } else {
    options.wal_filter = &continuity_;
    status = rocksdb::DB::Open(options, folder_, &raw);
  }
  std::shared_ptr<rocksdb::DB> db(raw);
  if (!status.ok()) return ToStatus(status, "opening " + folder_);
  absl::MutexLock lock(&mutex_);
  db_ = std::move(db);
  return absl::OkStatus();
}

// After a failed write. Nothing is closed before there is room for all that opening writes, and a reader answers from
// when the store is closed until it is open again: others read at any time.
absl::Status RocksdbKeyspace::OpenAgain() {
  const std::string probe = folder_ + ".space-probe";
  const rocksdb::Status room = rocksdb::WriteStringToFile(
      resources_->env(), std::string(resources_->limits().write_buffer_bytes, '\0'), probe, /*should_sync=*/true);
  (void)resources_->env()->DeleteFile(probe);
  if (!room.ok()) return ToStatus(room, folder_ + ": no room to write");
  rocksdb::Options options = resources_->LiveOptions();
  options.max_open_files = -1;  // opens all tables at once: the store that is opened meanwhile may delete their names
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status read = rocksdb::DB::OpenForReadOnly(options, folder_, &raw);
  std::shared_ptr<rocksdb::DB> closing(raw);
  if (!read.ok()) return Said(read, "opening to read");
  {
    absl::MutexLock lock(&mutex_);
    if (db_.use_count() > 1) return absl::UnavailableError(folder_ + ": opens again once the running scan has ended");
    db_.swap(closing);
  }
  rocksdb::CancelAllBackgroundWork(closing.get(), /*wait=*/true);
  closing.reset();
  const absl::Status opened = OpenDb(/*make=*/false);
  number_ = resources_->row_cache()->NewKeyspace();  // the write that failed may turn out to have been done
  return Remembered(opened);
}

std::shared_ptr<rocksdb::DB> RocksdbKeyspace::db() const {
  absl::ReaderMutexLock lock(&mutex_);
  return db_;
}

RocksdbKeyspace::~RocksdbKeyspace() {
  // What is not in tables is in the WAL: waiting for a flush would only make stopping slow.
  if (auto open = db()) rocksdb::CancelAllBackgroundWork(open.get(), /*wait=*/true);
}

absl::Status RocksdbKeyspace::Said(const rocksdb::Status& status, std::string_view doing) const {
  if (status.ok()) return absl::OkStatus();
  return Remembered(ToStatus(status, absl::StrCat(folder_, ": ", std::string(doing))));
}

absl::Status RocksdbKeyspace::Remembered(absl::Status said) const {
  if (absl::IsDataLoss(said) && !damaged_.exchange(true)) {
    // Best effort: if this fails as well, the next reader of the bytes finds the damage again.
    (void)WriteFileAtomically(resources_->env(), DamageMark(folder_), said.ToString() + "\n");
  }
  return said;
}

absl::StatusOr<std::optional<std::string>> RocksdbKeyspace::Get(std::string_view key) const {
  const bool cached = mode_ == Mode::kLive && !key.empty();  // the position is read once
  const RowCache::Key name{number_, key};
  if (cached) {
    if (auto row = resources_->row_cache()->Find(name)) return row;
  }
  const uint64_t read_at = epoch_;
  absl::ReaderMutexLock lock(&mutex_);
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = db_->Get({}, db_->DefaultColumnFamily(), key, &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return Said(status, "reading");
  if (cached && looked_up_[TableOf(key)].exchange(true)) {
    resources_->row_cache()->Keep(name, value.ToStringView(), epoch_, read_at);
  }
  return std::optional<std::string>(std::in_place, value.data(), value.size());
}

bool RocksdbKeyspace::ReadAhead(char table, std::string* next) const {
  constexpr int kRows = 256;  // so few that a write between seldom makes them useless
  RowCache* const cache = resources_->row_cache();
  looked_up_[TableOf({&table, 1})] = true;
  const uint64_t read_at = epoch_;
  const uint32_t number = number_;  // of the opening that the cursor reads, or of one before
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  Cursor cursor(this, db(), options);
  int rows = 0;
  for (cursor.Seek(next->empty() ? std::string(1, table) : *next); cursor.Valid() && rows < kRows; cursor.Next()) {
    if (cursor.key().front() != table || cache->full()) return false;
    cache->Keep({number, cursor.key()}, cursor.value(), epoch_, read_at);
    next->assign(cursor.key()).push_back('\0');
    ++rows;
  }
  return rows == kRows;
}

std::unique_ptr<RowCursor> RocksdbKeyspace::NewCursor() const {
  return std::make_unique<Cursor>(this, db(), rocksdb::ReadOptions());
}

absl::StatusOr<std::optional<std::string>> RocksdbKeyspace::Position() const { return Get(kPositionKey); }

absl::StatusOr<StateHash> RocksdbKeyspace::Hash() const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;  // a pass over everything must not push out what commands need
  options.readahead_size = 1u << 20;
  Cursor cursor(this, db(), options);
  return HashRows(cursor);
}

absl::Status RocksdbKeyspace::Write(const std::vector<RowChange>& sorted_rows, std::string_view position) {
  if (write_failed_) {
    if (mode_ == Mode::kBulk) {  // without a WAL there is nothing to go back to
      return absl::FailedPreconditionError(folder_ + ": a write to this rebuild failed: abandon it and begin again");
    }
    if (auto status = OpenAgain(); !status.ok()) return status;
    write_failed_ = false;
  }
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);  // of this thread: nobody reads its counters
  size_t bytes = 64 + position.size();
  for (const RowChange& row : sorted_rows) bytes += row.key.size() + (row.value ? row.value->size() : 0) + 12;
  rocksdb::WriteBatch batch(bytes);
  rocksdb::Status status = batch.Put(kPositionKey, position);
  for (const RowChange& row : sorted_rows) {
    if (row.key.empty()) return absl::InvalidArgumentError("a row needs a key");
    if (!status.ok()) break;
    status = row.value ? batch.Put(row.key, *row.value) : batch.Delete(row.key);
  }
  rocksdb::WriteOptions options;
  options.disableWAL = mode_ == Mode::kBulk;
  if (!status.ok()) return Said(status, "writing");
  ++epoch_;
  status = db()->Write(options, &batch);
  write_failed_ = !status.ok();
  if (status.ok() && mode_ == Mode::kLive) {
    for (const RowChange& row : sorted_rows) {
      if (looked_up_[TableOf(row.key)]) resources_->row_cache()->Written({number_, row.key}, row.value);
    }
  }
  ++epoch_;
  return Said(status, "writing");
}

absl::Status RocksdbKeyspace::Finish() {
  rocksdb::FlushOptions flush;
  flush.allow_write_stall = true;
  return Said(db()->Flush(flush), "flushing");
}

absl::Status RocksdbKeyspace::Checkpoint(const std::string& folder) const {
  const auto open = db();
  rocksdb::Checkpoint* raw = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(open.get(), &raw);
  std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (status.ok()) status = checkpoint->CreateCheckpoint(folder);
  return Said(status, "making a checkpoint");
}

size_t RocksdbKeyspace::table_readers_bytes() const {
  uint64_t bytes = 0;
  return db()->GetIntProperty(rocksdb::DB::Properties::kEstimateTableReadersMem, &bytes) ? bytes : 0;
}

}  // namespace casehub::storage
