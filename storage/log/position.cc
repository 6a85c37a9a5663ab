// The memory of the effective rule as stored rows and back (docs/formats/position.md).
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/log/effective.h"

namespace casehub::storage {
namespace {

constexpr size_t kHashBytes = 16;
constexpr size_t kStoredSubjectBytes = 1 + Uuid::kBytes;

// Big-endian, as everything in a row that may be compared or shown.
std::string HashToBytes(const Hash128& hash) {
  std::string bytes(kHashBytes, '\0');
  for (int i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(hash.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<char>(hash.low >> (56 - 8 * i));
  }
  return bytes;
}

bool HashFromBytes(std::string_view bytes, Hash128* hash) {
  if (bytes.size() != kHashBytes) return false;
  *hash = {};
  for (int i = 0; i < 8; ++i) {
    hash->high = hash->high << 8 | static_cast<uint8_t>(bytes[i]);
    hash->low = hash->low << 8 | static_cast<uint8_t>(bytes[8 + i]);
  }
  return true;
}

std::string SubjectToBytes(const Subject& subject) {
  std::string bytes(1, static_cast<char>(subject.kind));
  bytes.append(subject.id.Bytes());
  return bytes;
}

std::optional<Subject> SubjectFromBytes(std::string_view bytes) {
  if (bytes.size() != kStoredSubjectBytes) return std::nullopt;
  const auto kind = static_cast<uint8_t>(bytes[0]);
  if (kind == 0 || kind > static_cast<uint8_t>(SubjectKind::kMunicipality)) return std::nullopt;
  return Subject{static_cast<SubjectKind>(kind), *Uuid::FromBytes(bytes.substr(1))};
}

bool IsService(uint32_t number) { return number >= 1 && number <= kAllServices.size(); }

v1::StandingRecord ToRow(Offset offset, ServiceId service, const std::vector<Subject>& subjects) {
  v1::StandingRecord row;
  row.set_offset(offset);
  row.set_service(static_cast<uint32_t>(service));
  for (const Subject& subject : subjects) row.add_subjects(SubjectToBytes(subject));
  return row;
}

absl::Status Damaged(const char* what) {
  return absl::DataLossError(absl::StrCat("a stored position of the log is damaged: ", what));
}

bool StreamFromRow(const v1::StreamPosition& row, EffectiveRule::Stream* stream) {
  const auto owner = Uuid::FromBytes(row.owner());
  if (!owner || !HashFromBytes(row.head(), &stream->head)) return false;
  stream->epoch = row.epoch();
  stream->owner = *owner;
  stream->next_sequence = row.next_sequence();
  stream->restart_point = row.restart_point();
  stream->decided_at = {row.decided_at_micros()};
  stream->blocked = row.blocked();
  stream->address = row.address();
  return true;
}

}  // namespace

v1::LogPosition EffectiveRule::Position() const {
  v1::LogPosition position;
  position.set_offset(offset_);
  position.set_append_time_micros(append_time_.micros);
  position.set_record_hash(HashToBytes(record_hash_));
  position.set_log_digest(HashToBytes(digest_));
  position.set_standing_floor(standing_floor_);
  position.set_log_time_micros(log_time_.micros);
  position.set_level(level_);
  for (ServiceId service : kAllServices) {
    const Stream& stream = this->stream(service);
    if (stream.epoch == 0 && !stream.blocked) continue;
    v1::StreamPosition* row = position.add_streams();
    row->set_service(static_cast<uint32_t>(service));
    row->set_epoch(stream.epoch);
    row->set_owner(std::string(stream.owner.Bytes()));
    row->set_next_sequence(stream.next_sequence);
    row->set_head(HashToBytes(stream.head));
    row->set_restart_point(stream.restart_point);
    row->set_decided_at_micros(stream.decided_at.micros);
    row->set_blocked(stream.blocked);
    row->set_address(stream.address);
  }
  return position;
}

std::vector<v1::StandingRecord> EffectiveRule::TakeNewStanding() {
  std::vector<v1::StandingRecord> rows;
  for (; standing_taken_ < standing_.size(); ++standing_taken_) {
    const StandingEntry& entry = standing_[standing_taken_];
    rows.push_back(ToRow(entry.offset, entry.service, entry.subjects));
  }
  return rows;
}

std::vector<v1::StandingRecord> EffectiveRule::AllStanding() const {
  std::vector<v1::StandingRecord> rows;
  rows.reserve(standing_.size());
  for (const StandingEntry& entry : standing_) rows.push_back(ToRow(entry.offset, entry.service, entry.subjects));
  return rows;
}

absl::StatusOr<EffectiveRule> EffectiveRule::Restore(const v1::LogPosition& position,
                                                     const std::vector<v1::StandingRecord>& standing,
                                                     RuleFaults faults) {
  EffectiveRule rule(faults);
  rule.offset_ = position.offset();
  rule.append_time_ = {position.append_time_micros()};
  rule.log_time_ = {position.log_time_micros()};
  rule.standing_floor_ = position.standing_floor();
  if (!HashFromBytes(position.record_hash(), &rule.record_hash_)) return Damaged("the hash of the record");
  if (!HashFromBytes(position.log_digest(), &rule.digest_)) return Damaged("the digest of the log");
  if (position.level() < 1 || position.level() > UINT16_MAX) return Damaged("the feature level");
  if (position.level() > kFeatureLevel) {
    return absl::FailedPreconditionError(absl::StrCat("the log is at feature level ", position.level(),
                                                      ", this build reads up to ", kFeatureLevel, ": upgrade casehub"));
  }
  rule.level_ = static_cast<uint16_t>(position.level());
  for (const v1::StreamPosition& row : position.streams()) {
    if (!IsService(row.service())) return Damaged("an unknown service");
    if (!StreamFromRow(row, &rule.streams_[row.service()])) return Damaged("a stream");
  }
  Offset previous = kNoOffset;
  for (const v1::StandingRecord& row : standing) {
    if (row.offset() < rule.standing_floor_) continue;  // forgotten, not yet deleted
    if (row.offset() <= previous || row.offset() > rule.offset_) return Damaged("standing records out of order");
    previous = row.offset();
    if (!IsService(row.service())) return Damaged("a standing record's service");
    StandingEntry entry{row.offset(), static_cast<ServiceId>(row.service()), {}};
    for (const std::string& bytes : row.subjects()) {
      const auto subject = SubjectFromBytes(bytes);
      if (!subject) return Damaged("a standing record's subject");
      entry.subjects.push_back(*subject);
    }
    rule.AddStanding(std::move(entry));
  }
  rule.standing_taken_ = rule.standing_.size();
  // The one digest that is known: a writer that had read exactly this far can be compared.
  if (rule.offset_ != kNoOffset) rule.digests_.emplace_back(rule.offset_, rule.digest_);
  return rule;
}

}  // namespace casehub::storage
