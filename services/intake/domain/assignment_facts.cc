#include "services/intake/domain/assignment_facts.h"

#include "services/intake/domain/clocks.h"
#include "services/model/timestamps.h"

namespace casehub::intake {

void Evolve(const assignment::v1::AssignmentEvent& event, Instant recorded_at, v1::CaseState* state) {
  using assignment::v1::AssignmentEvent;
  switch (event.event_case()) {
    case AssignmentEvent::kAssignClockMet:
      EndClock(event.assign_clock_met().deadline().policy(), ToInstant(event.assign_clock_met().met_at()), state);
      break;
    case AssignmentEvent::kCaseClosed:
      CancelClocks(recorded_at, state);
      state->set_status(v1::CASE_STATUS_CLOSED);
      break;
    case AssignmentEvent::kAidTerminated:
      state->mutable_aid()->set_decision(v1::AID_DECISION_TERMINATED);
      state->mutable_aid()->set_reason_code(event.aid_terminated().reason_code());
      CancelClocks(recorded_at, state);
      state->set_status(v1::CASE_STATUS_CLOSED);
      break;
    default:
      return;
  }
  state->set_version(state->version() + 1);
  *state->mutable_changed_at() = ToTimestamp(recorded_at);
}

}  // namespace casehub::intake
