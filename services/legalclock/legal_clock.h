// The legal clock (section G of docs/coverage.md): every due date of every service is computed here, from policy data
// and a calendar of working days, and explained step by step.
//
// Everything is pure: the same policy, start, pauses and calendar give the same date and the same words. Civil dates
// use a constant +08:00; a day ends at 24:00. Days outside 1900 to 2200 are refused at the edge and never get here.
#pragma once

#include <bitset>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "casehub/common/v1/common.pb.h"
#include "services/model/ids.h"

namespace casehub::legalclock {

// One row of policy data: how long, counted how, resting on which article.
struct Policy {
  enum class Unit { kHours, kNaturalDays, kWorkingDays, kMonths };

  std::string_view name;  // stable, e.g. "aid.decide"
  int amount = 0;
  Unit unit = Unit::kNaturalDays;
  std::string_view citation_zh;
  std::string_view citation_en;
  std::string_view version;
  int extension = 0;  // by how much it may be extended once, in the same unit
};

// The default of that name; nullptr if there is none.
const Policy* FindPolicy(std::string_view name);
// All defaults, ordered by name.
absl::Span<const Policy> AllPolicies();

// Days that do not count. `from` is the day of delivery of the notice, which is counted still; `to` is the day on
// which the set was complete, the last that is not counted. So the days (from, to] do not count, and a pause with
// from == to takes none away.
struct Pause {
  absl::CivilDay from;
  absl::CivilDay to;
};

// Which days are working days. A year is loaded when its notice of the State Council is known; in a year that is not,
// Saturdays and Sundays are off and every other day works.
class Calendar {
 public:
  // An empty calendar: no year is loaded.
  Calendar() = default;
  // 2020 to 2026, compiled in.
  static const Calendar& Builtin();

  bool IsWorkingDay(absl::CivilDay day) const;
  bool Loaded(int year) const;
  // Takes a year's notice, whole, in place of what was known of that year. Days it does not name follow the week;
  // days of another year are left out.
  void Load(int year, std::vector<std::pair<absl::CivilDay, bool>> days);
  // Digest of the content: equal for equal calendars, in whatever order they were loaded. 32 hexadecimal digits.
  std::string version() const { return version_; }

 private:
  using Year = std::bitset<367>;  // by day of the year, from 1: does it work

  static std::string Digest(const std::map<int, Year>& years);

  std::map<int, Year> years_;
  std::string version_ = Digest({});
};

struct Explained {
  Instant due;  // first instant that is late: 24:00 of the last day; for hours, start plus amount
  std::optional<absl::CivilDay> due_date;  // last day that is in time; none for clocks in hours
  bool provisional = false;                // a year that was needed is not loaded
  std::vector<std::string> steps_zh;
  std::vector<std::string> steps_en;
};

// Pauses may overlap, touch, lie before the start or beyond the end, and come in any order. An extended term is longer
// by what the policy allows.
Explained Compute(const Policy& policy, Instant start, const std::vector<Pause>& pauses, const Calendar& calendar,
                  bool extended = false);
common::v1::Deadline ToDeadline(const Policy& policy, Instant start, const Explained& explained,
                                const Calendar& calendar, bool extended = false);
common::v1::Explanation ToExplanation(const Explained& explained);

// The day from which on `days` working days are left, `day` among them if it is one: a reminder that is given in the
// morning leaves that many.
absl::CivilDay WorkingDaysBefore(absl::CivilDay day, int days, const Calendar& calendar);

// The civil day at +08:00 in which the instant lies, and the instant at which that day begins.
absl::CivilDay CivilDayOf(Instant at);
Instant StartOf(absl::CivilDay day);

}  // namespace casehub::legalclock
