#include "tests/simulation/auditor.h"

#include <algorithm>
#include <iostream>

#include "absl/strings/str_cat.h"

namespace casehub::simulation {

using storage::Evidence;
using storage::RecordKind;
using storage::Verdict;

void Auditor::CatchUp() {
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    const auto& entries = log_->entries(partition);
    for (size_t i = parts_[Index(partition)].judged.size(); i < entries.size(); ++i)
      Judge(partition, entries[i], false);
  }
}

void Auditor::Rewind(PartitionId partition) {
  parts_[Index(partition)] = Part();
  for (const storage::LogEntry& entry : log_->entries(partition)) Judge(partition, entry, true);
}

void Auditor::Judge(PartitionId partition, const storage::LogEntry& entry, bool again) {
  Part& part = parts_[Index(partition)];
  Judged judged{entry.offset, entry.append_time, entry.bytes, std::nullopt, {}};
  auto record = storage::DecodeRecord(*entry.bytes);
  if (record.ok()) judged.record = *std::move(record);
  const Hash128 hash = storage::HashBytes(*entry.bytes);
  judged.judgement = part.rule.Apply(entry.offset, entry.append_time, hash, judged.record);
  if (verbose_ && !again && judged.record) Tell(partition, judged);
  if (!again) {
    context_->trace = storage::Chain(context_->trace, hash);
    CountVerdict(&part, judged);
    CountEvidence(judged);
  }
  if (judged.IsEffective()) {
    part.events += judged.record->events.size();
    if (judged.record->kind == RecordKind::kOwnerEpoch) {
      part.addresses[judged.record->owner] = std::string(judged.record->address);
    }
    if (judged.record->fingerprint != Hash128()) {
      const auto key = std::make_pair(judged.record->municipality.code(), judged.record->command_id);
      const auto [it, added] = part.commands.try_emplace(key, part.judged.size());
      // Where the log lost something, a writer may have decided on what is gone; but then its record says so.
      if (!added && (log_->lost(partition).empty() || judged.judgement.evidence == Evidence::kNone)) {
        context_->Report("request_recorded_twice", absl::StrCat("request ", judged.record->command_id.ToString(),
                                                                " of ", judged.record->municipality.ToString(),
                                                                " stands at offsets ", part.judged[it->second].offset,
                                                                " and ", entry.offset, " of partition ", partition));
      }
    }
  }
  part.judged.push_back(std::move(judged));
}

void Auditor::Tell(PartitionId partition, const Judged& judged) const {
  const storage::Record& record = *judged.record;
  std::cerr << context_->now.micros << " partition " << partition << " offset " << judged.offset << ": "
            << storage::VerdictName(judged.judgement.verdict) << ", kind " << static_cast<int>(record.kind) << " of "
            << ServiceName(record.service) << ", epoch " << record.epoch << ", number " << record.sequence
            << ", read up to " << record.read_up_to << ", command " << record.command_id.ToString() << ", "
            << record.events.size() << " events, settles " << record.settles.size() << ", decided "
            << record.decided_at.micros << " " << record.address << "\n";
}

void Auditor::CountVerdict(Part* part, const Judged& judged) {
  if (!judged.record) {
    context_->Count(Situation::kMalformed);
    return;
  }
  const storage::Record& record = *judged.record;
  const bool takes_over = record.kind == RecordKind::kOwnerEpoch;
  const auto& stream = part->rule.stream(record.service);
  switch (judged.judgement.verdict) {
    case Verdict::kEffective:
      if (takes_over) part->duelled[record.service] = record.owner;
      break;
    case Verdict::kStaleEpoch:
      context_->Count(takes_over ? Situation::kStaleOwnerEpoch : Situation::kStaleEpoch);
      if (takes_over && record.previous_epoch + 1 == stream.epoch && record.owner != part->duelled[record.service]) {
        context_->Count(Situation::kCandidateDuel);
      }
      if (!takes_over && part->addresses.count(record.owner) != 0) context_->Count(Situation::kZombieWrote);
      break;
    case Verdict::kForeignOwner:
      context_->Count(Situation::kForeignOwner);
      break;
    case Verdict::kDuplicate:
      context_->Count(Situation::kDuplicate);
      break;
    case Verdict::kBehind:
      context_->Count(Situation::kBehind);
      if (!takes_over && stream.restart_point == part->overtaken[record.service]) {
        context_->Count(Situation::kOvertakenPipelined);
      }
      break;
    case Verdict::kGap:
      context_->Count(Situation::kGap);
      break;
    case Verdict::kWrongHead:
      context_->Count(Situation::kWrongHead);
      break;
    case Verdict::kOvertaken:
      part->overtaken[record.service] = judged.offset;
      CountOvertaken(part, judged);
      break;
    case Verdict::kMalformed:
      break;
  }
}

// Which standing record overtook it: the last one on its subjects by another stream.
void Auditor::CountOvertaken(Part* part, const Judged& judged) {
  context_->Count(Situation::kOvertaken);
  const storage::Record& record = *judged.record;
  for (auto it = part->judged.rbegin(); it != part->judged.rend() && it->offset > record.read_up_to; ++it) {
    if (!it->IsEffective() || it->record->service == record.service) continue;
    const auto& changes = it->record->changes;
    const bool hit = std::any_of(changes.begin(), changes.end(), [&](const storage::Subject& subject) {
      return std::find(record.relies_on.begin(), record.relies_on.end(), subject) != record.relies_on.end();
    });
    if (!hit) continue;
    if (it->record->kind == RecordKind::kPark) context_->Count(Situation::kParkOvertook);
    if (record.service == ServiceId::kIntake) context_->Count(Situation::kFreezeOvertookIntake);
    if (record.service == ServiceId::kAssignment) CountOvertakenAssignment(*it->record);
    if (record.service == ServiceId::kTransfer) context_->Count(Situation::kIntakeOvertookFreeze);
    return;
  }
}

void Auditor::CountOvertakenAssignment(const storage::Record& by) {
  const bool suspended = std::any_of(by.changes.begin(), by.changes.end(), [](const storage::Subject& subject) {
    return subject.kind == storage::SubjectKind::kPractitioner;
  });
  context_->Count(suspended ? Situation::kSuspensionOvertook : Situation::kEndOvertookAssignment);
}

void Auditor::CountEvidence(const Judged& judged) {
  switch (judged.judgement.evidence) {
    case Evidence::kNone:
    case Evidence::kHead:
      break;
    case Evidence::kDigest:
      context_->Count(Situation::kDigestEvidence);
      break;
    case Evidence::kReadAhead:
      context_->Count(Situation::kReadAhead);
      break;
    case Evidence::kUnknownOwner:
      context_->Count(Situation::kUnknownOwnerEvidence);
      break;
  }
}

size_t Auditor::After(PartitionId partition, Offset offset) const {
  const auto& judged = parts_[Index(partition)].judged;
  return static_cast<size_t>(std::upper_bound(judged.begin(), judged.end(), offset,
                                              [](Offset wanted, const Judged& one) { return wanted < one.offset; }) -
                             judged.begin());
}

const Judged* Auditor::At(PartitionId partition, Offset offset) const {
  const auto& judged = parts_[Index(partition)].judged;
  const size_t after = After(partition, offset);
  return after > 0 && judged[after - 1].offset == offset ? &judged[after - 1] : nullptr;
}

const Judged* Auditor::OfCommand(PartitionId partition, Municipality municipality, const Uuid& command) const {
  const Part& part = parts_[Index(partition)];
  const auto it = part.commands.find({municipality.code(), command});
  return it == part.commands.end() ? nullptr : &part.judged[it->second];
}

const std::string& Auditor::AddressOf(PartitionId partition, const Uuid& owner) const {
  static const std::string none;
  const auto& addresses = parts_[Index(partition)].addresses;
  const auto it = addresses.find(owner);
  return it == addresses.end() ? none : it->second;
}

uint64_t Auditor::events() const {
  uint64_t all = 0;
  for (const Part& part : parts_) all += part.events;
  return all;
}

}  // namespace casehub::simulation
