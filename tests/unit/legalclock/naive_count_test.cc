// Random cases against a count that looks at every day by itself and shares nothing with the clock but the calendar.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "services/legalclock/legal_clock.h"

namespace casehub::legalclock {
namespace {

using absl::CivilDay;
using Unit = Policy::Unit;

constexpr uint64_t kSeed = 20'260'302;
constexpr int kCases = 100'000;

bool IsPaused(CivilDay day, const std::vector<Pause>& pauses) {
  for (const Pause& pause : pauses) {
    if (day > pause.from && day <= pause.to) return true;
  }
  return false;
}

// The last day of the month after `months`, or the day of the same number if there is one: found by looking.
CivilDay MonthEnd(CivilDay start, int months) {
  absl::CivilMonth month(start);
  for (int i = 0; i < months; ++i) ++month;
  CivilDay found(month);
  for (CivilDay day(month); absl::CivilMonth(day) == month && day.day() <= start.day(); ++day) found = day;
  return found;
}

struct Expected {
  CivilDay due;
  bool provisional = false;
};

Expected CountNaively(const Policy& policy, CivilDay start, const std::vector<Pause>& pauses,
                      const Calendar& calendar) {
  Expected expected;
  const auto works = [&](CivilDay day) {
    if (!calendar.Loaded(static_cast<int>(day.year()))) expected.provisional = true;
    return calendar.IsWorkingDay(day);
  };
  int64_t left = policy.unit == Unit::kMonths ? MonthEnd(start, policy.amount) - start : policy.amount;
  CivilDay day = start;
  while (left > 0) {
    ++day;
    if (IsPaused(day, pauses)) continue;
    if (policy.unit == Unit::kWorkingDays && !works(day)) continue;
    --left;
  }
  if (policy.unit != Unit::kWorkingDays && !works(day)) {
    do {
      ++day;
    } while (IsPaused(day, pauses) || !works(day));
  }
  expected.due = day;
  return expected;
}

TEST(Compute, AgreesWithTheNaiveCount) {
  std::mt19937_64 random(kSeed);
  RecordProperty("seed", std::to_string(kSeed));
  const auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  int provisional = 0;
  int paused = 0;
  for (int i = 0; i < kCases; ++i) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << ", case " << i);
    Policy policy{"random", static_cast<int>(pick(1, 60)), Unit::kNaturalDays, "", "", "1"};
    policy.unit = std::array{Unit::kNaturalDays, Unit::kWorkingDays, Unit::kMonths}[pick(0, 2)];
    if (policy.unit == Unit::kMonths) policy.amount = static_cast<int>(pick(1, 14));
    const CivilDay start = CivilDay(2019, 6, 1) + pick(0, 3000);  // into 2027, so both ends of the calendar are passed
    const Instant at{StartOf(start).micros + pick(0, 24ll * 3600 * kMicrosPerSecond - 1)};
    std::vector<Pause> pauses;
    for (int64_t n = pick(0, 4); n > 0; --n) {
      const CivilDay from = start + pick(-20, 60);
      pauses.push_back({from, from + pick(0, 25)});
    }
    const Explained explained = Compute(policy, at, pauses, Calendar::Builtin());
    const Expected expected = CountNaively(policy, start, pauses, Calendar::Builtin());
    ASSERT_TRUE(explained.due_date.has_value());
    ASSERT_EQ(*explained.due_date, expected.due);
    ASSERT_EQ(explained.due, StartOf(expected.due + 1));
    ASSERT_EQ(explained.provisional, expected.provisional);
    ASSERT_EQ(explained.steps_zh.size(), explained.steps_en.size());
    provisional += explained.provisional ? 1 : 0;
    paused += pauses.empty() ? 0 : 1;
  }
  EXPECT_GT(provisional, 100);
  EXPECT_GT(paused, 1000);
}

}  // namespace
}  // namespace casehub::legalclock
