#include "storage/log/kafka/kafka_log.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/model/thread_name.h"
#include "storage/log/kafka/consumer.h"
#include "storage/log/kafka/producer.h"
#include "storage/log/kafka/side_store.h"
#include "storage/log/kafka/topic.h"

namespace casehub::storage {
namespace {

constexpr int kStartMillis = 10'000;
constexpr auto kSideRetry = std::chrono::seconds(1);

size_t BytesOf(const AppendBatch& batch) {
  size_t bytes = 0;
  for (const SharedBytes& record : batch.records) bytes += record->size();
  return bytes;
}

class KafkaReader : public LogReader {
 public:
  KafkaReader(const KafkaLogOptions* options, std::shared_ptr<PartitionTail> tail, PartitionId partition, Offset after,
              std::function<void()> on_ready)
      : options_(options),
        tail_(std::move(tail)),
        partition_(partition),
        after_(after),
        listener_(std::move(on_ready)) {
    tail_->Add(&listener_);
  }
  ~KafkaReader() override { tail_->Remove(&listener_); }

  absl::Status Next(size_t bytes_max, std::vector<LogEntry>* out) override {
    bytes_max = std::max<size_t>(bytes_max, 1);
    const size_t before = out->size();
    Offset end = kNoOffset;
    const auto found = tail_->Read(after_, bytes_max, &listener_, out, &end);
    if (!found.ok()) return found.status();
    if (*found == PartitionTail::Found::kOlder) {
      if (auto status = Fetch(end, bytes_max, out); !status.ok()) {
        out->resize(before);
        return status;
      }
      if (out->size() == before) listener_.ArmForStore();  // brokers may be away
    } else {
      fetcher_.reset();
    }
    if (out->size() > before) after_ = out->back().offset;
    return absl::OkStatus();
  }

 private:
  absl::Status Fetch(Offset end, size_t bytes_max, std::vector<LogEntry>* out) {
    if (!fetcher_) {
      auto fetcher = kafka::Fetcher::Make(options_->brokers, options_->topic, partition_);
      if (!fetcher.ok()) return fetcher.status();
      fetcher_ = *std::move(fetcher);
    }
    return fetcher_->Read(after_, end, bytes_max, options_->read_timeout_millis, out);
  }

  const KafkaLogOptions* options_;
  std::shared_ptr<PartitionTail> tail_;
  const PartitionId partition_;
  Offset after_;
  PartitionTail::Listener listener_;
  std::unique_ptr<kafka::Fetcher> fetcher_;  // while it catches up
};

}  // namespace

KafkaLog::KafkaLog(KafkaLogOptions options) : options_(std::move(options)) {}

absl::StatusOr<std::unique_ptr<KafkaLog>> KafkaLog::Open(KafkaLogOptions options) {
  if (options.brokers.empty()) return absl::InvalidArgumentError("no brokers are named: --brokers HOST:PORT,…");
  std::unique_ptr<KafkaLog> log(new KafkaLog(std::move(options)));
  int partitions = 0;
  if (auto status = log->CheckOrMakeTopic(&partitions); !status.ok()) return status;
  if (auto status = log->Start(partitions); !status.ok()) return status;
  return log;
}

absl::Status KafkaLog::CheckOrMakeTopic(int* partitions) {
  kafka::TopicOptions topic;
  topic.brokers = options_.brokers;
  topic.topic = options_.topic;
  topic.single_broker = options_.single_broker;
  topic.timeout_millis = kStartMillis;
  auto report = kafka::CheckTopic(topic);
  if (absl::IsNotFound(report.status()) && options_.make_partitions > 0) {
    const auto made = kafka::CreateTopic(topic, options_.make_partitions);
    if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
    // The brokers tell one another of the topic: it is there for all of them in a moment.
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kStartMillis);
    do {
      report = kafka::CheckTopic(topic);
    } while ((absl::IsNotFound(report.status()) || absl::IsUnavailable(report.status())) &&
             std::chrono::steady_clock::now() < until);
  }
  if (absl::IsNotFound(report.status())) {
    return absl::NotFoundError(absl::StrCat("there is no topic ", options_.topic, " at ", options_.brokers,
                                            ": make it with casectl topics create"));
  }
  if (!report.ok()) return report.status();
  if (!report->problems.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("topic ", options_.topic, " at ", options_.brokers,
                                                      " would lose records:\n  ",
                                                      absl::StrJoin(report->problems, "\n  ")));
  }
  log_id_ = kafka::LogIdOf(report->cluster_id, options_.topic);
  *partitions = report->partitions;
  return absl::OkStatus();
}

absl::Status KafkaLog::Start(int partitions) {
  if (!options_.side_folder.empty()) {
    auto side = kafka::SideStore::Open(options_.side_folder);
    if (!side.ok()) return side.status();
    side_ = *std::move(side);
  }
  kafka::ProducerOptions producer;
  producer.brokers = options_.brokers;
  producer.topic = options_.topic;
  producer.queued_records_max = options_.queued_records_max;
  producer.queued_bytes_max = options_.queued_bytes_max;
  producer.message_timeout_millis = options_.message_timeout_millis;
  auto made = kafka::Producer::Make(std::move(producer));
  if (!made.ok()) return made.status();
  producer_ = *std::move(made);

  kafka::LiveConsumer::Events events;
  events.on_entries = [this](PartitionId partition, std::vector<LogEntry> entries) {
    tails_[static_cast<size_t>(partition)]->Publish(std::move(entries));
  };
  events.on_lost = [this](PartitionId partition, absl::Status why) {
    tails_[static_cast<size_t>(partition)]->Break(std::move(why));
  };
  events.on_idle = [this] {
    for (const auto& tail : tails_) tail->Nudge();
  };
  auto consumer = kafka::LiveConsumer::Make(options_.brokers, options_.topic, std::move(events));
  if (!consumer.ok()) return consumer.status();
  std::vector<Offset> from;
  // A topic that was just made has no leaders yet.
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kStartMillis);
  for (PartitionId partition = 0; partition < partitions; ++partition) {
    auto bounds = (*consumer)->BoundsOf(partition, kStartMillis);
    while (absl::IsUnavailable(bounds.status()) && std::chrono::steady_clock::now() < until) {
      bounds = (*consumer)->BoundsOf(partition, kStartMillis);
    }
    if (!bounds.ok()) return bounds.status();
    if (bounds->low > 0) {
      return absl::DataLossError(absl::StrCat("partition ", partition, " of topic ", options_.topic,
                                              " begins at offset ", bounds->low,
                                              ": its beginning was deleted, and the ledger with it"));
    }
    from.push_back(bounds->next);
    tails_.push_back(std::make_shared<PartitionTail>(bounds->next - 1, options_.tail_bytes_max));
  }
  fetchers_.resize(from.size());
  consumer_ = *std::move(consumer);
  if (auto status = consumer_->Follow(from); !status.ok()) return status;
  if (side_) side_thread_ = std::thread([this] { SideLoop(); });
  return absl::OkStatus();
}

KafkaLog::~KafkaLog() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  if (side_thread_.joinable()) side_thread_.join();
  producer_.reset();
  if (consumer_) consumer_->Stop();
}

absl::Status KafkaLog::CheckPartition(PartitionId partition) const {
  if (partition >= 0 && partition < partition_count()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("no partition ", partition, ": this log has ", partition_count(), " of them"));
}

absl::Status KafkaLog::Append(PartitionId partition, AppendBatch batch) {
  if (auto status = CheckPartition(partition); !status.ok()) return status;
  if (batch.records.empty() && batch.side_rows.empty()) return absl::OkStatus();
  if (!batch.side_rows.empty() && !side_) {
    return absl::FailedPreconditionError("this log has no folder for side rows");
  }
  const size_t bytes = BytesOf(batch);
  std::unique_lock lock(mutex_);
  if (stopping_) return absl::UnavailableError("the log is being closed");
  if (!side_problem_.ok()) return side_problem_;
  if (auto status = producer_->Reserve(batch.records.size(), bytes); !status.ok()) return status;
  if (batch.side_rows.empty() && queue_.empty() && !sending_) {
    // Under the lock, so that what one thread appends later does not overtake it.
    producer_->Send(partition, batch.records);
    return absl::OkStatus();
  }
  queue_.push_back({partition, std::move(batch), bytes});
  lock.unlock();
  work_.notify_one();
  return absl::OkStatus();
}

void KafkaLog::SideLoop() {
  NameThread("kafka-side-rows");
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::deque<Queued> group = std::exchange(queue_, {});
    sending_ = true;
    lock.unlock();
    SendGroup(std::move(group));
    lock.lock();
    sending_ = false;
  }
}

void KafkaLog::SendGroup(std::deque<Queued> group) {
  std::vector<const SideRow*> rows;
  for (const Queued& queued : group) {
    for (const SideRow& row : queued.batch.side_rows) rows.push_back(&row);
  }
  while (!rows.empty()) {
    absl::Status written = side_->Write(rows);
    std::unique_lock lock(mutex_);
    side_problem_ =
        written.ok()
            ? absl::OkStatus()
            : absl::UnavailableError(absl::StrCat("the log takes no records now: ", std::string(written.message())));
    if (written.ok()) break;
    if (work_.wait_for(lock, kSideRetry, [this] { return stopping_; })) {
      // Never sent, so that nobody sees a record whose key is not there.
      for (const Queued& queued : group) producer_->GiveBack(queued.batch.records.size(), queued.bytes);
      return;
    }
  }
  for (const Queued& queued : group) producer_->Send(queued.partition, queued.batch.records);
}

absl::StatusOr<std::unique_ptr<LogReader>> KafkaLog::OpenReader(PartitionId partition, Offset after,
                                                                std::function<void()> on_ready) {
  if (auto status = CheckPartition(partition); !status.ok()) return status;
  const auto& tail = tails_[static_cast<size_t>(partition)];
  if (after > tail->end()) {
    const auto end = End(partition);
    if (!end.ok()) return end.status();
    if (after > *end) {
      return absl::OutOfRangeError(absl::StrCat("partition ", partition, " ends at offset ", *end,
                                                ", a reader wants what stands after ", after));
    }
  }
  return std::make_unique<KafkaReader>(&options_, tail, partition, after, std::move(on_ready));
}

absl::StatusOr<LogEntry> KafkaLog::ReadAt(PartitionId partition, Offset offset) {
  if (auto status = CheckPartition(partition); !status.ok()) return status;
  const auto& tail = tails_[static_cast<size_t>(partition)];
  const auto missing = absl::NotFoundError(absl::StrCat("no record at offset ", offset, " of partition ", partition));
  if (offset < 0 || offset > tail->end()) return missing;
  if (auto entry = tail->Find(offset)) return *std::move(entry);
  std::lock_guard lock(fetchers_mutex_);
  auto& fetcher = fetchers_[static_cast<size_t>(partition)];
  if (!fetcher) {
    auto made = kafka::Fetcher::Make(options_.brokers, options_.topic, partition);
    if (!made.ok()) return made.status();
    fetcher = *std::move(made);
  }
  std::vector<LogEntry> found;
  if (auto status = fetcher->Read(offset - 1, offset, 1, options_.read_timeout_millis, &found); !status.ok()) {
    return status;
  }
  if (found.empty()) {
    return absl::UnavailableError(
        absl::StrCat("the record at offset ", offset, " of partition ", partition, " did not come in time"));
  }
  return found.front().offset == offset ? absl::StatusOr<LogEntry>(std::move(found.front())) : missing;
}

absl::StatusOr<Offset> KafkaLog::End(PartitionId partition) {
  if (auto status = CheckPartition(partition); !status.ok()) return status;
  const auto bounds = consumer_->BoundsOf(partition, kStartMillis);
  if (!bounds.ok()) return bounds.status();
  return bounds->next - 1;
}

absl::Status KafkaLog::writable() const {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return absl::UnavailableError("the log is being closed");
    if (!side_problem_.ok()) return side_problem_;
  }
  return producer_->writable();
}

absl::StatusOr<std::optional<std::string>> KafkaLog::ReadSideRow(std::string_view key) const {
  if (!side_) return std::optional<std::string>();
  return side_->Read(key);
}

}  // namespace casehub::storage
