// What intake learns of its cases from assignment: the clock it started is met, the case is closed, the aid ended.
// Pure.
#pragma once

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/intake/v1/intake_state.pb.h"
#include "services/model/ids.h"

namespace casehub::intake {

void Evolve(const assignment::v1::AssignmentEvent& event, Instant recorded_at, v1::CaseState* state);

}  // namespace casehub::intake
