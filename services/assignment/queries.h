// Queries of assignment, answered from its rows.
#pragma once

#include "services/runtime/dispatch.h"

namespace casehub::assignment {

void AddQueries(runtime::QueryTable* queries);

}  // namespace casehub::assignment
