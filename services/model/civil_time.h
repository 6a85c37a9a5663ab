// Civil dates at the constant offset +08:00 (design 2.8). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "services/model/ids.h"

namespace casehub {

using CivilDate = absl::CivilDay;

inline constexpr int64_t kMicrosPerHour = 3600 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

// The day an instant belongs to: a day begins at 00:00 and ends before 24:00.
CivilDate DateAt(Instant instant);
// 00:00 of a day, which is 24:00 of the day before.
Instant StartOf(CivilDate date);
// The corresponding day `months` later, or that month's last day if it has none.
CivilDate AddMonths(CivilDate date, int months);

// Exactly YYYY-MM-DD, a date that exists.
std::optional<CivilDate> ParseDate(std::string_view text);
std::string FormatDate(CivilDate date);
// RFC 3339 with offset +08:00; microseconds only where there are any.
std::string FormatInstant(Instant instant);

}  // namespace casehub
