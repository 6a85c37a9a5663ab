#include "services/ops/xes/rfc3339.h"

#include <gtest/gtest.h>

#include <random>

namespace casehub {
namespace {

TEST(Rfc3339Test, ReadsZonesAndFractions) {
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:00Z"), (Moment{0, 0}));
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:00+01:00"), (Moment{-3600, 0}));
  EXPECT_EQ(ParseRfc3339("2011-10-11T13:45:40.276+02:00"), (Moment{1318333540, 276'000'000}));
  EXPECT_EQ(ParseRfc3339("2024-02-29t12:00:00.000000001z"), (Moment{1709208000, 1}));
  EXPECT_EQ(ParseRfc3339("2016-12-31T23:59:60Z"), (Moment{1483228800, 0})) << "a leap second";
  EXPECT_EQ(ParseRfc3339("0001-01-01T00:00:00Z"), (Moment{-62135596800, 0}));
  EXPECT_EQ(ParseRfc3339("2024-05-06T09:30:00-05:30"), (Moment{1715007600, 0}));
}

TEST(Rfc3339Test, GuessesNothing) {
  for (const char* text :
       {"", "2024-05-06", "2024-05-06T09:30:00", "2024-05-06T09:30Z", "2024-13-06T09:30:00Z", "2024-02-30T09:30:00Z",
        "2023-02-29T09:30:00Z", "2024-05-06T24:00:00Z", "2024-05-06T09:60:00Z", "2024-05-06T09:30:61Z",
        "2024-05-06T09:30:00.Z", "2024-05-06T09:30:00.1234567890Z", "2024-05-06T09:30:00+8:00",
        "2024-05-06T09:30:00+24:00", "2024-05-06T09:30:00Zx", "24-05-06T09:30:00Z", "2024/05/06T09:30:00Z",
        "0000-01-01T00:00:00Z", "UNKNOWN"}) {
    EXPECT_EQ(ParseRfc3339(text), std::nullopt) << text;
  }
}

TEST(Rfc3339Test, WritesTheShortestFractionThatLosesNothing) {
  EXPECT_EQ(FormatRfc3339({0, 0}, 0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatRfc3339({0, 120'000'000}, 0), "1970-01-01T00:00:00.120Z");
  EXPECT_EQ(FormatRfc3339({0, 1'000}, 0), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(FormatRfc3339({0, 1}, 0), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(FormatRfc3339({-1, 0}, kChinaOffsetSeconds), "1970-01-01T07:59:59+08:00");
  EXPECT_EQ(FormatRfc3339({0, 0}, -12600), "1969-12-31T20:30:00-03:30");
}

TEST(Rfc3339Test, WhatIsWrittenIsReadBackTheSame) {
  std::mt19937_64 random(20240506);  // NOLINT: a fixed seed on purpose
  std::uniform_int_distribution<int64_t> seconds(-62135596800 + 86400, 253402300799 - 86400);
  std::uniform_int_distribution<int32_t> nanos(0, 999'999'999);
  for (int i = 0; i < 20'000; ++i) {
    const Moment moment{seconds(random), i % 3 == 0 ? 0 : nanos(random)};
    const int32_t offset = static_cast<int32_t>(i % 1440 - 720) * 60;
    EXPECT_EQ(ParseRfc3339(FormatRfc3339(moment, offset)), moment) << moment.seconds << " " << offset;
  }
}

}  // namespace
}  // namespace casehub
