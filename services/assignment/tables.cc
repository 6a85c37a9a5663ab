#include "services/assignment/tables.h"

#include "services/assignment/domain/decision.h"

namespace casehub::assignment::tables {

std::optional<std::string> QueueKey(Municipality municipality, const v1::AssignmentState& state) {
  const auto case_id = Uuid::Parse(state.case_id());
  if (!case_id || state.status() != v1::ASSIGNMENT_STATUS_QUEUED || state.frozen_hop() > 0) return std::nullopt;
  std::string key = Prefix(kQueue, municipality);
  key.push_back(static_cast<char>(255 - NeedsOf(state, "").priority()));
  const Instant due =
      state.assign().has_deadline() ? ToInstant(state.assign().deadline().due_at()) : Instant{INT64_MAX};
  AppendBigEndian(static_cast<uint64_t>(due.micros), 8, &key);
  return key.append(case_id->Bytes());
}

}  // namespace casehub::assignment::tables
