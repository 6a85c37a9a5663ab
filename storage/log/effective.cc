#include "storage/log/effective.h"

#include <algorithm>
#include <cassert>

namespace casehub::storage {
namespace {

size_t Index(ServiceId service) { return static_cast<size_t>(service); }

constexpr Judgement Is(Verdict verdict, Evidence evidence = Evidence::kNone) { return {verdict, evidence}; }

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kEffective:
      return "effective";
    case Verdict::kStaleEpoch:
      return "stale epoch";
    case Verdict::kForeignOwner:
      return "foreign owner";
    case Verdict::kDuplicate:
      return "duplicate";
    case Verdict::kBehind:
      return "behind";
    case Verdict::kGap:
      return "gap";
    case Verdict::kWrongHead:
      return "wrong head";
    case Verdict::kOvertaken:
      return "overtaken";
    case Verdict::kMalformed:
      return "malformed";
  }
  return "unknown";
}

Judgement EffectiveRule::Apply(Offset offset, Instant append_time, const Hash128& hash,
                               const std::optional<Record>& record) {
  assert(offset > offset_);
  Judgement judgement = Is(Verdict::kMalformed);
  if (record) {
    judgement = Judge(offset, *record);
    if (judgement.evidence == Evidence::kNone) judgement.evidence = CompareDigest(offset, *record);
    if (judgement.verdict == Verdict::kEffective) Accept(offset, hash, *record);
  }
  offset_ = offset;
  append_time_ = append_time;
  log_time_ = std::max(log_time_, append_time);
  record_hash_ = hash;
  digest_ = Chain(digest_, hash);
  if (digests_.size() == kDigestsMax) digests_.pop_front();
  digests_.emplace_back(offset, digest_);
  return judgement;
}

// The order of the checks is part of the rule: what moves nothing comes before what moves the restart point.
Judgement EffectiveRule::Judge(Offset offset, const Record& record) {
  if (record.kind == RecordKind::kOwnerEpoch) return JudgeOwnerEpoch(offset, record);
  Stream& stream = streams_[Index(record.service)];
  if (record.epoch < stream.epoch) return Is(faults_.skip_fence ? Verdict::kEffective : Verdict::kStaleEpoch);
  // An owner writes in its epoch only after it has read its own OwnerEpoch as effective: a record before that shows
  // that this reader did not see what the writer saw.
  if (record.epoch > stream.epoch || record.epoch == 0 || record.owner != stream.owner) {
    return Is(Verdict::kForeignOwner, Evidence::kUnknownOwner);
  }
  if (record.sequence < stream.next_sequence) return Is(Verdict::kDuplicate);
  // Nobody has read what stands behind what he writes, unless the log lost its tail in between.
  if (record.read_up_to >= offset) return Is(Verdict::kBehind, Evidence::kReadAhead);
  if (record.read_up_to < stream.restart_point && !faults_.ignore_restart_point) return Is(Verdict::kBehind);
  if (record.sequence > stream.next_sequence) {
    if (faults_.ignore_gap) return Is(Verdict::kEffective);
    stream.restart_point = offset;
    return Is(Verdict::kGap);
  }
  if (record.head != stream.head) {
    stream.restart_point = offset;
    return Is(Verdict::kWrongHead, Evidence::kHead);
  }
  if (Overtaken(record.service, record.relies_on, record.read_up_to) && !faults_.ignore_overtaken) {
    stream.restart_point = offset;
    return Is(Verdict::kOvertaken);
  }
  return Is(Verdict::kEffective);
}

Judgement EffectiveRule::JudgeOwnerEpoch(Offset offset, const Record& record) const {
  const Stream& stream = streams_[Index(record.service)];
  // Its writer had read an effective OwnerEpoch of that number, which does not stand here.
  if (record.previous_epoch > stream.epoch) return Is(Verdict::kStaleEpoch, Evidence::kUnknownOwner);
  if (record.previous_epoch < stream.epoch || record.epoch <= stream.epoch) return Is(Verdict::kStaleEpoch);
  if (record.read_up_to >= offset) return Is(Verdict::kBehind, Evidence::kReadAhead);
  return Is(Verdict::kEffective);
}

void EffectiveRule::Accept(Offset offset, const Hash128& hash, const Record& record) {
  Stream& stream = streams_[Index(record.service)];
  if (record.kind == RecordKind::kOwnerEpoch) {
    stream.epoch = record.epoch;
    stream.owner = record.owner;
    stream.address = record.address;
    stream.next_sequence = 1;
    stream.restart_point = offset;
    if (record.by_operator) stream.blocked = false;
  } else {
    stream.next_sequence = record.sequence + 1;
  }
  stream.head = Chain(stream.head, hash);
  stream.decided_at = std::max(stream.decided_at, record.decided_at);
  if (record.kind == RecordKind::kFeatureLevel) level_ = std::max(level_, record.level);
  if (!record.changes.empty()) AddStanding({offset, record.service, record.changes});
}

Evidence EffectiveRule::CompareDigest(Offset offset, const Record& record) const {
  if (record.read_up_to >= offset) return Evidence::kReadAhead;
  if (digests_.empty() || record.read_up_to < digests_.front().first) return Evidence::kNone;
  // There is at most one entry for each offset, so it stands here or further on; where no offset is missing, here.
  const auto back =
      std::min<size_t>(static_cast<size_t>(digests_.back().first - record.read_up_to), digests_.size() - 1);
  auto at = digests_.end() - 1 - static_cast<std::ptrdiff_t>(back);
  if (at->first != record.read_up_to) {
    at = std::lower_bound(at, digests_.end(), record.read_up_to,
                          [](const auto& entry, Offset wanted) { return entry.first < wanted; });
  }
  // A read-up-to is the offset of a record; where no record stands, the writer read another log.
  if (at == digests_.end() || at->first != record.read_up_to) return Evidence::kDigest;
  return at->second == record.log_digest ? Evidence::kNone : Evidence::kDigest;
}

const EffectiveRule::Stream& EffectiveRule::stream(ServiceId service) const { return streams_[Index(service)]; }

void EffectiveRule::Block(ServiceId service) { streams_[Index(service)].blocked = true; }

bool EffectiveRule::Overtaken(ServiceId service, const std::vector<Subject>& subjects, Offset read_up_to) const {
  if (subjects.empty()) return false;  // a fact: it must be taken whatever happened meanwhile
  // Something that is forgotten may lie after it.
  if (read_up_to + 1 < standing_floor_) return true;
  for (const Subject& subject : subjects) {
    const auto& of_kind = last_standing_[static_cast<size_t>(subject.kind)];
    const auto it = of_kind.find(subject.id);
    if (it == of_kind.end()) continue;
    const LastStanding& last = it->second;
    if ((last.service == service ? last.other_offset : last.offset) > read_up_to) return true;
  }
  return false;
}

void EffectiveRule::AddStanding(StandingEntry entry) {
  for (const Subject& subject : entry.subjects) {
    auto [it, added] = last_standing_[static_cast<size_t>(subject.kind)].try_emplace(
        subject.id, LastStanding{entry.offset, entry.service});
    if (added) continue;
    LastStanding& last = it->second;
    if (last.service != entry.service) {
      last.other_offset = last.offset;
      last.service = entry.service;
    }
    last.offset = entry.offset;
  }
  standing_.push_back(std::move(entry));
  if (standing_.size() <= kStandingMax) return;

  const StandingEntry& oldest = standing_.front();
  standing_floor_ = oldest.offset + 1;
  for (const Subject& subject : oldest.subjects) {
    auto& of_kind = last_standing_[static_cast<size_t>(subject.kind)];
    const auto it = of_kind.find(subject.id);
    if (it == of_kind.end()) continue;  // named twice by one record
    if (it->second.offset == oldest.offset) {
      of_kind.erase(it);
    } else if (it->second.other_offset == oldest.offset) {
      it->second.other_offset = kNoOffset;
    }
  }
  standing_.pop_front();
  if (standing_taken_ > 0) --standing_taken_;
}

}  // namespace casehub::storage
