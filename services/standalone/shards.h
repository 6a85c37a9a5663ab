// All partitions of one process behind the edge: finds the partition of a municipality, posts, and carries mail between
// partitions. Names no engine: the log and the stores come from main.cc.
//
// Threads     Post may be called from any thread. Answers come from the partitions' threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "services/host/backend.h"
#include "services/runtime/partition_thread.h"
#include "storage/log/event_log.h"
#include "storage/projection/projection.h"

namespace casehub::standalone {

// One partition's store and the services over it.
struct Shard {
  storage::ProjectionStore* store = nullptr;
  std::vector<std::unique_ptr<runtime::Service>> services;
};

struct ShardsOptions {
  std::string address;  // where callers reach this process
  std::string version;
  std::function<Instant()> clock;
  std::function<Uuid(Instant)> mint;
  // Municipalities that have something in a partition, from its rows; called on the partition's thread.
  std::function<std::vector<Municipality>(const runtime::Partition&)> municipalities;
  size_t unanswered_calls_max = 4096;  // per partition
  size_t long_polls_max = 256;         // per partition
  runtime::PartitionLimits limits;
  // A store takes no rows for the moment (not OK), or takes them again; called on the partition's thread.
  std::function<void(PartitionId, const absl::Status&)> on_store;
  // A partition cannot go on: the process should stop, so that its supervisor starts it again.
  std::function<void(PartitionId, absl::Status)> on_fatal;
};

class Shards : public host::Backend {
 public:
  static absl::StatusOr<std::unique_ptr<Shards>> Start(storage::EventLog* log, std::vector<Shard> shards,
                                                       ShardsOptions options);
  ~Shards() override;

  host::Posted Post(host::Call call) override;
  void StopWaiting() override;
  // Waits until every stream of this process is owned, so that the first call is not refused; false at `deadline`.
  bool WaitUntilOwned(Instant deadline);
  // Finishes what is pending, writes everything back, stops the threads.
  absl::Status Stop(Instant deadline);

 private:
  struct LongPoll {
    host::Call call;
    Instant until;
  };
  // One call on its way; its address is the ticket.
  struct Ticket {
    std::function<void(host::Answer)> done;
    PartitionId partition = 0;
  };

  Shards(storage::EventLog* log, std::vector<Shard> shards, ShardsOptions options)
      : log_(log), shards_(std::move(shards)), options_(std::move(options)) {}

  absl::Status StartPartition(PartitionId partition);
  runtime::PartitionThread& ThreadOf(Municipality municipality);
  // A long poll is none: who follows the ledger waits for imports, not they for it.
  void NoteCaller(const host::Call& call);
  host::Posted PostQuery(PartitionId partition, const host::Call& call, std::function<void(host::Answer)> done);
  host::Posted PostLongPoll(PartitionId partition, host::Call call, Instant until);
  void PollAgain(PartitionId partition, bool expired_only);
  void OnReply(PartitionId partition, runtime::Reply reply);

  // Operations block, so they have a thread of their own, one at a time.
  void OperationsLoop();
  void Operate(const host::Call& call);
  runtime::MessagePtr GetStatus();
  std::vector<Municipality> Municipalities();
  runtime::MessagePtr VerifyStore(const std::string& service, bool replace, runtime::Refused* refused);
  absl::Status CompareOne(PartitionId partition, const runtime::Service& service, bool replace,
                          google::protobuf::Message* comparison);
  runtime::MessagePtr SnapshotStore(runtime::Refused* refused);

  storage::EventLog* log_;
  std::vector<Shard> shards_;
  ShardsOptions options_;
  Instant started_at_;
  std::vector<std::unique_ptr<runtime::PartitionThread>> threads_;
  std::atomic<bool> all_started_{false};  // until then threads_ has gaps, and is touched by Start alone
  std::atomic<int64_t> callers_at_micros_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> polls_end_{false};  // long polls are answered with what there is

  std::mutex polls_mutex_;
  std::vector<std::deque<LongPoll>> polls_;  // by partition

  std::mutex operations_mutex_;
  std::condition_variable operations_wake_;
  std::deque<host::Call> operations_;
  std::thread operations_thread_;
};

}  // namespace casehub::standalone
