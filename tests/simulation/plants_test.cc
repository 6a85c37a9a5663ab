// Every planted bug is found within 300 worlds; and nobody finds one that is not there (slice_test.cc).
#include <gtest/gtest.h>

#include <iostream>

#include "tests/simulation/runner.h"

namespace casehub::simulation {
namespace {

class EveryPlant : public testing::TestWithParam<Planted> {};

TEST_P(EveryPlant, IsFound) {
  RunOptions options;
  options.planted = &GetParam();
  const RunResult result = RunSeeds(options);
  ASSERT_TRUE(result.finding) << "300 worlds with the planted bug '" << GetParam().name << "' and nothing was found";
  std::cout << GetParam().name << ": " << result.finding->name << " in seed " << result.finding->seed << "\n";
}

INSTANTIATE_TEST_SUITE_P(Simulation, EveryPlant, testing::ValuesIn(AllPlants()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Plants, AreEnough) { EXPECT_GE(AllPlants().size(), 12u); }

}  // namespace
}  // namespace casehub::simulation
