// The shipped server killed again and again under load: nothing acknowledged is lost, nothing happens twice, and every
// repeat gets the first reply.
#include <gtest/gtest.h>

#include "tests/integration/process/under_load.h"

namespace casehub::testing {
namespace {

using std::chrono::steady_clock;

constexpr int kKills = 50;
constexpr int kCommandsPerSecond = 500;
constexpr int kCommandsBetweenKills = 120;  // at least; up to twice as many

class KillUnderLoad : public UnderLoad {};

TEST_F(KillUnderLoad, FiftyKillsLoseNothingAndDoubleNothing) {
  MixedLoad load(Load(1, kCommandsPerSecond));
  ASSERT_NO_FATAL_FAILURE(KillAndStart(&load, kKills, kCommandsBetweenKills));
  load.Stop();
  Audit(&load);
}

TEST_F(KillUnderLoad, SigtermInTheMiddleAnswersWhatItTookAndEndsWithZero) {
  MixedLoad load(Load(2, kCommandsPerSecond));
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(load.AwaitSent(load.sent() + 4 * kCommandsBetweenKills));
    const auto start = steady_clock::now();
    EXPECT_EQ(server_.Terminate(), 0) << server_.stderr_text();
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(10));
    ASSERT_NO_FATAL_FAILURE(server_.Start());
  }
  ASSERT_TRUE(load.AwaitSent(load.sent() + kCommandsBetweenKills));
  load.Stop();
  Audit(&load);
}

}  // namespace
}  // namespace casehub::testing
