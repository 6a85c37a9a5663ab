// Events to rows: transfer's own, and what it needs to know of intake's and evaluation's.
#pragma once

#include "services/runtime/service.h"

namespace casehub::transfer {

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& rows);

}  // namespace casehub::transfer
