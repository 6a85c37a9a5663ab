// Line numbers of byte positions, without looking at each byte twice: expat's own count walks the text character by
// character, which costs as much as parsing it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace casehub::xes {

// Blocks are given in order; a position asked for lies in the current block or in the one before, and is not before
// the last one asked for.
class LineCounter {
 public:
  void NextBlock(std::string_view block) {
    Count(previous_, previous_start_, previous_start_ + previous_.size());
    previous_ = current_;
    previous_start_ = current_start_;
    current_start_ += current_.size();
    current_ = block;
  }
  uint64_t LineAt(uint64_t position) {
    if (position < counted_) position = counted_;
    Count(previous_, previous_start_, position);
    Count(current_, current_start_, position);
    return line_;
  }

 private:
  void Count(std::string_view block, uint64_t start, uint64_t position) {
    const uint64_t end = std::min(start + block.size(), position);
    if (end <= counted_ || counted_ < start) return;
    const auto from = block.begin() + (counted_ - start);
    line_ += std::count(from, block.begin() + (end - start), '\n');
    counted_ = end;
  }

  std::string_view previous_, current_;
  uint64_t previous_start_ = 0, current_start_ = 0;
  uint64_t counted_ = 0;
  uint64_t line_ = 1;
};

}  // namespace casehub::xes
