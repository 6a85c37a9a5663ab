// Due work of intake to its own records: clocks that fire, parts for a transfer, the clock after custody moved.
#pragma once

#include "services/runtime/service.h"

namespace casehub::intake {

runtime::Outcome React(const runtime::DueRow& row, const runtime::DecideContext& context,
                       const runtime::StateReader& state);

// Messages of the mailbox: facts that another municipality sends on to whoever has custody.
runtime::Outcome Receive(const runtime::Incoming& message, const runtime::DecideContext& context,
                         const runtime::StateReader& state);

}  // namespace casehub::intake
