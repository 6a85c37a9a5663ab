#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "services/runtime/placement.h"
#include "tests/simulation/checks.h"

namespace casehub::simulation {

using storage::Record;
using storage::RecordKind;

namespace {

std::string Where(PartitionId partition, const Judged& judged) {
  return absl::StrCat("the record of ", std::string(ServiceName(judged.record->service)), " at offset ", judged.offset,
                      " of partition ", partition);
}

struct StreamSoFar {
  Epoch epoch = 0;
  StreamSequence next = 1;
  Instant decided_at;
  Instant appended_at;
  std::map<std::pair<Municipality, Municipality>, uint64_t> delivered;
  std::set<storage::DueId> settled;
};

void CheckSequence(const WorldView& world, PartitionId partition, const Judged& judged, StreamSoFar* stream) {
  const Record& record = *judged.record;
  const bool takes_over = record.kind == RecordKind::kOwnerEpoch;
  if (takes_over ? record.epoch <= stream->epoch : record.epoch != stream->epoch || record.sequence != stream->next) {
    world.context->Report("sequence_not_dense",
                          absl::StrCat(Where(partition, judged), " has epoch ", record.epoch, " and number ",
                                       record.sequence, " after epoch ", stream->epoch, ", number ", stream->next - 1));
  }
  if (takes_over) {
    stream->epoch = record.epoch;
    stream->next = 1;
  } else {
    ++stream->next;
  }
  // A take-over is decided before it is known what the owner before it still gets into the log: it is no decision.
  if (takes_over) return;
  if (record.decided_at < stream->decided_at) {
    world.context->Report("decision_time_went_back", absl::StrCat(Where(partition, judged), " was decided ",
                                                                  stream->decided_at.micros - record.decided_at.micros,
                                                                  " microseconds before the one ahead of it"));
  }
  if (record.decided_at == stream->decided_at &&
      judged.append_time.micros > stream->appended_at.micros + kMillisecond) {
    world.context->Count(Situation::kDecisionTimeHeld);
  }
  stream->decided_at = record.decided_at;
  stream->appended_at = judged.append_time;
}

void CheckSettled(const WorldView& world, PartitionId partition, const Judged& judged, StreamSoFar* stream) {
  for (const storage::Settlement& settled : judged.record->settles) {
    if (!stream->settled.insert(settled.row).second) {
      world.context->Report(
          "due_work_settled_twice",
          absl::StrCat(Where(partition, judged), " settles due work of offset ", settled.row.offset, " again"));
    }
    if (settled.as == storage::SettledAs::kParked) {
      world.context->Report("due_work_parked",
                            absl::StrCat(Where(partition, judged), " parks due work of offset ", settled.row.offset));
    }
    if (settled.as == storage::SettledAs::kPointless) world.context->Count(Situation::kDuePointless);
    if (settled.as == storage::SettledAs::kDone && settled.row.due_at != kImmediately) {
      world.context->Count(Situation::kTimerFired);
    }
  }
  if (judged.record->delivered) {
    uint64_t& last = stream->delivered[{judged.record->municipality, judged.record->delivered->to}];
    if (judged.record->delivered->up_to > last + 1) world.context->Count(Situation::kDeliveredBatch);
    last = judged.record->delivered->up_to;
  }
}

}  // namespace

void CheckStreams(const WorldView& world) {
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    std::map<ServiceId, StreamSoFar> streams;
    for (const Judged& judged : world.auditor->judged(partition)) {
      if (!judged.IsEffective()) continue;
      StreamSoFar& stream = streams[judged.record->service];
      CheckSequence(world, partition, judged, &stream);
      if (!world.plan->lost_tails) CheckSettled(world, partition, judged, &stream);
      if (judged.record->kind == RecordKind::kPark) {
        world.context->Count(Situation::kCaseParked);
        if (judged.record->address != "a defect that was asked for" && !world.plan->lost_tails) {
          world.context->Report(
              "parked_without_reason",
              absl::StrCat(Where(partition, judged), " parks a case: ", std::string(judged.record->address)));
        }
      }
      if (world.context->violation) return;
    }
  }
}

namespace {

std::string Name(const Request& request) {
  return absl::StrCat(request.draft.name, " ", request.id.ToString(), " of ", request.draft.municipality.ToString());
}

// In the tail that was lost, or behind it and void because what stood before it is gone.
bool StoodBeforeTheLoss(const WorldView& world, PartitionId partition, const Request& request) {
  const auto holds = [&](const std::vector<storage::LogEntry>& entries) {
    return std::any_of(entries.begin(), entries.end(), [&](const storage::LogEntry& entry) {
      auto record = storage::DecodeRecord(*entry.bytes);
      return record.ok() && record->command_id == request.id && record->fingerprint == request.fingerprint;
    });
  };
  return holds(world.log->lost(partition)) ||
         (!world.log->lost(partition).empty() && holds(world.log->entries(partition)));
}

void CheckCommand(const WorldView& world, const Request& request) {
  const PartitionId partition = runtime::PlaceOf(request.draft.municipality, kPartitions);
  const Judged* record = world.auditor->OfCommand(partition, request.draft.municipality, request.id);
  const bool recorded = record != nullptr && record->record->fingerprint == request.fingerprint;
  if (request.acknowledged && !recorded) {
    // Excused only if the log broke its promise and really held it once.
    if (world.plan->lost_tails && StoodBeforeTheLoss(world, partition, request)) return;
    return world.context->Report("acknowledged_lost",
                                 absl::StrCat(Name(request), " was acknowledged and is not in the log"));
  }
  if (request.acknowledged && record->offset != request.offset && !world.plan->lost_tails) {
    return world.context->Report(
        "acknowledged_elsewhere",
        absl::StrCat(Name(request), " was acknowledged at offset ", request.offset, " and stands at ", record->offset));
  }
  if (recorded && request.delivered == 0) {
    return world.context->Report("recorded_unsent", absl::StrCat(Name(request), " never reached a process"));
  }
  if (recorded && !request.acknowledged && request.definite == request.delivered && !world.plan->lost_tails) {
    return world.context->Report(
        "refused_but_recorded",
        absl::StrCat(Name(request), " was refused at every attempt and stands at offset ", record->offset));
  }
}

}  // namespace

void CheckCommands(const WorldView& world) {
  std::set<std::tuple<uint32_t, Uuid, Hash128>> known;
  for (const Request& request : world.clients->requests()) {
    CheckCommand(world, request);
    known.emplace(request.draft.municipality.code(), request.id, request.fingerprint);
    if (world.context->violation) return;
  }
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    for (const Judged& judged : world.auditor->judged(partition)) {
      if (!judged.IsEffective() || judged.record->fingerprint == Hash128()) continue;
      const Record& record = *judged.record;
      if (known.count({record.municipality.code(), record.command_id, record.fingerprint}) != 0) continue;
      return world.context->Report("command_invented", absl::StrCat(Where(partition, judged), " is nobody's request"));
    }
  }
}

void CheckWorld(const WorldView& world) {
  for (void (*check)(const WorldView&) : {&CheckStreams, &CheckCommands, &CheckHistory, &CheckAssignment,
                                          &CheckMediation, &CheckRatings, &CheckReplicas}) {
    check(world);
    if (world.context->violation) return;
  }
}

}  // namespace casehub::simulation
