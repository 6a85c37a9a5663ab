// The shipped server on a real broker, under load, while the server is killed, the broker is killed, the broker
// freezes: nothing acknowledged is lost, nothing happens twice, and every repeat gets the first reply.
#include <gtest/gtest.h>

#include "tests/integration/process/under_load.h"
#include "tests/support/kafka_cluster.h"

namespace casehub::testing {
namespace {

constexpr int kCommandsPerSecond = 200;
constexpr int kCommandsBetweenFaults = 120;

KafkaCluster& Cluster() {
  static auto* const cluster = new KafkaCluster(1, "3.9.1");
  return *cluster;
}

std::vector<std::string> FlagsOn(const KafkaCluster& cluster) {
  static int topics = 0;
  return {"--engine",
          "kafka",
          "--brokers",
          cluster.addresses(),
          "--single-broker",
          "--topic",
          "log-" + std::to_string(++topics)};
}

class KafkaUnderLoad : public UnderLoad {
 protected:
  KafkaUnderLoad() : UnderLoad(FlagsOn(Cluster())) {}
  void SetUp() override {
    ASSERT_TRUE(Cluster().ok().ok()) << Cluster().ok();
    UnderLoad::SetUp();
  }
};

TEST_F(KafkaUnderLoad, TheServerIsKilled) {
  MixedLoad load(Load(11, kCommandsPerSecond));
  ASSERT_NO_FATAL_FAILURE(KillAndStart(&load, 4, kCommandsBetweenFaults));
  load.Stop();
  Audit(&load);
}

TEST_F(KafkaUnderLoad, TheBrokerIsKilled) {
  MixedLoad load(Load(12, kCommandsPerSecond));
  for (int kill = 0; kill < 2; ++kill) {
    ASSERT_TRUE(load.AwaitSent(load.sent() + kCommandsBetweenFaults));
    Cluster().Kill(1);
    Cluster().Start(1);
    ASSERT_TRUE(Cluster().ok().ok()) << Cluster().ok();
  }
  ASSERT_TRUE(load.AwaitSent(load.sent() + kCommandsBetweenFaults));
  load.Stop();
  Audit(&load);
}

TEST_F(KafkaUnderLoad, TheBrokerFreezes) {
  MixedLoad load(Load(13, kCommandsPerSecond));
  for (int freeze = 0; freeze < 2; ++freeze) {
    ASSERT_TRUE(load.AwaitSent(load.sent() + kCommandsBetweenFaults));
    Cluster().Freeze(1, true);
    // Callers give up and ask again meanwhile, until they have sent as much once more.
    ASSERT_TRUE(load.AwaitSent(load.sent() + 20));
    Cluster().Freeze(1, false);
  }
  ASSERT_TRUE(load.AwaitSent(load.sent() + kCommandsBetweenFaults));
  load.Stop();
  Audit(&load);
}

}  // namespace
}  // namespace casehub::testing
