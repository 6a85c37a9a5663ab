// Commands: what each loads, and the pure function that decides it. The token of an applicant who rates alone is
// checked at the edge, before a command gets here.
#pragma once

#include "services/evaluation/domain/decision.h"
#include "services/runtime/dispatch.h"
#include "services/runtime/service.h"

namespace casehub::evaluation {

Context ToContext(const runtime::DecideContext& context, const runtime::StateReader& rows);
void AddCommands(runtime::CommandTable* commands);

}  // namespace casehub::evaluation
