// The rows of facts that wait because their case does not act here, and what becomes of them when custody changes.
#pragma once

#include <vector>

#include "casehub/intake/v1/intake_state.pb.h"
#include "services/runtime/service.h"

namespace casehub::intake {

// Puts a fact where it goes: folds it into the row, holds it, or adds it to `on`, which is sent with SendOn.
void TakeFact(const v1::IntakeEvent& fact, Instant recorded_at, Municipality here, const Uuid& case_id,
              v1::CaseState* row, std::vector<v1::IntakeEvent>* on, runtime::StateWriter& state);
// To the custodian that the row names.
void SendOn(const std::vector<v1::IntakeEvent>& facts, Municipality here, const v1::CaseState& row,
            runtime::StateWriter& state);
// Custody changed, and the row says how: what was held is folded in, or sent on. Call before a new freeze is folded
// (the new part holds it) and after anything else.
void ReleaseFacts(Instant recorded_at, Municipality here, const Uuid& case_id, v1::CaseState* row,
                  runtime::StateWriter& state);

}  // namespace casehub::intake
