// Whole lives as load: chains of calls of which each needs what the one before gave.
#pragma once

#include <cstdint>
#include <string>

#include "bench/load/load.h"

namespace casehub::bench {

struct LivesOptions {
  std::string address;
  int in_flight = 1;    // lives at one time, one call each
  double seconds = 10;  // no life starts later; those under way are lived to their end
  size_t municipalities = 8;
};

struct LivesResult {
  LoadResult calls;    // answered ones; a step that came too early and is asked again counts once
  uint64_t lives = 0;  // ended
  uint64_t asked_again = 0;
};

// What lives need: offices, lawyers, a tariff in each municipality.
void PrepareForLives(const std::string& address, size_t municipalities);

// Lives 1 (legal aid, from the contact to the archive) and 4 (hotline, from the call to the rating) in turn.
LivesResult RunLives(const LivesOptions& options);

}  // namespace casehub::bench
