#include "tests/simulation/faults.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/services.h"

namespace casehub::simulation {
namespace {

constexpr int kTailsMax = 12;  // of one world: more and it gets nowhere

}  // namespace

Faults::Faults(Context* context, const SeedPlan* plan, Cluster* cluster, Auditor* auditor, storage::SimulatedLog* log)
    : context_(context), plan_(plan), cluster_(cluster), auditor_(auditor), log_(log) {}

storage::SimulatedFaults Faults::AnyLogFaults() {
  Random& random = context_->random;
  storage::SimulatedFaults faults;
  const auto sometimes = [&](uint32_t ppm) {
    return random.OneIn(2) ? 0 : static_cast<uint32_t>(random.Below(ppm) + 1);
  };
  faults.refuse_ppm = sometimes(20'000);
  faults.full_ppm = sometimes(20'000);
  faults.lose_batch_ppm = sometimes(8'000);
  faults.delay_ppm = sometimes(15'000);
  faults.reorder_ppm = sometimes(15'000);
  faults.drop_ppm = sometimes(5'000);
  faults.duplicate_ppm = sometimes(20'000);
  faults.repeat_ppm = sometimes(15'000);
  faults.tear_ppm = sometimes(3'000);
  faults.garbage_ppm = sometimes(10'000);
  faults.sparse_ppm = sometimes(50'000);
  faults.latency_micros_min = random.Between(100, 1'000);
  faults.latency_micros_max = faults.latency_micros_min + random.Between(0, 4'000);
  faults.late_micros_max = random.Between(5, 3'000) * kMillisecond;
  return faults;
}

NetworkFaults Faults::AnyNetwork() {
  Random& random = context_->random;
  const auto sometimes = [&](uint32_t ppm) {
    return random.OneIn(3) ? 0 : static_cast<uint32_t>(random.Below(ppm) + 1);
  };
  NetworkFaults network{sometimes(30'000), sometimes(60'000), sometimes(40'000), {}, {}};
  if (random.OneIn(2)) {
    network.slow_from = kMunicipalities[random.Below(std::size(kMunicipalities))];
    network.slow_to = kMunicipalities[random.Below(std::size(kMunicipalities))];
  }
  return network;
}

void Faults::Often(int64_t micros, Act act) {
  context_->After(context_->random.Between(micros / 5, 2 * micros), [this, micros, act] {
    if (healed_) return;
    (this->*act)();
    Often(micros, act);
  });
}

void Faults::Start() {
  Random& random = context_->random;
  // One owner for each partition to begin with; sometimes each stream has one of its own.
  const bool spread = random.OneIn(3);
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    for (size_t i = 0; i < kServices.size(); ++i) {
      const int owner = (partition + (spread ? static_cast<int>(i) : 0)) % kProcesses;
      cluster_->Hint(partition, kServices[i], owner, true);
    }
  }
  for (int id = 0; id < kProcesses; ++id) {
    cluster_->Skew(id, random.Between(-200, 200) * kMillisecond);
    cluster_->Start(id);
  }
  Often(3 * kSecond, &Faults::Maintain);
  if (plan_->lost_tails) {
    Often(2 * kSecond, &Faults::LoseTail);
    Often(700 * kMillisecond, &Faults::CallOperator);
  }
  if (random.OneIn(12)) return;  // a calm world
  log_faults_ = AnyLogFaults();
  log_->SetFaults(log_faults_);
  cluster_->set_network(AnyNetwork());
  const auto sometimes = [&](int64_t micros, Act act) {
    if (!random.OneIn(3)) Often(random.Between(micros / 2, 3 * micros), act);
  };
  sometimes(1 * kSecond, &Faults::EndProcess);
  sometimes(1 * kSecond, &Faults::PauseProcess);
  sometimes(1 * kSecond, &Faults::JumpClock);
  sometimes(600 * kMillisecond, &Faults::MoveOwner);
  sometimes(3 * kSecond, &Faults::BlockLog);
  sometimes(2 * kSecond, &Faults::SlowReader);
  sometimes(4 * kSecond, &Faults::PassNight);
  sometimes(3 * kSecond, &Faults::BreakStore);
}

void Faults::EndProcess() {
  Random& random = context_->random;
  const int id = static_cast<int>(random.Below(kProcesses));
  if (!cluster_->process(id).up) return;
  if (random.OneIn(4)) {
    cluster_->process(id).dies_before_append = true;
    context_->Fault("process killed");
    return;
  }
  const auto end = static_cast<Cluster::End>(random.Below(3));
  const bool in_flight_lost = end != Cluster::End::kStopped && random.OneIn(2);
  context_->Fault(end == Cluster::End::kKilled      ? "process killed"
                  : end == Cluster::End::kLostPower ? "process lost power"
                                                    : "process stopped in order");
  if (in_flight_lost) context_->Fault("in flight lost with its process");
  cluster_->Stop(id, end, in_flight_lost);
  if (end == Cluster::End::kLostPower && random.OneIn(3)) {
    context_->Fault("store damaged");
    cluster_->DamageStore(id, static_cast<PartitionId>(random.Below(kPartitions)));
  }
  context_->After(random.Between(10, 2'500) * kMillisecond, [this, id] { cluster_->Start(id); });
}

// Long pauses make zombies: somebody else is told to own what this process believes to own.
void Faults::PauseProcess() {
  Random& random = context_->random;
  const int id = static_cast<int>(random.Below(kProcesses));
  context_->Fault("process paused");
  cluster_->Pause(id, random.Between(20, 5'000) * kMillisecond);
  if (!random.OneIn(2)) return;
  const int heir = static_cast<int>((id + 1 + static_cast<int>(random.Below(kProcesses - 1))) % kProcesses);
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    for (ServiceId service : kServices) {
      if (!cluster_->Hinted(partition, service, id)) continue;
      cluster_->Hint(partition, service, id, false);
      cluster_->Hint(partition, service, heir, true);
    }
  }
}

void Faults::JumpClock() {
  Random& random = context_->random;
  const int id = static_cast<int>(random.Below(kProcesses));
  const bool far = random.OneIn(6);
  const int64_t by = random.Between(1, far ? 1'200'000 : 4'000) * kMillisecond;
  const bool back = random.OneIn(2);
  context_->Fault(back ? "clock jumped back" : "clock jumped forward");
  cluster_->Skew(id, back ? -by : by);
}

void Faults::MoveOwner() {
  Random& random = context_->random;
  const auto partition = static_cast<PartitionId>(random.Below(kPartitions));
  const size_t only = random.Below(kServices.size());
  const bool all = random.OneIn(2);
  const int to = static_cast<int>(random.Below(kProcesses));
  const uint64_t way = random.Below(4);
  for (size_t i = 0; i < kServices.size(); ++i) {
    if (!all && i != only) continue;
    for (int id = 0; id < kProcesses; ++id) {
      // For a while two may be wanted, or none.
      const bool own = way == 0 ? id == to || cluster_->Hinted(partition, kServices[i], id) : way != 1 && id == to;
      cluster_->Hint(partition, kServices[i], id, own);
    }
    if (way > 1) continue;
    context_->After(random.Between(50, 3'000) * kMillisecond, [this, partition, i, to] {
      if (healed_) return;
      for (int id = 0; id < kProcesses; ++id) cluster_->Hint(partition, kServices[i], id, id == to);
    });
  }
  context_->Fault(way == 0 ? "two owners wanted" : way == 1 ? "no owner wanted" : "owner moved");
}

void Faults::BlockLog() {
  Random& random = context_->random;
  const int id = static_cast<int>(random.Below(kProcesses));
  context_->Fault("log not writable for a while");
  log_->SetWritable(id, absl::UnavailableError("no space left on device"));
  context_->After(random.Between(20, 1'500) * kMillisecond, [this, id] { log_->SetWritable(id, absl::OkStatus()); });
}

void Faults::SlowReader() {
  Random& random = context_->random;
  const int id = static_cast<int>(random.Below(kProcesses));
  context_->Fault("reader slow for a while");
  log_->SetReadDelay(id, random.Between(5, 1'500) * kMillisecond);
  context_->After(random.Between(200, 3'000) * kMillisecond, [this, id] { log_->SetReadDelay(id, 0); });
}

// Hours or days in which nobody calls: timers fall due, old request ids are swept.
void Faults::PassNight() {
  Random& random = context_->random;
  context_->Fault("night passed");
  const int64_t hours = random.OneIn(3) ? random.Between(24, 24 * 120) : random.Between(1, 12);
  context_->now.micros += hours * 3600 * kSecond;
}

void Faults::BreakStore() {
  Random& random = context_->random;
  if (plan_->rocksdb) return;
  const bool reads = random.OneIn(3);
  context_->Fault(reads ? "store read failed" : "store write failed");
  cluster_->FailStore(static_cast<int>(random.Below(kProcesses)), static_cast<PartitionId>(random.Below(kPartitions)),
                      reads);
}

void Faults::Maintain() {
  Random& random = context_->random;
  const int id = static_cast<int>(random.Below(kProcesses));
  const auto partition = static_cast<PartitionId>(random.Below(kPartitions));
  if (random.OneIn(6)) {
    cluster_->RebuildLive(id, partition);
  } else {
    cluster_->TakeSnapshot(id, partition);
  }
}

// How many records go: mostly a few; sometimes so many that an OwnerEpoch goes and an earlier record of its stream.
size_t Faults::TailToLose(PartitionId partition) const {
  const auto& judged = auditor_->judged(partition);
  if (!context_->random.OneIn(2)) return 1 + context_->random.Below(12);
  for (size_t i = judged.size(); i > 0 && judged.size() - i < 40; --i) {
    const Judged& owner = judged[i - 1];
    if (!owner.IsEffective() || owner.record->kind != storage::RecordKind::kOwnerEpoch) continue;
    for (size_t k = i - 1; k > 0 && judged.size() - k < 60; --k) {
      const Judged& before = judged[k - 1];
      if (before.IsEffective() && before.record->service == owner.record->service) return judged.size() - (k - 1);
    }
  }
  return 1 + context_->random.Below(12);
}

void Faults::LoseTail() {
  if (++tails_lost_ > kTailsMax) return;
  Random& random = context_->random;
  const auto partition = static_cast<PartitionId>(random.Below(kPartitions));
  const size_t lost_before = log_->lost(partition).size();
  log_->LoseTail(partition, TailToLose(partition));
  context_->Fault("tail of the log lost");
  auditor_->Rewind(partition);
  if (random.OneIn(2)) ReturnLost(partition, lost_before);
  if (random.OneIn(2)) context_->After(random.Between(1, 1'500) * kMillisecond, [this] { LosePower(); });
}

// Keyspaces recover alone: some may stand on what was lost, others before it.
void Faults::LosePower() {
  const int id = static_cast<int>(context_->random.Below(kProcesses));
  if (healed_ || !cluster_->process(id).up) return;
  context_->Fault("process lost power");
  cluster_->Stop(id, Cluster::End::kLostPower, false);
  context_->After(context_->random.Between(10, 800) * kMillisecond, [this, id] { cluster_->Start(id); });
}

// A producer that had no answer sends again what the log had lost: a take-over and what followed it, but not what stood
// before it.
void Faults::ReturnLost(PartitionId partition, size_t lost_before) {
  const auto& lost = log_->lost(partition);
  storage::AppendBatch batch;
  std::optional<storage::Record> owner;
  for (size_t i = lost_before; i < lost.size(); ++i) {
    auto record = storage::DecodeRecord(*lost[i].bytes);
    if (!record.ok()) continue;
    if (!owner && record->kind != storage::RecordKind::kOwnerEpoch) continue;
    if (!owner) {
      owner = *record;
      batch.records.push_back(lost[i].bytes);
      // What the owner had read by then stands where these do.
      for (size_t k = lost_before; k < i + 3; ++k) {
        batch.records.push_back(std::make_shared<const std::string>(context_->random.Bytes(20)));
      }
      continue;
    }
    if (record->owner == owner->owner) batch.records.push_back(lost[i].bytes);
  }
  if (batch.records.empty()) return;
  context_->Fault("lost record came back", batch.records.size());
  (void)cluster_->one_log()->Append(partition, std::move(batch));
}

void Faults::CallOperator() { cluster_->PassBlockedStreams(); }

void Faults::Heal() {
  healed_ = true;
  log_->SetFaults({});
  cluster_->set_network({});
  cluster_->HealStores();
  Random& random = context_->random;
  for (int id = 0; id < kProcesses; ++id) {
    log_->SetWritable(id, absl::OkStatus());
    log_->SetReadDelay(id, 0);
    cluster_->Skew(id, -cluster_->process(id).skew_micros);  // what is asked for in the end is not from the future
    cluster_->process(id).paused_until = 0;
    cluster_->process(id).dies_before_append = false;
  }
  // A last take-over, so that what was left half done is found by somebody else.
  const bool orderly = random.OneIn(3);
  for (int id = 0; id < kProcesses; ++id) {
    if (plan_->lost_tails || !orderly) cluster_->Stop(id, Cluster::End::kKilled, false);
  }
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    const int owner = static_cast<int>(random.Below(kProcesses));
    for (ServiceId service : kServices) {
      for (int id = 0; id < kProcesses; ++id) cluster_->Hint(partition, service, id, id == owner);
    }
  }
  for (int id = 0; id < kProcesses; ++id) cluster_->Start(id);
  if (!plan_->lost_tails) return;
  // A reader that missed a loss finds out with the next record that was written on the log as it is.
  context_->After(2 * kSecond, [this] {
    for (PartitionId partition = 0; partition < kPartitions; ++partition) {
      cluster_->TakeAsOperator(partition, ServiceId::kRegistry);
    }
  });
}

}  // namespace casehub::simulation
