// Questions to mediation, answered from applied rows.
#pragma once

#include "casehub/mediation/v1/mediation_service.pb.h"
#include "services/runtime/dispatch.h"

namespace casehub::mediation {

void AddQueries(runtime::QueryTable* queries);
// D5; in a file of its own.
runtime::QueryResult GetMediationIndicators(const v1::GetMediationIndicatorsRequest& request,
                                            const runtime::QueryContext& context, const runtime::StateReader& rows);

}  // namespace casehub::mediation
