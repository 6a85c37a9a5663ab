// Due work of assignment, and the messages of other municipalities about loans.
#pragma once

#include "services/runtime/service.h"

namespace casehub::assignment {

runtime::Outcome React(const runtime::DueRow& row, const runtime::DecideContext& context,
                       const runtime::StateReader& state);
runtime::Outcome Receive(const runtime::Incoming& incoming, const runtime::DecideContext& context,
                         const runtime::StateReader& state);

}  // namespace casehub::assignment
