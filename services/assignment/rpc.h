// Commands of assignment: loads the rows a decision needs, asks the domain, maps the outcome.
#pragma once

#include "services/assignment/domain/decision.h"
#include "services/runtime/dispatch.h"

namespace casehub::assignment {

void AddCommands(runtime::CommandTable* commands);

// Used by reactions too.
Context ToContext(const runtime::DecideContext& context, const runtime::StateReader& state);

}  // namespace casehub::assignment
