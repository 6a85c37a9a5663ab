// Turns of a partition, what goes into them and what comes out.
#include "tests/simulation/cluster.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/runtime/placement.h"
#include "tests/simulation/services.h"

namespace casehub::simulation {

using runtime::Refusal;
using runtime::Stream;
using runtime::TurnInput;
using runtime::TurnOutput;

namespace {

constexpr Offset kNotTaken = -2;
constexpr size_t kInboxMax = 64;

}  // namespace

size_t IndexOf(ServiceId service) {
  return static_cast<size_t>(std::find(kServices.begin(), kServices.end(), service) - kServices.begin());
}

// These say nothing of the case, only that this process did not decide; all but the last are certain.
bool IsTransportRefusal(Refusal reason) {
  switch (reason) {
    case Refusal::REFUSAL_NOT_OWNER:
    case Refusal::REFUSAL_LOG_UNAVAILABLE:
    case Refusal::REFUSAL_QUEUE_FULL:
    case Refusal::REFUSAL_STREAM_BLOCKED:
    case Refusal::REFUSAL_DEADLINE_PASSED:
    case Refusal::REFUSAL_SHUTTING_DOWN:
    case Refusal::REFUSAL_OUTCOME_UNKNOWN:
      return true;
    default:
      return false;
  }
}

Cluster::Cluster(Context* context, const SeedPlan* plan, storage::SimulatedLog* log, Auditor* auditor)
    : context_(context), plan_(plan), log_(log), auditor_(auditor) {
  Random& random = context_->random;
  const size_t pipelines[] = {3, 16, 1024};
  limits_.stream.pipeline_records_max = pipelines[random.Below(3)];
  limits_.stream.decisions_per_turn_max = random.OneIn(3) ? 4 : 256;
  limits_.stream.mail_window_max = random.OneIn(3) ? 2 : 32;
  if (random.OneIn(3)) {  // rows wait for a store that has no room, until too many do
    limits_.write_back_rows_max = 64;
    limits_.write_back_lag_max = 1 + random.Below(4);
  }
  limits_.stream.ids_kept_micros = 4 * 3600 * kSecond;
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    services_[static_cast<size_t>(partition)] = MakeServices(log_->Connect(kProcesses), partition, plan_->domain);
  }
  for (int id = 0; id < kProcesses; ++id) {
    Process& one = process(id);
    one.id = id;
    one.log = log_->Connect(id);
    for (PartitionId partition = 0; partition < kPartitions; ++partition) {
      Shard& shard = one.shards[static_cast<size_t>(partition)];
      shard.partition = partition;
      shard.store = Store::Open(plan_->folder.empty() ? "" : absl::StrCat(plan_->folder, "/process-", id), partition);
    }
  }
}

Cluster::~Cluster() {
  for (Process& one : processes_) {
    for (Shard& shard : one.shards) {
      shard.reader.reset();
      shard.live.reset();
    }
  }
}

runtime::PartitionConfig Cluster::ConfigOf(PartitionId partition, storage::ProjectionStore* store) const {
  runtime::PartitionConfig config;
  config.partition = partition;
  for (const auto& service : services(partition)) {
    config.services.push_back(service.get());
    config.keyspaces.push_back(store->keyspace(service->id()));
  }
  config.mint = [this](Instant now) {
    const uint64_t high = context_->random.Next();
    return Uuid::V7(now.micros / 1000, high, context_->random.Next());
  };
  config.read_at = [this, partition](Offset offset) { return log_->Connect(kProcesses)->ReadAt(partition, offset); };
  config.limits = limits_;
  return config;
}

int Cluster::Route(PartitionId partition, ServiceId service) {
  Random& random = context_->random;
  if (random.OneIn(12)) return static_cast<int>(random.Below(kProcesses));
  const int start = static_cast<int>(random.Below(kProcesses));
  for (int i = 0; i < kProcesses; ++i) {
    const int id = (start + i) % kProcesses;
    if (Hinted(partition, service, id)) return id;
  }
  return start;
}

bool Cluster::Arrive(int id, PartitionId partition, std::shared_ptr<runtime::CommandInput> command) {
  Shard& shard = process(id).shards[static_cast<size_t>(partition)];
  if (!process(id).up || !shard.live) return false;
  shard.tickets[command->ticket] = kNotTaken;
  if (shard.inbox.commands.size() + shard.inbox.queries.size() >= kInboxMax) {
    runtime::Reply full{command->ticket, runtime::Refuse(Refusal::REFUSAL_QUEUE_FULL).With("retry_ms", "100"),
                        kNoOffset, false};
    TurnOutput out;
    out.replies.push_back(std::move(full));
    HandOut(&process(id), &shard, &out);
    return true;
  }
  shard.inbox.commands.push_back(std::move(command));
  ScheduleTurn(id, partition, context_->now.micros + context_->random.Between(10, 400));
  return true;
}

bool Cluster::Arrive(int id, PartitionId partition, runtime::QueryInput query) {
  Shard& shard = process(id).shards[static_cast<size_t>(partition)];
  if (!process(id).up || !shard.live) return false;
  shard.tickets[query.ticket] = kNotTaken;
  if (query.min_offset > shard.live->rule().offset()) context_->Count(Situation::kQueryWaited);
  shard.inbox.queries.push_back(std::move(query));
  ScheduleTurn(id, partition, context_->now.micros + context_->random.Between(10, 400));
  return true;
}

void Cluster::ScheduleTurn(int id, PartitionId partition, int64_t at) {
  Process& one = process(id);
  Shard& shard = one.shards[static_cast<size_t>(partition)];
  at = std::max({at, context_->now.micros, one.paused_until});
  if (at >= shard.turn_at) return;
  shard.turn_at = at;
  context_->At(at, [this, id, partition, at, incarnation = shard.incarnation] {
    Shard& due = process(id).shards[static_cast<size_t>(partition)];
    if (due.incarnation == incarnation && due.turn_at == at) Turn(id, partition);
  });
}

TurnInput Cluster::TakeInput(Process* one, Shard* shard) {
  TurnInput input = std::move(shard->inbox);
  shard->inbox = TurnInput();
  input.now = ClockOf(one->id);
  input.log_writable = one->log->writable();
  shard->stalled = !shard->live->StoreStalled().ok();
  if (shard->stalled) {
    context_->Count(Situation::kStoreStalled);
    return input;
  }
  const size_t bytes = context_->random.OneIn(8) ? 1 : 256 << 10;
  const auto status = shard->reader->Next(bytes, &input.entries);
  if (!status.ok()) context_->Report("reader_failed", status.ToString());
  input.at_end = input.entries.empty();
  return input;
}

void Cluster::Turn(int id, PartitionId partition) {
  Process& one = process(id);
  Shard& shard = one.shards[static_cast<size_t>(partition)];
  shard.turn_at = INT64_MAX;
  if (!shard.live) return;
  if (context_->now.micros < one.paused_until) return ScheduleTurn(id, partition, one.paused_until);
  ++context_->counts.turns;
  TurnInput input = TakeInput(&one, &shard);
  const bool read = !input.entries.empty();
  if (input.at_end) shard.contradictions = 0;
  std::vector<uint64_t> taken;
  for (const auto& command : input.commands) taken.push_back(command->ticket);
  for (const auto& query : input.queries) taken.push_back(query.ticket);
  TurnOutput out;
  if (context_->random.OneIn(2)) {
    out.answer_first = [&](runtime::Reply reply) {
      context_->Count(Situation::kAnsweredFirst);
      TurnOutput answer;
      answer.replies.push_back(std::move(reply));
      HandOut(&one, &shard, &answer);
    };
  }
  shard.live->Turn(std::move(input), &out);
  for (uint64_t ticket : taken) shard.tickets[ticket] = shard.live->rule().offset();
  CountTurn(one, &shard);
  if (one.dies_before_append && !out.append.records.empty()) {
    one.dies_before_append = false;
    context_->Count(Situation::kCrashBeforeAppend);
    Stop(id, End::kKilled, false);
    context_->After(context_->random.Between(10, 900) * kMillisecond, [this, id] { Start(id); });
    return;
  }
  if (out.fatal.ok() && !out.append.records.empty()) {
    if (auto status = one.log->Append(partition, std::move(out.append)); !status.ok()) {
      shard.live->OnAppendRefused(status, &out);
      for (size_t i = 0; i < kServices.size(); ++i) {
        if (shard.live->stream(i).pending() > 0) context_->Count(Situation::kAppendRefusedPipelined);
      }
      out.more = true;
    }
  }
  HandOut(&one, &shard, &out);
  StartWrites(&one, &shard, &out);
  if (!out.fatal.ok()) return Fail(&one, &shard, out.fatal);
  if (read || out.more || (shard.stalled && shard.live->StoreStalled().ok())) {
    ScheduleTurn(id, partition, context_->now.micros + context_->random.Between(20, 200));
  } else if (out.wake_at.micros != INT64_MAX) {
    ScheduleTurn(id, partition, std::max(out.wake_at.micros - one.skew_micros, context_->now.micros + 100));
  }
}

void Cluster::HandOut(Process* one, Shard* shard, TurnOutput* out) {
  const auto proved = std::count_if(out->replies.begin(), out->replies.end(), [](const runtime::Reply& reply) {
    const auto* refused = std::get_if<runtime::Refused>(&reply.result);
    return refused != nullptr && !IsTransportRefusal(refused->reason);
  });
  if (proved > 1) context_->Count(Situation::kBarrierShared);
  for (runtime::Reply& reply : out->replies) {
    const auto taken = shard->tickets.find(reply.ticket);
    if (taken == shard->tickets.end()) {
      context_->Report("answered_twice", absl::StrCat("ticket ", reply.ticket, " was answered again"));
      return;
    }
    const Offset read = shard->live ? shard->live->rule().offset() : kNoOffset;
    Emitted emitted{one->id, shard->partition, shard->incarnation, taken->second, read, std::move(reply)};
    shard->tickets.erase(taken);
    if (sink_) sink_(std::move(emitted));
  }
  for (runtime::Mail& mail : out->mail) SendMail(std::move(mail));
  for (const runtime::MailAck& ack : out->acks) SendAck(ack);
}

// Rows reach the store at once or a good while later, as long as the process lives.
void Cluster::StartWrites(Process* one, Shard* shard, TurnOutput* out) {
  for (auto& rows : out->write_backs) {
    shard->write_backs.push_back(std::move(rows));
    const int64_t delay = context_->random.OneIn(3) ? 0 : context_->random.Between(100, 300 * kMillisecond);
    context_->After(delay, [this, id = one->id, partition = shard->partition, incarnation = shard->incarnation] {
      Shard& due = process(id).shards[static_cast<size_t>(partition)];
      if (!due.live || due.incarnation != incarnation || due.write_backs.empty()) return;
      due.write_backs.front()->Run();
      due.inbox.written.push_back(std::move(due.write_backs.front()));
      due.write_backs.pop_front();
      ScheduleTurn(id, partition, context_->now.micros + context_->random.Between(10, 400));
    });
  }
}

absl::Status Cluster::Flush(int id, Shard* shard) {
  for (auto& rows : shard->write_backs) {
    rows->Run();
    shard->inbox.written.push_back(std::move(rows));
  }
  shard->write_backs.clear();
  if (auto status = shard->live->EndWriteBacks(std::exchange(shard->inbox.written, {})); !status.ok()) return status;
  return shard->live->Flush(ClockOf(id));
}

void Cluster::SendMail(runtime::Mail mail) {
  Random& random = context_->random;
  uint64_t& newest = mail_sent_[{mail.service, mail.from, mail.to}];
  if (mail.n <= newest) context_->Count(Situation::kMailResent);
  newest = std::max(newest, mail.n);
  int copies = 1;
  if (random.Chance(network_.lose_ppm)) {
    context_->Fault("mail lost");
    copies = 0;
  } else if (random.Chance(network_.double_ppm)) {
    context_->Fault("mail doubled");
    copies = 2;
  }
  for (int i = 0; i < copies; ++i) {
    int64_t delay = random.Between(100, 3'000);
    if (random.Chance(network_.late_ppm)) {
      context_->Fault("mail late");
      delay += random.Between(1, 2'000) * kMillisecond;
    }
    if (mail.from == network_.slow_from && mail.to == network_.slow_to) {
      context_->Fault("mail on a slow way");
      delay += random.Between(200, 2'000) * kMillisecond;
    }
    context_->After(delay, [this, mail] {
      const PartitionId partition = runtime::PlaceOf(mail.to, kPartitions);
      const int id = Route(partition, mail.service);
      Shard& shard = process(id).shards[static_cast<size_t>(partition)];
      if (!process(id).up || !shard.live) return;
      const Stream& stream = shard.live->stream(IndexOf(mail.service));
      if (stream.role() == Stream::Role::kOwner && mail.n <= stream.AppliedMail(mail.to, mail.from)) {
        transfer::v1::TransferMessage message;
        if (mail.service == ServiceId::kTransfer && message.ParseFromString(mail.payload) && message.has_offer()) {
          context_->Count(Situation::kLateOffer);
        }
      }
      shard.inbox.mail.push_back(mail);
      ScheduleTurn(id, partition, context_->now.micros + context_->random.Between(10, 400));
    });
  }
}

void Cluster::SendAck(const runtime::MailAck& ack) {
  Random& random = context_->random;
  if (random.Chance(network_.lose_ppm)) {
    context_->Fault("acknowledgement lost");
    return;
  }
  context_->After(random.Between(100, 3'000), [this, ack] {
    const PartitionId partition = runtime::PlaceOf(ack.from, kPartitions);
    const int id = Route(partition, ack.service);
    Shard& shard = process(id).shards[static_cast<size_t>(partition)];
    if (!process(id).up || !shard.live) return;
    shard.inbox.acks.push_back(ack);
    ScheduleTurn(id, partition, context_->now.micros + context_->random.Between(10, 400));
  });
}

void Cluster::Observe(int id, PartitionId partition, const storage::LogEntry& entry,
                      const storage::Judgement& judgement) {
  if (plan_->lost_tails) return;  // what it read may be gone by now
  const Judged* truth = auditor_->At(partition, entry.offset);
  if (truth != nullptr && truth->judgement.verdict == judgement.verdict) return;
  context_->Report("verdicts_differ",
                   absl::StrCat("process ", id, " takes the record at offset ", entry.offset, " of partition ",
                                partition, " for ", std::string(storage::VerdictName(judgement.verdict)), ", it is ",
                                truth == nullptr ? std::string("not there")
                                                 : std::string(storage::VerdictName(truth->judgement.verdict))));
}

// A partition that cannot go on: everything that waits is unknown, and it starts again from its store.
void Cluster::Fail(Process* one, Shard* shard, const absl::Status& status) {
  const bool contradiction = absl::IsDataLoss(status) && plan_->lost_tails;
  if (contradiction) {
    ++shard->contradictions;
    context_->Count(Situation::kLostTailRead);
  } else if (shard->fault_expected) {
    context_->Count(Situation::kStoreFailed);
  } else {
    context_->Report("fatal",
                     absl::StrCat("process ", one->id, ", partition ", shard->partition, ": ", status.ToString()));
  }
  TurnOutput out;
  shard->live->RefuseAll(Refusal::REFUSAL_OUTCOME_UNKNOWN, &out);
  HandOut(one, shard, &out);
  CloseShard(one->id, shard, false);
  const int id = one->id;
  const PartitionId partition = shard->partition;
  context_->After(context_->random.Between(5, 500) * kMillisecond, [this, id, partition] {
    Shard& closed = process(id).shards[static_cast<size_t>(partition)];
    if (!process(id).up || closed.live) return;
    closed.store->Restart();
    OpenShard(&process(id), &closed);
  });
}

void Cluster::CountTurn(const Process& one, Shard* shard) {
  for (size_t i = 0; i < kServices.size(); ++i) {
    const Stream& stream = shard->live->stream(i);
    const runtime::StreamCounters& now = stream.counters();
    runtime::StreamCounters& was = shard->counters[i];
    const auto count = [&](uint64_t runtime::StreamCounters::*counter, Situation situation) {
      if (now.*counter > was.*counter) context_->Count(situation, now.*counter - was.*counter);
    };
    count(&runtime::StreamCounters::rebased, Situation::kRebased);
    count(&runtime::StreamCounters::probes, Situation::kProbe);
    count(&runtime::StreamCounters::barriers, Situation::kBarrier);
    count(&runtime::StreamCounters::mail_out_of_order, Situation::kMailOutOfOrder);
    count(&runtime::StreamCounters::mail_repeated, Situation::kMailRepeated);
    count(&runtime::StreamCounters::lost_with_pending, Situation::kTakeOverFullOverlay);
    if (now.redone > was.redone && shard->pending[i] > 1) context_->Count(Situation::kRedoDeep);
    if (now.lost_epochs > was.lost_epochs) {
      if (now.lost_with_pending == was.lost_with_pending) context_->Count(Situation::kLostEpochIdle);
      if (one.paused_until > context_->now.micros - 200 * kMillisecond) context_->Count(Situation::kZombieResumed);
    }
    if (now.takeovers > was.takeovers) CountNewOwner(one, shard, i);
    if (shard->roles[i] == Stream::Role::kCandidate && stream.role() == Stream::Role::kFollower) {
      context_->Count(Situation::kCandidateLost);
    }
    if (stream.role() == Stream::Role::kCandidate && stream.queued() > 0) {
      context_->Count(Situation::kCommandBehindTakeOver);
    }
    const uint64_t refusals = shard->live->rows(i).refusals;
    if (refusals > shard->refusals[i]) context_->Count(Situation::kStoreRefused);
    shard->refusals[i] = refusals;
    shard->roles[i] = stream.role();
    shard->pending[i] = stream.pending();
    was = now;
  }
}

void Cluster::CountNewOwner(const Process&, Shard* shard, size_t service) {
  context_->Count(Situation::kTakeOver);
  bool due = false;
  shard->live->rows(service).overlay.Scan(runtime::tables::TableStart(runtime::tables::kDue),
                                          runtime::tables::DueKey({{1}, 0, 0, 0}), runtime::Overlay::Level::kApplied,
                                          [&](std::string_view, std::string_view) {
                                            due = true;
                                            return false;
                                          });
  if (due) context_->Count(Situation::kTakeOverDueWaiting);
}

}  // namespace casehub::simulation
