// Questions to the registry, answered from applied rows.
#pragma once

#include "services/runtime/dispatch.h"

namespace casehub::registry {

void AddQueries(runtime::QueryTable* queries);

}  // namespace casehub::registry
