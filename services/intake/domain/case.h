// One case: how its events change it. Pure; the same events give the same state.
#pragma once

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/intake/v1/intake_state.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/intake/domain/clocks.h"
#include "services/model/ids.h"

namespace casehub::intake {

// Folds one event of intake. `here` is the municipality in whose log it stands.
void Evolve(const v1::IntakeEvent& event, Instant recorded_at, Municipality here, v1::CaseState* state);

// Folds the end of a mediation (ReferralReturned, MediationSucceeded, MediationFailed): the case is closed.
void Evolve(const mediation::v1::MediationEvent& event, Instant recorded_at, v1::CaseState* state);

// Folds one event of transfer about this case (custody.md). CustodyMoved replaces the state by the part that came with
// it; a case that was never here starts as an empty state.
void Evolve(const transfer::v1::TransferEvent& event, Instant recorded_at, Municipality here, v1::CaseState* state);

}  // namespace casehub::intake
