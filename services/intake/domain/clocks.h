// The clocks of one case: how they begin, wait and end. Pure; used by the folds of a case's events.
#pragma once

#include <string_view>

#include "casehub/intake/v1/intake_state.pb.h"
#include "services/model/ids.h"

namespace casehub::intake {

// The clock of a policy that runs, waits or is overdue; null if there is none.
v1::Clock* FindClock(std::string_view policy, v1::CaseState* state);
const v1::Clock* FindClock(std::string_view policy, const v1::CaseState& state);
// A clock that custody started and no event has computed yet (decision 2); null if there is none. It holds the policy
// and the start, its status is unspecified, and no query shows it.
const v1::Clock* FindAwaited(std::string_view policy, const v1::CaseState& state);
inline bool IsRunning(const v1::Clock& clock) { return clock.status() == v1::CLOCK_STATUS_RUNNING; }

void AddClock(const common::v1::Deadline& deadline, v1::CaseState* state);
// What it is about was done: in time or late, whichever `at` says.
void EndClock(std::string_view policy, Instant at, v1::CaseState* state);
void CancelClock(std::string_view policy, Instant at, v1::CaseState* state);
void CancelClocks(Instant at, v1::CaseState* state);
void DropAwaited(v1::CaseState* state);

}  // namespace casehub::intake
