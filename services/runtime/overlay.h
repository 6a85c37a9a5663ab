// The rows of one keyspace that are not in its store yet: an ordered map of key to versions (design 4).
//
//   pending level   versions of records that were decided and not read back, by sequence number of their record
//   applied level   the newest version of effective records that the store does not hold
//   store           the keyspace; the overlay is its only writer
//
// Rows go to the store in two steps, so that a slow disk holds up nobody: TakeChanges hands out the applied level,
// whoever likes writes it, EndWrite tells how it went. In between they are still read, below newer versions that come.
//
// A reader of kPending sees pending over applied over store, a reader of kApplied applied over store. A version is a
// value or a tombstone (nullopt).
//
// Cost        A key in memory is never looked up in the store. What was read from the store is kept until the next
//             write back, because a fold reads what the decision before it read; so a key is looked up once a second
//             at most. Where the store was seen to be empty (StoreGaps) it is not asked again.
// Threads     One at a time, const calls included. A visitor may read the overlay, not write to it.
// Errors      The first I/O error of a read is latched in status(); reads then answer "nothing".
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "services/runtime/store_gaps.h"
#include "storage/projection/projection.h"

namespace casehub::runtime {

class Overlay {
 public:
  enum class Level { kApplied, kPending };
  using Changes = std::vector<storage::RowChange>;
  using Visit = absl::FunctionRef<bool(std::string_view key, std::string_view value)>;

  // Rows read from the store and kept until the next write back; beyond these limits reads are not kept.
  static constexpr size_t kCleanRowsMax = 32'768;
  static constexpr size_t kCleanBytesMax = 16u << 20;

  explicit Overlay(const storage::Keyspace* store) : store_(store) {}
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;

  std::optional<std::string> Get(std::string_view key, Level level) const;
  // Rows with from <= key < to in order until `visit` returns false. Tombstones are skipped before the visitor counts.
  // Opens a cursor on the store only when the scan gets to where the store may have rows.
  void Scan(std::string_view from, std::string_view to, Level level, Visit visit) const;

  // Sequence numbers never go down, except after DropAllPending.
  void PutPending(uint64_t sequence, std::string_view key, std::optional<std::string> value);
  // Whether the newest version of the key is a pending tombstone.
  bool PendingDeletes(std::string_view key) const;
  // Drops the versions of records up to and including this one: their rows are applied now.
  void DropPending(uint64_t up_to_sequence);
  void DropAllPending();

  // Returns whether the row has pending versions.
  bool PutApplied(std::string_view key, std::optional<std::string> value);
  // The caller vouches that the store does not hold the key (it names the record that is being applied): should the
  // row be deleted before the next write back, neither reaches the store. Known also without it for keys that were
  // read and not found.
  void PutAppliedFresh(std::string_view key, std::string value);

  // The applied level, sorted, for one Write to the store; EndWrite must follow before the next call. Moved, not
  // copied: the overlay reads the same rows, so they may be read on any thread but never changed.
  std::shared_ptr<const Changes> TakeChanges();
  // After an error nothing is lost: the rows are due to be written as they were, whether or not the write reached the
  // store.
  void EndWrite(bool written);
  bool writing() const { return writing_ != nullptr; }

  // Another store that holds the same rows takes the place of the one below; call right after EndWrite.
  void ChangeStore(const storage::Keyspace* store) { store_ = store; }

  size_t applied_rows() const { return applied_rows_; }
  size_t applied_bytes() const { return applied_bytes_; }
  size_t pending_versions() const { return pending_.size(); }
  absl::Status status() const { return status_; }

 private:
  struct Version {
    uint64_t sequence = 0;
    std::optional<std::string> value;
  };
  struct Row {
    std::string key;
    std::optional<std::string> value;         // meaningful if `known`
    bool known = false;                       // `value` is the applied version or, if not dirty, the store's
    bool dirty = false;                       // applied, newer than the store and what is on its way there
    bool store_lacks = false;                 // the store does not hold the key
    absl::InlinedVector<Version, 1> pending;  // by sequence
    size_t bytes() const { return key.size() + (value ? value->size() : 0); }
    bool clean() const { return known && !dirty; }  // as the store has it
  };
  struct PendingRow {
    uint64_t sequence;
    Row* row;
  };
  // A row's own key with its first 16 bytes at hand as two big-endian numbers, zeros where it is shorter: they nearly
  // always tell the order (table, municipality, the time in an id), so that a search seldom leaves the tree's nodes.
  struct RowKey {
    explicit RowKey(std::string_view key);
    uint64_t first, second;
    std::string_view bytes;
    friend bool operator<(const RowKey& a, const RowKey& b) {
      if (a.first != b.first) return a.first < b.first;
      if (a.second != b.second) return a.second < b.second;
      return a.bytes < b.bytes;
    }
    friend bool operator==(const RowKey& a, const RowKey& b) {
      return a.first == b.first && a.second == b.second && a.bytes == b.bytes;
    }
  };
  using Rows = absl::btree_map<RowKey, std::unique_ptr<Row>>;

  Row* Find(std::string_view key) const;
  // The version that is on its way to the store; null: none.
  const storage::RowChange* OnItsWay(std::string_view key) const;
  Row* FindOrAdd(std::string_view key) const;
  // The applied value of a row, if need be from what is on its way to the store, or from the store.
  std::optional<std::string> Load(std::string_view key, Row* row) const;
  void Keep(std::string_view key, Row* row, const std::optional<std::string>& value) const;
  void ForgetClean(Row* row);
  void SetApplied(Row* row, std::optional<std::string> value);
  void SetDirty(Row* row, bool dirty);
  void EraseIfIdle(Row* row);
  class StoreScan;
  class MemoryScan;

  const storage::Keyspace* store_;
  mutable Rows rows_;
  mutable StoreGaps gaps_;
  mutable absl::Status status_;
  mutable size_t clean_rows_ = 0;
  mutable size_t clean_bytes_ = 0;
  mutable int scans_ = 0;           // going on: visitors may read
  std::deque<PendingRow> pending_;  // by sequence, one for each version
  size_t applied_rows_ = 0;         // dirty ones
  size_t applied_bytes_ = 0;
  std::shared_ptr<const Changes> writing_;  // on their way to the store; null: none
};

}  // namespace casehub::runtime
