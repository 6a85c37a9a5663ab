#include "storage/log/embedded/embedded_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/log/embedded/log_store.h"
#include "storage/log/embedded/open_folder.h"
#include "storage/log/tail.h"

namespace casehub::storage {
namespace {

class EmbeddedReader : public LogReader {
 public:
  EmbeddedReader(const LogStore* store, std::shared_ptr<PartitionTail> tail, PartitionId partition, Offset after,
                 std::function<void()> on_ready)
      : store_(store), tail_(std::move(tail)), partition_(partition), after_(after), listener_(std::move(on_ready)) {
    tail_->Add(&listener_);
  }
  ~EmbeddedReader() override { tail_->Remove(&listener_); }

  absl::Status Next(size_t bytes_max, std::vector<LogEntry>* out) override {
    const size_t before = out->size();
    Offset end = kNoOffset;
    const auto found = tail_->Read(after_, std::max<size_t>(bytes_max, 1), &listener_, out, &end);
    if (!found.ok()) return found.status();
    if (*found == PartitionTail::Found::kOlder) {
      auto status = store_->Read(partition_, after_, end, std::max<size_t>(bytes_max, 1), out);
      if (!status.ok()) {
        out->resize(before);
        return status;
      }
    }
    if (out->size() > before) after_ = out->back().offset;
    return absl::OkStatus();
  }

 private:
  const LogStore* store_;
  std::shared_ptr<PartitionTail> tail_;
  const PartitionId partition_;
  Offset after_;
  PartitionTail::Listener listener_;
};

size_t BytesOf(const AppendBatch& batch) {
  size_t bytes = 0;
  for (const SharedBytes& record : batch.records) bytes += record->size();
  for (const SideRow& row : batch.side_rows) bytes += row.key.size() + row.value.size();
  return bytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedLog>> EmbeddedLog::Open(EmbeddedLogOptions options) {
  if (options.partitions < 1) return absl::InvalidArgumentError("a log needs at least one partition");
  if (!options.clock) return absl::InvalidArgumentError("a log needs a clock");
  if (!options.free_bytes) options.free_bytes = [folder = options.folder] { return FreeBytes(folder); };
  auto store = LogStore::Open(options);
  if (!store.ok()) return store.status();
  std::unique_ptr<EmbeddedLog> log(new EmbeddedLog(std::move(options), *std::move(store)));
  log->commit_thread_ = std::thread([raw = log.get()] { raw->CommitLoop(); });
  return log;
}

EmbeddedLog::EmbeddedLog(EmbeddedLogOptions options, std::unique_ptr<LogStore> store)
    : options_(std::move(options)), store_(std::move(store)) {
  for (const LogStore::Last& last : store_->last()) {
    tails_.push_back(std::make_shared<PartitionTail>(last.offset, options_.tail_bytes_max));
    append_time_.push_back(last.append_time);
    next_offset_.push_back(last.offset + 1);
  }
}

EmbeddedLog::~EmbeddedLog() { (void)Close(); }

absl::Status EmbeddedLog::Close() {
  std::call_once(closed_, [this] {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
    if (commit_thread_.joinable()) commit_thread_.join();
    store_->Close();
  });
  std::lock_guard lock(mutex_);
  return closed_with_;
}

int EmbeddedLog::partition_count() const { return options_.partitions; }
Uuid EmbeddedLog::log_id() const { return store_->log_id(); }

absl::Status EmbeddedLog::CheckPartition(PartitionId partition) const {
  if (partition >= 0 && partition < options_.partitions) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("no partition ", partition, ": this log has ", options_.partitions, " of them"));
}

absl::Status EmbeddedLog::Append(PartitionId partition, AppendBatch batch) {
  if (auto status = CheckPartition(partition); !status.ok()) return status;
  if (batch.records.empty() && batch.side_rows.empty()) return absl::OkStatus();
  const size_t bytes = BytesOf(batch);
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return absl::UnavailableError("the log is being closed");
    if (!unwritable_.ok()) return unwritable_;
    // A batch larger than the whole queue is taken when nothing else waits, or it never would be.
    const bool full = queued_records_ + batch.records.size() > options_.queued_records_max ||
                      queued_bytes_ + bytes > options_.queued_bytes_max;
    if (full && queued_bytes_ > 0) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the log's queue is full: ", queued_records_, " records, ", queued_bytes_, " bytes"));
    }
    queued_records_ += batch.records.size();
    queued_bytes_ += bytes;
    if (!batch.may_wait || committing_ || !queue_.empty()) {
      queue_.push_back({partition, std::move(batch), bytes});
      if (!committing_) work_.notify_one();
      return absl::OkStatus();
    }
    committing_ = true;
  }
  CommitHere({partition, std::move(batch), bytes});
  return absl::OkStatus();
}

// A group of one on the thread that brings it; what cannot be written is the commit thread's to try again.
void EmbeddedLog::CommitHere(Queued queued) {
  Group group;
  group.records = queued.batch.records.size();
  group.bytes = queued.bytes;
  group.batches.push_back(std::move(queued));
  Number(&group);
  absl::Status written = CheckSpace();
  if (written.ok()) {
    written = WriteGroup(group);
    group.unsure = !written.ok();
  }
  if (written.ok()) {
    Publish(&group);
    return;
  }
  SetUnwritable(written);
  std::lock_guard lock(mutex_);
  left_over_ = std::move(group);
  committing_ = false;
  work_.notify_all();
}

absl::StatusOr<std::unique_ptr<LogReader>> EmbeddedLog::OpenReader(PartitionId partition, Offset after,
                                                                   std::function<void()> on_ready) {
  if (auto status = CheckPartition(partition); !status.ok()) return status;
  const auto& tail = tails_[static_cast<size_t>(partition)];
  if (const Offset end = tail->end(); after > end) {
    return absl::OutOfRangeError(
        absl::StrCat("partition ", partition, " ends at offset ", end, ", a reader wants what stands after ", after));
  }
  return std::make_unique<EmbeddedReader>(store_.get(), tail, partition, after, std::move(on_ready));
}

absl::StatusOr<LogEntry> EmbeddedLog::ReadAt(PartitionId partition, Offset offset) {
  if (auto status = CheckPartition(partition); !status.ok()) return status;
  const auto& tail = tails_[static_cast<size_t>(partition)];
  // The store may hold more than was published: what is not durable for sure is not there.
  if (offset < 0 || offset > tail->end()) {
    return absl::NotFoundError(absl::StrCat("no record at offset ", offset, " of partition ", partition));
  }
  if (auto entry = tail->Find(offset)) return *std::move(entry);
  return store_->ReadAt(partition, offset);
}

absl::StatusOr<Offset> EmbeddedLog::End(PartitionId partition) {
  if (auto status = CheckPartition(partition); !status.ok()) return status;
  return tails_[static_cast<size_t>(partition)]->end();
}

absl::Status EmbeddedLog::writable() const {
  std::lock_guard lock(mutex_);
  if (stopping_) return absl::UnavailableError("the log is being closed");
  return unwritable_;
}

absl::StatusOr<std::optional<std::string>> EmbeddedLog::ReadSideRow(std::string_view key) const {
  return store_->ReadSideRow(key);
}

absl::Status EmbeddedLog::ScanSideRowsBack(
    std::string_view prefix, std::string_view before,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const {
  return store_->ScanSideRowsBack(prefix, before, visit);
}

void EmbeddedLog::CommitLoop() {
  Group group;
  while (TakeGroup(&group)) {
    absl::Status written = CheckSpace();
    if (written.ok() && group.unsure) written = store_->Recover();
    for (;;) {
      if (written.ok()) {
        written = WriteGroup(group);
        group.unsure = true;
      }
      if (written.ok()) break;
      SetUnwritable(written);
      if (!WaitToRetry()) {
        std::lock_guard lock(mutex_);
        closed_with_ = written;
        return;
      }
      written = CheckSpace();
      if (written.ok() && group.unsure) written = store_->Recover();
    }
    Publish(&group);
  }
}

bool EmbeddedLog::TakeGroup(Group* group) {
  *group = Group();
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return !committing_ && (stopping_ || left_over_ || !queue_.empty()); });
  if (left_over_) {
    *group = *std::exchange(left_over_, std::nullopt);
    committing_ = true;
    return true;
  }
  if (queue_.empty()) return false;
  committing_ = true;
  do {
    Queued& next = queue_.front();
    if (!group->batches.empty() && group->bytes + next.bytes > options_.group_bytes_max) break;
    group->bytes += next.bytes;
    group->records += next.batch.records.size();
    group->batches.push_back(std::move(next));
    queue_.pop_front();
  } while (!queue_.empty());
  lock.unlock();
  Number(group);
  return true;
}

// Once: a group that has to be written again keeps its offsets and times, so that writing it twice changes nothing.
void EmbeddedLog::Number(Group* group) {
  group->entries.assign(tails_.size(), {});
  const Instant now = options_.clock();
  for (Queued& queued : group->batches) {
    const auto partition = static_cast<size_t>(queued.partition);
    append_time_[partition] = std::max(append_time_[partition], now);
    for (SharedBytes& record : queued.batch.records) {
      group->entries[partition].push_back({next_offset_[partition]++, append_time_[partition], std::move(record)});
    }
    queued.batch.records.clear();
  }
}

absl::Status EmbeddedLog::WriteGroup(const Group& group) {
  rocksdb::WriteBatch batch(group.bytes + group.records * 32 + 256);
  for (size_t partition = 0; partition < group.entries.size(); ++partition) {
    for (const LogEntry& entry : group.entries[partition]) {
      store_->Add(static_cast<PartitionId>(partition), entry, &batch);
    }
  }
  for (const Queued& queued : group.batches) {
    for (const SideRow& row : queued.batch.side_rows) store_->Add(row, &batch);
  }
  return store_->Write(&batch);
}

absl::Status EmbeddedLog::CheckSpace() {
  const auto free = options_.free_bytes();
  if (!free.ok()) return free.status();
  if (*free >= options_.free_bytes_min) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the disk of ", options_.folder, " is full: ", *free,
                                             " bytes are free, casehub leaves at least ", options_.free_bytes_min));
}

// Who has read the group back finds the log writable and the queue relieved.
void EmbeddedLog::Publish(Group* group) {
  {
    std::lock_guard lock(mutex_);
    queued_records_ -= group->records;
    queued_bytes_ -= group->bytes;
    unwritable_ = absl::OkStatus();
  }
  for (size_t partition = 0; partition < tails_.size(); ++partition) {
    if (!group->entries[partition].empty()) tails_[partition]->Publish(std::move(group->entries[partition]));
  }
  // Only now: the next group must not be published before this one.
  std::lock_guard lock(mutex_);
  committing_ = false;
  if (stopping_ || !queue_.empty()) work_.notify_all();
}

void EmbeddedLog::SetUnwritable(const absl::Status& why) {
  std::lock_guard lock(mutex_);
  unwritable_ = absl::UnavailableError(absl::StrCat("the log takes no records now: ", why.message()));
}

bool EmbeddedLog::WaitToRetry() {
  std::unique_lock lock(mutex_);
  return !work_.wait_for(lock, options_.retry_interval, [this] { return stopping_; });
}

}  // namespace casehub::storage
