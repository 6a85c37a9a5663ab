// SubmitRating. The token of an applicant who rates alone is checked at the edge, before a command gets here.
#pragma once

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/runtime/service.h"

namespace casehub::evaluation {

runtime::Outcome SubmitRating(const v1::SubmitRatingRequest& request, const runtime::DecideContext& context,
                              const runtime::StateReader& rows);

}  // namespace casehub::evaluation
