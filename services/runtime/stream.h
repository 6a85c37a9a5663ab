// One stream: the decisions of one service in one partition, made by its single writer (design 2.2, 2.5, 2.7, 2.9).
//
// A stream takes work (commands, due rows, mail, acknowledgements), decides it on the overlay of its pending records,
// and appends. A record becomes real when it is read back as effective; until then everything here can be thrown away
// and decided again. It never waits, never reads a clock, has no locks: Partition::Turn drives it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/runtime/bulk_pace.h"
#include "services/runtime/plants.h"
#include "services/runtime/rows.h"
#include "services/runtime/turn.h"
#include "storage/log/effective.h"

namespace casehub::runtime {

// Limits of one stream, each per partition and service.
struct StreamLimits {
  size_t pipeline_records_max = 1024;  // decided, not read back
  size_t decisions_per_turn_max = 256;
  BulkLimits bulk;
  size_t due_rows_per_turn_max = 256;
  int64_t mail_window_max = 32;  // messages on their way to one destination
  int64_t mail_resend_micros = 500'000;
  int64_t probe_after_micros = 500'000;  // a pending record older than this is asked for with a barrier
  int64_t candidate_timeout_micros = 2'000'000;
  int64_t ids_kept_micros = 30ll * 24 * 3600 * kMicrosPerSecond;  // span for which first replies are kept
  int64_t ids_ahead_micros = 600 * kMicrosPerSecond;              // how far in the future an id may be minted
};

struct StreamCounters {
  uint64_t decided = 0, refused = 0, repeats = 0, barriers = 0, redone = 0, takeovers = 0, lost_epochs = 0;
  uint64_t probes = 0, mail_out_of_order = 0, mail_repeated = 0, reactions = 0, settled_refused = 0, rebased = 0;
  uint64_t redo_overtaken = 0, redo_gap = 0, redo_head = 0, redo_behind = 0, redo_depth_max = 0;
  uint64_t takeover_with_due = 0, lost_with_pending = 0, append_refused = 0, parked = 0, defects = 0;
  uint64_t imports_rested = 0;  // turns that left an import waiting so that callers go on
};

// What the streams of a partition decide on in one turn.
struct DecideInput {
  Instant now;
  Instant callers_at;  // as in TurnInput
  bool at_end = false;
  absl::Status log_writable;
};

class Stream {
 public:
  // `random` mints owner ids and the command ids of reactions.
  Stream(ServiceRows* rows, const storage::EffectiveRule* rule, PartitionId partition, std::string address,
         std::function<Uuid(Instant)> mint, const StreamLimits& limits, const Plants& plants);

  enum class Role { kFollower, kCandidate, kOwner };

  void Offer(std::shared_ptr<CommandInput> command);
  void Offer(Mail mail, TurnOutput* out);
  void Acknowledge(const MailAck& ack);

  // A record of this stream was read. Called before its rows are applied. Returns the pending record that it is, if it
  // is effective and ours: its events need no parsing, and Finish answers its callers once the rows are applied.
  struct Pending;
  std::unique_ptr<Pending> OnRecord(const storage::LogEntry& entry, const storage::Record& record, const Hash128& hash,
                                    storage::Verdict verdict, TurnOutput* out);
  // Its record is effective: whatever becomes of its fold, the caller's command is done.
  void AnswerRecorded(const Pending& pending, Offset offset, TurnOutput* out) const;
  void Finish(std::unique_ptr<Pending> pending, Offset offset, TurnOutput* out);
  // Rows of this service were applied: due work may be there, messages may wait, pending rows may stand on old ones.
  void OnApplied(const AppliedWriter& writer, bool own);

  // Decides what is due and queued, up to the limits.
  void Decide(const DecideInput& input, bool hinted, TurnOutput* out);
  // The clock went back: what waits for a time waits no longer than it would have.
  void OnClockBack(int64_t micros);
  // Sends what the outbox holds and nobody acknowledged.
  void SendMail(Instant now, TurnOutput* out);
  // The log took nothing of this turn's batch.
  void OnAppendRefused(const absl::Status& status, TurnOutput* out);
  // Answers everything that waits with `reason`; used when the process stops.
  void RefuseAll(Refusal reason, TurnOutput* out);

  Role role() const { return role_; }
  size_t pending() const { return pending_.size(); }
  size_t queued() const { return queue_.size() + bulk_.size(); }
  const StreamCounters& counters() const { return counters_; }
  const Service& service() const { return *rows_->service; }
  // Applied mail position for acknowledgements that repeat.
  uint64_t AppliedMail(Municipality to, Municipality from) const;

 private:
  enum class WorkKind { kCommand, kDue, kMail, kDelivered, kBarrier, kPark };
  struct Work {
    WorkKind kind = WorkKind::kBarrier;
    std::shared_ptr<CommandInput> command;
    DueRow row;
    Mail mail;
    MailAck delivered;
  };
  // Who waits behind a pending record: a repeat of it, or an answer that needs the proof of ownership.
  struct Waiter {
    std::shared_ptr<CommandInput> command;
    std::variant<std::monostate, Refused, std::pair<std::string, Offset>> answer;  // monostate: the record's own reply
  };

 public:
  struct Pending {
    Work work;
    StreamSequence sequence = 0;
    storage::SharedBytes bytes;
    Hash128 hash;
    Hash128 head_before;
    std::vector<MessagePtr> events;
    std::string reply;
    std::vector<Waiter> waiters;
    Instant appended_at;
  };

 private:
  struct MailboxOut {
    uint64_t last = 0;          // newest message of the outbox
    uint64_t delivered = 0;     // recorded as taken
    uint64_t acknowledged = 0;  // said to be taken
    uint64_t sent = 0;
    bool recording = false;  // a Delivered is pending
    Instant sent_at;
  };
  using MailboxKey = std::pair<Municipality, Municipality>;

  void TakeOver(Instant now, TurnOutput* out);
  void BecomeOwner();
  void LoseEpoch(TurnOutput* out);
  void Redo(storage::Verdict verdict);
  void Rebase();
  void DropPendingRows();
  std::deque<Work>& LaneOf(const Work& work) { return work.command && work.command->bulk ? bulk_ : queue_; }
  std::deque<Work> TakeQueued();  // of both lanes
  void DecideQueued(Instant now, Instant callers_at, TurnOutput* out);
  void DecideBulk(Instant now, Instant callers_at, TurnOutput* out);

  bool DecideOne(Work work, Instant now, TurnOutput* out);
  bool DecideCommand(Work work, Instant now, TurnOutput* out);
  bool AnswerKnownId(const std::shared_ptr<CommandInput>& command, Instant now, TurnOutput* out);
  bool DecideDue(Work work, Instant now, TurnOutput* out);
  bool DecideMail(Work work, Instant now, TurnOutput* out);
  void DecideDelivered(Work work, Instant now, TurnOutput* out);
  void Park(const Defect& defect, Instant now, TurnOutput* out);
  void WorkOffDue(Instant now, TurnOutput* out);
  bool ScanDue(std::string_view from, std::string_view to, size_t limit, std::vector<DueRow>* rows) const;
  void WorkOffAcks(Instant now, TurnOutput* out);

  void Behind(Waiter waiter, Instant now, TurnOutput* out);
  storage::Record NewRecord(storage::RecordKind kind, Municipality municipality, const Uuid& command_id) const;
  // Encodes, appends and takes into the pipeline; false (with `refused` set) if it passes a limit of the record.
  bool Append(storage::Record record, Decision decision, Work work, Instant now, TurnOutput* out);
  void EvolvePending(const Pending& pending, const storage::Record& record);
  void MarkChanges(storage::Record* record, const std::vector<MessagePtr>& events) const;
  void AnswerWaiters(std::vector<Waiter>& waiters, const std::string& reply, Offset offset, TurnOutput* out);
  void Answer(const CommandInput& command, std::string reply, Offset offset, bool recorded, TurnOutput* out) const;
  static void RefuseNow(const CommandInput& command, Refused refused, TurnOutput* out);
  Instant DecisionTime(Instant now);

  ServiceRows* rows_;
  const storage::EffectiveRule* rule_;
  PartitionId partition_;
  std::string address_;
  std::function<Uuid(Instant)> mint_;
  const StreamLimits& limits_;
  const Plants& plants_;

  Role role_ = Role::kFollower;
  Uuid owner_;
  Epoch epoch_ = 0;
  Instant candidate_since_;
  Instant next_attempt_;

  StreamSequence next_sequence_ = 1;
  Hash128 head_;
  Instant decided_at_;
  std::deque<std::unique_ptr<Pending>> pending_;
  absl::flat_hash_map<Uuid, Pending*> pending_commands_;
  StreamSequence first_of_turn_ = 0;  // 0: nothing appended in this turn
  std::deque<Work> queue_;            // commands and mail, in order of arrival
  std::deque<Work> bulk_;             // imports
  BulkPace bulk_pace_;

  Instant next_due_{0};     // no row of due work is due before this
  std::string due_cursor_;  // immediate rows up to this key are offered
  bool rebase_needed_ = false;
  bool mail_known_ = false;  // mailboxes_ was read from the table
  std::map<MailboxKey, MailboxOut> mailboxes_;
  StreamCounters counters_;
};

}  // namespace casehub::runtime
