// One simulated world: processes, clients and trouble in one thread of virtual time, from one seed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tests/simulation/auditor.h"
#include "tests/simulation/clients.h"
#include "tests/simulation/cluster.h"
#include "tests/simulation/context.h"
#include "tests/simulation/faults.h"

namespace casehub::simulation {

struct Outcome {
  std::optional<Violation> violation;
  Counts counts;
  Hash128 trace;
};

// Lives through the seed: trouble and load until so many events are effective, then peace, then the checks.
Outcome RunWorld(const SeedPlan& plan);
// The plan of a seed: every 20th runs on RocksDB, in every 10th the log loses its tail.
SeedPlan PlanOf(uint64_t seed, uint64_t events, const Planted* planted, const std::string& folder);

}  // namespace casehub::simulation
