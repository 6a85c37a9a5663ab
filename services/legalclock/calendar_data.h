// The notices of the State Council that the product comes with.
#pragma once

#include <string_view>

#include "absl/types/span.h"

namespace casehub::legalclock {

// Days of one year in which the week does not tell whether one works, as MMDD with a blank between.
struct Notice {
  int year = 0;
  std::string_view off;
  std::string_view working;  // make-up working days, all of them Saturdays or Sundays
};

absl::Span<const Notice> BuiltinNotices();

}  // namespace casehub::legalclock
