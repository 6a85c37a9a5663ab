#include "services/runtime/store_gaps.h"

#include <algorithm>

namespace casehub::runtime {

std::string_view StoreGaps::Skip(std::string_view key) const {
  auto it = gaps_.upper_bound(key);
  if (it == gaps_.begin()) return key;
  --it;
  if (key >= it->second.end) return key;
  it->second.used = ++clock_;
  return it->second.end;
}

void StoreGaps::Learn(std::string_view from, std::string_view to) {
  if (from >= to) return;
  std::string start(from);
  std::string end(to);
  auto it = gaps_.upper_bound(from);
  if (it != gaps_.begin() && std::prev(it)->second.end >= from) --it;
  while (it != gaps_.end() && it->first <= end) {
    start = std::min(start, it->first);
    end = std::max(end, it->second.end);
    it = gaps_.erase(it);
  }
  gaps_.emplace(std::move(start), Gap{std::move(end), ++clock_});
  if (gaps_.size() <= kGapsMax) return;
  gaps_.erase(std::min_element(gaps_.begin(), gaps_.end(),
                               [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
}

void StoreGaps::OnWritten(const std::vector<storage::RowChange>& sorted_rows) {
  const auto before = [](const storage::RowChange& row, std::string_view key) { return row.key < key; };
  Map old;
  old.swap(gaps_);
  for (auto& [start, gap] : old) {
    const auto begin = std::lower_bound(sorted_rows.begin(), sorted_rows.end(), start, before);
    const auto end = std::lower_bound(begin, sorted_rows.end(), gap.end, before);
    const auto is_put = [](const storage::RowChange& row) { return row.value.has_value(); };
    const auto first = std::find_if(begin, end, is_put);
    if (first == end) {
      gaps_.emplace_hint(gaps_.end(), start, std::move(gap));
      continue;
    }
    const auto last = std::find_if(std::make_reverse_iterator(end), std::make_reverse_iterator(first), is_put);
    if (start < first->key) gaps_.emplace_hint(gaps_.end(), start, Gap{first->key, gap.used});
    std::string after = last->key + '\0';
    if (after < gap.end) gaps_.emplace_hint(gaps_.end(), std::move(after), Gap{std::move(gap.end), gap.used});
  }
  while (gaps_.size() > kGapsMax) {
    gaps_.erase(std::min_element(gaps_.begin(), gaps_.end(),
                                 [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
  }
}

}  // namespace casehub::runtime
