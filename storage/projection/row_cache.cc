#include "storage/projection/row_cache.h"

#include <cstring>
#include <new>

#include "absl/hash/hash.h"

namespace casehub::storage {

// One block: this, the key, the value, and room for the value to grow a little: a row that is written again mostly
// stays where it is.
struct RowCache::Row {
  static constexpr size_t kBlock = 16;  // blocks come in multiples of it

  uint32_t keyspace;
  uint32_t key_size;
  uint32_t value_size;
  uint32_t place : 31;  // in the clock
  uint32_t used : 1;    // since the hand came by

  char* data() { return reinterpret_cast<char*>(this + 1); }
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  Key key() const { return {keyspace, {data(), key_size}}; }
  std::string_view value() const { return {data() + key_size, value_size}; }
  bool SetValue(std::string_view value) {
    if (Block(key_size, value.size()) != Block(key_size, value_size)) return false;
    value_size = static_cast<uint32_t>(value.size());
    std::memcpy(data() + key_size, value.data(), value.size());
    return true;
  }

  static size_t Block(size_t key_size, size_t value_size) {
    return (sizeof(Row) + key_size + value_size + kBlock - 1) / kBlock * kBlock;
  }
  // With its entries in set and clock.
  static size_t Bytes(size_t key_size, size_t value_size) { return Block(key_size, value_size) + 3 * sizeof(Row*); }
  size_t bytes() const { return Bytes(key_size, value_size); }

  static Row* Make(const Key& key, std::string_view value) {
    Row* row = new (::operator new(Block(key.row.size(), value.size()))) Row();
    row->keyspace = key.keyspace;
    row->key_size = static_cast<uint32_t>(key.row.size());
    row->value_size = static_cast<uint32_t>(value.size());
    std::memcpy(row->data(), key.row.data(), key.row.size());
    std::memcpy(row->data() + key.row.size(), value.data(), value.size());
    return row;
  }
  static void Free(Row* row) { ::operator delete(row); }
};

size_t RowCache::Hash::operator()(const Key& key) const { return absl::HashOf(key.keyspace, key.row); }
size_t RowCache::Hash::operator()(const Row* row) const { return (*this)(row->key()); }

bool RowCache::Equal::operator()(const Row* a, const Row* b) const { return (*this)(a->key(), b); }
bool RowCache::Equal::operator()(const Key& a, const Row* b) const {
  return a.keyspace == b->keyspace && a.row == b->key().row;
}

RowCache::RowCache(size_t bytes_max) : bytes_max_(bytes_max) {}

RowCache::~RowCache() {
  for (Shard& shard : shards_) {
    for (Row* row : shard.clock) Row::Free(row);
  }
}

std::optional<std::string> RowCache::Find(const Key& key) {
  const size_t hash = Hash()(key);
  Shard& shard = ShardOf(hash);
  std::lock_guard lock(shard.mutex);
  const auto it = shard.rows.find(key, hash);
  if (it == shard.rows.end()) return std::nullopt;
  (*it)->used = 1;
  return std::string((*it)->value());
}

void RowCache::Keep(const Key& key, std::string_view value, const Epoch& epoch, uint64_t read_at) {
  const size_t hash = Hash()(key);
  Shard& shard = ShardOf(hash);
  std::lock_guard lock(shard.mutex);
  // A write that begins now replaces the row after this, under the same lock.
  if (read_at % 2 == 0 && epoch == read_at) Put(&shard, key, hash, value);
}

void RowCache::Written(const Key& key, const std::optional<std::string>& value) {
  const size_t hash = Hash()(key);
  Shard& shard = ShardOf(hash);
  std::lock_guard lock(shard.mutex);
  const auto it = shard.rows.find(key, hash);
  if (it == shard.rows.end()) return;
  if (!value) return Remove(&shard, it);
  if (!(*it)->SetValue(*value)) Put(&shard, key, hash, *value);
}

size_t RowCache::bytes() const {
  size_t bytes = 0;
  for (const Shard& shard : shards_) bytes += shard.bytes;
  return bytes;
}

void RowCache::Put(Shard* shard, const Key& key, size_t hash, std::string_view value) {
  if (const auto it = shard->rows.find(key, hash); it != shard->rows.end()) Remove(shard, it);
  const size_t max = bytes_max_ / kShards;
  const size_t bytes = Row::Bytes(key.row.size(), value.size());
  if (bytes > max / 16) return;  // one large text must not push out thousands of rows
  while (!shard->clock.empty() && shard->bytes + bytes > max) {
    shard->hand = shard->hand < shard->clock.size() ? shard->hand : 0;
    Row* const next = shard->clock[shard->hand];
    if (next->used) {
      next->used = 0;
      ++shard->hand;
    } else {
      Remove(shard, shard->rows.find(next));
    }
  }
  Row* const row = Row::Make(key, value);
  row->place = static_cast<uint32_t>(shard->clock.size()) & 0x7fffffffu;
  row->used = 0;
  shard->clock.push_back(row);
  shard->rows.insert(row);
  shard->bytes += bytes;
}

void RowCache::Remove(Shard* shard, Rows::iterator at) {
  Row* const row = *at;
  shard->rows.erase(at);
  shard->bytes -= row->bytes();
  Row* const last = shard->clock.back();
  shard->clock[row->place] = last;
  last->place = row->place;
  shard->clock.pop_back();
  Row::Free(row);
}

}  // namespace casehub::storage
