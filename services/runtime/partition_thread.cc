#include "services/runtime/partition_thread.h"

#include <chrono>
#include <future>
#include <utility>

#include "services/model/thread_name.h"

namespace casehub::runtime {

absl::StatusOr<std::unique_ptr<PartitionThread>> PartitionThread::Start(storage::EventLog* log, PartitionConfig config,
                                                                        Options options) {
  std::unique_ptr<PartitionThread> thread(new PartitionThread(log, std::move(options), config.partition));
  const PartitionId id = config.partition;
  const std::vector<const Service*> services = config.services;
  auto partition = Partition::Open(std::move(config));
  if (!partition.ok()) return partition.status();
  thread->partition_ = *std::move(partition);
  for (const Service* service : services) thread->partition_->SetHint(service->id(), true);
  auto reader = log->OpenReader(id, thread->partition_->read_after(), [raw = thread.get()] { raw->Wake(); });
  if (!reader.ok()) return reader.status();
  thread->reader_ = *std::move(reader);
  thread->thread_ = std::thread([raw = thread.get()] { raw->Loop(); });
  return thread;
}

PartitionThread::~PartitionThread() {
  if (thread_.joinable()) (void)Stop(options_.clock());
}

void PartitionThread::Wake() {
  std::lock_guard lock(mutex_);
  readable_ = true;
  wake_.notify_one();
}

void PartitionThread::OnWritten() {
  std::lock_guard lock(mutex_);
  written_ = true;
  wake_.notify_one();
}

template <typename Call>
PartitionThread::Posted PartitionThread::PostCall(std::vector<Call>* calls, Call call) {
  std::lock_guard lock(mutex_);
  if (stopping_ || failed_) return Posted::kStopping;
  if (unanswered_ >= options_.unanswered_calls_max) return Posted::kFull;
  ++unanswered_;
  const bool was_empty = inbox_.empty();
  calls->push_back(std::move(call));
  if (was_empty) wake_.notify_one();
  return Posted::kAccepted;
}

PartitionThread::Posted PartitionThread::Post(std::shared_ptr<CommandInput> command) {
  return PostCall(&inbox_.commands, std::move(command));
}

PartitionThread::Posted PartitionThread::Post(QueryInput query) { return PostCall(&inbox_.queries, std::move(query)); }

// Mail that finds no room is dropped: its sender sends it again.
void PartitionThread::Post(Mail mail) {
  std::lock_guard lock(mutex_);
  if (stopping_ || failed_ || inbox_.mail.size() >= options_.queued_mail_max) return;
  inbox_.mail.push_back(std::move(mail));
  wake_.notify_one();
}

void PartitionThread::Post(MailAck ack) {
  std::lock_guard lock(mutex_);
  if (stopping_ || failed_ || inbox_.acks.size() >= options_.queued_mail_max) return;
  inbox_.acks.push_back(ack);
  wake_.notify_one();
}

bool PartitionThread::Run(std::function<void(Partition*)> work) {
  auto done = std::make_shared<std::promise<void>>();
  auto finished = done->get_future();
  {
    std::lock_guard lock(mutex_);
    if (stopped_ || failed_) return false;
    inbox_.work.push_back([work = std::move(work), done](Partition* partition) {
      if (partition != nullptr) work(partition);
      done->set_value();
    });
    wake_.notify_one();
  }
  finished.wait();
  return true;
}

bool PartitionThread::WaitForWork(Instant wake_at, bool more, Inbox* inbox) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return !inbox_.empty() || readable_ || written_ || stopping_; };
  if (!more && !ready()) {
    const int64_t wait = std::min<int64_t>(wake_at.micros - options_.clock().micros, kMicrosPerSecond);
    if (wait > 0) wake_.wait_for(lock, std::chrono::microseconds(wait), ready);
  }
  std::swap(*inbox, inbox_);
  readable_ = written_ = false;
  return stopping_;
}

void PartitionThread::Loop() {
  NameThread(("partition-" + std::to_string(partition_id_)).c_str());
  Instant wake_at{0};
  bool more = true;
  bool reader_has_more = true;
  for (;;) {
    Inbox inbox;
    const bool stopping = WaitForWork(wake_at, more || reader_has_more, &inbox);
    if (!inbox.work.empty()) {
      if (auto status = FinishWrites(); !status.ok()) return Fail(status, std::move(inbox));
    }
    for (auto& work : std::exchange(inbox.work, {})) work(partition_.get());

    TurnInput input;
    input.now = options_.clock();
    if (options_.callers_at) input.callers_at = options_.callers_at();
    input.log_writable = log_->writable();
    const bool stalled = !partition_->StoreStalled().ok();
    if (!stalled) {
      if (auto status = reader_->Next(options_.read_bytes_per_turn, &input.entries); !status.ok()) {
        return Fail(status, std::move(inbox));
      }
    }
    const bool applied = !input.entries.empty();
    input.at_end = !applied && !stalled;
    input.commands = std::move(inbox.commands);
    input.queries = std::move(inbox.queries);
    input.mail = std::move(inbox.mail);
    input.acks = std::move(inbox.acks);
    input.written = partition_->StoresBehind() ? writer_.Finish() : writer_.Take();

    TurnOutput out;
    // Of many records the answers go out together; a lone one is somebody's who waits.
    if (input.entries.size() == 1) out.answer_first = [this](Reply reply) { Answer(std::move(reply)); };
    partition_->Turn(std::move(input), &out);
    if (out.fatal.ok() && !out.append.records.empty()) {
      out.append.may_wait = NothingElseToDo(out);
      if (auto status = log_->Append(partition_id_, std::move(out.append)); !status.ok()) {
        partition_->OnAppendRefused(status, &out);
      }
    }
    for (auto& rows : out.write_backs) writer_.Post(std::move(rows));
    HandOut(&out);
    if (!out.fatal.ok()) {
      Fail(out.fatal);
      return;
    }
    TellOfStores();
    reader_has_more = applied || (stalled && partition_->StoreStalled().ok());
    if (applied && options_.on_applied) options_.on_applied(partition_->rule().offset());
    wake_at = out.wake_at;
    more = out.more;
    if (stopping && (partition_->Idle() || options_.clock() > stop_by_)) {
      if (auto status = FinishWrites(); !status.ok()) return Fail(status);
      TurnOutput last;
      return ShutDown(&last);
    }
  }
}

// A lone command: until it is durable nobody here waits for anything else.
bool PartitionThread::NothingElseToDo(const TurnOutput& out) {
  if (out.append.records.size() > 1 || out.more || !out.replies.empty() || !out.mail.empty() || !out.acks.empty()) {
    return false;
  }
  std::lock_guard lock(mutex_);
  return inbox_.empty() && !stopping_;
}

void PartitionThread::TellOfStores() {
  const absl::Status problem = partition_->StoreProblem();
  if (problem.ok() == store_takes_rows_) return;
  store_takes_rows_ = problem.ok();
  if (options_.on_store) options_.on_store(partition_id_, problem);
}

absl::Status PartitionThread::FinishWrites() { return partition_->EndWriteBacks(writer_.Finish()); }

void PartitionThread::Answer(Reply reply) {
  {
    std::lock_guard lock(mutex_);
    --unanswered_;
  }
  options_.on_reply(std::move(reply));
}

void PartitionThread::HandOut(TurnOutput* out) {
  if (!out->replies.empty()) {
    std::lock_guard lock(mutex_);
    unanswered_ -= out->replies.size();
  }
  for (Reply& reply : out->replies) options_.on_reply(std::move(reply));
  for (Mail& mail : out->mail) options_.on_mail(std::move(mail));
  for (MailAck& ack : out->acks) options_.on_ack(ack);
}

void PartitionThread::ShutDown(TurnOutput* out) {
  partition_->RefuseAll(Refusal::REFUSAL_SHUTTING_DOWN, out);
  HandOut(out);
  final_status_ = partition_->Flush(options_.clock());
  Inbox rest;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    std::swap(rest, inbox_);
  }
  for (auto& work : rest.work) work(nullptr);
}

// What was not answered gets "unknown": its record may stand in the log.
void PartitionThread::Fail(const absl::Status& status, Inbox taken) {
  Inbox rest;
  {
    std::lock_guard lock(mutex_);
    failed_ = true;
    final_status_ = status;
    std::swap(rest, inbox_);
  }
  TurnOutput out;
  partition_->RefuseAll(Refusal::REFUSAL_OUTCOME_UNKNOWN, &out);
  for (Inbox* inbox : {&taken, &rest}) {
    TurnInput unseen;
    unseen.commands = std::move(inbox->commands);
    unseen.queries = std::move(inbox->queries);
    Partition::RefuseUnseen(unseen, &out);
  }
  HandOut(&out);
  for (Inbox* inbox : {&taken, &rest}) {
    for (auto& work : inbox->work) work(nullptr);
  }
  if (options_.on_fatal) options_.on_fatal(partition_id_, status);
}

absl::Status PartitionThread::Stop(Instant deadline) {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_by_ = deadline;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  return final_status_;
}

}  // namespace casehub::runtime
