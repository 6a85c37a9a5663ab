// Times as line systems write them, by a format that the map declares. Nothing is guessed: what does not have the
// format is no time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/ops/xes/rfc3339.h"

namespace casehub::lines {

class TimeFormat {
 public:
  // "rfc3339", "seconds" or "milliseconds" (since 1970, UTC), or text with %Y (four digits), %m %d %H %M %S (one or two
  // digits), %f (a fraction of a second), %z (Z, +08:00 or +0800), %%. nullopt: it is none of these, or names no year,
  // month and day.
  static std::optional<TimeFormat> Parse(std::string_view spec);

  const std::string& spec() const { return spec_; }
  // Whether texts of this format name their zone themselves.
  bool names_zone() const;
  // `zone_seconds` east of Greenwich, for texts that do not name theirs.
  std::optional<Moment> Read(std::string_view text, int32_t zone_seconds) const;

 private:
  enum class Kind { kRfc3339, kSeconds, kMilliseconds, kPattern };
  std::optional<Moment> ReadPattern(std::string_view text, int32_t zone_seconds) const;

  Kind kind_ = Kind::kRfc3339;
  std::string spec_;
};

// "+08:00", "+0800" or "Z" as seconds east of Greenwich.
std::optional<int32_t> ParseZone(std::string_view text);

}  // namespace casehub::lines
