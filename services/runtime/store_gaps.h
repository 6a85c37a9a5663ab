// What the overlay knows about where its store is empty. The overlay is the store's only writer, so a range that was
// seen to be empty stays so until a write back puts a row into it: reads there need no lookup and no cursor. Tables
// that are empty (parked cases) or nearly so (due work) are answered from here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/projection/projection.h"

namespace casehub::runtime {

class StoreGaps {
 public:
  // Ranges remembered; the one that was of no use for longest is forgotten first.
  static constexpr size_t kGapsMax = 128;

  // The smallest key >= `key` that the store may hold: `key` itself outside of every gap.
  std::string_view Skip(std::string_view key) const;
  bool Covers(std::string_view key) const { return Skip(key) != key; }
  // The store was seen to hold no key in [from, to).
  void Learn(std::string_view from, std::string_view to);
  // The store was written: gaps shrink to what lies before the first and after the last put in them.
  void OnWritten(const std::vector<storage::RowChange>& sorted_rows);
  size_t size() const { return gaps_.size(); }

 private:
  struct Gap {
    std::string end;
    mutable uint64_t used = 0;
  };
  using Map = std::map<std::string, Gap, std::less<>>;

  Map gaps_;  // by start; disjoint, and not even touching
  mutable uint64_t clock_ = 0;
};

}  // namespace casehub::runtime
