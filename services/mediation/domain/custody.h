// Custody of a dispute (custody.md): what is frozen acts no more, its part travels, facts of the time between are held.
// Pure.
#pragma once

#include <vector>

#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/mediation/domain/checks.h"

namespace casehub::mediation {

// A new freeze folds in what was held: the part of the new hop has it.
void Freeze(const transfer::v1::CaseFrozen& frozen, Instant recorded_at, v1::MediationState* state);
void Thaw(Instant recorded_at, v1::MediationState* state);
// Custody is elsewhere. Returns what was held: it goes to the custodian.
std::vector<v1::MediationEvent> Leave(const transfer::v1::CustodyLearned& learned, Instant recorded_at,
                                      v1::MediationState* state);
// Custody came here with the part of its hop, in place of what was here; what was held here is added. Nullopt if
// mediation holds nothing of this case.
std::optional<v1::MediationState> Import(const v1::MediationState* before, const std::string& case_id,
                                         const transfer::v1::CustodyMoved& moved, Instant recorded_at,
                                         Municipality here);
// This service's part of a frozen case, or an empty one; nothing if it is not frozen under this hop any more.
Events DecideExport(const v1::MediationState* state, const std::string& case_id, uint64_t hop, Municipality to,
                    const Context& context);

}  // namespace casehub::mediation
