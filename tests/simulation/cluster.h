// The processes: each follows every partition with all services, owns what it is told to own, and talks to the others
// through a network that loses, doubles and delays. What runs in them is the runtime of production, turn by turn.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/runtime/partition.h"
#include "storage/log/simulated/simulated_log.h"
#include "tests/simulation/auditor.h"
#include "tests/simulation/context.h"
#include "tests/simulation/plants.h"
#include "tests/simulation/store.h"

namespace casehub::simulation {

inline constexpr std::array<ServiceId, 7> kServices = {
    ServiceId::kIntake,   ServiceId::kAssignment, ServiceId::kMediation, ServiceId::kEvaluation,
    ServiceId::kTransfer, ServiceId::kRegistry,   ServiceId::kLedger};

// How the network treats what is sent; in millionths of what is sent.
struct NetworkFaults {
  uint32_t lose_ppm = 0;
  uint32_t double_ppm = 0;
  uint32_t late_ppm = 0;   // up to two seconds
  Municipality slow_from;  // its mail to that one takes up to two seconds, always
  Municipality slow_to;
};

// What one seed's world is like.
struct SeedPlan {
  uint64_t seed = 0;
  uint64_t events = 0;
  bool rocksdb = false;
  bool lost_tails = false;  // the log breaks its promise now and then; no transfers in such a world
  runtime::Plants plants;
  DomainPlants domain;
  std::string folder;    // for RocksDB
  bool verbose = false;  // tells of every record and answer
};

// A reply as it left its process, and how far that process had read when it took the command and when it answered.
struct Emitted {
  int process = 0;
  PartitionId partition = 0;
  uint64_t incarnation = 0;
  Offset taken_at = kNoOffset;
  Offset answered_at = kNoOffset;
  runtime::Reply reply;
};

struct Shard {
  PartitionId partition = 0;
  std::unique_ptr<Store> store;
  std::unique_ptr<runtime::Partition> live;  // null: the process is down
  std::unique_ptr<storage::LogReader> reader;
  runtime::TurnInput inbox;
  std::deque<std::unique_ptr<runtime::WriteBack>> write_backs;  // on their way to the store
  uint64_t incarnation = 0;
  std::string address;
  int64_t turn_at = INT64_MAX;
  absl::flat_hash_map<uint64_t, Offset> tickets;  // commands and queries that were taken and not answered
  std::array<runtime::Stream::Role, kServices.size()> roles{};
  std::array<runtime::StreamCounters, kServices.size()> counters{};
  std::array<size_t, kServices.size()> pending{};
  int contradictions = 0;  // of the log, since the last time it was followed to its end
  Offset unexplained_up_to = kNoOffset;
  bool fault_expected = false;                        // reads of its store were made to fail
  bool stalled = false;                               // by a store that takes no rows
  std::array<uint64_t, kServices.size()> refusals{};  // of its stores
};

struct Process {
  int id = 0;
  bool up = false;
  int64_t skew_micros = 0;
  int64_t paused_until = 0;
  bool dies_before_append = false;  // the next time it has decided something
  storage::EventLog* log = nullptr;
  std::array<Shard, kPartitions> shards;
};

class Cluster {
 public:
  using ReplySink = std::function<void(Emitted)>;

  Cluster(Context* context, const SeedPlan* plan, storage::SimulatedLog* log, Auditor* auditor);
  ~Cluster();
  void set_reply_sink(ReplySink sink) { sink_ = std::move(sink); }
  void set_network(const NetworkFaults& network) { network_ = network; }
  const NetworkFaults& network() const { return network_; }

  // What arrives at a process. False: nobody is there; nothing was taken.
  bool Arrive(int process, PartitionId partition, std::shared_ptr<runtime::CommandInput> command);
  bool Arrive(int process, PartitionId partition, runtime::QueryInput query);
  // Where a caller believes the owner to be.
  int Route(PartitionId partition, ServiceId service);
  Instant ClockOf(int process) const {
    return {context_->now.micros + processes_[static_cast<size_t>(process)].skew_micros};
  }

  // --- faults
  enum class End { kKilled, kLostPower, kStopped };
  void Stop(int process, End end, bool in_flight_lost);
  void Start(int process);
  void Pause(int process, int64_t micros);
  void Skew(int process, int64_t micros);
  void Hint(PartitionId partition, ServiceId service, int process, bool own);
  bool Hinted(PartitionId partition, ServiceId service, int process) const;
  void DamageStore(int process, PartitionId partition);
  void FailStore(int process, PartitionId partition, bool reads);
  void TakeSnapshot(int process, PartitionId partition);
  void RebuildLive(int process, PartitionId partition);
  // Passes what stays unexplained, as an operator would.
  void PassBlockedStreams();
  bool TakeAsOperator(PartitionId partition, ServiceId service);
  void HealStores();
  void HealWrites(Shard* shard);
  void HealReads(Shard* shard);

  // --- state
  Process& process(int id) { return processes_[static_cast<size_t>(id)]; }
  const std::vector<std::unique_ptr<runtime::Service>>& services(PartitionId partition) const {
    return services_[static_cast<size_t>(partition)];
  }
  runtime::PartitionConfig ConfigOf(PartitionId partition, storage::ProjectionStore* store) const;
  // Nothing is under way any more; otherwise says what is.
  bool Quiet(std::string* why) const;
  void FlushAll();
  // The log as a reader of its own sees it.
  storage::EventLog* one_log() const;

 private:
  void OpenShard(Process* process, Shard* shard);
  absl::Status TryOpen(Process* process, Shard* shard);
  void CloseShard(int process, Shard* shard, bool orderly);
  void ScheduleTurn(int process, PartitionId partition, int64_t at);
  void Turn(int process, PartitionId partition);
  runtime::TurnInput TakeInput(Process* process, Shard* shard);
  void HandOut(Process* process, Shard* shard, runtime::TurnOutput* out);
  void StartWrites(Process* process, Shard* shard, runtime::TurnOutput* out);
  // Everything written, also what was on its way.
  absl::Status Flush(int process, Shard* shard);
  void Fail(Process* process, Shard* shard, const absl::Status& status);
  void Observe(int process, PartitionId partition, const storage::LogEntry& entry, const storage::Judgement& judgement);
  void CountTurn(const Process& process, Shard* shard);
  void CountNewOwner(const Process& process, Shard* shard, size_t service);
  void SendMail(runtime::Mail mail);
  void SendAck(const runtime::MailAck& ack);
  bool QuietShard(const Process& process, const Shard& shard, std::string* why) const;
  bool QuietTables(const Process& process, const Shard& shard, std::string* why) const;

  Context* context_;
  const SeedPlan* plan_;
  storage::SimulatedLog* log_;
  Auditor* auditor_;
  ReplySink sink_;
  NetworkFaults network_;
  runtime::PartitionLimits limits_;
  std::array<Process, kProcesses> processes_;
  std::array<std::vector<std::unique_ptr<runtime::Service>>, kPartitions> services_;
  std::array<std::array<std::array<bool, kProcesses>, kServices.size()>, kPartitions> hints_{};
  std::map<std::tuple<ServiceId, Municipality, Municipality>, uint64_t> mail_sent_;  // newest of each mailbox
  uint64_t incarnations_ = 0;
};

size_t IndexOf(ServiceId service);
// Says nothing of the case, only that this process did not decide; all but OUTCOME_UNKNOWN are certain.
bool IsTransportRefusal(runtime::Refusal reason);

}  // namespace casehub::simulation
