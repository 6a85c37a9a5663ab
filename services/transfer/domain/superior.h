// Superior role: decides a hop that came up to it by a second decline or by silence.
#pragma once

#include "services/transfer/domain/custody.h"

namespace casehub::transfer {

Events OnRulingRequest(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                       const Context& context);
Events OnRecallOfRuling(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                        const Context& context);

}  // namespace casehub::transfer
