#include <xxhash.h>

#include "absl/strings/str_cat.h"
#include "services/legalclock/calendar_data.h"
#include "services/legalclock/legal_clock.h"

namespace casehub::legalclock {
namespace {

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

// `list` holds days as MMDD with a blank between.
void AddDays(int year, std::string_view list, bool working, std::vector<std::pair<absl::CivilDay, bool>>* days) {
  const auto number = [&](size_t at) { return (list[at] - '0') * 10 + (list[at + 1] - '0'); };
  for (size_t at = 0; at + 4 <= list.size(); at += 5) {
    days->emplace_back(absl::CivilDay(year, number(at), number(at + 2)), working);
  }
}

Calendar MakeBuiltin() {
  Calendar calendar;
  for (const Notice& notice : BuiltinNotices()) {
    std::vector<std::pair<absl::CivilDay, bool>> days;
    AddDays(notice.year, notice.off, false, &days);
    AddDays(notice.year, notice.working, true, &days);
    calendar.Load(notice.year, std::move(days));
  }
  return calendar;
}

}  // namespace

const Calendar& Calendar::Builtin() {
  static const Calendar* const calendar = new Calendar(MakeBuiltin());
  return *calendar;
}

bool Calendar::Loaded(int year) const { return years_.contains(year); }

bool Calendar::IsWorkingDay(absl::CivilDay day) const {
  const auto it = years_.find(static_cast<int>(day.year()));
  return it == years_.end() ? !IsWeekend(day) : it->second.test(static_cast<size_t>(absl::GetYearDay(day)));
}

void Calendar::Load(int year, std::vector<std::pair<absl::CivilDay, bool>> days) {
  Year bits;
  for (absl::CivilDay day(year, 1, 1); day.year() == year; ++day) {
    bits.set(static_cast<size_t>(absl::GetYearDay(day)), !IsWeekend(day));
  }
  for (const auto& [day, working] : days) {
    if (day.year() == year) bits.set(static_cast<size_t>(absl::GetYearDay(day)), working);
  }
  years_[year] = bits;
  version_ = Digest(years_);
}

std::string Calendar::Digest(const std::map<int, Year>& years) {
  std::string content;
  for (const auto& [year, bits] : years) absl::StrAppend(&content, year, " ", bits.to_string(), "\n");
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  return absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16), absl::Hex(hash.low64, absl::kZeroPad16));
}

}  // namespace casehub::legalclock
