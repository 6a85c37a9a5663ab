#include "services/model/civil_time.h"

#include "absl/strings/str_format.h"

namespace casehub {
namespace {

constexpr int64_t kOffsetMicros = 8 * kMicrosPerHour;
constexpr CivilDate kFirstDay(1970, 1, 1);

int64_t FloorDiv(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

}  // namespace

CivilDate DateAt(Instant instant) { return kFirstDay + FloorDiv(instant.micros + kOffsetMicros, kMicrosPerDay); }

Instant StartOf(CivilDate date) { return {(date - kFirstDay) * kMicrosPerDay - kOffsetMicros}; }

CivilDate AddMonths(CivilDate date, int months) {
  const absl::CivilMonth month = absl::CivilMonth(date) + months;
  const CivilDate last = CivilDate(month + 1) - 1;
  const CivilDate same = CivilDate(month) + (date.day() - 1);
  return same < last ? same : last;
}

std::optional<CivilDate> ParseDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int numbers[3] = {0, 0, 0};
  int part = 0;
  for (const char c : text) {
    if (c == '-') {
      ++part;
      if (part > 2) return std::nullopt;
    } else if (c < '0' || c > '9') {
      return std::nullopt;
    } else {
      numbers[part] = numbers[part] * 10 + (c - '0');
    }
  }
  // CivilDay normalises what does not exist; a date that comes back changed was none.
  const CivilDate date(numbers[0], numbers[1], numbers[2]);
  if (date.year() != numbers[0] || date.month() != numbers[1] || date.day() != numbers[2]) return std::nullopt;
  return date;
}

std::string FormatDate(CivilDate date) {
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

std::string FormatInstant(Instant instant) {
  const CivilDate date = DateAt(instant);
  const int64_t in_day = instant.micros - StartOf(date).micros;
  const int64_t seconds = in_day / kMicrosPerSecond;
  const int64_t micros = in_day % kMicrosPerSecond;
  std::string text =
      absl::StrFormat("%sT%02d:%02d:%02d", FormatDate(date), seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (micros != 0) absl::StrAppendFormat(&text, ".%06d", micros);
  return text + "+08:00";
}

}  // namespace casehub
