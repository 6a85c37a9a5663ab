// The running numbers that an import has read, as ranges: a source that counts its cases without a gap is one range,
// however many there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace casehub::casectl {

class RunningNumbers {
 public:
  // What is no running number at all would be a range a case: from here on numbers are only noticed, not kept.
  static constexpr size_t kRangesMax = 4000;

  void Add(uint64_t number) {
    if (scattered_) return;
    auto after = ranges_.upper_bound(number);
    if (after != ranges_.begin()) {
      auto before = std::prev(after);
      if (before->second >= number) return;
      if (before->second + 1 == number) {
        before->second = number;
        if (after != ranges_.end() && after->first == number + 1) {
          before->second = after->second;
          ranges_.erase(after);
        }
        return;
      }
    }
    if (after != ranges_.end() && after->first == number + 1) {
      const uint64_t last = after->second;
      ranges_.erase(after);
      ranges_[number] = last;
    } else {
      ranges_[number] = number;
    }
    scattered_ = ranges_.size() > kRangesMax;
  }

  // First number to last, ascending, apart from each other.
  const std::map<uint64_t, uint64_t>& ranges() const { return ranges_; }
  bool scattered() const { return scattered_; }

 private:
  std::map<uint64_t, uint64_t> ranges_;
  bool scattered_ = false;
};

}  // namespace casehub::casectl
