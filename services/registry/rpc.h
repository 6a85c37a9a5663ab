// Commands of the registry: loads the rows a decision needs, asks the domain, maps the outcome.
#pragma once

#include "services/registry/domain/registry.h"
#include "services/runtime/dispatch.h"

namespace casehub::registry {

void AddCommands(runtime::CommandTable* commands);

}  // namespace casehub::registry
