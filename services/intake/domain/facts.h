// Facts of line systems about a case that does not act here (custody.md): recorded at once, held while it is frozen,
// sent on once it is known who has custody. Each counts once, in whatever state the case arrives. Pure.
#pragma once

#include <string>
#include <vector>

#include "casehub/intake/v1/intake_state.pb.h"
#include "services/intake/domain/decision.h"

namespace casehub::intake {

// Comes from outside and has to be taken whatever happened to the case.
inline bool IsFact(const v1::IntakeEvent& event) { return event.has_line_event_recorded(); }

enum class FactGoes { kIntoTheCase, kOnHold, kOn, kNowhere };
// Nowhere: a counterpart outside keeps no log here, so the fact stays in this ledger alone.
FactGoes WhereFactGoes(const v1::CaseState& state);

// Messages for the custodian, each within the limits of a record.
std::vector<v1::FactsForwarded> Forward(const std::string& case_id, const std::vector<v1::IntakeEvent>& facts);
// What the custodian records of such a message.
Events DecideForwarded(const v1::FactsForwarded& message, Municipality from);

}  // namespace casehub::intake
