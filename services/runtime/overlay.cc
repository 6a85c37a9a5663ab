#include "services/runtime/overlay.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "services/model/key_bytes.h"

namespace casehub::runtime {
namespace {

constexpr std::string_view kAfterEveryTable = "\xff";  // tables.h: none begins with this byte

const storage::RowChange* LowerBound(const Overlay::Changes& changes, std::string_view key) {
  const auto it =
      std::lower_bound(changes.begin(), changes.end(), key,
                       [](const storage::RowChange& one, std::string_view wanted) { return one.key < wanted; });
  return changes.data() + (it - changes.begin());
}

}  // namespace

// The store's side of a scan: a cursor that is opened late and tells the gaps what it saw.
class Overlay::StoreScan {
 public:
  StoreScan(const Overlay* overlay, std::string_view from, std::string_view to)
      : overlay_(overlay), to_(to), next_(overlay->gaps_.Skip(from)), seen_from_(next_) {}

  // Whether the store may have a row at or before `limit` (empty: at all) that was not taken yet.
  bool MayPrecede(std::string_view limit) const { return !done_ && (limit.empty() || next_ <= limit); }
  // Moves to the next row and returns whether there is one inside the range.
  bool Ready() {
    if (done_) return false;
    if (ready_) return true;
    if (next_ >= to_) return End();
    if (cursor_ == nullptr) {
      cursor_ = overlay_->store_->NewCursor();
      cursor_->Seek(next_);
    } else {
      cursor_->Next();
    }
    if (!cursor_->Valid()) {
      if (auto status = cursor_->status(); !status.ok()) {
        overlay_->status_.Update(status);
      } else {
        overlay_->gaps_.Learn(seen_from_, std::max(to_, kAfterEveryTable));
      }
      return End();
    }
    // As far as the cursor came, not only as far as it was asked for: keys that grow with time come next.
    const bool beyond = cursor_->key() >= to_;
    if (first_ || beyond) overlay_->gaps_.Learn(seen_from_, cursor_->key());
    if (beyond) return End();
    first_ = false;
    next_ = cursor_->key();
    return ready_ = true;
  }
  std::string_view key() const { return cursor_->key(); }
  std::string_view value() const { return cursor_->value(); }
  void Take() {
    ready_ = false;
    seen_from_.assign(next_).push_back('\0');
  }

 private:
  bool End() {
    done_ = true;
    return false;
  }

  const Overlay* overlay_;
  std::string_view to_;
  std::string next_;       // no row of the store is left before this key
  std::string seen_from_;  // the store is empty from here to wherever the cursor moves next
  std::unique_ptr<storage::RowCursor> cursor_;
  bool first_ = true;
  bool ready_ = false;
  bool done_ = false;
};

// Memory's side of a scan: rows of the map, and below them those on their way to the store.
class Overlay::MemoryScan {
 public:
  MemoryScan(const Overlay* overlay, std::string_view from, std::string_view to)
      : to_(to), row_(overlay->rows_.lower_bound(RowKey(from))), rows_end_(overlay->rows_.end()) {
    if (overlay->writing_ == nullptr) return;
    change_ = LowerBound(*overlay->writing_, from);
    changes_end_ = overlay->writing_->data() + overlay->writing_->size();
  }

  bool Valid() const { return RowValid() || ChangeValid(); }
  std::string_view key() const {
    if (!ChangeValid()) return row_->first.bytes;
    return RowValid() ? std::min(row_->first.bytes, std::string_view(change_->key)) : std::string_view(change_->key);
  }
  // Null: the store has the last word.
  const std::optional<std::string>* value(Level level) const {
    const std::string_view at = key();
    if (RowValid() && row_->first.bytes == at) {
      const Row& row = *row_->second;
      if (level == Level::kPending && !row.pending.empty()) return &row.pending.back().value;
      if (row.known) return &row.value;
    }
    return ChangeValid() && change_->key == at ? &change_->value : nullptr;
  }
  void Next() {
    const std::string_view at = key();
    const bool row_too = RowValid() && row_->first.bytes == at;
    if (ChangeValid() && change_->key == at) ++change_;
    if (row_too) ++row_;
  }

 private:
  bool RowValid() const { return row_ != rows_end_ && row_->first.bytes < to_; }
  bool ChangeValid() const { return change_ != changes_end_ && change_->key < to_; }

  std::string_view to_;
  Rows::const_iterator row_;
  Rows::const_iterator rows_end_;
  const storage::RowChange* change_ = nullptr;
  const storage::RowChange* changes_end_ = nullptr;
};

Overlay::RowKey::RowKey(std::string_view key) : bytes(key) {
  char head[16] = {};
  key.copy(head, sizeof(head));
  first = LoadBigEndian(head);
  second = LoadBigEndian(head + 8);
}

Overlay::Row* Overlay::Find(std::string_view key) const {
  const auto it = rows_.find(RowKey(key));
  return it == rows_.end() ? nullptr : it->second.get();
}

const storage::RowChange* Overlay::OnItsWay(std::string_view key) const {
  if (writing_ == nullptr) return nullptr;
  const storage::RowChange* found = LowerBound(*writing_, key);
  return found != writing_->data() + writing_->size() && found->key == key ? found : nullptr;
}

Overlay::Row* Overlay::FindOrAdd(std::string_view key) const {
  const RowKey wanted(key);
  const auto it = rows_.lower_bound(wanted);
  if (it != rows_.end() && it->first == wanted) return it->second.get();
  auto row = std::make_unique<Row>();
  row->key = key;
  Row* added = row.get();
  rows_.emplace_hint(it, RowKey(added->key), std::move(row));
  return added;
}

std::optional<std::string> Overlay::Get(std::string_view key, Level level) const {
  if (!status_.ok()) return std::nullopt;
  Row* row = Find(key);
  if (row != nullptr && level == Level::kPending && !row->pending.empty()) return row->pending.back().value;
  return Load(key, row);
}

std::optional<std::string> Overlay::Load(std::string_view key, Row* row) const {
  if (row != nullptr && row->known) return row->value;
  if (const storage::RowChange* change = OnItsWay(key)) return change->value;
  if (row != nullptr && row->store_lacks) return std::nullopt;
  if (gaps_.Covers(key)) return std::nullopt;
  auto value = store_->Get(key);
  if (!value.ok()) {
    status_.Update(value.status());
    return std::nullopt;
  }
  Keep(key, row, *value);
  return *std::move(value);
}

void Overlay::Keep(std::string_view key, Row* row, const std::optional<std::string>& value) const {
  const size_t bytes = key.size() + (value ? value->size() : 0);
  if (clean_rows_ >= kCleanRowsMax || clean_bytes_ + bytes > kCleanBytesMax) return;
  if (row == nullptr) {
    if (scans_ > 0) return;  // the scan's iterator would not survive a new row
    row = FindOrAdd(key);
  }
  row->value = value;
  row->known = true;
  row->store_lacks = !value.has_value();
  ++clean_rows_;
  clean_bytes_ += bytes;
}

void Overlay::ForgetClean(Row* row) {
  if (!row->clean()) return;
  --clean_rows_;
  clean_bytes_ -= row->bytes();
  row->known = false;
  row->value.reset();
}

void Overlay::Scan(std::string_view from, std::string_view to, Level level, Visit visit) const {
  if (!status_.ok() || from >= to) return;
  StoreScan store(this, from, to);
  ++scans_;
  const absl::Cleanup leave = [this] { --scans_; };
  MemoryScan memory(this, from, to);
  while (true) {
    const bool in_memory = memory.Valid();
    const std::string_view next_key = in_memory ? memory.key() : std::string_view();
    const bool in_store = store.MayPrecede(next_key) && store.Ready();
    if (!status_.ok()) return;
    if (!in_memory && !in_store) return;
    if (in_store && (!in_memory || store.key() < next_key)) {
      if (!visit(store.key(), store.value())) return;
      store.Take();
      continue;
    }
    const bool same_key = in_store && store.key() == next_key;
    if (const std::optional<std::string>* value = memory.value(level)) {
      if (value->has_value() && !visit(next_key, **value)) return;
    } else if (same_key) {
      if (!visit(store.key(), store.value())) return;
    }
    if (same_key) store.Take();
    memory.Next();
  }
}

void Overlay::PutPending(uint64_t sequence, std::string_view key, std::optional<std::string> value) {
  assert(pending_.empty() || pending_.back().sequence <= sequence);
  Row* row = FindOrAdd(key);
  if (!row->pending.empty() && row->pending.back().sequence == sequence) {
    row->pending.back().value = std::move(value);
    return;
  }
  row->pending.push_back({sequence, std::move(value)});
  pending_.push_back({sequence, row});
}

bool Overlay::PendingDeletes(std::string_view key) const {
  if (pending_.empty()) return false;
  const Row* row = Find(key);
  return row != nullptr && !row->pending.empty() && !row->pending.back().value.has_value();
}

void Overlay::DropPending(uint64_t up_to_sequence) {
  while (!pending_.empty() && pending_.front().sequence <= up_to_sequence) {
    Row* row = pending_.front().row;
    pending_.pop_front();
    row->pending.erase(row->pending.begin());  // a row's versions are in the order of pending_
    EraseIfIdle(row);
  }
}

void Overlay::DropAllPending() { DropPending(UINT64_MAX); }

void Overlay::EraseIfIdle(Row* row) {
  if (row->known || !row->pending.empty()) return;
  rows_.erase(rows_.find(RowKey(row->key)));
}

bool Overlay::PutApplied(std::string_view key, std::optional<std::string> value) {
  Row* row = FindOrAdd(key);
  const bool has_pending = !row->pending.empty();
  // Knowledge that is at hand anyway; not worth a lookup, and not to be trusted while a row may be on its way there.
  if (!row->known && !row->store_lacks && !writing()) row->store_lacks = gaps_.Covers(row->key);
  SetApplied(row, std::move(value));
  return has_pending;
}

void Overlay::PutAppliedFresh(std::string_view key, std::string value) {
  Row* row = FindOrAdd(key);
  if (!row->known) row->store_lacks = true;
  SetApplied(row, std::move(value));
}

void Overlay::SetDirty(Row* row, bool dirty) {
  if (row->dirty == dirty) return;
  row->dirty = dirty;
  applied_rows_ += dirty ? 1 : -1;
  applied_bytes_ += dirty ? row->bytes() : -row->bytes();
}

void Overlay::SetApplied(Row* row, std::optional<std::string> value) {
  ForgetClean(row);
  SetDirty(row, false);
  row->value = std::move(value);
  row->known = row->value.has_value() || !row->store_lacks;
  if (!row->known) {
    // It came and went: the store never hears of it. No tombstone is needed either, the store lacks the key anyway.
    EraseIfIdle(row);
    return;
  }
  SetDirty(row, true);
}

std::shared_ptr<const Overlay::Changes> Overlay::TakeChanges() {
  assert(!writing());
  auto changes = std::make_shared<Changes>();
  changes->reserve(applied_rows_);
  Rows kept;
  for (auto& [key, row] : rows_) {
    const bool dirty = std::exchange(row->dirty, false);
    if (row->pending.empty()) {
      if (dirty) changes->push_back({std::move(row->key), std::move(row->value)});
      continue;
    }
    if (dirty) changes->push_back({row->key, std::move(row->value)});
    row->value.reset();
    row->known = row->store_lacks = false;
    kept.emplace_hint(kept.end(), key, std::move(row));
  }
  rows_ = std::move(kept);
  applied_rows_ = applied_bytes_ = 0;
  clean_rows_ = clean_bytes_ = 0;
  writing_ = changes;
  return changes;
}

void Overlay::EndWrite(bool written) {
  assert(writing());
  const auto changes = std::exchange(writing_, nullptr);
  // What was seen of the store meanwhile may have been before the write.
  gaps_.OnWritten(*changes);
  if (written) return;
  for (const storage::RowChange& change : *changes) {
    Row* row = FindOrAdd(change.key);
    row->store_lacks = false;
    if (row->dirty) continue;  // changed since
    row->value = change.value;
    row->known = true;
    SetDirty(row, true);
  }
}

}  // namespace casehub::runtime
