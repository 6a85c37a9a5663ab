// Rows that were looked up lately, in memory, for all keyspaces of a process: a row of one of 1,000,000 cases costs a
// twentieth of what it costs from tables (docs/adr/0020).
//
// Never older than the last write that has returned; beside a write a look-up finds the row from before it or from
// after it. A keyspace counts up its epoch before it writes and after, so that the epoch is odd while it writes. A
// look-up keeps what it read only if the epoch is even and has not moved since before it read; a write then replaces
// the rows that are kept, before the epoch is even again.
//
// Threads     Any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"

namespace casehub::storage {

class RowCache {
 public:
  struct Key {
    uint32_t keyspace = 0;  // of NewKeyspace
    std::string_view row;
  };
  using Epoch = std::atomic<uint64_t>;

  // Holds about so many bytes; those not looked up for longest go first, roughly (CLOCK).
  explicit RowCache(size_t bytes_max);
  ~RowCache();

  // A number for rows of a keyspace that is being opened. What another with the same rows kept is not seen any more.
  uint32_t NewKeyspace() { return ++keyspaces_; }

  std::optional<std::string> Find(const Key& key);
  // Keeps what a look-up read if `epoch` still is `read_at`, and even; in place of what is kept already.
  void Keep(const Key& key, std::string_view value, const Epoch& epoch, uint64_t read_at);
  // Of a write that was done: replaces the row if it is kept, nullopt: takes it out.
  void Written(const Key& key, const std::optional<std::string>& value);

  size_t bytes() const;
  // Whether one more row would push another out.
  bool full() const { return bytes() >= bytes_max_ / 16 * 15; }

 private:
  struct Row;
  struct Hash {
    using is_transparent = void;
    size_t operator()(const Key& key) const;
    size_t operator()(const Row* row) const;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Row* a, const Row* b) const;
    bool operator()(const Key& a, const Row* b) const;
    bool operator()(const Row* a, const Key& b) const { return (*this)(b, a); }
  };
  using Rows = absl::flat_hash_set<Row*, Hash, Equal>;
  struct alignas(64) Shard {
    std::mutex mutex;
    Rows rows;
    std::vector<Row*> clock;  // all rows, each knows its place
    size_t hand = 0;
    std::atomic<size_t> bytes = 0;
  };
  static constexpr size_t kShards = 64;

  // By other bits of the hash than those the set of a shard goes by.
  Shard& ShardOf(size_t hash) { return shards_[hash >> 58]; }
  void Put(Shard* shard, const Key& key, size_t hash, std::string_view value);
  static void Remove(Shard* shard, Rows::iterator at);

  const size_t bytes_max_;
  std::atomic<uint32_t> keyspaces_ = 0;
  std::array<Shard, kShards> shards_;
};

}  // namespace casehub::storage
