// The engines that must pass the suite. A new engine adds its factory here, or in a file of its own that includes the
// suite if it needs something that not every machine has.
#include "tests/contract/event_log_conformance.h"
#include "tests/contract/log/log_engines.h"

namespace casehub::storage {
namespace {

template <typename T>
std::unique_ptr<LogUnderTest> MakeEngine(const LogTestOptions& options) {
  return std::make_unique<T>(options);
}

INSTANTIATE_TEST_SUITE_P(Engines, EventLogConformance,
                         ::testing::Values(LogEngine{"Embedded", MakeEngine<EmbeddedUnderTest>},
                                           LogEngine{"Simulated", MakeEngine<SimulatedUnderTest>}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace casehub::storage
