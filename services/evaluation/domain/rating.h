// The rating slot of a case: opened by its closing, filled once or expired (E1, E2), set aside by a review (E4).
#pragma once

#include <cstdint>
#include <string>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/evaluation/domain/decision.h"

namespace casehub::evaluation {

inline constexpr int64_t kSlotDays = 90;  // natural days from its opening
inline constexpr int64_t kSlotMicros = kSlotDays * 24 * 3600 * kMicrosPerSecond;

// --- state
// A case has one slot, whoever opens it and however often: its id is derived from the case's.
std::string SlotId(const Uuid& case_id);
// The slot of a case that was just closed: due to be opened.
v1::SlotState AwaitedSlot(const Uuid& case_id, const std::string& office_id, const std::string& practitioner_id,
                          const std::string& matter_type);
// Whether it counts as unrated where its case is: opened and not filled, also if it expired.
inline bool IsUnrated(const v1::SlotState& slot) {
  return slot.status() == v1::SLOT_STATUS_OPEN || slot.status() == v1::SLOT_STATUS_EXPIRED;
}
v1::CountedRating ToCounted(const v1::SlotState& rated);

// --- evolve
void Evolve(const v1::EvaluationEvent& event, Instant recorded_at, Municipality here, v1::SlotState* slot);

// --- decide
// A bad rating opens rectification in the same record.
Result<v1::SubmitRatingResponse> Decide(const CaseView& view, const v1::SubmitRatingRequest& request,
                                        const Context& context);
// Opens the slot that a closing left to be opened. Nothing if it is open already, or if the case does not act here: the
// opening is due again when it does.
Events DecideOpening(const CaseView& view, const Context& context);
// Nothing if the slot was filled, or if the case does not act here.
Events DecideExpiry(const CaseView& view, const Context& context);

}  // namespace casehub::evaluation
