// Answers from applied rows.
#pragma once

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/runtime/dispatch.h"
#include "services/runtime/service.h"

namespace casehub::evaluation {

void AddQueries(runtime::QueryTable* queries);

// The token is filled in at the edge.
runtime::QueryResult GetRatingSlot(const v1::GetRatingSlotRequest& request, const runtime::QueryContext& context,
                                   const runtime::StateReader& rows);
runtime::QueryResult GetRectifications(const v1::GetRectificationsRequest& request,
                                       const runtime::QueryContext& context, const runtime::StateReader& rows);
runtime::QueryResult ListRectifications(const v1::ListRectificationsRequest& request,
                                        const runtime::QueryContext& context, const runtime::StateReader& rows);
// In query_scores.cc.
runtime::QueryResult GetScores(const v1::GetScoresRequest& request, const runtime::QueryContext& context,
                               const runtime::StateReader& rows);

}  // namespace casehub::evaluation
