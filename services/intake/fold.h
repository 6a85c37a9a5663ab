// Events of the log to intake's rows.
#pragma once

#include "services/runtime/service.h"

namespace casehub::intake {

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& state);

}  // namespace casehub::intake
