// Ownership and read-back; what to decide is in stream_decide.cc.
#include "services/runtime/stream.h"

#include <algorithm>
#include <utility>

#include "services/runtime/position_token.h"

namespace casehub::runtime {

using storage::Verdict;

Stream::Stream(ServiceRows* rows, const storage::EffectiveRule* rule, PartitionId partition, std::string address,
               std::function<Uuid(Instant)> mint, const StreamLimits& limits, const Plants& plants)
    : rows_(rows),
      rule_(rule),
      partition_(partition),
      address_(std::move(address)),
      mint_(std::move(mint)),
      limits_(limits),
      plants_(plants),
      bulk_pace_(limits.bulk) {}

void Stream::Offer(std::shared_ptr<CommandInput> command) {
  Work work;
  work.kind = WorkKind::kCommand;
  work.command = std::move(command);
  LaneOf(work).push_back(std::move(work));
}

std::deque<Stream::Work> Stream::TakeQueued() {
  std::deque<Work> taken = std::exchange(queue_, {});
  for (Work& work : std::exchange(bulk_, {})) taken.push_back(std::move(work));
  return taken;
}

uint64_t Stream::AppliedMail(Municipality to, Municipality from) const {
  auto row = rows_->overlay.Get(tables::InboxKey(to, from), Overlay::Level::kApplied);
  return row ? tables::DecodeInboxHead(*row).last : 0;
}

void Stream::Offer(Mail mail, TurnOutput* out) {
  if (role_ != Role::kOwner) return;  // the sender asks again
  const uint64_t applied = AppliedMail(mail.to, mail.from);
  if (mail.n <= applied) {
    ++counters_.mail_repeated;
    out->acks.push_back({mail.service, mail.from, mail.to, applied});
    return;
  }
  Work work;
  work.kind = WorkKind::kMail;
  work.mail = std::move(mail);
  queue_.push_back(std::move(work));
}

void Stream::Acknowledge(const MailAck& ack) {
  auto it = mailboxes_.find({ack.from, ack.to});
  if (it == mailboxes_.end()) return;
  it->second.acknowledged = std::max(it->second.acknowledged, std::min(ack.up_to, it->second.last));
}

std::unique_ptr<Stream::Pending> Stream::OnRecord(const storage::LogEntry&, const storage::Record& record,
                                                  const Hash128& hash, Verdict verdict, TurnOutput* out) {
  if (record.kind == storage::RecordKind::kOwnerEpoch) {
    if (verdict != Verdict::kEffective) {
      if (role_ == Role::kCandidate && record.owner == owner_) role_ = Role::kFollower;
      return nullptr;
    }
    if (role_ == Role::kCandidate && record.owner == owner_) {
      BecomeOwner();
    } else if (role_ != Role::kFollower) {
      LoseEpoch(out);
    }
    return nullptr;
  }
  if (role_ != Role::kOwner || record.owner != owner_ || record.epoch != epoch_) return nullptr;
  const auto it = std::find_if(pending_.begin(), pending_.end(),
                               [&](const std::unique_ptr<Pending>& pending) { return pending->hash == hash; });
  if (it == pending_.end()) {
    // A repeat by the engine, or one we gave up: skipped. Were it effective, our memory would not be the log's.
    if (verdict == Verdict::kEffective) LoseEpoch(out);
    return nullptr;
  }
  if (verdict != Verdict::kEffective || it != pending_.begin()) {
    Redo(verdict);
    return nullptr;
  }
  std::unique_ptr<Pending> pending = std::move(pending_.front());
  pending_.pop_front();
  if (pending->work.kind == WorkKind::kCommand) pending_commands_.erase(pending->work.command->command_id);
  if (pending->work.kind == WorkKind::kDelivered) {
    const MailAck& ack = pending->work.delivered;
    MailboxOut& box = mailboxes_[{ack.from, ack.to}];
    box.delivered = std::max(box.delivered, ack.up_to);
    box.recording = false;
  }
  return pending;
}

void Stream::AnswerRecorded(const Pending& pending, Offset offset, TurnOutput* out) const {
  if (pending.work.kind != WorkKind::kCommand || plants_.reply_before_read_back) return;
  Answer(*pending.work.command, pending.reply, offset, true, out);
  if (!out->answer_first) return;
  out->answer_first(std::move(out->replies.back()));
  out->replies.pop_back();
}

void Stream::Finish(std::unique_ptr<Pending> pending, Offset offset, TurnOutput* out) {
  rows_->overlay.DropPending(pending->sequence);
  if (pending->work.kind == WorkKind::kMail) {
    const Mail& mail = pending->work.mail;
    out->acks.push_back({mail.service, mail.from, mail.to, mail.n});
  }
  AnswerWaiters(pending->waiters, pending->reply, offset, out);
}

void Stream::AnswerWaiters(std::vector<Waiter>& waiters, const std::string& reply, Offset offset, TurnOutput* out) {
  for (Waiter& waiter : waiters) {
    if (auto* refused = std::get_if<Refused>(&waiter.answer)) {
      RefuseNow(*waiter.command, std::move(*refused), out);
    } else if (auto* known = std::get_if<std::pair<std::string, Offset>>(&waiter.answer)) {
      Answer(*waiter.command, std::move(known->first), known->second, false, out);
    } else {
      Answer(*waiter.command, reply, offset, false, out);
    }
  }
}

void Stream::Answer(const CommandInput& command, std::string reply, Offset offset, bool recorded,
                    TurnOutput* out) const {
  AppendPositionToken(partition_, offset, &reply);
  out->replies.push_back({command.ticket, Answered{std::move(reply)}, offset, recorded});
}

void Stream::RefuseNow(const CommandInput& command, Refused refused, TurnOutput* out) {
  out->replies.push_back({command.ticket, std::move(refused), kNoOffset, false});
}

void Stream::OnApplied(const AppliedWriter& writer, bool own) {
  next_due_ = std::min(next_due_, writer.earliest_due());
  if (writer.sent()) mail_known_ = false;
  if (writer.conflicted() && !own && !pending_.empty()) rebase_needed_ = true;
}

void Stream::TakeOver(Instant now, TurnOutput* out) {
  if (now < next_attempt_) return;
  const auto& stream = rule_->stream(rows_->service->id());
  owner_ = mint_(now);
  epoch_ = stream.epoch + 1;
  storage::Record record;
  record.kind = storage::RecordKind::kOwnerEpoch;
  record.service = rows_->service->id();
  record.command_id = owner_;
  record.owner = owner_;
  record.epoch = epoch_;
  record.previous_epoch = stream.epoch;
  record.decided_at = DecisionTime(now);
  record.read_up_to = rule_->offset();
  record.log_digest = rule_->log_digest();
  record.head = stream.head;
  record.address = address_;
  auto bytes = storage::EncodeRecord(record);
  if (!bytes.ok()) {
    out->fatal = bytes.status();
    return;
  }
  out->append.records.push_back(std::make_shared<const std::string>(*std::move(bytes)));
  role_ = Role::kCandidate;
  candidate_since_ = now;
  // Jittered by the random owner id, so that two candidates do not duel.
  const int64_t jitter = static_cast<int64_t>(static_cast<uint8_t>(owner_.Bytes()[15])) * 2'000;
  next_attempt_ = {now.micros + limits_.candidate_timeout_micros + jitter};
}

void Stream::BecomeOwner() {
  role_ = Role::kOwner;
  ++counters_.takeovers;
  next_due_ = {0};
  due_cursor_.clear();
  mailboxes_.clear();
  mail_known_ = false;
  if (plants_.due_lost_at_takeover) next_due_ = {INT64_MAX};
}

void Stream::DropPendingRows() {
  rows_->overlay.DropAllPending();
  pending_commands_.clear();
  first_of_turn_ = 0;
  rebase_needed_ = false;
}

void Stream::LoseEpoch(TurnOutput* out) {
  ++counters_.lost_epochs;
  if (!pending_.empty()) ++counters_.lost_with_pending;
  role_ = Role::kFollower;
  // A higher epoch stands in the log: whatever of ours was not read back before it never becomes effective.
  auto pending = std::move(pending_);
  pending_.clear();
  if (!plants_.overlay_kept) {
    DropPendingRows();
  } else {
    pending_commands_.clear();
  }
  auto queued = TakeQueued();
  for (auto& one : pending) {
    if (one->work.kind == WorkKind::kCommand) {
      RefuseNow(*one->work.command, Refuse(Refusal::REFUSAL_NOT_OWNER), out);
    }
    for (Waiter& waiter : one->waiters) RefuseNow(*waiter.command, Refuse(Refusal::REFUSAL_NOT_OWNER), out);
  }
  for (Work& work : queued) {
    if (work.kind == WorkKind::kCommand) RefuseNow(*work.command, Refuse(Refusal::REFUSAL_NOT_OWNER), out);
  }
}

// A record of ours was skipped: nothing that was in flight behind it can become effective. Decide it all again, in
// the same order, on what the log says now. Due rows and acknowledgements are still in their tables.
void Stream::Redo(Verdict verdict) {
  ++counters_.redone;
  counters_.redo_depth_max = std::max<uint64_t>(counters_.redo_depth_max, pending_.size());
  if (verdict == Verdict::kOvertaken) ++counters_.redo_overtaken;
  if (verdict == Verdict::kGap || verdict == Verdict::kEffective) ++counters_.redo_gap;
  if (verdict == Verdict::kWrongHead) ++counters_.redo_head;
  if (verdict == Verdict::kBehind) ++counters_.redo_behind;
  auto pending = std::move(pending_);
  pending_.clear();
  DropPendingRows();
  std::vector<Work> again;
  for (auto& one : pending) {
    if (plants_.redo_forgotten && one != pending.front()) continue;
    // A case is parked again only if what led to it is judged so again.
    if (one->work.kind == WorkKind::kCommand || one->work.kind == WorkKind::kMail) {
      again.push_back(std::move(one->work));
    }
    for (Waiter& waiter : one->waiters) {
      Work work;
      work.kind = WorkKind::kCommand;
      work.command = std::move(waiter.command);
      again.push_back(std::move(work));
    }
  }
  for (auto work = again.rbegin(); work != again.rend(); ++work) LaneOf(*work).push_front(std::move(*work));
  due_cursor_.clear();
  next_due_ = {0};
  for (auto& [key, box] : mailboxes_) box.recording = false;
}

// Another stream changed rows that our pending records changed too: evolve those again on top, so that what is
// decided next sees both.
void Stream::Rebase() {
  ++counters_.rebased;
  rebase_needed_ = false;
  rows_->overlay.DropAllPending();
  for (const auto& pending : pending_) {
    auto record = storage::DecodeRecord(*pending->bytes);
    if (record.ok()) EvolvePending(*pending, *record);
  }
}

void Stream::OnAppendRefused(const absl::Status& status, TurnOutput* out) {
  ++counters_.append_refused;
  if (role_ == Role::kCandidate) {
    role_ = Role::kFollower;
    return;
  }
  if (role_ != Role::kOwner || first_of_turn_ == 0) return;
  // Nothing of this turn's batch was queued: take it back as if it had not been decided.
  std::vector<Work> again;
  while (!pending_.empty() && pending_.back()->sequence >= first_of_turn_) {
    std::unique_ptr<Pending> pending = std::move(pending_.back());
    pending_.pop_back();
    next_sequence_ = pending->sequence;
    head_ = pending->head_before;
    for (auto waiter = pending->waiters.rbegin(); waiter != pending->waiters.rend(); ++waiter) {
      Work work;
      work.kind = WorkKind::kCommand;
      work.command = std::move(waiter->command);
      again.push_back(std::move(work));
    }
    if (pending->work.kind == WorkKind::kCommand) pending_commands_.erase(pending->work.command->command_id);
    if (pending->work.kind != WorkKind::kBarrier && pending->work.kind != WorkKind::kDue &&
        pending->work.kind != WorkKind::kDelivered) {
      again.push_back(std::move(pending->work));
    }
  }
  const bool retry = absl::IsResourceExhausted(status);
  for (Work& work : again) {  // last decided first
    if (work.kind == WorkKind::kCommand && !retry) {
      RefuseNow(*work.command, Refuse(Refusal::REFUSAL_LOG_UNAVAILABLE).With("why", std::string(status.message())),
                out);
    } else {
      LaneOf(work).push_front(std::move(work));
    }
  }
  first_of_turn_ = 0;
  due_cursor_.clear();
  next_due_ = {0};
  for (auto& [key, box] : mailboxes_) box.recording = false;
  Rebase();
}

void Stream::OnClockBack(int64_t micros) {
  candidate_since_.micros -= micros;
  next_attempt_.micros -= micros;
  for (auto& pending : pending_) pending->appended_at.micros -= micros;
  bulk_pace_.OnClockBack(micros);
  for (auto& [key, box] : mailboxes_) box.sent_at.micros -= micros;
}

void Stream::RefuseAll(Refusal reason, TurnOutput* out) {
  for (auto& pending : pending_) {
    // Its record may be in the log: the caller must ask again to know.
    if (pending->work.kind == WorkKind::kCommand) {
      RefuseNow(*pending->work.command, Refuse(Refusal::REFUSAL_OUTCOME_UNKNOWN), out);
    }
    for (Waiter& waiter : pending->waiters) RefuseNow(*waiter.command, Refuse(Refusal::REFUSAL_OUTCOME_UNKNOWN), out);
  }
  for (Work& work : TakeQueued()) {
    if (work.kind == WorkKind::kCommand) RefuseNow(*work.command, Refuse(reason), out);
  }
  pending_.clear();
  DropPendingRows();
}

}  // namespace casehub::runtime
