// The conformance suite on real brokers, and what is particular to them: settings that would lose records, a topic that
// is not there, brokers that are away.
#include "storage/log/kafka/kafka_log.h"

#include <gmock/gmock.h>

#include <map>

#include "storage/log/kafka/topic.h"
#include "tests/contract/event_log_conformance.h"
#include "tests/support/kafka_cluster.h"

namespace casehub::storage {
namespace {

using testing::KafkaCluster;

// One broker of each version for the whole program.
KafkaCluster& ClusterOf(const std::string& version) {
  static auto* const clusters = new std::map<std::string, std::unique_ptr<KafkaCluster>>;
  auto& cluster = (*clusters)[version];
  if (!cluster) cluster = std::make_unique<KafkaCluster>(1, version);
  return *cluster;
}

std::string NewTopic() {
  static int made = 0;
  return "log-" + std::to_string(++made);
}

KafkaLogOptions OptionsOn(const KafkaCluster& cluster, int partitions = 2) {
  KafkaLogOptions options;
  options.brokers = cluster.addresses();
  options.topic = NewTopic();
  options.single_broker = true;
  options.make_partitions = partitions;
  return options;
}

class KafkaUnderTest : public LogUnderTest {
 public:
  KafkaUnderTest(KafkaCluster* cluster, const LogTestOptions& options)
      : cluster_(cluster), options_(OptionsOn(*cluster, options.partitions)) {
    options_.queued_records_max = options.queued_records_max;
    if (options.little_memory) options_.tail_bytes_max = 20'000;
    Open();
  }
  ~KafkaUnderTest() override { StallWrites(false); }

  EventLog& log() override { return *log_; }
  LogCapabilities capabilities() const override {
    LogCapabilities can;
    can.dense_offsets = false;
    can.keeps_everything = true;
    can.reopens = true;
    can.survives_kill = true;
    can.can_fail = true;
    return can;
  }
  void SetClock(Instant) override {}
  void StallWrites(bool stall) override { cluster_->Freeze(1, stall); }
  void FailWrites(bool fail) override {
    if (fail) {
      cluster_->Kill(1);
    } else {
      cluster_->Start(1);
    }
  }
  void Reopen() override {
    log_.reset();
    Open();
  }
  // The one before goes on beside it, as a process that only seems dead.
  void ReopenAfterKill() override {
    dead_.push_back(std::move(log_));
    Open();
  }

 private:
  void Open() {
    auto log = KafkaLog::Open(options_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }

  KafkaCluster* cluster_;
  KafkaLogOptions options_;
  std::vector<std::unique_ptr<KafkaLog>> dead_;
  std::unique_ptr<KafkaLog> log_;
};

LogEngine EngineOn(const std::string& name, const std::string& version) {
  return {name, [version](const LogTestOptions& options) -> std::unique_ptr<LogUnderTest> {
            KafkaCluster& cluster = ClusterOf(version);
            EXPECT_TRUE(cluster.ok().ok()) << cluster.ok();
            return std::make_unique<KafkaUnderTest>(&cluster, options);
          }};
}

INSTANTIATE_TEST_SUITE_P(Kafka, EventLogConformance,
                         ::testing::Values(EngineOn("V39", "3.9.1"), EngineOn("V41", "4.1.0")),
                         [](const auto& info) { return info.param.name; });

class KafkaLogTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(cluster().ok().ok()) << cluster().ok(); }
  static KafkaCluster& cluster() { return ClusterOf("3.9.1"); }
};

TEST_F(KafkaLogTest, ATopicThatIsNotThereSaysHowToMakeIt) {
  KafkaLogOptions options = OptionsOn(cluster());
  options.make_partitions = 0;
  const auto log = KafkaLog::Open(options);
  EXPECT_TRUE(absl::IsNotFound(log.status())) << log.status();
  EXPECT_THAT(std::string(log.status().message()), ::testing::HasSubstr("casectl topics create"));
}

TEST_F(KafkaLogTest, OneReplicaIsRefusedUnlessItIsForDevelopment) {
  KafkaLogOptions options = OptionsOn(cluster());
  ASSERT_TRUE(KafkaLog::Open(options).ok());
  options.single_broker = false;
  const auto log = KafkaLog::Open(options);
  ASSERT_TRUE(absl::IsFailedPrecondition(log.status())) << log.status();
  EXPECT_THAT(std::string(log.status().message()),
              ::testing::HasSubstr("min.insync.replicas is 1, 2 or more is wanted"));
  EXPECT_THAT(std::string(log.status().message()), ::testing::HasSubstr("replication factor is 1"));
}

TEST_F(KafkaLogTest, NoBrokerIsUnavailable) {
  KafkaLogOptions options = OptionsOn(cluster());
  options.brokers = "127.0.0.1:1";
  EXPECT_TRUE(absl::IsUnavailable(KafkaLog::Open(options).status()));
  options.brokers = "";
  EXPECT_TRUE(absl::IsInvalidArgument(KafkaLog::Open(options).status()));
}

TEST_F(KafkaLogTest, TheIdIsThatOfClusterAndTopic) {
  const KafkaLogOptions options = OptionsOn(cluster());
  const auto one = KafkaLog::Open(options);
  const auto same = KafkaLog::Open(options);
  const auto other = KafkaLog::Open(OptionsOn(cluster()));
  ASSERT_TRUE(one.ok() && same.ok() && other.ok());
  EXPECT_EQ((*one)->log_id(), (*same)->log_id());
  EXPECT_NE((*one)->log_id(), (*other)->log_id());
}

TEST_F(KafkaLogTest, SideRowsAreDurableBeforeTheirRecords) {
  const host::TestFolder folder;
  KafkaLogOptions options = OptionsOn(cluster());
  options.side_folder = (folder.path() / "side").string();
  for (int round = 0; round < 2; ++round) {
    auto log = KafkaLog::Open(options);
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_TRUE(absl::IsFailedPrecondition(KafkaLog::Open(options).status())) << "two processes on one folder";
    std::atomic<bool> told{false};
    const auto end = (*log)->End(0);
    ASSERT_TRUE(end.ok());
    auto reader = (*log)->OpenReader(0, *end, [&] { told = true; });
    ASSERT_TRUE(reader.ok());
    AppendBatch batch = Batch({"record"});
    const std::string key = "key" + std::to_string(round);
    batch.side_rows.push_back({key, "value"});
    ASSERT_TRUE((*log)->Append(0, std::move(batch)).ok());
    std::vector<LogEntry> entries;
    while (entries.empty()) ASSERT_TRUE((*reader)->Next(1 << 20, &entries).ok());
    const auto row = (*log)->ReadSideRow(key);
    ASSERT_TRUE(row.ok());
    EXPECT_EQ(*row, "value");
    if (round == 1) {
      EXPECT_EQ(*(*log)->ReadSideRow("key0"), "value") << "gone with the restart";
    }
    reader->reset();
  }
}

}  // namespace
}  // namespace casehub::storage
