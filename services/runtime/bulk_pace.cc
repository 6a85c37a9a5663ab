#include "services/runtime/bulk_pace.h"

#include <algorithm>
#include <cstdlib>

namespace casehub::runtime {

size_t BulkPace::Room(Instant now, Instant callers_at, size_t pending) {
  // Either side of now: a call may come after the turn's clock was read, and the clock may have been set back.
  if (std::abs(now.micros - callers_at.micros) >= limits_.callers_about_micros) {
    decided_at_ = kNone;
    return std::min(limits_.per_turn_max, limits_.records_max - std::min(limits_.records_max, pending));
  }
  if (pending > 0) return 0;
  if (decided_at_ != kNone) {
    const int64_t took = now.micros - decided_at_.micros;
    rests_until_ = Instant{now.micros + std::min(limits_.rest_factor * took, limits_.rest_micros_max)};
    decided_at_ = kNone;
  }
  return now < rests_until_ ? 0 : 1;
}

void BulkPace::OnClockBack(int64_t micros) {
  if (decided_at_ != kNone) decided_at_.micros -= micros;
  rests_until_.micros -= micros;
}

}  // namespace casehub::runtime
