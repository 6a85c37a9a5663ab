// Events to rows: evaluation's own, closings of the services that complete a case, custody of transfer, rules of the
// registry.
#pragma once

#include "services/runtime/service.h"

namespace casehub::evaluation {

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& rows);

}  // namespace casehub::evaluation
