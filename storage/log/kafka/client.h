// librdkafka's handles as owners, and its errors as absl::Status. Nothing outside of this folder sees librdkafka.
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace casehub::storage::kafka {

struct DestroyClient {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
struct DestroyTopic {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
struct DestroyQueue {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
struct DestroyMessage {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
struct DestroyEvent {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
struct DestroyMetadata {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using Client = std::unique_ptr<rd_kafka_t, DestroyClient>;
using Topic = std::unique_ptr<rd_kafka_topic_t, DestroyTopic>;
using Queue = std::unique_ptr<rd_kafka_queue_t, DestroyQueue>;
using Message = std::unique_ptr<rd_kafka_message_t, DestroyMessage>;
using Event = std::unique_ptr<rd_kafka_event_t, DestroyEvent>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, DestroyMetadata>;

using Settings = std::vector<std::pair<std::string, std::string>>;

// What a client says of itself without being asked, from its own threads or its poll.
struct Callbacks {
  std::function<void(const rd_kafka_message_t*)> on_delivery;
  std::function<void(rd_kafka_resp_err_t error, const char* what)> on_error;
};

// A client of the brokers. `callbacks` must outlive it. InvalidArgument for a setting librdkafka does not take.
absl::StatusOr<Client> MakeClient(rd_kafka_type_t type, const std::string& brokers, const Settings& settings,
                                  Callbacks* callbacks);

// Unavailable where trying again may help, PermissionDenied, NotFound, FailedPrecondition, OutOfRange (an offset that
// is not there), else Internal; the text names `doing` and what the broker said.
absl::Status ToStatus(rd_kafka_resp_err_t error, const std::string& doing);

}  // namespace casehub::storage::kafka
