#include "services/ops/xes/rfc3339.h"

#include <cstdio>

namespace casehub {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int kDaysPerMonth[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool IsLeap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

// Days since 1970-01-01 of a civil date of the proleptic Gregorian calendar (Howard Hinnant's days_from_civil).
int64_t DaysFromCivil(int year, int month, int day) {
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t year_of_era = y - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

struct Civil {
  int64_t year;
  int month;
  int day;
};

Civil CivilFromDays(int64_t days) {
  days += 719'468;
  const int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const int64_t day_of_era = days - era * 146'097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted = (5 * day_of_year + 2) / 153;
  const int month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1)};
}

// Reads exactly `count` digits at `at` and moves on; -1 if they are not there.
int Digits(std::string_view text, size_t& at, int count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (int i = 0; i < count; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  at += count;
  return value;
}

bool Take(std::string_view text, size_t& at, char wanted) {
  if (at >= text.size() || text[at] != wanted) return false;
  ++at;
  return true;
}

// The fraction after the dot as nanoseconds; -1 if there is none or it is longer than nine digits.
int32_t Fraction(std::string_view text, size_t& at) {
  int32_t nanos = 0;
  int digits = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    if (++digits > 9) return -1;
    nanos = nanos * 10 + (text[at++] - '0');
  }
  if (digits == 0) return -1;
  for (; digits < 9; ++digits) nanos *= 10;
  return nanos;
}

// The zone as seconds east of Greenwich, up to the end of the text.
std::optional<int32_t> Zone(std::string_view text, size_t at) {
  if (at >= text.size()) return std::nullopt;
  const char sign = text[at++];
  if (sign == 'Z' || sign == 'z') return at == text.size() ? std::optional<int32_t>(0) : std::nullopt;
  if (sign != '+' && sign != '-') return std::nullopt;
  const int hours = Digits(text, at, 2);
  if (hours < 0 || hours > 23 || !Take(text, at, ':')) return std::nullopt;
  const int minutes = Digits(text, at, 2);
  if (minutes < 0 || minutes > 59 || at != text.size()) return std::nullopt;
  const int32_t offset = hours * 3600 + minutes * 60;
  return sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<Moment> ParseRfc3339(std::string_view text) {
  size_t at = 0;
  const int year = Digits(text, at, 4);
  if (year < 1 || !Take(text, at, '-')) return std::nullopt;
  const int month = Digits(text, at, 2);
  if (month < 1 || month > 12 || !Take(text, at, '-')) return std::nullopt;
  const int day = Digits(text, at, 2);
  const int days = kDaysPerMonth[month - 1] + (month == 2 && IsLeap(year) ? 1 : 0);
  if (day < 1 || day > days) return std::nullopt;
  if (at >= text.size() || (text[at] != 'T' && text[at] != 't' && text[at] != ' ')) return std::nullopt;
  ++at;
  const int hour = Digits(text, at, 2);
  if (hour < 0 || hour > 23 || !Take(text, at, ':')) return std::nullopt;
  const int minute = Digits(text, at, 2);
  if (minute < 0 || minute > 59 || !Take(text, at, ':')) return std::nullopt;
  const int second = Digits(text, at, 2);
  if (second < 0 || second > 60) return std::nullopt;
  Moment moment;
  if (at < text.size() && text[at] == '.') {
    ++at;
    moment.nanos = Fraction(text, at);
    if (moment.nanos < 0) return std::nullopt;
  }
  const auto zone = Zone(text, at);
  if (!zone) return std::nullopt;
  moment.seconds = DaysFromCivil(year, month, day) * kSecondsPerDay + hour * 3600 + minute * 60 + second - *zone;
  return moment;
}

std::string FormatRfc3339(Moment moment, int32_t offset_seconds) {
  const int64_t local = moment.seconds + offset_seconds;
  int64_t days = local / kSecondsPerDay;
  int64_t rest = local % kSecondsPerDay;
  if (rest < 0) {
    rest += kSecondsPerDay;
    --days;
  }
  const Civil civil = CivilFromDays(days);
  char buffer[64];
  int size = std::snprintf(buffer, sizeof buffer, "%04lld-%02d-%02dT%02d:%02d:%02d", static_cast<long long>(civil.year),
                           civil.month, civil.day, static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60),
                           static_cast<int>(rest % 60));
  std::string text(buffer, size);
  if (moment.nanos != 0) {
    if (moment.nanos % 1'000'000 == 0) {
      size = std::snprintf(buffer, sizeof buffer, ".%03d", moment.nanos / 1'000'000);
    } else if (moment.nanos % 1'000 == 0) {
      size = std::snprintf(buffer, sizeof buffer, ".%06d", moment.nanos / 1'000);
    } else {
      size = std::snprintf(buffer, sizeof buffer, ".%09d", moment.nanos);
    }
    text.append(buffer, size);
  }
  if (offset_seconds == 0) return text + "Z";
  const int32_t magnitude = offset_seconds < 0 ? -offset_seconds : offset_seconds;
  size = std::snprintf(buffer, sizeof buffer, "%c%02d:%02d", offset_seconds < 0 ? '-' : '+', magnitude / 3600,
                       magnitude / 60 % 60);
  return text.append(buffer, size);
}

}  // namespace casehub
