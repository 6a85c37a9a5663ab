// One partition in one process: reads the log once for all folds, judges every record, applies what is effective,
// and drives the streams (design 2 to 4). The same object runs under the simulator and on a thread of production.
//
// Threads: one at a time. Turn never waits: not for the log, not for callers, not for a clock.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/runtime/plants.h"
#include "services/runtime/rows.h"
#include "services/runtime/stream.h"
#include "services/runtime/turn.h"
#include "storage/log/effective.h"

namespace casehub::runtime {

struct PartitionLimits {
  StreamLimits stream;
  // A service's rows go to its store when one of these is reached.
  uint64_t write_back_records_max = 4096;
  int64_t write_back_micros = kMicrosPerSecond;
  size_t write_back_rows_max = 32'768;
  size_t write_back_bytes_max = 8 << 20;
  // Rows may gather up to this many times the above while a write is under way; see StoresBehind.
  size_t write_back_lag_max = 4;
  int64_t write_back_retry_micros = kMicrosPerSecond;  // after a store took no rows
  size_t waiting_queries_max = 1024;                   // that wait for a position
};

struct PartitionConfig {
  PartitionId partition = 0;
  std::string address;                        // where forwarded calls are taken
  std::vector<const Service*> services;       // folds and streams of this process
  std::vector<storage::Keyspace*> keyspaces;  // of each service, same order
  // All services whose events the log holds, for parsing; empty: `services`.
  std::vector<const Service*> catalogue;
  std::function<Uuid(Instant)> mint;  // random ids, version 7
  // For the check at open (design 2.4): the record at an offset, NotFound if there is none.
  std::function<absl::StatusOr<storage::LogEntry>(Offset)> read_at;
  // Contradictions of the log up to this offset were seen before a restart from a snapshot and stay unexplained.
  Offset unexplained_up_to = kNoOffset;
  PartitionLimits limits;
  Plants plants;
};

struct StreamStatus {
  ServiceId service = ServiceId::kIntake;
  Stream::Role role = Stream::Role::kFollower;
  Epoch epoch = 0;
  Uuid owner;
  std::string address;
  Offset log_offset = kNoOffset;
  Offset applied = kNoOffset;
  uint64_t parked = 0;
  size_t pending = 0;
  bool blocked = false;
};

class Partition {
 public:
  // Reads the positions. DataLoss if the log does not hold what a projection stands on: restart from a snapshot.
  static absl::StatusOr<std::unique_ptr<Partition>> Open(PartitionConfig config);

  // Where to open the reader: records after this offset.
  Offset read_after() const { return rule_.offset(); }
  // Which streams this process should own: a hint, safety does not rest on it.
  void SetHint(ServiceId service, bool own);

  void Turn(TurnInput input, TurnOutput* out);
  // The log refused the batch of the last turn: nothing of it was queued.
  void OnAppendRefused(const absl::Status& status, TurnOutput* out);
  // A store is so slow that rows gather without bound: give back what is under way before the next turn.
  bool StoresBehind() const;
  // Why rows wait: a store has no room for them now. They are offered to it again and again.
  absl::Status StoreProblem() const;
  // Not OK: so many wait that no more is folded, and no command taken, until the store takes them.
  absl::Status StoreStalled() const;
  // Takes back what turns handed out, outside of a turn; the error of the first write that failed for good.
  absl::Status EndWriteBacks(const std::vector<std::unique_ptr<WriteBack>>& done);
  // Writes all rows and positions back. Blocks; nothing may be under way. Any write that fails is an error.
  absl::Status Flush(Instant now);
  // Puts another keyspace, folded from the same log, in place of a service's. Call after Flush, between two turns;
  // `swap` makes the change and returns the new one. It stands at least where the
  // partition does.
  absl::Status ReplaceStore(ServiceId service, const std::function<absl::StatusOr<storage::Keyspace*>()>& swap);
  // Answers everything that waits.
  void RefuseAll(Refusal reason, TurnOutput* out);
  // Answers what no turn has looked at, because the partition cannot go on: nobody knows what came of it.
  static void RefuseUnseen(const TurnInput& input, TurnOutput* out);

  bool AllOwned() const;
  bool Idle() const;  // nothing pending, queued or due now
  std::vector<StreamStatus> Status() const;
  const storage::EffectiveRule& rule() const { return rule_; }
  const Stream& stream(size_t i) const { return *streams_[i]; }
  const ServiceRows& rows(size_t i) const { return *rows_[i]; }
  size_t services() const { return rows_.size(); }
  // Every record with its verdict, as read; for counters, `log inspect` and the simulator's checks.
  using Observer = std::function<void(const storage::LogEntry&, const storage::Record*, storage::Judgement)>;
  void set_observer(Observer observer) { observer_ = std::move(observer); }

 private:
  void TakeTurn(TurnInput* input, TurnOutput* out);
  explicit Partition(PartitionConfig config) : config_(std::move(config)), rule_(config_.plants.rule) {}
  absl::Status Restore();
  // Waiting is measured by the clock of the turns; it must not last longer because that clock was set back.
  void FollowClock(Instant now);
  absl::Status CheckPosition(const storage::v1::LogPosition& position) const;
  // Of a store that the partition has just been given and that stands on `position`.
  absl::Status LearnIds(const storage::v1::LogPosition& position, ServiceRows* rows) const;
  absl::Status RestoreRule(const ServiceRows& rows, const std::string& position);
  void ApplyEntry(DecodedEntry* decoded, TurnOutput* out);
  bool Contradicted(const storage::LogEntry& entry, const storage::Record& record, TurnOutput* out);
  void ApplyEffective(DecodedEntry* decoded, Stream::Pending* pending, TurnOutput* out);
  void ApplyRuntimeRows(const storage::Record& record, Offset offset, ServiceRows* rows, AppliedWriter* writer);
  void SweepDedup(const storage::Record& record, ServiceRows* rows, AppliedWriter* writer);
  void CheckAhead(const ServiceRows& rows, TurnOutput* out) const;
  void RememberStanding();
  void StartWriteBack(size_t service, Instant now, TurnOutput* out);
  std::unique_ptr<WriteBack> TakeRows(size_t service, Instant now);
  absl::Status EndWriteBack(const WriteBack& done);
  void AnswerQueries(std::vector<QueryInput> queries, Instant now, TurnOutput* out);
  void AnswerQuery(const QueryInput& query, Instant now, TurnOutput* out);
  bool RowsGather(const ServiceRows& rows) const;
  int IndexOf(ServiceId service) const;
  const Service* Catalogued(ServiceId service) const;

  PartitionConfig config_;
  Instant last_turn_;
  storage::EffectiveRule rule_;
  std::vector<std::unique_ptr<ServiceRows>> rows_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::vector<bool> hints_;
  std::vector<QueryInput> waiting_;
  Observer observer_;
};

}  // namespace casehub::runtime
