// How processes start, stop, fail and recover; and when nothing is under way any more.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/runtime/rebuild.h"
#include "tests/simulation/cluster.h"

namespace casehub::simulation {

using runtime::Overlay;
using runtime::Refusal;
using runtime::Stream;
namespace tables = runtime::tables;

void Cluster::Start(int id) {
  Process& one = process(id);
  if (one.up) return;
  one.up = true;
  for (Shard& shard : one.shards) OpenShard(&one, &shard);
}

absl::Status Cluster::TryOpen(Process* one, Shard* shard) {
  shard->incarnation = ++incarnations_;
  shard->address = absl::StrCat("process-", one->id, ".", shard->incarnation);
  runtime::PartitionConfig config = ConfigOf(shard->partition, shard->store->get());
  config.address = shard->address;
  config.plants = plan_->plants;
  config.unexplained_up_to = shard->unexplained_up_to;
  auto opened = runtime::Partition::Open(std::move(config));
  if (!opened.ok()) return opened.status();
  const int id = one->id;
  const PartitionId partition = shard->partition;
  auto reader = one->log->OpenReader(partition, (*opened)->read_after(), [this, id, partition] {
    ScheduleTurn(id, partition, context_->now.micros + context_->random.Between(50, 1'500));
  });
  if (!reader.ok()) return reader.status();
  shard->live = *std::move(opened);
  shard->reader = *std::move(reader);
  return absl::OkStatus();
}

// Newest state that matches the log: the live store, a snapshot, nothing.
void Cluster::OpenShard(Process* one, Shard* shard) {
  if (shard->contradictions == 1) {
    context_->Count(shard->store->Damage() == storage::RecoveredFrom::kSnapshot ? Situation::kSnapshotRestored
                                                                                : Situation::kRebuiltFromNothing);
  } else if (shard->contradictions > 1) {
    // Still there after a restart from a snapshot: it stays unexplained, the streams concerned wait for an operator.
    shard->store->Erase();
    shard->unexplained_up_to = one->log->End(shard->partition).value_or(kNoOffset);
  }
  for (int attempt = 0; !shard->live; ++attempt) {
    const auto status = TryOpen(one, shard);
    if (status.ok()) break;
    const bool explained = plan_->lost_tails && (absl::IsDataLoss(status) || absl::IsOutOfRange(status));
    if (!explained || attempt > 2) {
      context_->Report("open_failed",
                       absl::StrCat("process ", one->id, ", partition ", shard->partition, ": ", status.ToString()));
      return;
    }
    context_->Count(Situation::kLostTailAtOpen);
    if (attempt == 0) {
      shard->store->Damage();
    } else {
      shard->store->Erase();
    }
  }
  for (size_t i = 1; i < kServices.size(); ++i) {
    if (shard->live->rows(i).applied == shard->live->rows(0).applied) continue;
    context_->Count(Situation::kRecoveredUnevenly);
    break;
  }
  shard->turn_at = INT64_MAX;
  shard->roles.fill(Stream::Role::kFollower);
  shard->counters.fill({});
  shard->pending.fill(0);
  shard->refusals.fill(0);
  for (ServiceId service : kServices) {
    shard->live->SetHint(service, Hinted(shard->partition, service, one->id));
  }
  shard->live->set_observer([this, id = one->id, partition = shard->partition](
                                const storage::LogEntry& entry, const storage::Record*,
                                const storage::Judgement& judgement) { Observe(id, partition, entry, judgement); });
  ScheduleTurn(one->id, shard->partition, context_->now.micros + 100);
}

void Cluster::CloseShard(int id, Shard* shard, bool orderly) {
  if (!shard->live) return;
  if (orderly) (void)Flush(id, shard);
  shard->write_backs.clear();
  shard->reader.reset();
  shard->live.reset();
  shard->tickets.clear();
  shard->inbox = runtime::TurnInput();
  HealReads(shard);
}

void Cluster::Stop(int id, End end, bool in_flight_lost) {
  Process& one = process(id);
  if (!one.up) return;
  for (Shard& shard : one.shards) {
    if (!shard.live) continue;
    size_t pending = 0;
    for (size_t i = 0; i < kServices.size(); ++i) pending += shard.live->stream(i).pending();
    if (end == End::kStopped) {
      runtime::TurnOutput out;
      shard.live->RefuseAll(Refusal::REFUSAL_SHUTTING_DOWN, &out);
      HandOut(&one, &shard, &out);
      // What had arrived and was not taken is refused at the door.
      for (const auto& command : shard.inbox.commands) {
        runtime::TurnOutput door;
        door.replies.push_back({command->ticket, runtime::Refuse(Refusal::REFUSAL_SHUTTING_DOWN), kNoOffset, false});
        HandOut(&one, &shard, &door);
      }
    } else {
      if (!shard.write_backs.empty()) context_->Count(Situation::kCrashWhileWritingBack);
      context_->Count(pending > 0 ? Situation::kCrashBeforeReadBack : Situation::kCrashInEmptyPipeline);
    }
    CloseShard(id, &shard, end == End::kStopped);
    if (end == End::kLostPower) {
      if (shard.store->LosePower(&context_->random)) context_->Count(Situation::kRolledBack);
    } else {
      shard.store->Restart();
    }
  }
  one.up = false;
  one.dies_before_append = false;
  one.paused_until = 0;
  if (in_flight_lost) log_->LoseInFlight(id);
}

void Cluster::Pause(int id, int64_t micros) {
  process(id).paused_until = std::max(process(id).paused_until, context_->now.micros + micros);
}

void Cluster::Skew(int id, int64_t micros) { process(id).skew_micros += micros; }

bool Cluster::Hinted(PartitionId partition, ServiceId service, int id) const {
  return hints_[static_cast<size_t>(partition)][IndexOf(service)][static_cast<size_t>(id)];
}

void Cluster::Hint(PartitionId partition, ServiceId service, int id, bool own) {
  hints_[static_cast<size_t>(partition)][IndexOf(service)][static_cast<size_t>(id)] = own;
  Shard& shard = process(id).shards[static_cast<size_t>(partition)];
  if (!shard.live) return;
  shard.live->SetHint(service, own);
  ScheduleTurn(id, partition, context_->now.micros + context_->random.Between(10, 2'000));
}

// Only while the process is down: damage is found at open.
void Cluster::DamageStore(int id, PartitionId partition) {
  if (process(id).up) return;
  const auto recovered = process(id).shards[static_cast<size_t>(partition)].store->Damage();
  context_->Count(recovered == storage::RecoveredFrom::kSnapshot ? Situation::kSnapshotRestored
                                                                 : Situation::kRebuiltFromNothing);
}

void Cluster::FailStore(int id, PartitionId partition, bool reads) {
  Shard& shard = process(id).shards[static_cast<size_t>(partition)];
  if (!shard.live || shard.store->memory() == nullptr) return;
  auto* keyspace = shard.store->memory()->memory_keyspace(
      context_->random.Pick(std::vector<ServiceId>(kServices.begin(), kServices.end())));
  if (reads) {
    keyspace->FailReads(absl::DataLossError("a block's checksum is wrong"));
    shard.fault_expected = true;
  } else {
    keyspace->FailWrites(absl::UnavailableError("no space left on device"), context_->random.OneIn(2));
    context_->After(context_->random.Between(100, 8'000) * kMillisecond,
                    [this, id, partition] { HealWrites(&process(id).shards[static_cast<size_t>(partition)]); });
  }
}

void Cluster::HealStores() {
  for (Process& one : processes_) {
    for (Shard& shard : one.shards) {
      HealWrites(&shard);
      HealReads(&shard);
    }
  }
}

void Cluster::HealWrites(Shard* shard) {
  auto* memory = shard->store->memory();
  if (memory == nullptr) return;
  for (ServiceId service : kServices) memory->memory_keyspace(service)->FailWrites(absl::OkStatus());
}

void Cluster::HealReads(Shard* shard) {
  if (!shard->fault_expected) return;
  shard->fault_expected = false;
  for (ServiceId service : kServices) {
    shard->store->memory()->memory_keyspace(service)->FailReads(absl::OkStatus());
  }
}

void Cluster::TakeSnapshot(int id, PartitionId partition) {
  Shard& shard = process(id).shards[static_cast<size_t>(partition)];
  if (!shard.live || shard.fault_expected || shard.store->memory() == nullptr) return;
  if (context_->random.OneIn(2) && !Flush(id, &shard).ok()) return;
  if (shard.store->get()->Snapshot(partition).ok()) context_->Fault("snapshot taken");
}

// Folds one service again beside the live rows, compares, and puts the new ones in their place.
void Cluster::RebuildLive(int id, PartitionId partition) {
  Shard& shard = process(id).shards[static_cast<size_t>(partition)];
  if (!shard.live || shard.fault_expected || plan_->lost_tails) return;
  const auto& all = services(partition);
  const size_t index = context_->random.Below(all.size());
  const runtime::Service* service = all[index].get();
  storage::ProjectionStore* store = shard.store->get();
  if (!Flush(id, &shard).ok()) return;
  auto target = store->BeginRebuild(service->id());
  if (!target.ok()) return context_->Report("rebuild_failed", target.status().ToString());
  runtime::RebuildRequest request;
  request.log = one_log();
  request.partition = partition;
  request.service = service;
  for (const auto& one : all) request.catalogue.push_back(one.get());
  request.target = *target;
  request.up_to = shard.live->rows(index).applied;  // after a loss of power some stand further than others
  request.limits = limits_.stream;
  const auto rebuilt = runtime::Rebuild(request);
  if (!rebuilt.ok()) return context_->Report("rebuild_failed", rebuilt.status().ToString());
  const auto difference = runtime::FirstDifference(*store->keyspace(service->id()), **target);
  if (!difference.ok() || !difference->empty()) {
    return context_->Report("rebuild_differs", absl::StrCat("process ", id, ", partition ", partition, ", ",
                                                            std::string(ServiceName(service->id())), ": row ",
                                                            difference.value_or("unreadable")));
  }
  const auto status = shard.live->ReplaceStore(service->id(), [&]() -> absl::StatusOr<storage::Keyspace*> {
    if (auto replaced = store->ReplaceWithRebuilt(service->id()); !replaced.ok()) return replaced;
    return store->keyspace(service->id());
  });
  if (!status.ok()) return context_->Report("rebuild_failed", status.ToString());
  context_->Count(Situation::kRebuiltLive);
}

storage::EventLog* Cluster::one_log() const { return log_->Connect(kProcesses); }

void Cluster::PassBlockedStreams() {
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    for (ServiceId service : kServices) {
      const bool blocked = std::any_of(processes_.begin(), processes_.end(), [&](const Process& one) {
        const Shard& shard = one.shards[static_cast<size_t>(partition)];
        return shard.live && shard.live->rule().stream(service).blocked;
      });
      if (!blocked) continue;
      context_->Count(Situation::kStreamBlocked);
      if (TakeAsOperator(partition, service)) context_->Count(Situation::kOperatorPassed);
    }
  }
}

// What an operator appends has the digest of the log as it is: whoever reads another log finds out.
bool Cluster::TakeAsOperator(PartitionId partition, ServiceId service) {
  const auto& rule = auditor_->rule(partition);
  storage::Record record;
  record.kind = storage::RecordKind::kOwnerEpoch;
  record.by_operator = true;
  record.service = service;
  const uint64_t high = context_->random.Next();
  record.owner = record.command_id = Uuid::V7(context_->now.micros / 1000, high, context_->random.Next());
  record.previous_epoch = rule.stream(service).epoch;
  record.epoch = record.previous_epoch + 1;
  record.decided_at = std::max(context_->now, rule.stream(service).decided_at);
  record.read_up_to = rule.offset();
  record.log_digest = rule.log_digest();
  record.head = rule.stream(service).head;
  record.address = "operator";
  auto bytes = storage::EncodeRecord(record);
  if (!bytes.ok()) return false;
  storage::AppendBatch batch;
  batch.records.push_back(std::make_shared<const std::string>(*std::move(bytes)));
  return one_log()->Append(partition, std::move(batch)).ok();
}

void Cluster::FlushAll() {
  for (Process& one : processes_) {
    for (Shard& shard : one.shards) {
      if (!shard.live) continue;
      if (auto status = Flush(one.id, &shard); !status.ok()) {
        context_->Report("flush_failed", status.ToString());
      }
    }
  }
}

bool Cluster::Quiet(std::string* why) const {
  for (const Process& one : processes_) {
    for (const Shard& shard : one.shards) {
      if (!QuietShard(one, shard, why) || !QuietTables(one, shard, why)) return false;
    }
  }
  return true;
}

bool Cluster::QuietShard(const Process& one, const Shard& shard, std::string* why) const {
  const std::string where = absl::StrCat("process ", one.id, ", partition ", shard.partition);
  if (!shard.live) {
    *why = absl::StrCat(where, " is down");
    return false;
  }
  const Offset end = auditor_->rule(shard.partition).offset();
  if (shard.live->rule().offset() != end) {
    *why = absl::StrCat(where, " has read up to ", shard.live->rule().offset(), " of ", end);
    return false;
  }
  for (size_t i = 0; i < kServices.size(); ++i) {
    const Stream& stream = shard.live->stream(i);
    if (stream.pending() == 0 && stream.queued() == 0) continue;
    *why = absl::StrCat(where, ", ", std::string(ServiceName(kServices[i])), " has ", stream.pending(), " pending and ",
                        stream.queued(), " queued");
    return false;
  }
  if (!shard.tickets.empty()) {
    *why = absl::StrCat(where, " left ", shard.tickets.size(), " callers without an answer");
    return false;
  }
  return true;
}

// What the owner has to work off: nothing that is due may be left.
bool Cluster::QuietTables(const Process& one, const Shard& shard, std::string* why) const {
  for (size_t i = 0; i < kServices.size(); ++i) {
    if (!Hinted(shard.partition, kServices[i], one.id)) continue;
    const std::string where =
        absl::StrCat("process ", one.id, ", partition ", shard.partition, ", ", std::string(ServiceName(kServices[i])));
    if (shard.live->stream(i).role() != Stream::Role::kOwner) {
      *why = absl::StrCat(where, " does not own its stream");
      return false;
    }
    const Overlay& overlay = shard.live->rows(i).overlay;
    // A second for the turn that is about to fire a timer.
    const Instant due_by{ClockOf(one.id).micros - kSecond};
    overlay.Scan(tables::TableStart(tables::kDue), tables::DueKey({due_by, 0, 0, 0}), Overlay::Level::kApplied,
                 [&](std::string_view key, std::string_view) {
                   const storage::DueId id = tables::ParseDueKey(key);
                   *why = absl::StrCat(where, " has due work of offset ", id.offset, " unsettled, due at ",
                                       id.due_at.micros);
                   return false;
                 });
    overlay.Scan(tables::TableStart(tables::kOutboxHead), tables::TableEnd(tables::kOutboxHead),
                 Overlay::Level::kApplied, [&](std::string_view key, std::string_view value) {
                   const tables::OutboxHead head = tables::DecodeOutboxHead(value);
                   if (head.delivered == head.last) return true;
                   *why = absl::StrCat(where, " has ", head.last - head.delivered, " of ", head.last, " messages to ",
                                       tables::DecodeNumber(key.substr(5, 4)), " undelivered");
                   return false;
                 });
    if (!why->empty()) return false;
  }
  return true;
}

}  // namespace casehub::simulation
