// Commands of intake: loads the rows a decision needs, asks the domain, maps the outcome.
#pragma once

#include <functional>

#include "services/intake/domain/decision.h"
#include "services/runtime/dispatch.h"

namespace casehub::intake {

void AddCommands(runtime::CommandTable* commands);
void AddImportCommands(runtime::CommandTable* commands);

// Used by reactions too.
Context ToContext(const runtime::DecideContext& context, const runtime::StateReader& state);
OfficeFact LoadOffice(const runtime::StateReader& state, const runtime::DecideContext& context,
                      const std::string& office_id);

}  // namespace casehub::intake
