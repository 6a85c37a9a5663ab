#include "storage/log/kafka/consumer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/model/thread_name.h"

namespace casehub::storage::kafka {
namespace {

constexpr int kIdleMillis = 100;
constexpr size_t kDrainMessagesMax = 4096;  // published together

// Waiting for more costs latency: a fetch answers at once, and at the end of the log after fetch.wait.max.ms.
Settings ConsumerSettings() {
  return {{"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          {"auto.offset.reset", "error"},
          {"enable.partition.eof", "false"},
          {"check.crcs", "true"},
          {"fetch.min.bytes", "1"},
          {"fetch.wait.max.ms", "10"},
          {"fetch.error.backoff.ms", "50"},
          {"fetch.message.max.bytes", "1048576"},
          {"queued.min.messages", "10000"},
          {"queued.max.messages.kbytes", "16384"},
          {"reconnect.backoff.ms", "50"},
          {"reconnect.backoff.max.ms", "1000"},
          {"isolation.level", "read_uncommitted"}};
}

bool IsLost(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE || error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET;
}

}  // namespace

LogEntry ToEntry(const rd_kafka_message_t& message) {
  LogEntry entry;
  entry.offset = message.offset;
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  entry.append_time = {std::max<int64_t>(0, rd_kafka_message_timestamp(&message, &kind)) * 1000};
  entry.bytes = std::make_shared<const std::string>(static_cast<const char*>(message.payload), message.len);
  return entry;
}

absl::StatusOr<std::unique_ptr<LiveConsumer>> LiveConsumer::Make(const std::string& brokers, const std::string& topic,
                                                                 Events events) {
  std::unique_ptr<LiveConsumer> consumer(new LiveConsumer(topic, std::move(events)));
  auto client = MakeClient(RD_KAFKA_CONSUMER, brokers, ConsumerSettings(), &consumer->callbacks_);
  if (!client.ok()) return client.status();
  consumer->client_ = *std::move(client);
  consumer->topic_.reset(rd_kafka_topic_new(consumer->client_.get(), topic.c_str(), nullptr));
  consumer->queue_.reset(rd_kafka_queue_new(consumer->client_.get()));
  return consumer;
}

LiveConsumer::~LiveConsumer() { Stop(); }

absl::StatusOr<Bounds> LiveConsumer::BoundsOf(PartitionId partition, int timeout_millis) {
  Bounds bounds;
  const auto error = rd_kafka_query_watermark_offsets(client_.get(), topic_name_.c_str(), partition, &bounds.low,
                                                      &bounds.next, timeout_millis);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ToStatus(error, absl::StrCat("find the end of partition ", partition, " of topic ", topic_name_));
  }
  return bounds;
}

absl::Status LiveConsumer::Follow(const std::vector<Offset>& from) {
  partitions_ = static_cast<int>(from.size());
  for (PartitionId partition = 0; partition < partitions_; ++partition) {
    const Offset offset = from[static_cast<size_t>(partition)];
    if (rd_kafka_consume_start_queue(topic_.get(), partition, offset, queue_.get()) != 0) {
      return ToStatus(rd_kafka_last_error(), absl::StrCat("follow partition ", partition));
    }
  }
  thread_ = std::thread([this] { Loop(); });
  return absl::OkStatus();
}

void LiveConsumer::Stop() {
  if (stopping_.exchange(true)) return;
  if (thread_.joinable()) thread_.join();
  for (PartitionId partition = 0; partition < partitions_; ++partition) rd_kafka_consume_stop(topic_.get(), partition);
}

// One message is waited for; what came with it is taken without waiting (rd_kafka_consume_batch_queue would wait out
// its whole time unless the batch is full).
void LiveConsumer::Loop() {
  NameThread("kafka-consumer");
  std::vector<std::vector<LogEntry>> entries(static_cast<size_t>(partitions_));
  auto idle_at = std::chrono::steady_clock::now();
  while (!stopping_.load(std::memory_order_relaxed)) {
    Message message(rd_kafka_consume_queue(queue_.get(), kIdleMillis));
    const bool came = message != nullptr;
    for (size_t n = 0; message && n < kDrainMessagesMax; ++n) {
      Take(std::move(message), &entries);
      message.reset(rd_kafka_consume_queue(queue_.get(), 0));
    }
    if (message) Take(std::move(message), &entries);
    for (size_t partition = 0; partition < entries.size(); ++partition) {
      if (entries[partition].empty()) continue;
      events_.on_entries(static_cast<PartitionId>(partition), std::exchange(entries[partition], {}));
    }
    const auto now = std::chrono::steady_clock::now();
    if (came && now - idle_at < std::chrono::milliseconds(kIdleMillis)) continue;
    idle_at = now;
    events_.on_idle();
  }
}

void LiveConsumer::Take(Message message, std::vector<std::vector<LogEntry>>* entries) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    (*entries)[static_cast<size_t>(message->partition)].push_back(ToEntry(*message));
    return;
  }
  if (!IsLost(message->err)) return;  // a broker is away: the client goes on by itself
  events_.on_lost(message->partition,
                  absl::DataLossError(absl::StrCat(
                      "partition ", message->partition, " of topic ", topic_name_, " ends before offset ",
                      message->offset, ", which was read before: the brokers have lost the end of the log")));
}

absl::StatusOr<std::unique_ptr<Fetcher>> Fetcher::Make(const std::string& brokers, const std::string& topic,
                                                       PartitionId partition) {
  std::unique_ptr<Fetcher> fetcher(new Fetcher(topic, partition));
  auto client = MakeClient(RD_KAFKA_CONSUMER, brokers, ConsumerSettings(), nullptr);
  if (!client.ok()) return client.status();
  fetcher->client_ = *std::move(client);
  fetcher->topic_.reset(rd_kafka_topic_new(fetcher->client_.get(), topic.c_str(), nullptr));
  return fetcher;
}

Fetcher::~Fetcher() { StopConsuming(); }

void Fetcher::StopConsuming() {
  if (next_ != kNoOffset) rd_kafka_consume_stop(topic_.get(), partition_);
  next_ = kNoOffset;
}

absl::Status Fetcher::Seek(Offset next) {
  if (next_ == next) return absl::OkStatus();
  StopConsuming();
  if (rd_kafka_consume_start(topic_.get(), partition_, next) != 0) {
    return ToStatus(rd_kafka_last_error(), absl::StrCat("read partition ", partition_, " from offset ", next));
  }
  next_ = next;
  return absl::OkStatus();
}

absl::Status Fetcher::Read(Offset after, Offset end, size_t bytes_max, int timeout_millis, std::vector<LogEntry>* out) {
  if (auto status = Seek(after + 1); !status.ok()) return status;
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_millis);
  size_t bytes = 0;
  bool any = false;
  while (bytes < bytes_max && next_ <= end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const Message message(
        rd_kafka_consume(topic_.get(), partition_, any ? 0 : static_cast<int>(std::max<int64_t>(0, left.count()))));
    if (!message) break;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (!IsLost(message->err)) continue;
      const Offset wanted = next_;
      StopConsuming();
      return absl::DataLossError(absl::StrCat("topic ", topic_name_, " has no offset ", wanted, " in partition ",
                                              partition_, " though it went on to ", end));
    }
    next_ = message->offset + 1;
    if (message->offset > end) break;  // offsets may be sparse
    bytes += message->len;
    any = true;
    out->push_back(ToEntry(*message));
  }
  return absl::OkStatus();
}

}  // namespace casehub::storage::kafka
