// Questions to intake, answered from applied rows.
#pragma once

#include "services/runtime/dispatch.h"

namespace casehub::intake {

void AddQueries(runtime::QueryTable* queries);
void AddImportQueries(runtime::QueryTable* queries);
void AddOverdueQueries(runtime::QueryTable* queries);

}  // namespace casehub::intake
