#include "services/model/civil_time.h"

#include <gtest/gtest.h>

namespace casehub {
namespace {

TEST(CivilTime, ADayBeginsAtMidnightOfItsOffset) {
  const CivilDate date(2024, 2, 29);
  const Instant start = StartOf(date);
  EXPECT_EQ(FormatInstant(start), "2024-02-29T00:00:00+08:00");
  EXPECT_EQ(DateAt(start), date);
  EXPECT_EQ(DateAt({start.micros - 1}), date - 1);
  EXPECT_EQ(DateAt({start.micros + kMicrosPerDay - 1}), date);
  EXPECT_EQ(DateAt({start.micros + kMicrosPerDay}), CivilDate(2024, 3, 1));
}

TEST(CivilTime, CountsBeforeTheEpoch) {
  const CivilDate date(1969, 12, 31);
  EXPECT_EQ(DateAt(StartOf(date)), date);
  EXPECT_EQ(DateAt({StartOf(date).micros - 1}), date - 1);
  EXPECT_EQ(FormatInstant({-8 * kMicrosPerHour - 1}), "1969-12-31T23:59:59.999999+08:00");
}

TEST(CivilTime, MonthsEndOnTheCorrespondingDayOrTheMonthsLast) {
  EXPECT_EQ(AddMonths(CivilDate(2024, 1, 31), 1), CivilDate(2024, 2, 29));
  EXPECT_EQ(AddMonths(CivilDate(2023, 1, 31), 1), CivilDate(2023, 2, 28));
  EXPECT_EQ(AddMonths(CivilDate(2023, 1, 30), 2), CivilDate(2023, 3, 30));
  EXPECT_EQ(AddMonths(CivilDate(2023, 12, 31), 1), CivilDate(2024, 1, 31));
  EXPECT_EQ(AddMonths(CivilDate(2024, 2, 29), 12), CivilDate(2025, 2, 28));
}

TEST(CivilTime, ReadsOnlyDatesThatExist) {
  EXPECT_EQ(ParseDate("2024-02-29"), CivilDate(2024, 2, 29));
  for (const char* bad : {"2023-02-29", "2024-13-01", "2024-00-10", "2024-1-01", "20240101", "2024/01/01", "",
                          "abcd-ef-gh", "2024-01-01 ", "--------01", "2024-0101-"}) {
    EXPECT_EQ(ParseDate(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(FormatDate(CivilDate(987, 6, 5)), "0987-06-05");
}

}  // namespace
}  // namespace casehub
