// Events of every service, folded into the rows of assignment.
#pragma once

#include "services/runtime/service.h"

namespace casehub::assignment {

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& state);

}  // namespace casehub::assignment
