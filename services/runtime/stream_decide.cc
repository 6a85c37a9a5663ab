// What a stream decides: commands, due work, mail, acknowledgements; and how a decision becomes a pending record.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/model/key_bytes.h"
#include "services/runtime/event_info.h"
#include "services/runtime/stream.h"

namespace casehub::runtime {

using storage::Record;
using storage::RecordKind;

namespace {

std::string FormatMillis(int64_t millis) {
  return absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMillis(millis), absl::FixedTimeZone(8 * 3600));
}

}  // namespace

Instant Stream::DecisionTime(Instant now) {
  if (plants_.clock_not_monotone) return now;
  const Instant before = std::max(decided_at_, rule_->stream(rows_->service->id()).decided_at);
  decided_at_ = std::max(now, before);
  return decided_at_;
}

void Stream::Decide(const DecideInput& input, bool hinted, TurnOutput* out) {
  const Instant now = input.now;
  const absl::Status& log_writable = input.log_writable;
  first_of_turn_ = 0;
  if (role_ == Role::kCandidate && now.micros - candidate_since_.micros > limits_.candidate_timeout_micros) {
    role_ = Role::kFollower;
  }
  const bool blocked = rule_->stream(rows_->service->id()).blocked;
  const bool may_own = hinted && log_writable.ok() && !blocked;
  if (role_ == Role::kFollower && may_own) {
    if (input.at_end) TakeOver(now, out);
    if (next_attempt_ > now) out->wake_at = std::min(out->wake_at, next_attempt_);
  } else if (role_ == Role::kFollower && hinted) {
    out->wake_at =
        std::min(out->wake_at, {now.micros + limits_.probe_after_micros});  // nothing tells when it may again
  }
  if (role_ != Role::kOwner) {
    // A candidate decides what waits when its epoch stands; a follower sends callers to the owner.
    if (role_ == Role::kFollower && !may_own) {
      for (Work& work : TakeQueued()) {
        if (work.kind != WorkKind::kCommand) continue;
        RefuseNow(*work.command, Refuse(blocked ? Refusal::REFUSAL_STREAM_BLOCKED : Refusal::REFUSAL_NOT_OWNER), out);
      }
    }
    if (role_ == Role::kCandidate) {
      out->wake_at = std::min(out->wake_at, {candidate_since_.micros + limits_.candidate_timeout_micros + 1});
    }
    return;
  }
  if (rebase_needed_) Rebase();
  if (pending_.empty()) {
    next_sequence_ = rule_->stream(rows_->service->id()).next_sequence;
    head_ = rule_->stream(rows_->service->id()).head;
  }
  if (!log_writable.ok()) {
    for (Work& work : TakeQueued()) {
      if (work.kind != WorkKind::kCommand) continue;
      RefuseNow(*work.command,
                Refuse(Refusal::REFUSAL_LOG_UNAVAILABLE).With("why", std::string(log_writable.message())), out);
    }
    out->wake_at = std::min(out->wake_at, {now.micros + limits_.probe_after_micros});
    return;
  }
  DecideQueued(now, input.callers_at, out);
  WorkOffDue(now, out);
  WorkOffAcks(now, out);
  if (!pending_.empty() && now.micros - pending_.back()->appended_at.micros > limits_.probe_after_micros) {
    // Nothing came back for too long. A barrier settles it: either it stands behind what we wait for, or in its place.
    ++counters_.probes;
    Append(NewRecord(RecordKind::kBarrier, Municipality(), mint_(now)), Decision(), Work(), now, out);
  }
  if (!pending_.empty()) {
    out->wake_at = std::min(out->wake_at, {pending_.back()->appended_at.micros + limits_.probe_after_micros + 1});
  }
  if (next_due_ > now) out->wake_at = std::min(out->wake_at, next_due_);
}

// Callers go before imports, which keep a quarter of turn and pipeline so that they get on (design 4).
void Stream::DecideQueued(Instant now, Instant callers_at, TurnOutput* out) {
  const size_t share = bulk_.empty() ? 0 : 1;
  const size_t decisions_max = limits_.decisions_per_turn_max - share * limits_.decisions_per_turn_max / 4;
  const size_t pipeline_max = limits_.pipeline_records_max - share * limits_.pipeline_records_max / 4;
  for (size_t n = 0; n < decisions_max && !queue_.empty() && pending_.size() < pipeline_max; ++n) {
    Work work = std::move(queue_.front());
    queue_.pop_front();
    DecideOne(std::move(work), now, out);
  }
  if (!queue_.empty() && pending_.size() < pipeline_max) out->more = true;
  if (!bulk_.empty()) DecideBulk(now, callers_at, out);
}

void Stream::DecideBulk(Instant now, Instant callers_at, TurnOutput* out) {
  const auto room = [&] {
    const auto is_bulk = [](const auto& one) { return one->work.command && one->work.command->bulk; };
    const auto pending = std::count_if(pending_.begin(), pending_.end(), is_bulk);
    return bulk_pace_.Room(now, callers_at, static_cast<size_t>(pending));
  };
  for (size_t n = room(); n > 0 && !bulk_.empty() && pending_.size() < limits_.pipeline_records_max; --n) {
    Work work = std::move(bulk_.front());
    bulk_.pop_front();
    DecideOne(std::move(work), now, out);
    bulk_pace_.OnDecided(now);
  }
  if (bulk_.empty()) return;
  if (room() > 0 && pending_.size() < limits_.pipeline_records_max) out->more = true;
  if (bulk_pace_.rests_until() <= now) return;
  ++counters_.imports_rested;
  out->wake_at = std::min(out->wake_at, bulk_pace_.rests_until());
}

bool Stream::DecideOne(Work work, Instant now, TurnOutput* out) {
  switch (work.kind) {
    case WorkKind::kCommand:
      return DecideCommand(std::move(work), now, out);
    case WorkKind::kMail:
      return DecideMail(std::move(work), now, out);
    default:
      return false;  // due rows, acknowledgements, barriers and parking are not queued
  }
}

Record Stream::NewRecord(RecordKind kind, Municipality municipality, const Uuid& command_id) const {
  Record record;
  record.kind = kind;
  record.service = rows_->service->id();
  record.municipality = municipality;
  record.command_id = command_id;
  return record;
}

// An answer that needs proof that we still own the stream: behind the newest pending record, or behind a barrier.
void Stream::Behind(Waiter waiter, Instant now, TurnOutput* out) {
  if (plants_.barrier_skipped && std::holds_alternative<Refused>(waiter.answer)) {
    RefuseNow(*waiter.command, std::get<Refused>(std::move(waiter.answer)), out);
    return;
  }
  if (pending_.empty()) {
    ++counters_.barriers;
    if (!Append(NewRecord(RecordKind::kBarrier, Municipality(), mint_(now)), Decision(), Work(), now, out)) return;
  }
  pending_.back()->waiters.push_back(std::move(waiter));
}

// True if the id alone settles the command: outside the span, used with another body, or known already.
bool Stream::AnswerKnownId(const std::shared_ptr<CommandInput>& command, Instant now, TurnOutput* out) {
  const int64_t minted = command->command_id.UnixMillis();
  const int64_t kept_millis = limits_.ids_kept_micros / 1000;
  Waiter waiter{command, {}};
  std::optional<std::string> row;
  if (rows_->recent_ids.MayHold(command->command_id)) {
    row = rows_->overlay.Get(tables::DedupKey(command->municipality, command->command_id), Overlay::Level::kPending);
  }
  if (row && !plants_.dedup_skipped) {
    ++counters_.repeats;
    tables::DedupRow known = tables::DecodeDedup(*row);
    if (known.fingerprint != command->fingerprint) {
      waiter.answer = Refuse(Refusal::REFUSAL_REQUEST_ID_REUSED);
    } else if (auto it = pending_commands_.find(command->command_id); it != pending_commands_.end()) {
      it->second->waiters.push_back(std::move(waiter));  // answered with the record's own reply
      return true;
    } else {
      waiter.answer = std::make_pair(std::move(known.reply), known.offset);
    }
    Behind(std::move(waiter), now, out);
    return true;
  }
  if (minted < now.micros / 1000 - kept_millis) {
    waiter.answer = Refuse(Refusal::REFUSAL_REQUEST_ID_TOO_OLD)
                        .With("minted_at", FormatMillis(minted))
                        .With("kept_days", absl::StrCat(kept_millis / 86'400'000));
    Behind(std::move(waiter), now, out);
    return true;
  }
  if (minted > (now.micros + limits_.ids_ahead_micros) / 1000) {
    waiter.answer = Refuse(Refusal::REFUSAL_REQUEST_ID_IN_FUTURE).With("minted_at", FormatMillis(minted));
    Behind(std::move(waiter), now, out);
    return true;
  }
  return false;
}

bool Stream::DecideCommand(Work work, Instant now, TurnOutput* out) {
  const std::shared_ptr<CommandInput> command = work.command;
  if (command->deadline.micros != 0 && now > command->deadline) {
    RefuseNow(*command, Refuse(Refusal::REFUSAL_DEADLINE_PASSED), out);
    return true;
  }
  const Instant decided_at = DecisionTime(now);
  if (AnswerKnownId(command, decided_at, out)) return true;
  if (rows_->parked > 0) {
    if (auto reason = ParkedReason(*command->request, *rows_)) {
      Behind({command, Refuse(Refusal::REFUSAL_CASE_PARKED).With("reason", *reason)}, now, out);
      return true;
    }
  }
  const DecideContext context{decided_at, command->received_at, command->command_id, command->municipality};
  RowsReader reader(rows_, Overlay::Level::kPending);
  Outcome outcome = rows_->service->Decide(*command->request, context, reader);
  if (!reader.status().ok()) {
    out->fatal = reader.status();
    RefuseNow(*command, Refuse(Refusal::REFUSAL_OUTCOME_UNKNOWN), out);
    return true;
  }
  ++counters_.decided;
  if (auto* refused = std::get_if<Refused>(&outcome)) {
    ++counters_.refused;
    Behind({command, std::move(*refused)}, now, out);
    return true;
  }
  if (auto* defect = std::get_if<Defect>(&outcome)) {
    ++counters_.defects;
    if (defect->case_id) Park(*defect, now, out);
    Behind({command, Refuse(Refusal::REFUSAL_DEFECT)}, now, out);
    return true;
  }
  Decision decision = std::get<Decision>(std::move(outcome));
  if (decision.events.empty()) {
    std::string reply = decision.reply ? decision.reply->SerializeAsString() : std::string();
    Behind({command, std::make_pair(std::move(reply), rule_->offset())}, now, out);
    return true;
  }
  Record record = NewRecord(RecordKind::kEvents, command->municipality, command->command_id);
  record.fingerprint = command->fingerprint;
  if (!Append(std::move(record), std::move(decision), std::move(work), now, out)) {
    Behind({command, Refuse(Refusal::REFUSAL_REQUEST_TOO_LARGE)
                         .With("size", absl::StrCat(command->request->ByteSizeLong()))
                         .With("limit", absl::StrCat(storage::kRecordBytesMax))},
           now, out);
    return true;
  }
  for (const storage::SideRow& row : command->side_rows) out->append.side_rows.push_back(row);
  if (plants_.reply_before_read_back) Answer(*command, pending_.back()->reply, rule_->offset() + 1, true, out);
  return true;
}

bool Stream::DecideMail(Work work, Instant now, TurnOutput* out) {
  const Mail& mail = work.mail;
  auto row = rows_->overlay.Get(tables::InboxKey(mail.to, mail.from), Overlay::Level::kPending);
  const tables::InboxHead head = row ? tables::DecodeInboxHead(*row) : tables::InboxHead();
  if (mail.n <= head.last) {
    ++counters_.mail_repeated;
    return true;  // taken; acknowledged when it is effective
  }
  if (mail.n != head.last + 1 && !plants_.mailbox_gap_accepted) {
    ++counters_.mail_out_of_order;
    return true;  // the sender sends again from where we acknowledged
  }
  const Hash128 stream_hash = storage::Chain(head.stream_hash, storage::HashBytes(mail.payload));
  if (stream_hash != mail.stream_hash && !plants_.mailbox_gap_accepted) {
    out->fatal = absl::DataLossError(absl::StrCat("message ", mail.n, " from ", mail.from.ToString(), " to ",
                                                  mail.to.ToString(), " does not continue the mailbox"));
    return false;
  }
  const Uuid command_id = mint_(now);
  const DecideContext context{DecisionTime(now), now, command_id, mail.to};
  RowsReader reader(rows_, Overlay::Level::kPending);
  Outcome outcome = rows_->service->Receive({mail.from, mail.n, mail.payload}, context, reader);
  if (!reader.status().ok()) {
    out->fatal = reader.status();
    return false;
  }
  Decision decision;
  if (auto* decided = std::get_if<Decision>(&outcome)) decision = std::move(*decided);
  if (auto* defect = std::get_if<Defect>(&outcome)) {
    ++counters_.defects;
    if (defect->case_id) Park(*defect, now, out);
  }
  Record record = NewRecord(RecordKind::kEvents, mail.to, command_id);
  record.receipt = storage::MailboxReceipt{mail.from, mail.n, mail.stream_hash};
  Append(std::move(record), std::move(decision), std::move(work), now, out);
  return true;
}

// The case is set aside by a record of its owner: reads say so, commands get the reason, the partition goes on. Only as
// the case stands: an owner that has not read yet what another service recorded of it (that it came here, say) judges
// again when it has, because the record is overtaken, and with it what was decided behind it.
void Stream::Park(const Defect& defect, Instant now, TurnOutput* out) {
  ++counters_.parked;
  Record record = NewRecord(RecordKind::kPark, Municipality(), mint_(now));
  const std::string reason = defect.what.substr(0, 1000);
  record.address = reason;
  record.changes.push_back(storage::CaseSubject(*defect.case_id));
  Decision decision;
  decision.relies_on.push_back(storage::CaseSubject(*defect.case_id));
  Work work;
  work.kind = WorkKind::kPark;
  Append(std::move(record), std::move(decision), std::move(work), now, out);
}

bool Stream::ScanDue(std::string_view from, std::string_view to, size_t limit, std::vector<DueRow>* rows) const {
  bool complete = true;
  rows_->overlay.Scan(from, to, Overlay::Level::kApplied, [&](std::string_view key, std::string_view value) {
    if (rows->size() >= limit) {
      complete = false;
      return false;
    }
    if (plants_.settle_twice || !rows_->overlay.PendingDeletes(key)) {
      rows->push_back({tables::ParseDueKey(key), DecodeDueWork(value)});
    }
    return true;
  });
  return complete;
}

void Stream::WorkOffDue(Instant now, TurnOutput* out) {
  if (next_due_ > now || pending_.size() >= limits_.pipeline_records_max) return;
  const size_t room = std::min(limits_.due_rows_per_turn_max, limits_.pipeline_records_max - pending_.size());
  std::vector<DueRow> rows;
  const std::string immediate_end = tables::DueKey({{1}, 0, 0, 0});
  const std::string due_end = tables::DueKey({{now.micros + 1}, 0, 0, 0});
  // Immediate rows grow with the log: what is behind the cursor is in the pipeline or settled.
  std::string from = due_cursor_.empty() ? tables::TableStart(tables::kDue) : due_cursor_;
  bool complete = ScanDue(from, immediate_end, room, &rows);
  if (!rows.empty()) due_cursor_ = tables::DueKey(rows.back().id).append(1, '\0');
  if (complete) complete = ScanDue(immediate_end, due_end, room, &rows);
  for (DueRow& row : rows) {
    Work work;
    work.kind = WorkKind::kDue;
    work.row = std::move(row);
    if (!DecideDue(std::move(work), now, out)) return;
  }
  if (!complete) {
    out->more = true;
    return;
  }
  next_due_ = {INT64_MAX};
  rows_->overlay.Scan(due_end, tables::TableEnd(tables::kDue), Overlay::Level::kApplied,
                      [&](std::string_view key, std::string_view) {
                        next_due_ = tables::ParseDueKey(key).due_at;
                        return false;
                      });
}

bool Stream::DecideDue(Work work, Instant now, TurnOutput* out) {
  ++counters_.reactions;
  const Uuid command_id = mint_(now);
  const Instant decided_at = DecisionTime(now);
  const DecideContext context{decided_at, decided_at, command_id, work.row.work.municipality};
  RowsReader reader(rows_, Overlay::Level::kPending);
  Outcome outcome = rows_->service->React(work.row, context, reader);
  if (!reader.status().ok()) {
    out->fatal = reader.status();
    return false;
  }
  storage::SettledAs as = storage::SettledAs::kDone;
  Decision decision;
  if (auto* decided = std::get_if<Decision>(&outcome)) {
    decision = std::move(*decided);
    if (decision.events.empty()) as = storage::SettledAs::kPointless;
  } else if (std::holds_alternative<Refused>(outcome)) {
    as = storage::SettledAs::kRefused;
    ++counters_.settled_refused;
  } else {
    const auto& defect = std::get<Defect>(outcome);
    ++counters_.defects;
    as = storage::SettledAs::kParked;
    if (defect.case_id) Park(defect, now, out);
  }
  Record record = NewRecord(RecordKind::kEvents, work.row.work.municipality, command_id);
  record.settles.push_back({work.row.id, as});
  if (!Append(std::move(record), std::move(decision), work, now, out)) {
    Record parked = NewRecord(RecordKind::kEvents, work.row.work.municipality, command_id);
    parked.settles.push_back({work.row.id, storage::SettledAs::kParked});
    Append(std::move(parked), Decision(), std::move(work), now, out);
  }
  return true;
}

void Stream::WorkOffAcks(Instant now, TurnOutput* out) {
  for (auto& [key, box] : mailboxes_) {
    if (box.recording || box.acknowledged <= box.delivered) continue;
    box.recording = true;
    Work work;
    work.kind = WorkKind::kDelivered;
    work.delivered = {rows_->service->id(), key.first, key.second, box.acknowledged};
    Record record = NewRecord(RecordKind::kEvents, key.first, mint_(now));
    record.delivered = storage::Delivered{key.second, box.acknowledged};
    Append(std::move(record), Decision(), std::move(work), now, out);
  }
}

void Stream::SendMail(Instant now, TurnOutput* out) {
  if (role_ != Role::kOwner) return;
  if (!mail_known_) {
    rows_->overlay.Scan(tables::TableStart(tables::kOutboxHead), tables::TableEnd(tables::kOutboxHead),
                        Overlay::Level::kApplied, [&](std::string_view key, std::string_view value) {
                          const Municipality from = MunicipalityOfKey(key);
                          const auto to = static_cast<uint32_t>(tables::DecodeNumber(key.substr(5, 4)));
                          const tables::OutboxHead head = tables::DecodeOutboxHead(value);
                          MailboxOut& box = mailboxes_[{from, Municipality(to)}];
                          box.last = head.last;
                          box.delivered = std::max(box.delivered, head.delivered);
                          box.acknowledged = std::max(box.acknowledged, head.delivered);
                          return true;
                        });
    mail_known_ = true;
  }
  for (auto& [key, box] : mailboxes_) {
    if (box.acknowledged >= box.last) continue;
    if (box.sent > box.acknowledged && now.micros - box.sent_at.micros >= limits_.mail_resend_micros) {
      box.sent = box.acknowledged;  // too long without an answer: again from the first that is missing
    }
    box.sent = std::max(box.sent, box.acknowledged);
    const uint64_t until =
        std::min<uint64_t>(box.last, box.acknowledged + static_cast<uint64_t>(limits_.mail_window_max));
    if (box.sent < until) {
      rows_->overlay.Scan(
          tables::OutboxKey(key.first, key.second, box.sent + 1), tables::OutboxKey(key.first, key.second, until + 1),
          Overlay::Level::kApplied, [&](std::string_view row_key, std::string_view value) {
            auto [stream_hash, payload] = tables::DecodeOutboxMessage(value);
            out->mail.push_back({rows_->service->id(), key.first, key.second,
                                 tables::DecodeNumber(row_key.substr(9, 8)), stream_hash, std::string(payload)});
            return true;
          });
      box.sent = until;
      box.sent_at = now;
      if (plants_.delivered_unrecorded) box.acknowledged = until;
    }
    out->wake_at = std::min(out->wake_at, {box.sent_at.micros + limits_.mail_resend_micros});
  }
}

void Stream::MarkChanges(Record* record, const std::vector<MessagePtr>& events) const {
  for (const MessagePtr& event : events) {
    if (!IsStanding(*event)) continue;
    const auto subject = StandingSubject(*event, record->municipality);
    if (!subject) continue;
    if (std::find(record->changes.begin(), record->changes.end(), *subject) == record->changes.end()) {
      record->changes.push_back(*subject);
    }
  }
}

bool Stream::Append(Record record, Decision decision, Work work, Instant now, TurnOutput* out) {
  auto pending = std::make_unique<Pending>();
  if (pending_.empty()) {
    next_sequence_ = rule_->stream(rows_->service->id()).next_sequence;
    head_ = rule_->stream(rows_->service->id()).head;
  }
  record.owner = owner_;
  record.epoch = epoch_;
  record.sequence = next_sequence_;
  record.decided_at = DecisionTime(now);
  record.read_up_to = rule_->offset();
  record.log_digest = rule_->log_digest();
  record.head = head_;
  record.level = rule_->level();
  record.relies_on = std::move(decision.relies_on);
  MarkChanges(&record, decision.events);
  if (decision.reply) pending->reply = decision.reply->SerializeAsString();
  record.reply = pending->reply;
  std::vector<std::string> serialized;
  serialized.reserve(decision.events.size());
  for (const MessagePtr& event : decision.events) serialized.push_back(event->SerializeAsString());
  record.events.assign(serialized.begin(), serialized.end());
  auto bytes = storage::EncodeRecord(record);
  if (!bytes.ok()) return false;

  pending->work = std::move(work);
  pending->sequence = next_sequence_++;
  pending->bytes = std::make_shared<const std::string>(*std::move(bytes));
  pending->hash = storage::HashBytes(*pending->bytes);
  pending->head_before = head_;
  pending->events = std::move(decision.events);
  pending->appended_at = now;
  head_ = storage::Chain(head_, pending->hash);
  if (first_of_turn_ == 0) first_of_turn_ = pending->sequence;
  out->append.records.push_back(pending->bytes);
  EvolvePending(*pending, record);
  if (pending->work.kind == WorkKind::kCommand) pending_commands_[record.command_id] = pending.get();
  pending_.push_back(std::move(pending));
  return true;
}

void Stream::EvolvePending(const Pending& pending, const Record& record) {
  PendingWriter writer(rows_, pending.sequence);
  if (record.fingerprint != Hash128()) {
    rows_->recent_ids.Add(record.command_id);
    writer.Put(tables::DedupKey(record.municipality, record.command_id),
               tables::EncodeDedup(record.fingerprint, kNoOffset, record.reply));
  }
  for (const storage::Settlement& settled : record.settles) writer.Delete(tables::DueKey(settled.row));
  if (record.receipt) {
    writer.Put(tables::InboxKey(record.municipality, record.receipt->from),
               tables::EncodeInboxHead({record.receipt->n, record.receipt->stream_hash}));
  }
  AppliedRecord applied;
  applied.header = &record;
  applied.offset = INT64_MAX;
  applied.append_time = record.decided_at;
  for (const MessagePtr& event : pending.events) applied.events.push_back(event.get());
  for (size_t i = 0; i < applied.events.size(); ++i) rows_->service->Apply(applied, i, writer);
}

}  // namespace casehub::runtime
