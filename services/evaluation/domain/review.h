// The review of a bad rating (E4): the rated side appeals, once and in time; somebody else decides. Upheld, the rating
// stays and rectification goes on; set aside, it is not counted from then on, which is a fact of its own.
#pragma once

#include <optional>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/evaluation/domain/decision.h"

namespace casehub::evaluation {

inline constexpr int kAppealDocumentsMax = 20;

// --- evolve
void Evolve(const v1::EvaluationEvent& event, Instant recorded_at, v1::ReviewState* state);

// --- decide
// The case with the rectification of its rating and the review of it, as far as there are any.
struct AppealView {
  CaseView view;
  std::optional<v1::RectificationState> rectification;
  std::optional<v1::ReviewState> review;
};
Result<v1::AppealRatingResponse> Decide(const AppealView& appeal, const v1::AppealRatingRequest& request,
                                        const Context& context);
Result<v1::DecideReviewResponse> Decide(const AppealView& appeal, const v1::DecideReviewRequest& request,
                                        const Context& context);

// What the municipality that counted a rating takes from the one that set it aside. Nothing if `counted` is false: it
// is not counted here (any more).
Events DecideSetAside(const v1::EvaluationMessage& message, bool counted, const Context& context);
// The fact for a rating that a review of `here` sets aside.
v1::RatingSetAside SetAside(const v1::SlotState& slot, const std::string& review_id, Municipality here);

}  // namespace casehub::evaluation
