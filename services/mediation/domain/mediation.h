// One dispute: how its events change it. Pure; the same events give the same state.
#pragma once

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/mediation/v1/mediation_state.pb.h"
#include "services/model/ids.h"

namespace casehub::mediation {

// CaseOpened of a dispute, then ReferralReceived. `here` is the municipality in whose log they stand.
v1::MediationState OpenedBy(const intake::v1::IntakeEvent& opened, Municipality here);
void Refer(const intake::v1::IntakeEvent& received, v1::MediationState* state);
void Withdraw(Instant recorded_at, v1::MediationState* state);

// Folds one event of mediation. A fact that comes while the case is frozen is held.
void Evolve(const v1::MediationEvent& event, Instant recorded_at, v1::MediationState* state);

}  // namespace casehub::mediation
