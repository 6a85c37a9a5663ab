// The rating slot of a case: opened by its closing, filled once or expired (E1, E2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/evaluation/v1/evaluation_state.pb.h"
#include "services/evaluation/domain/decision.h"

namespace casehub::evaluation {

inline constexpr int64_t kSlotDays = 90;  // natural days from its opening
inline constexpr int64_t kSlotMicros = kSlotDays * 24 * 3600 * kMicrosPerSecond;
inline constexpr uint32_t kGradeMin = 1;
inline constexpr uint32_t kGradeMax = 5;

// --- state: the slot, and whether the case acts here (custody.md)
struct Holding {
  bool gone = false;  // another municipality has custody; otherwise frozen
  uint64_t hop = 0;
  Municipality to;
};
struct CaseView {
  std::optional<v1::SlotState> slot;
  std::optional<Holding> holding;  // none: it acts here, or is not known
};
// A case has one slot, whoever opens it and however often: its id is derived from the case's.
std::string SlotId(const Uuid& case_id);

// --- evolve
void Evolve(const v1::EvaluationEvent& event, Instant recorded_at, v1::SlotState* slot);

// --- decide
Result<v1::SubmitRatingResponse> Decide(const CaseView& view, const v1::SubmitRatingRequest& request,
                                        const Context& context);
// `rated` names office, practitioner and matter. Nothing if the slot is there already.
Events DecideOpening(const CaseView& view, const Uuid& case_id, const v1::RatingSlotOpened& rated,
                     const Context& context);
// Nothing if the slot was filled, or if the case does not act here: the expiry is due again when it does.
Events DecideExpiry(const CaseView& view, const Context& context);
// This service's part of a frozen case; nothing if it is not frozen under this hop any more.
Events DecideExport(const CaseView& view, const Uuid& case_id, uint64_t hop, const Context& context);

}  // namespace casehub::evaluation
