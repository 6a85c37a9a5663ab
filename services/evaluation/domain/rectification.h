// Rectification (E4): what a bad rating, opinion or feedback makes the rated office do. Opened with a clock, recorded
// by the rated office, then re-visited by somebody else: closed, or reopened with a new clock. It waits while the
// rating is under review, and ends if that is set aside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/evaluation/domain/decision.h"

namespace casehub::evaluation {

inline constexpr char kRectifyPolicy[] = "rating.rectify";
inline constexpr int kRectificationsMax = 8;  // of one case: what is said after that belongs to the newest
inline constexpr int kWarnDays = 3;           // natural days before the end of the clock
inline constexpr int kAppealDays = 15;        // natural days after the day of the rating

// --- state
// Of the case's one rating: there is exactly one.
Uuid RatingRectificationId(const Uuid& case_id);
inline bool IsClosed(const v1::RectificationState& state) { return state.status() == v1::RECTIFICATION_STATUS_CLOSED; }
// Its clock runs: it fires to warn, then as overdue; afterwards it has nothing more to say.
bool IsCounting(const v1::RectificationState& state);
Instant NextFiring(const v1::RectificationState& state);
std::vector<legalclock::Pause> PausesOf(const v1::RectificationState& state);

// --- evolve
// Events that name this rectification; and the review of the rating it is about.
void Evolve(const v1::EvaluationEvent& event, Instant recorded_at, v1::RectificationState* state);

// --- decide
struct NewRectification {
  std::string id;
  v1::RectificationGround ground;
  std::string office_id;
  std::string practitioner_id;
};
v1::EvaluationEvent OpenRectification(const std::string& case_id, const NewRectification& opened,
                                      const Context& context);
// `state`: the one the request names; nullptr if the case has none such.
Result<v1::RecordRectificationResponse> Decide(const CaseView& view, const v1::RectificationState* state,
                                               const v1::RecordRectificationRequest& request, const Context& context);
Result<v1::RecordRevisitResponse> Decide(const CaseView& view, const v1::RectificationState* state,
                                         const v1::RecordRevisitRequest& request, const Context& context);
// Nothing if the clock does not run any more, or if the case does not act here.
Events DecideFiring(const CaseView& view, const v1::RectificationState& state, const Context& context);
// A provisional date counted again by the calendar as it is now.
Events DecideRestate(const CaseView& view, const v1::RectificationState& state, const Context& context);

}  // namespace casehub::evaluation
