// Due work to events of evaluation's own: slots that open and expire, parts of frozen cases.
#pragma once

#include "services/runtime/service.h"

namespace casehub::evaluation {

runtime::Outcome ReactTo(const runtime::DueRow& row, const runtime::DecideContext& context,
                         const runtime::StateReader& rows);

}  // namespace casehub::evaluation
