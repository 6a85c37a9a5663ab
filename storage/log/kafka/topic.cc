#include "storage/log/kafka/topic.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "storage/log/kafka/client.h"

namespace casehub::storage::kafka {
namespace {

struct FreeMemory {
  void operator()(char* text) const { rd_kafka_mem_free(nullptr, text); }
};

absl::StatusOr<Client> AdminOf(const TopicOptions& options) {
  return MakeClient(RD_KAFKA_PRODUCER, options.brokers, {}, nullptr);
}

// Runs one admin request and waits for its event.
template <typename Send>
absl::StatusOr<Event> Ask(rd_kafka_t* client, rd_kafka_admin_op_t op, int timeout_millis, const std::string& doing,
                          Send send) {
  struct DestroyOptions {
    void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
  };
  std::unique_ptr<rd_kafka_AdminOptions_t, DestroyOptions> options(rd_kafka_AdminOptions_new(client, op));
  char why[256];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_millis, why, sizeof why);
  const Queue queue(rd_kafka_queue_new(client));
  send(options.get(), queue.get());
  Event event(rd_kafka_queue_poll(queue.get(), timeout_millis + 1000));
  if (!event) return absl::UnavailableError(absl::StrCat("cannot ", doing, ": no broker answered"));
  if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ToStatus(error, doing);
  }
  return event;
}

using Config = std::map<std::string, std::string>;

absl::StatusOr<Config> ReadConfig(rd_kafka_t* client, const TopicOptions& options) {
  struct DestroyResource {
    void operator()(rd_kafka_ConfigResource_t* resource) const { rd_kafka_ConfigResource_destroy(resource); }
  };
  std::unique_ptr<rd_kafka_ConfigResource_t, DestroyResource> resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, options.topic.c_str()));
  const std::string doing = absl::StrCat("read the settings of topic ", options.topic);
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  auto event = Ask(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, options.timeout_millis, doing,
                   [&](rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
                     rd_kafka_DescribeConfigs(client, resources, 1, admin, queue);
                   });
  if (!event.ok()) return event.status();
  size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(event->get());
  const rd_kafka_ConfigResource_t** described = rd_kafka_DescribeConfigs_result_resources(result, &count);
  Config config;
  for (size_t i = 0; i < count; ++i) {
    if (const auto error = rd_kafka_ConfigResource_error(described[i]); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return ToStatus(error, doing);
    }
    size_t entries = 0;
    const rd_kafka_ConfigEntry_t** all = rd_kafka_ConfigResource_configs(described[i], &entries);
    for (size_t at = 0; at < entries; ++at) {
      const char* value = rd_kafka_ConfigEntry_value(all[at]);
      config[rd_kafka_ConfigEntry_name(all[at])] = value == nullptr ? "" : value;
    }
  }
  return config;
}

class Judge {
 public:
  Judge(const Config& config, std::vector<std::string>* problems) : config_(config), problems_(problems) {}

  void Wants(const std::string& name, const std::string& value, const std::string& why) {
    if (Value(name) != value) Report(name, value, why);
  }
  void WantsAtLeast(const std::string& name, int64_t least, const std::string& why) {
    int64_t value = 0;
    if (!absl::SimpleAtoi(Value(name), &value) || value < least) Report(name, absl::StrCat(least, " or more"), why);
  }

 private:
  std::string Value(const std::string& name) const {
    const auto it = config_.find(name);
    return it == config_.end() ? "" : it->second;
  }
  void Report(const std::string& name, const std::string& wanted, const std::string& why) {
    problems_->push_back(absl::StrCat(name, " is ", Value(name), ", ", wanted, " is wanted: ", why));
  }

  const Config& config_;
  std::vector<std::string>* problems_;
};

void JudgeSettings(const Config& config, bool single_broker, std::vector<std::string>* problems) {
  Judge judge(config, problems);
  judge.Wants("cleanup.policy", "delete", "compaction takes records out of the log");
  judge.Wants("retention.ms", "-1", "the log is the ledger and is never trimmed");
  judge.Wants("retention.bytes", "-1", "the log is the ledger and is never trimmed");
  judge.Wants("unclean.leader.election.enable", "false", "a replica that lags would cut the log");
  judge.Wants("message.timestamp.type", "LogAppendTime", "the clock of a writer says nothing about the log");
  judge.WantsAtLeast("max.message.bytes", kMessageBytesMin, "a record has up to 256 KB");
  if (!single_broker) {
    judge.WantsAtLeast("min.insync.replicas", kMinInsyncReplicas, "what one broker has alone is lost with it");
  }
}

}  // namespace

absl::StatusOr<TopicReport> CheckTopic(const TopicOptions& options) {
  auto client = AdminOf(options);
  if (!client.ok()) return client.status();
  const std::string doing = absl::StrCat("find topic ", options.topic, " at ", options.brokers);
  Topic topic(rd_kafka_topic_new(client->get(), options.topic.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(client->get(), 0, topic.get(), &raw, options.timeout_millis);
  const Metadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(error, doing);
  if (metadata->topic_cnt != 1) return absl::NotFoundError(absl::StrCat("cannot ", doing));
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(found.err, doing);

  TopicReport report;
  report.partitions = found.partition_cnt;
  report.replicas = found.partition_cnt > 0 ? found.partitions[0].replica_cnt : 0;
  for (int i = 0; i < found.partition_cnt; ++i) {
    report.replicas = std::min(report.replicas, found.partitions[i].replica_cnt);
  }
  const std::unique_ptr<char, FreeMemory> cluster(rd_kafka_clusterid(client->get(), options.timeout_millis));
  if (!cluster) return absl::UnavailableError("the brokers do not say which cluster they are");
  report.cluster_id = cluster.get();
  auto config = ReadConfig(client->get(), options);
  if (!config.ok()) return config.status();
  JudgeSettings(*config, options.single_broker, &report.problems);
  if (!options.single_broker && report.replicas < kReplicas) {
    report.problems.push_back(absl::StrCat("replication factor is ", report.replicas, ", ", kReplicas,
                                           " is wanted: what one broker has alone is lost with it"));
  }
  return report;
}

absl::Status CreateTopic(const TopicOptions& options, int partitions) {
  auto client = AdminOf(options);
  if (!client.ok()) return client.status();
  char why[512];
  const int replicas = options.single_broker ? 1 : kReplicas;
  struct DestroyNew {
    void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
  };
  std::unique_ptr<rd_kafka_NewTopic_t, DestroyNew> topic(
      rd_kafka_NewTopic_new(options.topic.c_str(), partitions, replicas, why, sizeof why));
  if (!topic) return absl::InvalidArgumentError(std::string(why));
  const Settings settings = {
      {"cleanup.policy", "delete"},
      {"retention.ms", "-1"},
      {"retention.bytes", "-1"},
      {"unclean.leader.election.enable", "false"},
      {"message.timestamp.type", "LogAppendTime"},
      {"max.message.bytes", absl::StrCat(kMessageBytesMin)},
      {"min.insync.replicas", absl::StrCat(options.single_broker ? 1 : kMinInsyncReplicas)},
  };
  for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  const std::string doing = absl::StrCat("make topic ", options.topic, " at ", options.brokers);
  rd_kafka_NewTopic_t* topics[] = {topic.get()};
  auto event = Ask(client->get(), RD_KAFKA_ADMIN_OP_CREATETOPICS, options.timeout_millis, doing,
                   [&](rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
                     rd_kafka_CreateTopics(client->get(), topics, 1, admin, queue);
                   });
  if (!event.ok()) return event.status();
  size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event->get());
  const rd_kafka_topic_result_t** results = rd_kafka_CreateTopics_result_topics(result, &count);
  for (size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(results[i]);
    if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      return absl::AlreadyExistsError(absl::StrCat("topic ", options.topic, " is there already"));
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* said = rd_kafka_topic_result_error_string(results[i]);
    return ToStatus(error, said == nullptr ? doing : absl::StrCat(doing, " (", std::string(said), ")"));
  }
  return absl::OkStatus();
}

Uuid LogIdOf(const std::string& cluster_id, const std::string& topic) {
  const std::string name = absl::StrCat("casehub log\n", cluster_id, "\n", topic);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(name.data(), name.size(), digest, &size, EVP_sha256(), nullptr);
  std::array<uint8_t, Uuid::kBytes> bytes;
  std::copy_n(digest, bytes.size(), bytes.begin());
  bytes[6] = static_cast<uint8_t>(0x80 | (bytes[6] & 0x0f));  // version 8: made of what names it
  bytes[8] = static_cast<uint8_t>(0x80 | (bytes[8] & 0x3f));
  return Uuid(bytes);
}

}  // namespace casehub::storage::kafka
