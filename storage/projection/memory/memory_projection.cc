#include "storage/projection/memory/memory_projection.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/projection/state_hash.h"

namespace casehub::storage {

class MemoryKeyspace::Cursor : public RowCursor {
 public:
  Cursor(std::shared_ptr<const Rows> rows, std::shared_ptr<std::mutex> mutex, absl::Status status)
      : rows_(std::move(rows)), mutex_(std::move(mutex)), at_(rows_->end()), status_(std::move(status)) {}
  ~Cursor() override {
    std::lock_guard<std::mutex> lock(*mutex_);
    rows_.reset();
  }
  void Seek(std::string_view key) override { at_ = status_.ok() ? rows_->lower_bound(key) : rows_->end(); }
  bool Valid() const override { return at_ != rows_->end(); }
  void Next() override { ++at_; }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  absl::Status status() const override { return status_; }

 private:
  std::shared_ptr<const Rows> rows_;
  std::shared_ptr<std::mutex> mutex_;
  Rows::const_iterator at_;
  absl::Status status_;
};

absl::StatusOr<std::optional<std::string>> MemoryKeyspace::Get(std::string_view key) const {
  std::lock_guard<std::mutex> lock(*mutex_);
  ++gets_;
  if (!read_fault_.ok()) return read_fault_;
  const auto it = state_.rows->find(key);
  if (it == state_.rows->end()) return std::optional<std::string>();
  return std::optional<std::string>(it->second);
}

std::unique_ptr<RowCursor> MemoryKeyspace::NewCursor() const {
  std::lock_guard<std::mutex> lock(*mutex_);
  ++cursors_;
  return std::make_unique<Cursor>(state_.rows, mutex_, read_fault_);
}

MemoryKeyspace::Rows& MemoryKeyspace::MutableRows() {
  if (state_.rows.use_count() > 1) state_.rows = std::make_shared<Rows>(*state_.rows);
  return *state_.rows;
}

absl::Status MemoryKeyspace::Write(const std::vector<RowChange>& sorted_rows, std::string_view position) {
  std::lock_guard<std::mutex> lock(*mutex_);
  if (!write_fault_.ok() && !written_despite_fault_) return write_fault_;
  Rows& rows = MutableRows();
  Undo undo{{}, state_.position};
  undo.rows.reserve(sorted_rows.size());
  for (const RowChange& change : sorted_rows) {
    auto it = rows.lower_bound(change.key);
    const bool found = it != rows.end() && it->first == change.key;
    undo.rows.push_back({change.key, found ? std::optional(std::move(it->second)) : std::nullopt});
    if (!change.value) {
      if (found) rows.erase(it);
    } else if (found) {
      it->second = *change.value;
    } else {
      rows.emplace_hint(it, change.key, *change.value);
    }
  }
  state_.position = std::string(position);
  unsynced_.push_back(std::move(undo));
  if (unsynced_.size() > kUnsyncedWritesMax) unsynced_.pop_front();
  return write_fault_;
}

absl::StatusOr<std::optional<std::string>> MemoryKeyspace::Position() const {
  std::lock_guard<std::mutex> lock(*mutex_);
  if (!read_fault_.ok()) return read_fault_;
  return state_.position;
}

absl::StatusOr<StateHash> MemoryKeyspace::Hash() const { return HashRows(*NewCursor()); }

void MemoryKeyspace::Sync() {
  std::lock_guard<std::mutex> lock(*mutex_);
  unsynced_.clear();
}

void MemoryKeyspace::LosePower(size_t kept) {
  std::lock_guard<std::mutex> lock(*mutex_);
  Rows& rows = MutableRows();
  while (unsynced_.size() > kept) {
    Undo& undo = unsynced_.back();
    for (auto it = undo.rows.rbegin(); it != undo.rows.rend(); ++it) {
      if (it->value) {
        rows[it->key] = *std::move(it->value);
      } else {
        rows.erase(it->key);
      }
    }
    state_.position = std::move(undo.position);
    unsynced_.pop_back();
  }
  unsynced_.clear();  // what survived is on disk
}

size_t MemoryKeyspace::unsynced_writes() const {
  std::lock_guard<std::mutex> lock(*mutex_);
  return unsynced_.size();
}

void MemoryKeyspace::FailWrites(absl::Status status, bool written) {
  std::lock_guard<std::mutex> lock(*mutex_);
  written_despite_fault_ = written;
  write_fault_ = std::move(status);
}

void MemoryKeyspace::FailReads(absl::Status status) {
  std::lock_guard<std::mutex> lock(*mutex_);
  read_fault_ = std::move(status);
}

uint64_t MemoryKeyspace::gets() const {
  std::lock_guard<std::mutex> lock(*mutex_);
  return gets_;
}

uint64_t MemoryKeyspace::cursors() const {
  std::lock_guard<std::mutex> lock(*mutex_);
  return cursors_;
}

MemoryKeyspace::State MemoryKeyspace::Copy() const {
  std::lock_guard<std::mutex> lock(*mutex_);
  return state_;
}

void MemoryKeyspace::Restore(const State& state) {
  std::lock_guard<std::mutex> lock(*mutex_);
  state_ = state;
  unsynced_.clear();
}

MemoryKeyspace* MemoryProjectionStore::memory_keyspace(ServiceId service) {
  auto& keyspace = live_[service];
  if (keyspace == nullptr) keyspace = std::make_unique<MemoryKeyspace>();
  return keyspace.get();
}

absl::StatusOr<Keyspace*> MemoryProjectionStore::BeginRebuild(ServiceId service) {
  auto& rebuild = rebuilds_[service];
  rebuild = std::make_unique<MemoryKeyspace>();
  return rebuild.get();
}

absl::Status MemoryProjectionStore::ReplaceWithRebuilt(ServiceId service) {
  auto rebuild = rebuilds_.extract(service);
  if (rebuild.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("no rebuild of ", std::string(ServiceName(service)), " has begun"));
  }
  rebuild.mapped()->Sync();
  live_[service] = std::move(rebuild.mapped());
  return absl::OkStatus();
}

absl::Status MemoryProjectionStore::AbandonRebuild(ServiceId service) {
  rebuilds_.erase(service);
  return absl::OkStatus();
}

absl::StatusOr<std::string> MemoryProjectionStore::Snapshot(PartitionId partition) {
  Kept kept;
  kept.name = absl::StrCat("snapshot-", next_snapshot_++);
  kept.manifest.set_format(1);
  kept.manifest.set_partition(partition);
  kept.manifest.set_offset(kNoOffset);
  bool first = true;
  for (auto& [service, keyspace] : live_) {
    auto hash = keyspace->Hash();
    if (!hash.ok()) return hash.status();
    kept.keyspaces[service] = keyspace->Copy();
    v1::LogPosition position;
    position.set_offset(kNoOffset);
    const auto& stored = kept.keyspaces[service].position;
    if (stored && !position.ParseFromString(*stored)) {
      return absl::DataLossError(
          absl::StrCat("the position of ", std::string(ServiceName(service)), " does not parse"));
    }
    auto* summary = kept.manifest.add_keyspaces();
    summary->set_service(std::string(ServiceName(service)));
    summary->set_offset(position.offset());
    summary->set_state_hash(HashToBytes(hash->hash));
    summary->set_rows(hash->rows);
    kept.manifest.set_offset(first ? position.offset() : std::min(kept.manifest.offset(), position.offset()));
    first = false;
  }
  snapshots_.push_back(std::move(kept));
  if (snapshots_.size() > kSnapshotsKept) snapshots_.pop_front();
  return snapshots_.back().name;
}

std::vector<std::string> MemoryProjectionStore::snapshots() const {
  std::vector<std::string> names;
  for (const Kept& kept : snapshots_) names.push_back(kept.name);
  return names;
}

std::optional<v1::SnapshotManifest> MemoryProjectionStore::manifest(std::string_view snapshot) const {
  for (const Kept& kept : snapshots_) {
    if (kept.name == snapshot) return kept.manifest;
  }
  return std::nullopt;
}

void MemoryProjectionStore::Restart() { rebuilds_.clear(); }

void MemoryProjectionStore::Crash(const std::function<size_t(ServiceId, size_t)>& keep) {
  Restart();
  for (auto& [service, keyspace] : live_) keyspace->LosePower(keep(service, keyspace->unsynced_writes()));
}

RecoveredFrom MemoryProjectionStore::Damage(ServiceId service) {
  MemoryKeyspace* keyspace = memory_keyspace(service);
  for (auto kept = snapshots_.rbegin(); kept != snapshots_.rend(); ++kept) {
    const auto it = kept->keyspaces.find(service);
    if (it == kept->keyspaces.end()) continue;
    keyspace->Restore(it->second);
    return RecoveredFrom::kSnapshot;
  }
  keyspace->Restore({});
  return RecoveredFrom::kNothing;
}

}  // namespace casehub::storage
