// One case: how its events change it. Pure; the same events give the same state.
#pragma once

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/intake/v1/intake_state.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/model/ids.h"

namespace casehub::intake {

// Folds one event of intake. `here` is the municipality in whose log it stands.
void Evolve(const v1::IntakeEvent& event, Instant recorded_at, Municipality here, v1::CaseState* state);

// Folds one event of transfer about this case (custody.md). CustodyMoved replaces the state by the part that came with
// it; a case that was never here starts as an empty state.
void Evolve(const transfer::v1::TransferEvent& event, Instant recorded_at, Municipality here, v1::CaseState* state);

// The clock of a policy that still runs or is overdue; null if there is none.
v1::Clock* FindClock(std::string_view policy, v1::CaseState* state);
const v1::Clock* FindClock(std::string_view policy, const v1::CaseState& state);
// A clock that custody started and no event has computed yet (decision 2); null if there is none. It holds the policy
// and the start, its status is unspecified, and no query shows it.
const v1::Clock* FindAwaited(std::string_view policy, const v1::CaseState& state);
inline bool IsRunning(const v1::Clock& clock) { return clock.status() == v1::CLOCK_STATUS_RUNNING; }

}  // namespace casehub::intake
