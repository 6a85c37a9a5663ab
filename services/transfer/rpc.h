// Commands: loads the row a command needs, calls the domain, hands its decision to the runtime.
#pragma once

#include "services/runtime/service.h"
#include "services/transfer/domain/decision.h"
#include "services/transfer/service.h"

namespace casehub::transfer {

// Who is above both; none where nobody above keeps a log here: then the ruling comes on paper.
Municipality SuperiorOf(const TransferConfig& config, Municipality a, Municipality b);
runtime::Outcome DecideCommand(const google::protobuf::Message& request, const TransferConfig& config,
                               const runtime::DecideContext& context, const runtime::StateReader& rows);

// The events of a reaction or a message, as the runtime takes them.
runtime::Decision Recorded(Events events);

}  // namespace casehub::transfer
