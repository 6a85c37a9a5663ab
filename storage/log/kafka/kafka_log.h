// The log on Apache Kafka (design 2): one topic, explicit partitions, reading back as the only acknowledgement.
//
// Durability  What a reader returned was acknowledged by the in-sync replicas of its partition. Side rows are synced to
//             the local folder before the records they come with leave the process.
// Ordering    Offsets grow and may be sparse. The records of one thread keep their order; one that is lost leaves a
//             hole, which the effective rule judges (effective.h).
// Time        Append times are the brokers' (LogAppendTime, milliseconds).
// Threads     As the contract says. One producer and one consumer handle for the process; a reader that catches up from
//             further back than the memory has a handle of its own until it has caught up.
// Lost tails  If the brokers have lost the end of the log, every reader of that partition ends with DataLoss.
// Errors      Open: Unavailable if no broker answers, NotFound without the topic, FailedPrecondition with one line for
//             each setting that would lose records.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/log/event_log.h"
#include "storage/log/tail.h"

namespace casehub::storage {

namespace kafka {
class Fetcher;
class LiveConsumer;
class Producer;
class SideStore;
}  // namespace kafka

struct KafkaLogOptions {
  std::string brokers;  // HOST:PORT,HOST:PORT
  std::string topic = "case-log";
  bool single_broker = false;  // for development: one replica is enough
  int make_partitions = 0;     // makes the topic with so many if it is missing; 0: an error
  std::string side_folder;     // of local side rows; empty: batches bring none

  size_t queued_records_max = 16'384;   // taken and not yet delivered
  size_t queued_bytes_max = 32 << 20;   // of the same
  size_t tail_bytes_max = 8 << 20;      // of the newest records kept in memory, per partition
  int message_timeout_millis = 30'000;  // until a record that no broker takes is given up
  int read_timeout_millis = 5'000;      // of one read from further back
};

class KafkaLog : public EventLog {
 public:
  static absl::StatusOr<std::unique_ptr<KafkaLog>> Open(KafkaLogOptions options);
  // Gives what is queued a moment to leave.
  ~KafkaLog() override;

  int partition_count() const override { return static_cast<int>(tails_.size()); }
  Uuid log_id() const override { return log_id_; }
  absl::Status Append(PartitionId partition, AppendBatch batch) override;
  absl::StatusOr<std::unique_ptr<LogReader>> OpenReader(PartitionId partition, Offset after,
                                                        std::function<void()> on_ready) override;
  absl::StatusOr<LogEntry> ReadAt(PartitionId partition, Offset offset) override;
  absl::StatusOr<Offset> End(PartitionId partition) override;
  absl::Status writable() const override;

  absl::StatusOr<std::optional<std::string>> ReadSideRow(std::string_view key) const;

 private:
  struct Queued {
    PartitionId partition = 0;
    AppendBatch batch;
    size_t bytes = 0;
  };

  explicit KafkaLog(KafkaLogOptions options);
  absl::Status CheckOrMakeTopic(int* partitions);
  absl::Status Start(int partitions);
  absl::Status CheckPartition(PartitionId partition) const;
  // Writes side rows of many batches in one synced write, then hands their records over.
  void SideLoop();
  void SendGroup(std::deque<Queued> group);

  const KafkaLogOptions options_;
  Uuid log_id_;
  std::unique_ptr<kafka::SideStore> side_;
  std::unique_ptr<kafka::Producer> producer_;
  std::vector<std::shared_ptr<PartitionTail>> tails_;
  std::unique_ptr<kafka::LiveConsumer> consumer_;

  std::mutex fetchers_mutex_;
  std::vector<std::unique_ptr<kafka::Fetcher>> fetchers_;  // of ReadAt, by partition

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Queued> queue_;  // batches whose side rows are not durable, and what came behind them
  bool sending_ = false;
  bool stopping_ = false;
  absl::Status side_problem_;
  std::thread side_thread_;
};

}  // namespace casehub::storage
