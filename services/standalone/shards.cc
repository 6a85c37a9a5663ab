// Calls in, answers out, mail across; operators' calls are in operations.cc.
#include "services/standalone/shards.h"

#include <chrono>
#include <utility>

#include "casehub/ledger/v1/ledger_service.pb.h"
#include "services/runtime/placement.h"

namespace casehub::standalone {

using host::Answer;
using host::Call;
using host::Posted;
using runtime::PartitionThread;

absl::StatusOr<std::unique_ptr<Shards>> Shards::Start(storage::EventLog* log, std::vector<Shard> shards,
                                                      ShardsOptions options) {
  std::unique_ptr<Shards> all(new Shards(log, std::move(shards), std::move(options)));
  all->started_at_ = all->options_.clock();
  all->threads_.resize(all->shards_.size());
  all->polls_.resize(all->shards_.size());
  for (size_t i = 0; i < all->shards_.size(); ++i) {
    if (auto status = all->StartPartition(static_cast<PartitionId>(i)); !status.ok()) {
      (void)all->Stop(all->options_.clock());
      return status;
    }
  }
  all->all_started_.store(true, std::memory_order_release);
  all->operations_thread_ = std::thread([raw = all.get()] { raw->OperationsLoop(); });
  return all;
}

Shards::~Shards() { (void)Stop(options_.clock()); }

absl::Status Shards::StartPartition(PartitionId partition) {
  Shard& shard = shards_[static_cast<size_t>(partition)];
  runtime::PartitionConfig config;
  config.partition = partition;
  config.address = options_.address;
  for (const auto& service : shard.services) {
    config.services.push_back(service.get());
    config.keyspaces.push_back(shard.store->keyspace(service->id()));
  }
  config.mint = options_.mint;
  config.read_at = [this, partition](Offset offset) { return log_->ReadAt(partition, offset); };
  config.limits = options_.limits;
  PartitionThread::Options options;
  options.unanswered_calls_max = options_.unanswered_calls_max;
  options.clock = options_.clock;
  options.callers_at = [this] { return Instant{callers_at_micros_.load(std::memory_order_relaxed)}; };
  options.on_reply = [this, partition](runtime::Reply reply) { OnReply(partition, std::move(reply)); };
  // A partition that is up may have mail for one that is not: it sends it again.
  options.on_mail = [this](runtime::Mail mail) {
    if (!all_started_.load(std::memory_order_acquire)) return;
    runtime::PartitionThread& to = ThreadOf(mail.to);
    to.Post(std::move(mail));
  };
  options.on_ack = [this](runtime::MailAck ack) {
    if (all_started_.load(std::memory_order_acquire)) ThreadOf(ack.from).Post(ack);
  };
  options.on_applied = [this, partition](Offset) { PollAgain(partition, false); };
  options.on_store = options_.on_store;
  options.on_fatal = options_.on_fatal;
  auto thread = PartitionThread::Start(log_, std::move(config), std::move(options));
  if (!thread.ok()) return thread.status();
  threads_[static_cast<size_t>(partition)] = *std::move(thread);
  return absl::OkStatus();
}

PartitionThread& Shards::ThreadOf(Municipality municipality) {
  return *threads_[static_cast<size_t>(runtime::PlaceOf(municipality, static_cast<int>(threads_.size())))];
}

void Shards::OnReply(PartitionId partition, runtime::Reply reply) {
  std::unique_ptr<Ticket> ticket(reinterpret_cast<Ticket*>(reply.ticket));
  Answer answer;
  answer.partition = partition;
  answer.offset = reply.offset;
  answer.recorded = reply.recorded;
  if (auto* answered = std::get_if<runtime::Answered>(&reply.result)) {
    answer.result = host::Answered{std::move(answered->bytes)};
  } else {
    answer.result = std::get<runtime::Refused>(std::move(reply.result));
  }
  ticket->done(std::move(answer));
}

namespace {

Posted Translate(PartitionThread::Posted posted) {
  switch (posted) {
    case PartitionThread::Posted::kAccepted:
      return Posted::kAccepted;
    case PartitionThread::Posted::kFull:
      return Posted::kFull;
    case PartitionThread::Posted::kStopping:
      break;
  }
  return Posted::kShuttingDown;
}

}  // namespace

Posted Shards::Post(Call call) {
  if (stopping_) return Posted::kShuttingDown;
  if (call.is_operation) {
    std::lock_guard lock(operations_mutex_);
    if (operations_.size() >= 16) return Posted::kFull;
    operations_.push_back(std::move(call));
    operations_wake_.notify_one();
    return Posted::kAccepted;
  }
  const PartitionId partition = runtime::PlaceOf(call.municipality, static_cast<int>(threads_.size()));
  if (!call.is_command) {
    if (call.request_type == ledger::v1::ListEntriesRequest::descriptor()) {
      const auto& request = static_cast<const ledger::v1::ListEntriesRequest&>(*call.request);
      if (request.wait_ms() > 0) {
        const Instant until{options_.clock().micros + std::min(request.wait_ms(), 30'000) * int64_t{1000}};
        return PostLongPoll(partition, std::move(call), std::min(until, call.deadline));
      }
    }
    NoteCaller(call);
    auto done = std::move(call.done);
    return PostQuery(partition, call, std::move(done));
  }
  if (!call.is_bulk) NoteCaller(call);
  auto ticket = std::make_unique<Ticket>(Ticket{std::move(call.done), partition});
  auto command = std::make_shared<runtime::CommandInput>();
  command->ticket = reinterpret_cast<uint64_t>(ticket.get());
  command->service = call.service;
  command->municipality = call.municipality;
  command->command_id = call.request_id;
  command->request = std::move(call.request);
  command->fingerprint = call.fingerprint;
  command->received_at = call.received_at;
  command->deadline = call.deadline;
  command->bulk = call.is_bulk;
  command->side_rows = std::move(call.side_rows);
  const auto posted = threads_[static_cast<size_t>(partition)]->Post(std::move(command));
  if (posted == PartitionThread::Posted::kAccepted) ticket.release();  // OnReply takes it back
  return Translate(posted);
}

// Written by all threads that take calls, so only when it changes something.
void Shards::NoteCaller(const Call& call) {
  constexpr int64_t kFineEnough = kMicrosPerSecond / 10;
  const int64_t known = callers_at_micros_.load(std::memory_order_relaxed);
  if (std::abs(call.received_at.micros - known) < kFineEnough) return;
  callers_at_micros_.store(call.received_at.micros, std::memory_order_relaxed);
}

Posted Shards::PostQuery(PartitionId partition, const Call& call, std::function<void(Answer)> done) {
  auto ticket = std::make_unique<Ticket>(Ticket{std::move(done), partition});
  runtime::QueryInput query;
  query.ticket = reinterpret_cast<uint64_t>(ticket.get());
  query.service = call.service;
  query.municipality = call.municipality;
  query.request = call.request;
  query.deadline = call.deadline;
  if (call.min_position && call.min_position->partition == partition) query.min_offset = call.min_position->offset;
  const auto posted = threads_[static_cast<size_t>(partition)]->Post(std::move(query));
  if (posted == PartitionThread::Posted::kAccepted) ticket.release();
  return Translate(posted);
}

// Asks at once; if there is nothing to tell yet, waits for the next applied record or the end of the time.
Posted Shards::PostLongPoll(PartitionId partition, Call call, Instant until) {
  auto shared = std::make_shared<Call>(std::move(call));
  return PostQuery(partition, *shared, [this, partition, shared, until](Answer answer) {
    auto* answered = std::get_if<host::Answered>(&answer.result);
    ledger::v1::ListEntriesResponse response;
    const bool empty =
        answered != nullptr && response.ParseFromString(answered->reply_bytes) && response.entries().empty();
    if (empty && !polls_end_ && options_.clock() < until) {
      std::lock_guard lock(polls_mutex_);
      auto& polls = polls_[static_cast<size_t>(partition)];
      // Asked again under the lock, so that none is left behind by StopWaiting.
      if (!polls_end_ && polls.size() < options_.long_polls_max) {
        polls.push_back({std::move(*shared), until});
        return;
      }
    }
    shared->done(std::move(answer));
  });
}

void Shards::PollAgain(PartitionId partition, bool expired_only) {
  std::deque<LongPoll> polls;
  {
    std::lock_guard lock(polls_mutex_);
    auto& waiting = polls_[static_cast<size_t>(partition)];
    if (waiting.empty()) return;
    std::swap(polls, waiting);
    if (expired_only) {
      const Instant now = options_.clock();
      for (auto it = polls.begin(); it != polls.end();) {
        if (it->until <= now || polls_end_) {
          ++it;
        } else {
          waiting.push_back(std::move(*it));
          it = polls.erase(it);
        }
      }
    }
  }
  for (LongPoll& poll : polls) {
    auto shared = std::make_shared<Call>(std::move(poll.call));
    auto done = shared->done;
    if (PostLongPoll(partition, std::move(*shared), poll.until) != Posted::kAccepted) {
      Answer answer;
      answer.partition = partition;
      answer.result = runtime::Refuse(runtime::Refusal::REFUSAL_SHUTTING_DOWN);
      done(std::move(answer));
    }
  }
}

void Shards::StopWaiting() {
  {
    std::lock_guard lock(polls_mutex_);
    polls_end_ = true;
  }
  for (size_t i = 0; i < threads_.size(); ++i) {
    if (threads_[i]) PollAgain(static_cast<PartitionId>(i), false);
  }
}

bool Shards::WaitUntilOwned(Instant deadline) {
  for (auto& thread : threads_) {
    bool owned = false;
    while (!owned) {
      if (!thread->Run([&](runtime::Partition* partition) { owned = partition->AllOwned(); })) return false;
      if (!owned && options_.clock() > deadline) return false;
    }
  }
  return true;
}

absl::Status Shards::Stop(Instant deadline) {
  StopWaiting();
  if (stopping_.exchange(true)) return absl::OkStatus();
  {
    std::lock_guard lock(operations_mutex_);
    operations_wake_.notify_all();
  }
  if (operations_thread_.joinable()) operations_thread_.join();
  absl::Status first;
  for (auto& thread : threads_) {
    if (!thread) continue;
    auto status = thread->Stop(deadline);
    if (first.ok()) first = status;
  }
  return first;
}

}  // namespace casehub::standalone
