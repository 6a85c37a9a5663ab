// What becomes of a case's deadlines when the rules they were counted by change (section G). Pure.
#pragma once

#include "services/intake/domain/decision.h"

namespace casehub::intake {

// A clock that runs, or has run out, whose date is provisional; null if there is none.
const v1::Clock* FindProvisional(const v1::CaseState& state);

// Provisional dates counted again by the calendar as it is now; none while the case does not act.
Events DecideRestate(const v1::CaseState& state, const Context& context);

}  // namespace casehub::intake
