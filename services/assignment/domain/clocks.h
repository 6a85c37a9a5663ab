// The clocks of one case: of the assignment, of handing in the closing file, of its review (B2). Pure.
#pragma once

#include <optional>
#include <string>

#include "services/assignment/domain/decision.h"

namespace casehub::assignment {

inline bool IsRunning(const v1::AssignmentClock& clock) {
  return clock.status() == v1::ASSIGNMENT_CLOCK_STATUS_RUNNING;
}
void StartClock(const common::v1::Deadline& deadline, v1::AssignmentClock* clock);
// What it is about was done: in time or late, whichever `at` says. Nothing if no clock is open.
void EndClock(Instant at, v1::AssignmentClock* clock);
void CancelClock(v1::AssignmentClock* clock);

// When the clock has something to say next: that the end is near, then that it is over. That the assignment is overdue
// intake says, whose clock it is.
std::optional<Instant> NextDue(const v1::AssignmentState& state, const v1::AssignmentClock& clock);
// The one of the case's clocks that follows this policy; null if there is none.
const v1::AssignmentClock* FindClock(const v1::AssignmentState& state, const std::string& policy);

// No event if the clock does not run any more, or the case does not act.
Events DecideClockFired(const v1::AssignmentState& state, const std::string& policy, const Context& context);
// A clock of assignment's own that is open and whose date is provisional; null if there is none.
const v1::AssignmentClock* FindProvisional(const v1::AssignmentState& state);
// Such dates counted again by the calendar as it is now; none while the case does not act.
Events DecideRestate(const v1::AssignmentState& state, const Context& context);
void Restate(const v1::DeadlineRestated& restated, Instant recorded_at, v1::AssignmentState* state);
// Nobody answered in time.
Events DecideOfferTimedOut(const v1::AssignmentState& state, const std::string& offer_id, const Context& context);

}  // namespace casehub::assignment
