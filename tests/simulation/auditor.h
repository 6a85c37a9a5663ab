// Reads the raw logs as they grow and judges every record by the rule as it is meant to be, whatever is planted in the
// processes. Everything that is checked is checked against this.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "storage/log/effective.h"
#include "storage/log/simulated/simulated_log.h"
#include "tests/simulation/context.h"

namespace casehub::simulation {

struct Judged {
  Offset offset = kNoOffset;
  Instant append_time;
  storage::SharedBytes bytes;
  std::optional<storage::Record> record;  // borrows from bytes
  storage::Judgement judgement;
  bool IsEffective() const { return judgement.verdict == storage::Verdict::kEffective; }
};

class Auditor {
 public:
  Auditor(Context* context, storage::SimulatedLog* log, bool verbose)
      : context_(context), log_(log), verbose_(verbose) {}

  // Judges what has become readable since the last call.
  void CatchUp();
  // The partition lost its tail: judged anew from the start.
  void Rewind(PartitionId partition);

  const std::deque<Judged>& judged(PartitionId partition) const { return parts_[Index(partition)].judged; }
  const storage::EffectiveRule& rule(PartitionId partition) const { return parts_[Index(partition)].rule; }
  const Judged* At(PartitionId partition, Offset offset) const;
  // Index of the first entry after `offset`.
  size_t After(PartitionId partition, Offset offset) const;
  // The effective record of a command.
  const Judged* OfCommand(PartitionId partition, Municipality municipality, const Uuid& command) const;
  // Address in the effective OwnerEpoch of this owner; empty if there is none.
  const std::string& AddressOf(PartitionId partition, const Uuid& owner) const;
  uint64_t events() const;

 private:
  struct Part {
    storage::EffectiveRule rule;
    std::deque<Judged> judged;
    absl::flat_hash_map<std::pair<uint32_t, Uuid>, size_t> commands;  // effective, with a fingerprint
    std::map<Uuid, std::string> addresses;
    std::map<ServiceId, Uuid> duelled;      // the latest effective owner, while a rival may still come
    std::map<ServiceId, Offset> overtaken;  // restart point of the latest overtaken record
    uint64_t events = 0;
  };
  static size_t Index(PartitionId partition) { return static_cast<size_t>(partition); }
  void Judge(PartitionId partition, const storage::LogEntry& entry, bool again);
  void Tell(PartitionId partition, const Judged& judged) const;
  void CountVerdict(Part* part, const Judged& judged);
  void CountEvidence(const Judged& judged);
  void CountOvertakenAssignment(const storage::Record& by);
  void CountOvertaken(Part* part, const Judged& judged);

  Context* context_;
  storage::SimulatedLog* log_;
  bool verbose_;
  std::vector<Part> parts_{kPartitions};
};

}  // namespace casehub::simulation
