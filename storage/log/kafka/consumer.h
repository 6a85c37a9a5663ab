// Reading the topic: one handle that follows the end of every partition, and handles of their own for readers that
// catch up from further back.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/log/event_log.h"
#include "storage/log/kafka/client.h"

namespace casehub::storage::kafka {

// The bytes of a message and where they stand; the time is the broker's (LogAppendTime, in milliseconds).
LogEntry ToEntry(const rd_kafka_message_t& message);

// First and next offset of a partition.
struct Bounds {
  Offset low = 0;
  Offset next = 0;
};

class LiveConsumer {
 public:
  struct Events {
    // Entries of one partition, in order. From the consumer's thread, as on_lost and on_idle.
    std::function<void(PartitionId, std::vector<LogEntry>)> on_entries;
    // The next offset is not there any more: the log has lost its end.
    std::function<void(PartitionId, absl::Status)> on_lost;
    // Nothing came for a while.
    std::function<void()> on_idle;
  };
  static absl::StatusOr<std::unique_ptr<LiveConsumer>> Make(const std::string& brokers, const std::string& topic,
                                                            Events events);
  ~LiveConsumer();

  absl::StatusOr<Bounds> BoundsOf(PartitionId partition, int timeout_millis);
  // Follows the partitions from these offsets on; once.
  absl::Status Follow(const std::vector<Offset>& from);
  void Stop();

 private:
  LiveConsumer(std::string topic, Events events) : topic_name_(std::move(topic)), events_(std::move(events)) {}
  void Loop();
  void Take(Message message, std::vector<std::vector<LogEntry>>* entries);

  const std::string topic_name_;
  const Events events_;
  Callbacks callbacks_;
  Client client_;
  Topic topic_;
  Queue queue_;
  int partitions_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// Reads one partition from anywhere. Not thread-safe.
class Fetcher {
 public:
  static absl::StatusOr<std::unique_ptr<Fetcher>> Make(const std::string& brokers, const std::string& topic,
                                                       PartitionId partition);
  ~Fetcher();

  // What stands behind `after` and not behind `end`, at least one entry unless none came within the time.
  absl::Status Read(Offset after, Offset end, size_t bytes_max, int timeout_millis, std::vector<LogEntry>* out);

 private:
  Fetcher(std::string topic, PartitionId partition) : topic_name_(std::move(topic)), partition_(partition) {}
  absl::Status Seek(Offset next);
  void StopConsuming();

  const std::string topic_name_;
  const PartitionId partition_;
  Client client_;
  Topic topic_;
  Offset next_ = kNoOffset;  // of the message that is consumed next; kNoOffset: not started
};

}  // namespace casehub::storage::kafka
