// The slice of the simulation that every change has to pass: 300 worlds, 30 where CASEHUB_SLICE is set (sanitizers).
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "tests/simulation/runner.h"

namespace casehub::simulation {
namespace {

TEST(SimulationSlice, NoWorldViolatesAnythingAndNothingIsMissed) {
  RunOptions options;
  const bool all = std::getenv("CASEHUB_SLICE") == nullptr;
  options.last_seed = all ? 300 : 30;
  const RunResult result = RunSeeds(options);
  result.counts.Print(std::cout);
  ASSERT_FALSE(result.finding) << result.finding->name << " in seed " << result.finding->seed << ": "
                               << result.finding->text;
  EXPECT_EQ(result.counts.seeds, options.last_seed);
  EXPECT_GE(result.counts.events, options.last_seed * options.events * 9 / 10);
  if (!all) return;
  for (const std::string& name : result.counts.Missing()) ADD_FAILURE() << "never happened: " << name;
}

}  // namespace
}  // namespace casehub::simulation
