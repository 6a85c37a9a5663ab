// Commands of mediation: loads the rows a decision needs, asks the domain, maps the outcome.
#pragma once

#include "services/mediation/domain/checks.h"
#include "services/runtime/dispatch.h"

namespace casehub::mediation {

void AddCommands(runtime::CommandTable* commands);

// Used by reactions too.
Context ToContext(const runtime::DecideContext& context, const runtime::StateReader& rows);

}  // namespace casehub::mediation
