// Due work and received messages to events of transfer's own.
#pragma once

#include "services/runtime/service.h"
#include "services/transfer/service.h"

namespace casehub::transfer {

runtime::Outcome ReactTo(const runtime::DueRow& row, const TransferConfig& config,
                         const runtime::DecideContext& context, const runtime::StateReader& rows);
// Custody messages are facts: they rely on nothing and are always taken.
runtime::Outcome ReceiveMessage(const runtime::Incoming& incoming, const TransferConfig& config,
                                const runtime::DecideContext& context, const runtime::StateReader& rows);

}  // namespace casehub::transfer
