// What becomes of a case's deadlines: when they run out, and when the rules they were counted by change (section G).
// Pure.
#pragma once

#include <string>
#include <vector>

#include "services/intake/domain/clocks.h"
#include "services/intake/domain/decision.h"

namespace casehub::intake {

// Clocks fire while the case acts; that of an objection while what it is about has ended the case.
bool MayFire(const v1::CaseState& state, const v1::Clock& clock);

// A running clock has come to its end. No event if it does not run any more.
Events DecideClockFired(const v1::CaseState& state, const std::string& policy, const Context& context);

// Days that are not counted; a pause that still lasts is not among them.
std::vector<legalclock::Pause> PausesOf(const v1::Clock& clock);

// A clock that runs, or has run out, whose date is provisional; null if there is none.
const v1::Clock* FindProvisional(const v1::CaseState& state);

// Provisional dates counted again by the calendar as it is now; none while the case does not act.
Events DecideRestate(const v1::CaseState& state, const Context& context);

}  // namespace casehub::intake
