#include "services/ops/casectl/running_numbers.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace casehub::casectl {
namespace {

// Whatever the order, the ranges are those of the set of numbers.
TEST(RunningNumbers, AreTheRangesOfTheirSet) {
  std::mt19937 random(11);
  for (int round = 0; round < 1000; ++round) {
    RunningNumbers numbers;
    std::set<uint64_t> set;
    for (size_t i = random() % 60; i > 0; --i) {
      const uint64_t n = random() % 50;
      numbers.Add(n);
      set.insert(n);
    }
    std::map<uint64_t, uint64_t> expected;
    for (const uint64_t n : set) {
      if (!expected.empty() && expected.rbegin()->second + 1 == n) {
        expected.rbegin()->second = n;
      } else {
        expected[n] = n;
      }
    }
    EXPECT_EQ(numbers.ranges(), expected);
    EXPECT_FALSE(numbers.scattered());
  }
}

TEST(RunningNumbers, WhatHasAGapEachIsNoticed) {
  RunningNumbers numbers;
  for (uint64_t n = 0; n < RunningNumbers::kRangesMax; ++n) numbers.Add(2 * n);
  EXPECT_FALSE(numbers.scattered());
  numbers.Add(1'000'000);
  EXPECT_TRUE(numbers.scattered());
}

TEST(RunningNumbers, TheLargestNumberIsOneToo) {
  RunningNumbers numbers;
  numbers.Add(UINT64_MAX);
  numbers.Add(UINT64_MAX - 1);
  EXPECT_EQ(numbers.ranges(), (std::map<uint64_t, uint64_t>{{UINT64_MAX - 1, UINT64_MAX}}));
}

}  // namespace
}  // namespace casehub::casectl
