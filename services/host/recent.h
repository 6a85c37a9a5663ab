// A bounded map of what was used recently, cheap to keep: two plain maps and no list. When the newer one holds half of
// what there may be it becomes the older one, and what the older one still held is forgotten at once.
//
// Threads     None of its own: the caller locks.
#pragma once

#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace casehub::host {

template <typename Key, typename Value>
class Recent {
 public:
  // At least one; call it before the first Put.
  void SetMax(size_t max) { half_ = max < 2 ? 1 : max / 2; }
  // Null if it is not known; not counted as a use. Valid until the next call, as is what Find and Put return.
  const Value* Peek(const Key& key) const {
    if (auto it = newer_.find(key); it != newer_.end()) return &it->second;
    auto it = older_.find(key);
    return it == older_.end() ? nullptr : &it->second;
  }
  const Value* Find(const Key& key) {
    if (auto it = newer_.find(key); it != newer_.end()) return &it->second;
    auto it = older_.find(key);
    if (it == older_.end()) return nullptr;
    Value value = std::move(it->second);
    older_.erase(it);
    return Put(key, std::move(value));
  }
  const Value* Put(const Key& key, Value value) {
    if (newer_.size() >= half_) older_ = std::exchange(newer_, {});
    return &(newer_[key] = std::move(value));
  }

 private:
  size_t half_ = 1;
  absl::flat_hash_map<Key, Value> newer_;
  absl::flat_hash_map<Key, Value> older_;
};

}  // namespace casehub::host
