#include "storage/log/kafka/producer.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/model/thread_name.h"

namespace casehub::storage::kafka {
namespace {

constexpr int kPollMillis = 100;
constexpr int kProbeMillis = 1000;  // between questions whether the brokers are back
constexpr int kLastFlushMillis = 2000;

// A record on its way: its bytes stay until it is delivered or given up.
struct InFlight {
  SharedBytes bytes;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Producer>> Producer::Make(ProducerOptions options) {
  std::unique_ptr<Producer> producer(new Producer(std::move(options)));
  producer->callbacks_.on_delivery = [raw = producer.get()](const rd_kafka_message_t* message) {
    raw->Delivered(message);
  };
  producer->callbacks_.on_error = [raw = producer.get()](rd_kafka_resp_err_t error, const char*) {
    if (error == RD_KAFKA_RESP_ERR__FATAL) raw->broken_ = true;
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) raw->suspect_ = true;
  };
  if (auto status = producer->Start(); !status.ok()) return status;
  producer->thread_ = std::thread([raw = producer.get()] { raw->PollLoop(); });
  return producer;
}

absl::Status Producer::Start() {
  // Room is ours to bound: librdkafka's own limits are never met.
  const Settings settings = {
      {"enable.idempotence", "true"},
      {"acks", "all"},
      {"linger.ms", "0"},
      {"compression.codec", "none"},  // most of a record is ciphertext
      {"message.max.bytes", "1048576"},
      {"queue.buffering.max.messages", "1000000"},
      {"queue.buffering.max.kbytes", "1048576"},
      {"message.timeout.ms", absl::StrCat(options_.message_timeout_millis)},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"retry.backoff.ms", "50"},
  };
  auto client = MakeClient(RD_KAFKA_PRODUCER, options_.brokers, settings, &callbacks_);
  if (!client.ok()) return client.status();
  Topic topic(rd_kafka_topic_new(client->get(), options_.topic.c_str(), nullptr));
  if (!topic) return ToStatus(rd_kafka_last_error(), absl::StrCat("write to topic ", options_.topic));
  std::lock_guard lock(mutex_);
  client_ = *std::move(client);
  topic_ = std::move(topic);
  return absl::OkStatus();
}

Producer::~Producer() {
  Flush(kLastFlushMillis);
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  // What never left is freed by its delivery report.
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client_.get(), kLastFlushMillis);
  topic_.reset();
  client_.reset();
}

absl::Status Producer::Reserve(size_t records, size_t bytes) {
  std::lock_guard lock(state_mutex_);
  if (!unwritable_.ok()) return unwritable_;
  // A batch larger than the whole queue is taken when nothing else waits, or it never would be.
  const bool full =
      queued_records_ + records > options_.queued_records_max || queued_bytes_ + bytes > options_.queued_bytes_max;
  if (full && queued_records_ > 0) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the log's queue is full: ", queued_records_, " records, ", queued_bytes_, " bytes"));
  }
  queued_records_ += records;
  queued_bytes_ += bytes;
  return absl::OkStatus();
}

void Producer::GiveBack(size_t records, size_t bytes) {
  std::lock_guard lock(state_mutex_);
  queued_records_ -= records;
  queued_bytes_ -= bytes;
}

void Producer::Send(PartitionId partition, const std::vector<SharedBytes>& records) {
  std::lock_guard lock(mutex_);
  for (size_t i = 0; i < records.size(); ++i) {
    auto in_flight = std::make_unique<InFlight>(InFlight{records[i]});
    // Without a copy: the bytes are ours until the delivery report, which librdkafka always gives.
    void* payload = const_cast<char*>(records[i]->data());
    if (rd_kafka_produce(topic_.get(), partition, 0, payload, records[i]->size(), nullptr, 0, in_flight.get()) == 0) {
      (void)in_flight.release();
      continue;
    }
    const auto error = rd_kafka_last_error();
    if (error == RD_KAFKA_RESP_ERR__FATAL) broken_ = true;
    SetWritable(ToStatus(error, absl::StrCat("write to topic ", options_.topic)));
    size_t bytes = 0;
    for (size_t rest = i; rest < records.size(); ++rest) bytes += records[rest]->size();
    GiveBack(records.size() - i, bytes);
    return;
  }
}

void Producer::Delivered(const rd_kafka_message_t* message) {
  const std::unique_ptr<InFlight> in_flight(static_cast<InFlight*>(message->_private));
  GiveBack(1, message->len);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return SetWritable(absl::OkStatus());
  if (message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) return;
  SetWritable(absl::UnavailableError(
      absl::StrCat("the log takes no records now: ", std::string(rd_kafka_err2str(message->err)))));
}

void Producer::SetWritable(absl::Status status) {
  std::lock_guard lock(state_mutex_);
  if (unwritable_.ok() == status.ok()) return;
  unwritable_ = std::move(status);
}

absl::Status Producer::writable() const {
  std::lock_guard lock(state_mutex_);
  return unwritable_;
}

void Producer::Flush(int timeout_millis) {
  std::lock_guard lock(mutex_);
  if (client_) rd_kafka_flush(client_.get(), timeout_millis);
}

bool Producer::BrokersAnswer() {
  const rd_kafka_metadata_t* raw = nullptr;
  std::lock_guard lock(mutex_);
  const auto error = rd_kafka_metadata(client_.get(), 0, topic_.get(), &raw, kPollMillis);
  const Metadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || metadata->topic_cnt != 1) return false;
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    if (metadata->topics[0].partitions[i].leader < 0) return false;
  }
  return metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
}

void Producer::Replace() {
  {
    std::lock_guard lock(mutex_);
    rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(client_.get(), kLastFlushMillis);
    topic_.reset();
    client_.reset();
  }
  broken_ = false;
  if (auto status = Start(); !status.ok()) SetWritable(std::move(status));
}

void Producer::PollLoop() {
  NameThread("kafka-producer");
  auto probed = std::chrono::steady_clock::now();
  while (!stopping_) {
    // The handle is exchanged by this thread alone, so that polling needs no lock.
    rd_kafka_poll(client_.get(), kPollMillis);
    if (broken_) Replace();
    const auto now = std::chrono::steady_clock::now();
    const bool suspect = suspect_.exchange(false);
    if (!suspect && (writable().ok() || now - probed < std::chrono::milliseconds(kProbeMillis))) continue;
    probed = now;
    SetWritable(BrokersAnswer() ? absl::OkStatus()
                                : absl::UnavailableError(absl::StrCat("no broker of ", options_.brokers, " answers")));
  }
}

}  // namespace casehub::storage::kafka
