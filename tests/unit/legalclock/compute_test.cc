// Both sides of each edge of the rules in docs/coverage.md, section G.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "services/legalclock/legal_clock.h"
#include "services/model/civil_time.h"

namespace casehub::legalclock {
namespace {

using absl::CivilDay;
using ::testing::HasSubstr;
using Unit = Policy::Unit;

Policy Of(int amount, Unit unit) { return {"test", amount, unit, "依据", "basis", "1"}; }

Instant At(CivilDay day, int hour = 9, int minute = 0, int64_t micros = 0) {
  return {StartOf(day).micros + (hour * 60 + minute) * 60 * kMicrosPerSecond + micros};
}

std::optional<CivilDay> DueDate(int amount, Unit unit, CivilDay start, const std::vector<Pause>& pauses = {}) {
  return Compute(Of(amount, unit), At(start), pauses, Calendar::Builtin()).due_date;
}

TEST(CivilDays, BeginAtMidnightOfChina) {
  const CivilDay day(2026, 11, 26);
  EXPECT_EQ(StartOf(day).micros, 1'795'622'400ll * kMicrosPerSecond);  // 2026-11-25T16:00:00Z
  EXPECT_EQ(CivilDayOf(StartOf(day)), day);
  EXPECT_EQ(CivilDayOf({StartOf(day).micros - 1}), day - 1);
  EXPECT_EQ(CivilDayOf({StartOf(day + 1).micros - 1}), day);
  EXPECT_EQ(CivilDayOf({-1}), CivilDay(1970, 1, 1));
  EXPECT_EQ(CivilDayOf({-8 * 3600 * kMicrosPerSecond - 1}), CivilDay(1969, 12, 31));
}

struct DateRow {
  const char* why;
  int amount;
  Unit unit;
  CivilDay start;
  CivilDay due;
};

TEST(Compute, EdgesOfTheCount) {
  const DateRow rows[] = {
      {"the start day is not counted", 7, Unit::kNaturalDays, CivilDay(2026, 3, 2), CivilDay(2026, 3, 9)},
      {"a Friday end stays", 3, Unit::kNaturalDays, CivilDay(2026, 3, 3), CivilDay(2026, 3, 6)},
      {"a Saturday end rolls to Monday", 3, Unit::kNaturalDays, CivilDay(2026, 3, 4), CivilDay(2026, 3, 9)},
      {"a make-up Saturday does not roll", 3, Unit::kNaturalDays, CivilDay(2026, 10, 7), CivilDay(2026, 10, 10)},
      {"the Sunday after it does", 3, Unit::kNaturalDays, CivilDay(2026, 10, 8), CivilDay(2026, 10, 12)},
      {"roll ends on a make-up Saturday", 1, Unit::kNaturalDays, CivilDay(2024, 2, 16), CivilDay(2024, 2, 18)},
      {"the day before National Day", 3, Unit::kNaturalDays, CivilDay(2026, 9, 27), CivilDay(2026, 9, 30)},
      {"National Day rolls over the whole week", 3, Unit::kNaturalDays, CivilDay(2026, 9, 28), CivilDay(2026, 10, 8)},
      {"the last day of National Day", 7, Unit::kNaturalDays, CivilDay(2026, 9, 30), CivilDay(2026, 10, 8)},
      {"holidays inside a term of natural days count", 9, Unit::kNaturalDays, CivilDay(2026, 9, 30),
       CivilDay(2026, 10, 9)},
      {"working days pass over National Day", 1, Unit::kWorkingDays, CivilDay(2026, 9, 30), CivilDay(2026, 10, 8)},
      {"working days count a make-up Saturday", 3, Unit::kWorkingDays, CivilDay(2026, 9, 30), CivilDay(2026, 10, 10)},
      {"and not the Sunday after it", 4, Unit::kWorkingDays, CivilDay(2026, 9, 30), CivilDay(2026, 10, 12)},
      {"working days from a Friday", 1, Unit::kWorkingDays, CivilDay(2026, 3, 6), CivilDay(2026, 3, 9)},
      {"working days from a Saturday", 1, Unit::kWorkingDays, CivilDay(2026, 3, 7), CivilDay(2026, 3, 9)},
      {"a month ends on the corresponding day", 1, Unit::kMonths, CivilDay(2026, 3, 31 - 7), CivilDay(2026, 4, 24)},
      {"31 March has no 31 April", 1, Unit::kMonths, CivilDay(2026, 3, 31), CivilDay(2026, 4, 30)},
      {"30 January ends with a leap February", 1, Unit::kMonths, CivilDay(2024, 1, 30), CivilDay(2024, 2, 29)},
      {"29 January too", 1, Unit::kMonths, CivilDay(2024, 1, 29), CivilDay(2024, 2, 29)},
      {"28 January does not reach it", 1, Unit::kMonths, CivilDay(2024, 1, 28), CivilDay(2024, 2, 28)},
      {"a short February", 1, Unit::kMonths, CivilDay(2023, 1, 31), CivilDay(2023, 2, 28)},
      {"twelve months from a leap day", 12, Unit::kMonths, CivilDay(2024, 2, 29), CivilDay(2025, 2, 28)},
      {"a month end that is a holiday rolls", 1, Unit::kMonths, CivilDay(2026, 9, 1), CivilDay(2026, 10, 8)},
      {"across a year", 1, Unit::kMonths, CivilDay(2024, 12, 31), CivilDay(2025, 2, 5)},
  };
  for (const DateRow& row : rows) {
    const auto due = DueDate(row.amount, row.unit, row.start);
    ASSERT_TRUE(due.has_value()) << row.why;
    EXPECT_EQ(*due, row.due) << row.why;
  }
}

TEST(Compute, TheTermEndsAt24OfItsLastDay) {
  const Explained explained = Compute(Of(3, Unit::kNaturalDays), At(CivilDay(2026, 3, 3)), {}, Calendar::Builtin());
  EXPECT_EQ(explained.due, StartOf(CivilDay(2026, 3, 7)));
  EXPECT_EQ(CivilDayOf({explained.due.micros - 1}), CivilDay(2026, 3, 6));
}

TEST(Compute, TheLastMicrosecondBelongsToTheDayAndTheFirstToTheNext) {
  const Policy policy = Of(2, Unit::kNaturalDays);
  const Instant midnight = StartOf(CivilDay(2026, 3, 3));
  const auto& calendar = Calendar::Builtin();
  EXPECT_EQ(*Compute(policy, {midnight.micros - 1}, {}, calendar).due_date, CivilDay(2026, 3, 4));
  EXPECT_EQ(*Compute(policy, {midnight.micros - kMicrosPerSecond}, {}, calendar).due_date, CivilDay(2026, 3, 4));
  EXPECT_EQ(*Compute(policy, midnight, {}, calendar).due_date, CivilDay(2026, 3, 5));
}

TEST(Compute, HoursRunOverHolidaysAndPauses) {
  const Instant start = At(CivilDay(2026, 9, 30), 16, 30, 7);
  const std::vector<Pause> pauses = {{CivilDay(2026, 9, 30), CivilDay(2026, 10, 3)}};
  const Explained explained = Compute(*FindPolicy("detainee.forward"), start, pauses, Calendar::Builtin());
  EXPECT_EQ(explained.due, At(CivilDay(2026, 10, 1), 16, 30, 7));
  EXPECT_FALSE(explained.due_date.has_value());
  EXPECT_FALSE(Compute(*FindPolicy("hotline.urgent"), At(CivilDay(2031, 1, 1)), {}, Calendar::Builtin()).provisional);
}

struct PauseRow {
  const char* why;
  int amount;
  Unit unit;
  std::vector<Pause> pauses;
  CivilDay due;
};

// Start: Monday 2026-03-02.
TEST(Compute, Pauses) {
  const auto march = [](int day) { return CivilDay(2026, 3, day); };
  const PauseRow rows[] = {
      {"the day of delivery counts, the day of completion does not",
       7,
       Unit::kNaturalDays,
       {{march(4), march(5)}},
       march(10)},
      {"delivery and completion on one day take nothing away", 7, Unit::kNaturalDays, {{march(4), march(4)}}, march(9)},
      {"overlapping pauses count as their union",
       7,
       Unit::kNaturalDays,
       {{march(4), march(6)}, {march(5), march(7)}},
       march(12)},
      {"one inside the other", 7, Unit::kNaturalDays, {{march(4), march(7)}, {march(5), march(6)}}, march(12)},
      {"in any order, touching", 7, Unit::kNaturalDays, {{march(5), march(7)}, {march(4), march(5)}}, march(12)},
      {"the same twice", 7, Unit::kNaturalDays, {{march(4), march(5)}, {march(4), march(5)}}, march(10)},
      {"days before the start do not matter", 7, Unit::kNaturalDays, {{CivilDay(2026, 2, 1), march(2)}}, march(9)},
      {"a pause that began before", 7, Unit::kNaturalDays, {{CivilDay(2026, 2, 1), march(3)}}, march(10)},
      {"delivered on the last day, nothing is left to extend",
       7,
       Unit::kNaturalDays,
       {{march(9), march(20)}},
       march(9)},
      {"delivered the day before, one day is left", 7, Unit::kNaturalDays, {{march(8), march(19)}}, march(20)},
      {"a paused weekend delays no working day", 5, Unit::kWorkingDays, {{march(6), march(8)}}, march(9)},
      {"a paused Monday does", 5, Unit::kWorkingDays, {{march(6), march(9)}}, march(10)},
      {"months are made up for by days", 1, Unit::kMonths, {{march(10), march(15)}}, CivilDay(2026, 4, 7)},
      {"rolling comes last and meets no paused day", 5, Unit::kNaturalDays, {{march(7), march(9)}}, march(10)},
  };
  for (const PauseRow& row : rows) {
    const auto due = DueDate(row.amount, row.unit, march(2), row.pauses);
    ASSERT_TRUE(due.has_value()) << row.why;
    EXPECT_EQ(*due, row.due) << row.why;
  }
}

TEST(Compute, AYearWithoutCalendarIsProvisionalUntilItIsLoaded) {
  const Policy policy = Of(3, Unit::kWorkingDays);
  const Instant start = At(CivilDay(2026, 12, 30));  // a Wednesday
  const Explained before = Compute(policy, start, {}, Calendar::Builtin());
  EXPECT_TRUE(before.provisional);
  EXPECT_EQ(*before.due_date, CivilDay(2027, 1, 4));
  EXPECT_THAT(before.steps_zh.back(), HasSubstr("2027"));
  EXPECT_THAT(before.steps_en.back(), HasSubstr("provisional"));

  Calendar loaded = Calendar::Builtin();
  loaded.Load(2027, {{CivilDay(2027, 1, 1), false}});
  const Explained after = Compute(policy, start, {}, loaded);
  EXPECT_FALSE(after.provisional);
  EXPECT_EQ(*after.due_date, CivilDay(2027, 1, 5));
  EXPECT_NE(before.steps_en, after.steps_en);
}

TEST(Compute, OnlyYearsThatWereNeededMakeADateProvisional) {
  const auto& calendar = Calendar::Builtin();
  EXPECT_FALSE(Compute(Of(1, Unit::kNaturalDays), At(CivilDay(2026, 12, 30)), {}, calendar).provisional);
  EXPECT_TRUE(Compute(Of(2, Unit::kNaturalDays), At(CivilDay(2026, 12, 30)), {}, calendar).provisional);
}

TEST(Compute, ExplainsEachStepInBothLanguages) {
  const Explained explained = Compute(Of(3, Unit::kWorkingDays), At(CivilDay(2026, 9, 29)),
                                      {{CivilDay(2026, 10, 7), CivilDay(2026, 10, 8)}}, Calendar::Builtin());
  EXPECT_EQ(*explained.due_date, CivilDay(2026, 10, 10));
  ASSERT_EQ(explained.steps_zh.size(), explained.steps_en.size());
  EXPECT_THAT(explained.steps_en,
              ::testing::ElementsAre(HasSubstr("start day 2026-09-29 is not counted"),
                                     HasSubstr("2026-10-01 to 2026-10-07, 7 days"), HasSubstr("counted: 2026-10-10"),
                                     HasSubstr("number 3 is 2026-10-10"), HasSubstr("2026-10-08, 1 day"),
                                     HasSubstr("ends on 2026-10-10 at 24:00")));
  EXPECT_THAT(explained.steps_zh.front(), HasSubstr("起算日 2026-09-29 不计入"));
  EXPECT_THAT(explained.steps_zh.back(), HasSubstr("截止于 2026-10-10 24:00"));
}

TEST(ToDeadline, NamesPolicyAndCalendar) {
  const Policy& policy = *FindPolicy("aid.decide");
  const Instant start = At(CivilDay(2026, 3, 2), 9, 0, 5);
  const auto& calendar = Calendar::Builtin();
  const common::v1::Deadline deadline = ToDeadline(policy, start, Compute(policy, start, {}, calendar), calendar);
  EXPECT_EQ(deadline.policy(), "aid.decide");
  EXPECT_EQ(deadline.due_date(), "2026-03-09");
  EXPECT_EQ(deadline.due_at().seconds(), StartOf(CivilDay(2026, 3, 10)).micros / kMicrosPerSecond);
  EXPECT_EQ(deadline.started_at().nanos(), 5000);
  EXPECT_EQ(deadline.policy_version(), policy.version);
  EXPECT_EQ(deadline.calendar_version(), calendar.version());
  EXPECT_FALSE(deadline.provisional());
  const Policy& hours = *FindPolicy("hotline.urgent");
  EXPECT_EQ(ToDeadline(hours, start, Compute(hours, start, {}, calendar), calendar).due_date(), "");
}

TEST(Policies, TableOfSectionG) {
  struct Row {
    const char* name;
    int amount;
    Unit unit;
  };
  const Row rows[] = {
      {"aid.decide", 7, Unit::kNaturalDays},
      {"aid.assign", 3, Unit::kNaturalDays},
      {"aid.supplement", 5, Unit::kWorkingDays},
      {"defence.notify", 3, Unit::kNaturalDays},
      {"defence.assign", 3, Unit::kNaturalDays},
      {"detainee.forward", 24, Unit::kHours},
      {"objection.decide", 5, Unit::kNaturalDays},
      {"aid.closing_file", 30, Unit::kNaturalDays},
      {"aid.file_review", 30, Unit::kNaturalDays},
      {"mediation.confirm", 30, Unit::kNaturalDays},
      {"mediation.ordinary", 1, Unit::kMonths},
      {"mediation.court_delegated", 30, Unit::kNaturalDays},
      {"mediation.court_entrusted", 15, Unit::kNaturalDays},
      {"mediation.court_entrusted_simplified", 7, Unit::kNaturalDays},
      {"notary.issue", 15, Unit::kWorkingDays},
      {"forensic.accept", 7, Unit::kWorkingDays},
      {"forensic.finish", 30, Unit::kWorkingDays},
      {"arbitration.accept", 5, Unit::kNaturalDays},
      {"arbitration.award", 45, Unit::kNaturalDays},
      {"petition.forward", 15, Unit::kNaturalDays},
      {"petition.finish", 60, Unit::kNaturalDays},
      {"hotline.hand_over", 1, Unit::kWorkingDays},
      {"hotline.answer", 5, Unit::kWorkingDays},
      {"hotline.urgent", 1, Unit::kHours},
      {"transfer.forward", 1, Unit::kWorkingDays},
      {"transfer.respond", 3, Unit::kWorkingDays},
      {"rating.rectify", 15, Unit::kWorkingDays},
      {"aid.offer", 24, Unit::kHours},  // beside the section: how long an offer waits for its answer (C8)
  };
  EXPECT_EQ(AllPolicies().size(), std::size(rows));
  for (const Row& row : rows) {
    const Policy* policy = FindPolicy(row.name);
    ASSERT_NE(policy, nullptr) << row.name;
    EXPECT_EQ(policy->amount, row.amount) << row.name;
    EXPECT_EQ(policy->unit, row.unit) << row.name;
    EXPECT_FALSE(policy->citation_zh.empty() || policy->citation_en.empty() || policy->version.empty()) << row.name;
  }
  EXPECT_EQ(FindPolicy(""), nullptr);
  EXPECT_EQ(FindPolicy("aid.decide "), nullptr);
  EXPECT_EQ(FindPolicy("zzz"), nullptr);
}

}  // namespace
}  // namespace casehub::legalclock
