// Writing the topic: one idempotent producer. A record's fate is known by reading it back alone; deliveries only free
// what waited and tell whether the brokers take records.
//
// Threads     Append from any thread. on_change is called from the producer's own thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/log/event_log.h"
#include "storage/log/kafka/client.h"

namespace casehub::storage::kafka {

struct ProducerOptions {
  std::string brokers;
  std::string topic;
  size_t queued_records_max = 16'384;  // taken and not yet delivered
  size_t queued_bytes_max = 32 << 20;
  int message_timeout_millis = 30'000;  // of one record, until it is given up
};

class Producer {
 public:
  static absl::StatusOr<std::unique_ptr<Producer>> Make(ProducerOptions options);
  // Gives what is queued a moment to leave.
  ~Producer();

  // Sets room aside, all or nothing; ResourceExhausted if there is none.
  absl::Status Reserve(size_t records, size_t bytes);
  void GiveBack(size_t records, size_t bytes);
  // Hands the records over in their order; their room was reserved. After an error the later ones are given up.
  void Send(PartitionId partition, const std::vector<SharedBytes>& records);

  // OK, or why records are not taken now.
  absl::Status writable() const;
  // Waits until nothing is queued, at most so long.
  void Flush(int timeout_millis);

 private:
  explicit Producer(ProducerOptions options) : options_(std::move(options)) {}
  absl::Status Start();
  void PollLoop();
  void Delivered(const rd_kafka_message_t* message);
  void SetWritable(absl::Status status);
  // After an error of idempotence a producer takes nothing more: another one goes on. What it held is given up, which
  // the readers settle.
  void Replace();
  bool BrokersAnswer();

  const ProducerOptions options_;
  Callbacks callbacks_;
  mutable std::mutex mutex_;  // client_ and topic_, which Replace exchanges
  Client client_;
  Topic topic_;
  std::atomic<bool> broken_{false};   // an error of idempotence
  std::atomic<bool> suspect_{false};  // every connection broke; which also happens to idle ones

  mutable std::mutex state_mutex_;
  size_t queued_records_ = 0;
  size_t queued_bytes_ = 0;
  absl::Status unwritable_;

  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace casehub::storage::kafka
