#include <gtest/gtest.h>

#include <set>
#include <string>

#include "services/legalclock/calendar_data.h"
#include "services/legalclock/legal_clock.h"

namespace casehub::legalclock {
namespace {

using absl::CivilDay;
using Days = std::vector<std::pair<CivilDay, bool>>;

TEST(Calendar, BuiltinKnowsHolidaysMakeUpDaysAndPlainWeeks) {
  struct Row {
    CivilDay day;
    bool working;
    const char* why;
  };
  const Row rows[] = {
      {CivilDay(2026, 1, 4), true, "make-up Sunday"},
      {CivilDay(2026, 1, 3), false, "last day of New Year"},
      {CivilDay(2026, 2, 14), true, "make-up Saturday before Spring Festival"},
      {CivilDay(2026, 2, 15), false, "first day of Spring Festival"},
      {CivilDay(2026, 2, 23), false, "last day of Spring Festival, a Monday"},
      {CivilDay(2026, 2, 24), true, "the Tuesday after it"},
      {CivilDay(2026, 10, 7), false, "last day of National Day, a Wednesday"},
      {CivilDay(2026, 10, 8), true, "the Thursday after it"},
      {CivilDay(2026, 10, 10), true, "make-up Saturday"},
      {CivilDay(2026, 10, 11), false, "the Sunday after it"},
      {CivilDay(2026, 11, 28), false, "plain Saturday"},
      {CivilDay(2026, 11, 27), true, "plain Friday"},
      {CivilDay(2020, 1, 31), false, "Spring Festival 2020, made longer"},
      {CivilDay(2020, 2, 29), false, "leap day, a Saturday"},
      {CivilDay(2024, 2, 29), true, "leap day, a Thursday"},
      {CivilDay(2024, 12, 31), true, "day 366 of a leap year"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Calendar::Builtin().IsWorkingDay(row.day), row.working)
        << absl::FormatCivilTime(row.day) << ' ' << row.why;
  }
}

TEST(Calendar, BuiltinCovers2020To2026) {
  for (int year = 2020; year <= 2026; ++year) EXPECT_TRUE(Calendar::Builtin().Loaded(year)) << year;
  EXPECT_FALSE(Calendar::Builtin().Loaded(2019));
  EXPECT_FALSE(Calendar::Builtin().Loaded(2027));
}

// A misprint in the data would most likely break one of these.
TEST(Calendar, DataIsWellFormed) {
  int off = 0;
  int working = 0;
  for (const Notice& notice : BuiltinNotices()) {
    std::set<std::string> seen;
    for (const bool made_up : {false, true}) {
      const std::string_view list = made_up ? notice.working : notice.off;
      ASSERT_EQ(list.size() % 5, 4u) << notice.year;
      for (size_t at = 0; at < list.size(); at += 5) {
        const std::string text(list.substr(at, 4));
        EXPECT_TRUE(seen.insert(text).second) << notice.year << ' ' << text << " is listed twice";
        const int month = std::stoi(text.substr(0, 2));
        const int day = std::stoi(text.substr(2));
        const CivilDay date(notice.year, month, day);
        EXPECT_TRUE(date.month() == month && date.day() == day) << notice.year << ' ' << text;
        const bool weekend =
            absl::GetWeekday(date) == absl::Weekday::saturday || absl::GetWeekday(date) == absl::Weekday::sunday;
        EXPECT_TRUE(weekend || !made_up) << date << " is made up for, but works anyway";
        EXPECT_EQ(Calendar::Builtin().IsWorkingDay(date), made_up) << date;
        ++(made_up ? working : off);
      }
    }
  }
  EXPECT_EQ(off, 210);
  EXPECT_EQ(working, 46);
}

TEST(Calendar, AYearThatIsNotLoadedFollowsTheWeek) {
  const Calendar empty;
  EXPECT_FALSE(empty.Loaded(2026));
  EXPECT_TRUE(empty.IsWorkingDay(CivilDay(2026, 10, 1)));    // a Thursday
  EXPECT_FALSE(empty.IsWorkingDay(CivilDay(2026, 10, 10)));  // a Saturday
}

TEST(Calendar, LoadReplacesTheYearWholeAndLeavesOtherYearsAlone) {
  Calendar calendar = Calendar::Builtin();
  calendar.Load(2026, Days{{CivilDay(2026, 7, 1), false}, {CivilDay(2025, 7, 1), false}});
  EXPECT_FALSE(calendar.IsWorkingDay(CivilDay(2026, 7, 1)));
  EXPECT_TRUE(calendar.IsWorkingDay(CivilDay(2026, 10, 1))) << "the notice before is gone";
  EXPECT_TRUE(calendar.IsWorkingDay(CivilDay(2025, 7, 1))) << "a day of another year is left out";
  EXPECT_FALSE(calendar.IsWorkingDay(CivilDay(2025, 10, 1)));
}

TEST(Calendar, VersionNamesTheContent) {
  Calendar one;
  Calendar other;
  EXPECT_EQ(one.version(), other.version());
  EXPECT_EQ(one.version().size(), 32u);
  one.Load(2027, Days{{CivilDay(2027, 1, 1), false}});
  EXPECT_NE(one.version(), other.version());
  one.Load(2028, Days{{CivilDay(2028, 1, 3), false}});
  other.Load(2028, Days{{CivilDay(2028, 1, 3), false}});
  other.Load(2027, Days{{CivilDay(2027, 1, 1), false}});
  EXPECT_EQ(one.version(), other.version()) << "the order of loading does not matter";
  other.Load(2027, Days{{CivilDay(2027, 1, 4), false}});
  EXPECT_NE(one.version(), other.version());
  EXPECT_EQ(Calendar::Builtin().version(), Calendar(Calendar::Builtin()).version());
}

}  // namespace
}  // namespace casehub::legalclock
