#include "storage/log/embedded/log_store.h"

#include <cstring>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/cache.h"
#include "rocksdb/file_system.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/perf_level.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"
#include "rocksdb/write_buffer_manager.h"
#include "storage/log/embedded/open_folder.h"
#include "storage/log/embedded/wal_end.h"
#include "storage/rocksdb_tables.h"

namespace casehub::storage {
namespace {

using rocksdb::Slice;

constexpr size_t kNumberBytes = 8;
constexpr size_t kWalBytesMax = 64 << 20;  // bounds what a restart reads again
constexpr size_t kSmallWriteBufferBytes = 1 << 20;
constexpr size_t kSideWriteBufferBytes = 16 << 20;
constexpr double kSideFilterBitsPerKey = 10;
constexpr char kLogIdKey[] = "log_id";
constexpr char kSideFamily[] = "side";

struct Number {
  char bytes[kNumberBytes];
  explicit Number(int64_t value) {
    for (size_t i = 0; i < kNumberBytes; ++i) {
      bytes[i] = static_cast<char>(static_cast<uint64_t>(value) >> (56 - 8 * i));
    }
  }
  Slice slice() const { return {bytes, kNumberBytes}; }
};

int64_t ParseNumber(const char* bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < kNumberBytes; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return static_cast<int64_t>(value);
}

Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// The least key that is greater than all that start with `prefix`; empty if there is none.
std::string KeyAfterPrefix(std::string_view prefix) {
  std::string key(prefix);
  while (!key.empty() && key.back() == '\xff') key.pop_back();
  if (!key.empty()) ++key.back();
  return key;
}

std::string PartitionFamily(int partition) { return absl::StrCat("partition-", partition); }

// Key and value of a partition's row; DataLoss if they cannot be one.
absl::StatusOr<LogEntry> ToEntry(const Slice& key, const Slice& value) {
  if (key.size() != kNumberBytes || value.size() < kNumberBytes) {
    return absl::DataLossError("a row of the log store is too short to be a record");
  }
  LogEntry entry;
  entry.offset = ParseNumber(key.data());
  entry.append_time = {ParseNumber(value.data())};
  entry.bytes = std::make_shared<const std::string>(value.data() + kNumberBytes, value.size() - kNumberBytes);
  return entry;
}

Uuid RandomId() {
  std::random_device device;
  std::array<uint8_t, Uuid::kBytes> bytes;
  for (size_t i = 0; i < bytes.size(); i += 4) {
    const uint32_t word = device();
    std::memcpy(bytes.data() + i, &word, 4);
  }
  bytes[6] = static_cast<uint8_t>(0x40 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<uint8_t>(0x80 | (bytes[8] & 0x3f));
  return Uuid(bytes);
}

// Has WAL files made longer ahead of what is written, and not only room kept for them: a sync that does not move the
// end of its file is a fifth faster (docs/adr/0029).
class LongWals : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "casehub.LongWals"; }
  rocksdb::FileOptions OptimizeForLogWrite(const rocksdb::FileOptions& file,
                                           const rocksdb::DBOptions& options) const override {
    rocksdb::FileOptions wal = FileSystemWrapper::OptimizeForLogWrite(file, options);
    wal.fallocate_with_keep_size = false;
    return wal;
  }
};

std::shared_ptr<rocksdb::Cache> NewCache(size_t bytes) {
  rocksdb::LRUCacheOptions cache;
  cache.capacity = bytes;
  cache.num_shard_bits = 3;
  cache.high_pri_pool_ratio = 0.5;  // index and filter blocks of the side rows stay when records are read
  return rocksdb::NewLRUCache(cache);
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogStore>> LogStore::Open(const EmbeddedLogOptions& options) {
  if (auto status = PrepareLogFolder(options.folder, options.partitions); !status.ok()) return status;
  std::unique_ptr<LogStore> store(new LogStore(options));
  store->folder_ = options.folder + "/store";
  store->partitions_ = options.partitions;
  rocksdb::Env* env = options.env != nullptr ? options.env : rocksdb::Env::Default();
  store->env_ = rocksdb::NewCompositeEnv(std::make_shared<LongWals>(env->GetFileSystem()));
  store->cache_ = options.block_cache ? options.block_cache : NewCache(options.block_cache_bytes_max);
  store->buffers_ = options.write_buffer_manager
                        ? options.write_buffer_manager
                        : std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes_max);
  if (auto status = store->OpenStore(); !status.ok()) return status;
  if (auto status = store->ReadLast(); !status.ok()) return status;
  if (auto status = store->ReadOrMakeIdentity(); !status.ok()) return status;
  return store;
}

LogStore::~LogStore() { Close(); }

rocksdb::DBOptions LogStore::StoreOptions() const {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.env = env_.get();
  options.write_buffer_manager = buffers_;
  options.allow_concurrent_memtable_write = false;  // one thread at a time commits
  options.max_total_wal_size = kWalBytesMax;
  // A torn write at the end of the WAL is a crash (CutTornWal); damage before it is an error and never a silent cut.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.recycle_log_file_num = 0;
  // Recovery is ours (Recover), so that appends are refused and taken again at known moments.
  options.max_bgerror_resume_count = 0;
  options.max_open_files = 256;
  options.table_cache_numshardbits = 2;  // not 64 of four tables each: the fifth in one evicts another at each lookup
  options.keep_log_file_num = 4;
  options.max_log_file_size = 4 << 20;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.stats_dump_period_sec = 0;
  return options;
}

// Keys only grow, so files never overlap: they move down without being rewritten, and level 0 needs no hurry.
rocksdb::ColumnFamilyOptions LogStore::FamilyOptions(bool small) const {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = small ? kSmallWriteBufferBytes : options_.write_buffer_bytes_max;
  options.max_write_buffer_number = 4;
  options.compression = rocksdb::kNoCompression;  // most of a record is ciphertext
  options.level0_file_num_compaction_trigger = 8;
  options.max_bytes_for_level_base = 512u << 20;
  options.level0_slowdown_writes_trigger = 1000;
  options.level0_stop_writes_trigger = 2000;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache_;
  table.block_size = small ? 4 << 10 : 32 << 10;
  table.cache_index_and_filter_blocks = true;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// Most side rows asked for are not there (the key of a person who is new): filters answer that, in memory and in files.
rocksdb::ColumnFamilyOptions LogStore::SideFamilyOptions() const {
  rocksdb::ColumnFamilyOptions options = FamilyOptions(true);
  options.write_buffer_size = kSideWriteBufferBytes;
  options.level0_file_num_compaction_trigger = 2;
  // Keys under ids grow with time, those under digests do not: each kind is put where the last of its kind went.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  rocksdb::BlockBasedTableOptions table = *options.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>();
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kSideFilterBitsPerKey));
  KeepMetadataInPieces(&table);
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

absl::Status LogStore::OpenStore() {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, FamilyOptions(true));
  families.emplace_back(kSideFamily, SideFamilyOptions());
  for (int i = 0; i < partitions_; ++i) families.emplace_back(PartitionFamily(i), FamilyOptions(false));

  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(StoreOptions(), folder_, families, &handles, &db);
  if (status.IsCorruption()) {
    const auto cut = CutTornWal(folder_);
    if (!cut.ok()) return cut.status();
    if (*cut) status = rocksdb::DB::Open(StoreOptions(), folder_, families, &handles, &db);
  }
  if (!status.ok()) {
    if (status.IsIOError() && absl::StrContains(status.ToString(), "lock")) {
      return absl::FailedPreconditionError(
          absl::StrCat("the data folder ", options_.folder,
                       " is in use by another process: stop that casehub, or name another folder with --data"));
    }
    return ToStatus(status, "open");
  }
  db_.reset(db);
  meta_ = handles[0];
  side_ = handles[1];
  partitions_families_.assign(handles.begin() + 2, handles.end());
  return absl::OkStatus();
}

void LogStore::CloseStore() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* family : partitions_families_) db_->DestroyColumnFamilyHandle(family);
  partitions_families_.clear();
  db_->DestroyColumnFamilyHandle(side_);
  db_->DestroyColumnFamilyHandle(meta_);
  db_->Close();
  db_.reset();
}

void LogStore::Close() {
  std::unique_lock lock(mutex_);
  CloseStore();
}

absl::Status LogStore::ReadOrMakeIdentity() {
  std::string id;
  const rocksdb::Status found = db_->Get(rocksdb::ReadOptions(), meta_, kLogIdKey, &id);
  if (found.ok()) {
    const auto parsed = Uuid::FromBytes(id);
    if (!parsed) return absl::DataLossError(absl::StrCat("the id of the log in ", options_.folder, " is damaged"));
    log_id_ = *parsed;
    return absl::OkStatus();
  }
  if (!found.IsNotFound()) return ToStatus(found, "read the id of");
  for (const Last& last : last_) {
    if (last.offset != kNoOffset) {
      return absl::DataLossError(absl::StrCat("the log in ", options_.folder, " has records and no id"));
    }
  }
  log_id_ = RandomId();
  rocksdb::WriteBatch batch;
  batch.Put(meta_, kLogIdKey, ToSlice(log_id_.Bytes()));
  return Write(&batch);
}

absl::Status LogStore::ReadLast() {
  for (rocksdb::ColumnFamilyHandle* family : partitions_families_) {
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions(), family));
    at->SeekToLast();
    Last last;
    if (at->Valid()) {
      const auto entry = ToEntry(at->key(), at->value());
      if (!entry.ok()) return entry.status();
      last = {entry->offset, entry->append_time};
    }
    if (!at->status().ok()) return ToStatus(at->status(), "read the end of");
    last_.push_back(last);
  }
  return absl::OkStatus();
}

void LogStore::Add(PartitionId partition, const LogEntry& entry, rocksdb::WriteBatch* batch) const {
  const Number key(entry.offset);
  const Number time(entry.append_time.micros);
  const Slice key_parts[] = {key.slice()};
  const Slice value_parts[] = {time.slice(), *entry.bytes};
  batch->Put(partitions_families_[static_cast<size_t>(partition)], rocksdb::SliceParts(key_parts, 1),
             rocksdb::SliceParts(value_parts, 2));
}

void LogStore::Add(const SideRow& row, rocksdb::WriteBatch* batch) const { batch->Put(side_, row.key, row.value); }

absl::Status LogStore::Write(rocksdb::WriteBatch* batch) {
  if (!db_) return absl::UnavailableError("the store of the log is closed");
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);  // of this thread: nobody reads its counters
  rocksdb::WriteOptions options;
  options.sync = true;
  return ToStatus(db_->Write(options, batch), "write to");
}

// Not DB::Resume: where no row is in memory it goes on with the WAL file that failed, which ends the process at the
// next write (an assertion of RocksDB 7.8, which Debian builds with assertions on).
absl::Status LogStore::Recover() {
  std::unique_lock lock(mutex_);
  CloseStore();
  return OpenStore();
}

absl::Status LogStore::Read(PartitionId partition, Offset after, Offset end, size_t bytes_max,
                            std::vector<LogEntry>* out) const {
  std::shared_lock lock(mutex_);
  if (!db_) return absl::UnavailableError("the store of the log is closed");
  const Number upper(end + 1);
  const Slice upper_slice = upper.slice();
  rocksdb::ReadOptions options;
  options.readahead_size = options_.read_ahead_bytes;
  options.iterate_upper_bound = &upper_slice;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(
      db_->NewIterator(options, partitions_families_[static_cast<size_t>(partition)]));
  Offset expected = after + 1;
  size_t bytes = 0;
  for (at->Seek(Number(expected).slice()); at->Valid() && bytes < bytes_max; at->Next()) {
    auto entry = ToEntry(at->key(), at->value());
    if (!entry.ok()) return entry.status();
    if (entry->offset != expected) break;
    ++expected;
    bytes += entry->bytes->size();
    out->push_back(*std::move(entry));
  }
  if (!at->status().ok()) return ToStatus(at->status(), "read");
  if (bytes < bytes_max && expected <= end) {
    return absl::DataLossError(absl::StrCat("the log in ", options_.folder, " has no record at offset ", expected,
                                            " of partition ", partition, " though it goes on to ", end));
  }
  return absl::OkStatus();
}

absl::StatusOr<LogEntry> LogStore::ReadAt(PartitionId partition, Offset offset) const {
  std::shared_lock lock(mutex_);
  if (!db_) return absl::UnavailableError("the store of the log is closed");
  rocksdb::PinnableSlice value;
  const Number key(offset);
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), partitions_families_[static_cast<size_t>(partition)], key.slice(), &value);
  if (status.IsNotFound()) {
    return absl::NotFoundError(absl::StrCat("no record at offset ", offset, " of partition ", partition));
  }
  if (!status.ok()) return ToStatus(status, "read");
  return ToEntry(key.slice(), value);
}

absl::StatusOr<std::optional<std::string>> LogStore::ReadSideRow(std::string_view key) const {
  std::shared_lock lock(mutex_);
  if (!db_) return absl::UnavailableError("the store of the log is closed");
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), side_, ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return ToStatus(status, "read a side row of");
  return std::optional<std::string>(std::move(value));
}

absl::Status LogStore::ScanSideRowsBack(
    std::string_view prefix, std::string_view before,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const {
  std::shared_lock lock(mutex_);
  if (!db_) return absl::UnavailableError("the store of the log is closed");
  rocksdb::ReadOptions options;
  options.fill_cache = false;  // what commands need stays
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options, side_));
  const std::string end = before.empty() ? KeyAfterPrefix(prefix) : std::string(before);
  if (end.empty()) {
    at->SeekToLast();
  } else {
    at->SeekForPrev(end);
    if (at->Valid() && at->key() == Slice(end)) at->Prev();
  }
  for (; at->Valid() && at->key().starts_with(ToSlice(prefix)); at->Prev()) {
    if (!visit({at->key().data(), at->key().size()}, {at->value().data(), at->value().size()})) break;
  }
  return ToStatus(at->status(), "scan the side rows of");
}

absl::Status LogStore::ToStatus(const rocksdb::Status& status, std::string_view doing) const {
  if (status.ok()) return absl::OkStatus();
  const std::string text =
      absl::StrCat("cannot ", std::string(doing), " the log in ", options_.folder, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(text);
  if (status.IsInvalidArgument() || status.IsNotSupported()) return absl::FailedPreconditionError(text);
  return absl::UnavailableError(text);
}

}  // namespace casehub::storage
