// How fast imports are decided in one stream. Nobody waits for the next import, but a caller waits for the turn, the
// cores and the disk that it takes. While callers are about, imports get a quarter of the time (design 4): one is
// decided, and when its record is read back the stream rests from imports three times as long as that took. A slow disk
// or a busy machine lengthens the rest by itself. With no caller about they go as fast as the pipeline allows.
//
// Threads     None: one stream's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "services/model/ids.h"

namespace casehub::runtime {

struct BulkLimits {
  // Imports decided in a turn, and decided but not read back. Few, because one may hold as many events as a hundred
  // commands, and who calls meanwhile waits for the turn and stands behind them in the log.
  size_t per_turn_max = 1;
  size_t records_max = 2;
  int64_t callers_about_micros = kMicrosPerSecond;  // since the last call
  int64_t rest_factor = 3;                          // rest after an import, in times of what it took
  int64_t rest_micros_max = 100'000;                // however long it took
};

class BulkPace {
 public:
  explicit BulkPace(const BulkLimits& limits) : limits_(limits) {}

  // How many imports may be decided now, while `pending` are decided and not read back. `callers_at`: the last call.
  size_t Room(Instant now, Instant callers_at, size_t pending);
  void OnDecided(Instant now) { decided_at_ = now; }
  // No import is decided before this.
  Instant rests_until() const { return rests_until_; }
  void OnClockBack(int64_t micros);

 private:
  static constexpr Instant kNone{INT64_MIN};

  const BulkLimits& limits_;
  Instant decided_at_ = kNone;  // of the import that no rest has followed yet
  Instant rests_until_{0};
};

}  // namespace casehub::runtime
