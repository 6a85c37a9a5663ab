// The topic of the log: made with settings that keep everything, and refused where a setting would lose records
// (design 2).
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/model/uuid.h"

namespace casehub::storage::kafka {

inline constexpr char kDefaultTopic[] = "case-log";
inline constexpr int kDefaultPartitions = 4;
inline constexpr int kReplicas = 3;
inline constexpr int kMinInsyncReplicas = 2;
inline constexpr int kMessageBytesMin = 1 << 20;  // of max.message.bytes: a record has at most 256 KB

struct TopicOptions {
  std::string brokers;  // HOST:PORT,HOST:PORT
  std::string topic = kDefaultTopic;
  // For development: one replica is enough. What one broker loses is lost.
  bool single_broker = false;
  int timeout_millis = 10'000;
};

struct TopicReport {
  int partitions = 0;
  int replicas = 0;  // of the partition with the fewest
  std::string cluster_id;
  // One line for each setting that would lose records, with its value and the one that is wanted; empty: good.
  std::vector<std::string> problems;
};

// NotFound if the topic is not there, Unavailable if no broker answers, PermissionDenied if it may not be read.
absl::StatusOr<TopicReport> CheckTopic(const TopicOptions& options);
// AlreadyExists if it is there.
absl::Status CreateTopic(const TopicOptions& options, int partitions);

// The identity of a log: its cluster and the name of its topic.
Uuid LogIdOf(const std::string& cluster_id, const std::string& topic);

}  // namespace casehub::storage::kafka
