// Due work and messages to events of evaluation's own: slots that open and expire, clocks of rectification, parts of
// frozen cases, ratings that another municipality set aside.
#pragma once

#include "services/runtime/service.h"

namespace casehub::evaluation {

runtime::Outcome ReactTo(const runtime::DueRow& row, const runtime::DecideContext& context,
                         const runtime::StateReader& rows);
runtime::Outcome ReceiveMessage(const runtime::Incoming& message, const runtime::DecideContext& context,
                                const runtime::StateReader& rows);

}  // namespace casehub::evaluation
