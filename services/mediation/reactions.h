// Due work and mail to events of mediation's own: terms that run out, reminders, dates counted again, parts of frozen
// cases, facts that another municipality sent on.
#pragma once

#include "services/runtime/service.h"

namespace casehub::mediation {

runtime::Outcome ReactTo(const runtime::DueRow& row, const runtime::DecideContext& context,
                         const runtime::StateReader& rows);
runtime::Outcome TakeFact(const runtime::Incoming& message, const runtime::DecideContext& context,
                          const runtime::StateReader& rows);

}  // namespace casehub::mediation
