// What others than the slot's party say, and what is said of single encounters (E1, decision 5): recorded, never
// counted. A bad one opens rectification, unless one that such a voice opened is still under way: then it belongs to
// that.
#pragma once

#include <vector>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/evaluation/domain/decision.h"

namespace casehub::evaluation {

// `rectifications`: all of the case.
Result<v1::RecordOpinionResponse> Decide(const CaseView& view,
                                         const std::vector<v1::RectificationState>& rectifications,
                                         const v1::RecordOpinionRequest& request, const Context& context);
Result<v1::RecordFeedbackResponse> Decide(const CaseView& view,
                                          const std::vector<v1::RectificationState>& rectifications,
                                          const v1::RecordFeedbackRequest& request, const Context& context);

}  // namespace casehub::evaluation
