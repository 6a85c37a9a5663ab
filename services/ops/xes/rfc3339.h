// Instants as text: RFC 3339 with a zone, to the nanosecond. Pure and thread-safe.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace casehub {

// Seconds since 1970-01-01T00:00:00Z, and 0 to 999,999,999 nanoseconds after that.
struct Moment {
  int64_t seconds = 0;
  int32_t nanos = 0;
  friend constexpr auto operator<=>(const Moment&, const Moment&) = default;
};

inline constexpr int32_t kChinaOffsetSeconds = 8 * 3600;

// Date, time and zone (Z or ±HH:MM) are all needed; years 0001 to 9999; a fraction has 1 to 9 digits. A leap second
// counts as the first of the next minute. Nothing else is read, so that no date is guessed.
std::optional<Moment> ParseRfc3339(std::string_view text);
// With no fraction, or with 3, 6 or 9 digits of it, whichever loses nothing. Offset 0 is written as Z.
std::string FormatRfc3339(Moment moment, int32_t offset_seconds);

}  // namespace casehub
