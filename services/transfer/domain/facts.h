// What custody needs to know of the events of intake and mediation: that a case is here, whether it may leave, and what
// goes with it.
#pragma once

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "services/transfer/domain/custody.h"

namespace casehub::transfer {

// Whether Evolve below looks at this event at all; most of intake's events do not concern custody.
bool ConcernsCustody(const intake::v1::IntakeEvent& event);
// False if nothing changed. CaseOpened is not among them: OpenedBy makes the state.
bool Evolve(const intake::v1::IntakeEvent& event, Instant recorded_at, v1::CustodyState* state);
// The same for assignment and mediation: their end closes the case, their parts go with it.
bool ConcernsCustody(const assignment::v1::AssignmentEvent& event);
bool Evolve(const assignment::v1::AssignmentEvent& event, v1::CustodyState* state);
bool ConcernsCustody(const mediation::v1::MediationEvent& event);
bool Evolve(const mediation::v1::MediationEvent& event, v1::CustodyState* state);
v1::CustodyState OpenedBy(const intake::v1::IntakeEvent& event, Instant recorded_at, Municipality here);

}  // namespace casehub::transfer
