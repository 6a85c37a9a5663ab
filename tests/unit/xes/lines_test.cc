#include "services/ops/xes/lines.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace casehub::xes {
namespace {

TEST(LineCounterTest, AgreesWithCountingFromTheStart) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int i = 0; i < 300; ++i) text.push_back(random() % 4 == 0 ? '\n' : 'x');
    LineCounter lines;
    size_t at = 0;
    size_t block_start = 0;
    size_t before = 0;  // start of the block before
    size_t asked = 0;
    while (at < text.size()) {
      const size_t size = std::min<size_t>(1 + random() % 40, text.size() - at);
      lines.NextBlock(std::string_view(text).substr(at, size));
      before = block_start;
      block_start = at;
      at += size;
      if (random() % 3 == 0) continue;  // nothing is asked about this block
      const size_t from = std::max(before, asked);
      const size_t position = from + random() % (at - from + 1);
      asked = position;
      EXPECT_EQ(lines.LineAt(position), 1 + std::count(text.begin(), text.begin() + position, '\n'))
          << "round " << round << " position " << position;
    }
  }
}

}  // namespace
}  // namespace casehub::xes
