// Answers from applied rows.
#pragma once

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/runtime/service.h"

namespace casehub::evaluation {

// The token is filled in at the edge.
runtime::QueryResult GetRatingSlot(const v1::GetRatingSlotRequest& request, const runtime::QueryContext& context,
                                   const runtime::StateReader& rows);
runtime::QueryResult GetScores(const v1::GetScoresRequest& request, const runtime::QueryContext& context,
                               const runtime::StateReader& rows);

}  // namespace casehub::evaluation
