#include "services/ops/lines/time_format.h"

#include "absl/time/civil_time.h"

namespace casehub::lines {
namespace {

constexpr std::string_view kLetters = "YmdHMSfz%";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes `least` to `most` digits off the front; nullopt if they are not there.
std::optional<int> TakeNumber(std::string_view* text, size_t least, size_t most) {
  int value = 0;
  size_t n = 0;
  for (; n < most && n < text->size() && IsDigit((*text)[n]); ++n) value = value * 10 + ((*text)[n] - '0');
  if (n < least) return std::nullopt;
  text->remove_prefix(n);
  return value;
}

// One to nine digits of a fraction, as nanoseconds.
std::optional<int32_t> TakeFraction(std::string_view* text) {
  int32_t nanos = 0;
  size_t n = 0;
  for (; n < 9 && n < text->size() && IsDigit((*text)[n]); ++n) nanos = nanos * 10 + ((*text)[n] - '0');
  if (n == 0) return std::nullopt;
  text->remove_prefix(n);
  for (; n < 9; ++n) nanos *= 10;
  return nanos;
}

std::optional<int32_t> TakeZone(std::string_view* text) {
  if (text->empty()) return std::nullopt;
  const char sign = text->front();
  text->remove_prefix(1);
  if (sign == 'Z' || sign == 'z') return 0;
  if (sign != '+' && sign != '-') return std::nullopt;
  const auto hours = TakeNumber(text, 2, 2);
  if (!hours || *hours > 14) return std::nullopt;
  if (!text->empty() && text->front() == ':') text->remove_prefix(1);
  const auto minutes = TakeNumber(text, 2, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const int32_t offset = *hours * 3600 + *minutes * 60;
  return sign == '-' ? -offset : offset;
}

// Whole seconds or milliseconds since 1970.
std::optional<Moment> ReadCount(std::string_view text, int64_t per_second) {
  if (text.empty() || text.size() > 15) return std::nullopt;
  int64_t value = 0;
  for (char c : text) {
    if (!IsDigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return Moment{value / per_second, static_cast<int32_t>(value % per_second * (1'000'000'000 / per_second))};
}

}  // namespace

std::optional<int32_t> ParseZone(std::string_view text) {
  const auto zone = TakeZone(&text);
  return text.empty() ? zone : std::nullopt;
}

std::optional<TimeFormat> TimeFormat::Parse(std::string_view spec) {
  TimeFormat format;
  format.spec_ = std::string(spec);
  if (spec == "rfc3339") return format;
  format.kind_ = spec == "seconds" ? Kind::kSeconds : spec == "milliseconds" ? Kind::kMilliseconds : Kind::kPattern;
  if (format.kind_ != Kind::kPattern) return format;
  std::string seen;
  for (size_t at = 0; at < spec.size(); ++at) {
    if (spec[at] != '%') continue;
    if (++at == spec.size() || kLetters.find(spec[at]) == kLetters.npos) return std::nullopt;
    if (spec[at] == '%') continue;
    if (seen.find(spec[at]) != seen.npos) return std::nullopt;
    seen.push_back(spec[at]);
  }
  for (const char needed : {'Y', 'm', 'd'}) {
    if (seen.find(needed) == seen.npos) return std::nullopt;
  }
  return format;
}

bool TimeFormat::names_zone() const { return kind_ != Kind::kPattern || spec_.find("%z") != spec_.npos; }

std::optional<Moment> TimeFormat::Read(std::string_view text, int32_t zone_seconds) const {
  switch (kind_) {
    case Kind::kRfc3339:
      return ParseRfc3339(text);
    case Kind::kSeconds:
      return ReadCount(text, 1);
    case Kind::kMilliseconds:
      return ReadCount(text, 1000);
    case Kind::kPattern:
      break;
  }
  return ReadPattern(text, zone_seconds);
}

std::optional<Moment> TimeFormat::ReadPattern(std::string_view text, int32_t zone_seconds) const {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  int32_t nanos = 0;
  for (size_t at = 0; at < spec_.size(); ++at) {
    const char c = spec_[at];
    if (c != '%' || spec_[at + 1] == '%') {
      if (text.empty() || text.front() != c) return std::nullopt;
      text.remove_prefix(1);
      if (c == '%') ++at;
      continue;
    }
    std::optional<int> number = 0;
    switch (spec_[++at]) {
      case 'Y':
        if ((number = TakeNumber(&text, 4, 4))) year = *number;
        break;
      case 'm':
        if ((number = TakeNumber(&text, 1, 2))) month = *number;
        break;
      case 'd':
        if ((number = TakeNumber(&text, 1, 2))) day = *number;
        break;
      case 'H':
        if ((number = TakeNumber(&text, 1, 2))) hour = *number;
        break;
      case 'M':
        if ((number = TakeNumber(&text, 1, 2))) minute = *number;
        break;
      case 'S':
        if ((number = TakeNumber(&text, 1, 2))) second = *number;
        break;
      case 'f':
        if ((number = TakeFraction(&text))) nanos = *number;
        break;
      default:
        if ((number = TakeZone(&text))) zone_seconds = *number;
    }
    if (!number) return std::nullopt;
  }
  if (!text.empty() || year < 1 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const absl::CivilSecond civil(year, month, day, hour, minute, second);
  if (civil.month() != month || civil.day() != day) return std::nullopt;  // a day that does not exist
  return Moment{civil - absl::CivilSecond(1970) - zone_seconds, nanos};
}

}  // namespace casehub::lines
