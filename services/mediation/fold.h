// Events to rows: mediation's own, openings and withdrawals of intake, custody of transfer, offices, mediators and
// rules of the registry.
#pragma once

#include "services/runtime/service.h"

namespace casehub::mediation {

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& rows);

}  // namespace casehub::mediation
