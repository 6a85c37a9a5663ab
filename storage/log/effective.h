// Which records count: a pure function of the raw log's headers (design 2.2 to 2.4). Every reader of a partition runs
// it over every record in order and comes to the same verdicts, whoever wrote, died, paused or came back.
//
// Pure and deterministic: no clock, no I/O, no randomness. One thread at a time. What it remembers, and how that is
// stored: docs/formats/position.md.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "casehub/storage/v1/position.pb.h"
#include "services/model/ids.h"
#include "storage/codec/record.h"

namespace casehub::storage {

enum class Verdict : uint8_t {
  kEffective,
  kStaleEpoch,    // a zombie: an epoch before the stream's, or an OwnerEpoch whose `previous` is not the stream's
  kForeignOwner,  // the stream's epoch with another owner, or an epoch nobody took
  kDuplicate,     // a sequence number already passed
  kBehind,        // its writer had not read up to the stream's restart point
  kGap,           // a sequence number beyond the next: something before it is missing
  kWrongHead,     // it does not continue the stream's effective records
  kOvertaken,     // a standing record of another stream on one of its subjects lies after its read-up-to
  kMalformed,     // it does not decode
};
std::string_view VerdictName(Verdict verdict);

// Proof that the reader, or the log, lost something (design 2.4). The verdict stands all the same.
enum class Evidence : uint8_t { kNone, kDigest, kReadAhead, kUnknownOwner, kHead };

struct Judgement {
  Verdict verdict = Verdict::kEffective;
  Evidence evidence = Evidence::kNone;
};

// What a production rule may leave out, for planted bugs only (tests/simulation/plants.h). All false in production.
struct RuleFaults {
  bool skip_fence = false;
  bool ignore_restart_point = false;
  bool ignore_overtaken = false;
  bool ignore_gap = false;
};

class EffectiveRule {
 public:
  // How many standing records are remembered; a record that had read less far than the oldest is overtaken.
  static constexpr size_t kStandingMax = 65'536;
  // Digests of the raw log remembered for comparison with what writers saw.
  static constexpr size_t kDigestsMax = 65'536;

  struct Stream {
    Epoch epoch = 0;
    Uuid owner;
    StreamSequence next_sequence = 1;
    Hash128 head;
    Offset restart_point = kNoOffset;
    Instant decided_at;
    bool blocked = false;  // contradicted by the log: takes no commands until an operator's OwnerEpoch
    std::string address;
  };

  explicit EffectiveRule(RuleFaults faults = {}) : faults_(faults) {}

  // Judges the next record of the partition and moves on. `record` is nullopt where the bytes did not decode.
  // `hash` is HashBytes of the raw bytes.
  Judgement Apply(Offset offset, Instant append_time, const Hash128& hash, const std::optional<Record>& record);

  Offset offset() const { return offset_; }
  const Hash128& log_digest() const { return digest_; }
  Instant log_time() const { return log_time_; }
  uint16_t level() const { return level_; }
  const Stream& stream(ServiceId service) const;
  // Marks the stream as waiting for an operator; survives until an effective OwnerEpoch with by_operator.
  void Block(ServiceId service);
  // Whether a standing record of another stream on one of `subjects` lies after `read_up_to`: what Apply will say.
  bool Overtaken(ServiceId service, const std::vector<Subject>& subjects, Offset read_up_to) const;

  // The position without the standing records, which are rows of their own because they are many.
  v1::LogPosition Position() const;
  // Standing records applied since the last call, for the next write of the projection; and the floor below which
  // stored ones can be deleted is Position().standing_floor().
  std::vector<v1::StandingRecord> TakeNewStanding();
  // All that are remembered, for a snapshot or a new projection.
  std::vector<v1::StandingRecord> AllStanding() const;
  // Starts from a stored position; standing records in order of offset. Digests start anew.
  static absl::StatusOr<EffectiveRule> Restore(const v1::LogPosition& position,
                                               const std::vector<v1::StandingRecord>& standing, RuleFaults faults = {});

 private:
  struct LastStanding {
    Offset offset = kNoOffset;
    ServiceId service = ServiceId::kIntake;
    Offset other_offset = kNoOffset;  // the last one by a stream other than `service`
  };
  struct StandingEntry {
    Offset offset = kNoOffset;
    ServiceId service = ServiceId::kIntake;
    std::vector<Subject> subjects;
  };

  Judgement Judge(Offset offset, const Record& record);
  Judgement JudgeOwnerEpoch(Offset offset, const Record& record) const;
  void Accept(Offset offset, const Hash128& hash, const Record& record);
  void AddStanding(StandingEntry entry);
  Evidence CompareDigest(Offset offset, const Record& record) const;

  RuleFaults faults_;
  Offset offset_ = kNoOffset;
  Instant append_time_;
  Instant log_time_;
  Hash128 record_hash_;
  Hash128 digest_;
  uint16_t level_ = 1;  // where every log starts, whatever level this build reads up to
  std::array<Stream, 8> streams_;
  std::deque<StandingEntry> standing_;
  size_t standing_taken_ = 0;  // how many of standing_, from the front, TakeNewStanding has given out
  Offset standing_floor_ = kNoOffset;
  absl::flat_hash_map<Uuid, LastStanding> last_standing_[4];  // by SubjectKind
  std::deque<std::pair<Offset, Hash128>> digests_;
};

}  // namespace casehub::storage
