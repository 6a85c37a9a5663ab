// What follows an agreement: the joint application for confirmation, what the court said, whether the terms are kept
// (life 3, step 7; D3, D4). These are facts: they are taken also when the case is closed, frozen or gone. Pure.
#pragma once

#include "casehub/mediation/v1/mediation_service.pb.h"
#include "services/mediation/domain/checks.h"

namespace casehub::mediation {

// In time is what was applied for in time, whenever it is recorded (decision 8).
EventsOrRefusal DecideJointApplication(const v1::MediationState& state,
                                       const v1::RecordJointApplicationRequest& request, const Context& context);
// The court may have said it without our knowing of the application.
EventsOrRefusal DecideCourtOutcome(const v1::MediationState& state, const v1::RecordCourtOutcomeRequest& request,
                                   const Context& context);
EventsOrRefusal DecidePerformance(const v1::MediationState& state, const v1::RecordPerformanceRequest& request,
                                  const Context& context);

bool IsFact(const v1::MediationEvent& event);
// The fact stands here already.
bool IsKnown(const v1::MediationState& state, const v1::MediationEvent& fact);
// A fact that another municipality recorded and sent on; no event if it is known.
Events DecideTakeFact(const v1::MediationState& state, const v1::MediationEvent& fact);

}  // namespace casehub::mediation
