// Callers: they send commands, wait, give up, send again with the same request id, repeat what was acknowledged, and
// remember everything that was said to them. Whatever left a process is compared with the log at once.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "tests/simulation/auditor.h"
#include "tests/simulation/cluster.h"
#include "tests/simulation/context.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {

// One body sent under one request id, however often.
struct Request {
  Draft draft;
  Uuid id;
  Hash128 fingerprint;
  int attempts = 0;
  int delivered = 0;          // attempts that reached a process
  int definite = 0;           // of those, how many were refused for certain
  bool settled = false;       // its caller has an answer
  bool given_up = false;      // its caller waits no more, until the world has calmed down
  bool acknowledged = false;  // some process answered with its recorded reply
  bool nothing_to_do = false;
  bool repeats = false;  // sent again after it was acknowledged
  std::string reply;
  Offset offset = kNoOffset;
  Uuid owner;  // of the record that was acknowledged
};

class Clients {
 public:
  Clients(Context* context, const SeedPlan* plan, Cluster* cluster, Auditor* auditor, storage::SimulatedLog* log);

  void Start();
  // No new commands; what has no answer yet is sent until it has one.
  void Drain();
  // Some more, for whoever is still waited for.
  void IssueLate(std::vector<Draft> drafts);
  bool AllSettled(std::string* why) const;
  const std::deque<Request>& requests() const { return requests_; }
  uint64_t calls_without_answer() const { return attempts_.size(); }

 private:
  struct Attempt {
    size_t request = 0;
    int number = 0;
    bool is_query = false;
    Draft query;
    Offset min_offset = kNoOffset;
  };

  void Tick();
  void Issue(Draft draft);
  size_t Add(Draft draft, const Uuid& id);
  void Send(size_t request);
  void SendTo(int process, size_t request, uint64_t ticket);
  void Ask(Draft draft);
  void Retry(size_t request, int64_t after);
  void Settle(Request* request);
  void OnEmitted(Emitted emitted);
  void Tell(const Attempt& attempt, const Emitted& emitted) const;
  void OnCommandReply(const Attempt& attempt, const Emitted& emitted);
  void OnQueryReply(const Attempt& attempt, const Emitted& emitted);
  void CheckAcknowledged(Request* request, const Emitted& emitted);
  void CheckProof(const Request& request, const Emitted& emitted);
  void CountRepeat(const Request& request, const Emitted& emitted, const Judged& record);
  // The answer reaches its caller.
  void Receive(size_t request, int attempt, const runtime::Reply& reply, PartitionId partition);
  void OnAnswered(size_t request, const runtime::Reply& reply, PartitionId partition);
  void OnRefused(size_t request, const runtime::Refused& refused);
  static PartitionId PartitionOf(const Draft& draft);
  Uuid NewId(int64_t shift_micros);

  Context* context_;
  const SeedPlan* plan_;
  Cluster* cluster_;
  Auditor* auditor_;
  storage::SimulatedLog* log_;
  Workload workload_;
  std::deque<Request> requests_;
  absl::flat_hash_map<uint64_t, Attempt> attempts_;  // by ticket, without an answer
  uint64_t tickets_ = 0;
  size_t outstanding_ = 0;
  size_t outstanding_max_ = 0;
  int64_t pace_micros_ = 0;
  bool draining_ = false;
};

}  // namespace casehub::simulation
