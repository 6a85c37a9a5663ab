// Many seeds, in worker processes of their own: a world that crashes takes only its worker with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/simulation/world.h"

namespace casehub::simulation {

struct RunOptions {
  uint64_t first_seed = 1;
  uint64_t last_seed = 300;
  uint64_t events = 2'000;  // of each seed
  const Planted* planted = nullptr;
  int workers = 0;       // 0: as many as there are processors
  bool verbose = false;  // every record and answer, on stderr
};

struct Finding {
  uint64_t seed = 0;
  std::string name;
  std::string text;
};

struct RunResult {
  Counts counts;
  Hash128 trace;                   // of all seeds, whatever worker ran them
  std::optional<Finding> finding;  // of the smallest seed that has one
};

// Stops at the smallest seed with a violation: every smaller one was run.
RunResult RunSeeds(const RunOptions& options);

}  // namespace casehub::simulation
