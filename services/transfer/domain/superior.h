// Superior role: decides a hop that came up to it by a second decline or by silence.
#pragma once

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/transfer/domain/custody.h"

namespace casehub::transfer {

// `custodian_known`: the region table has whom the ruling names; `custodian_below`: it is this superior's own.
Result<v1::RuleJurisdictionResponse> Decide(const v1::CustodyState* state, const v1::RuleJurisdictionRequest& request,
                                            bool custodian_known, bool custodian_below, const Context& context);

Events OnRulingRequest(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                       const Context& context);
Events OnRecallOfRuling(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                        const Context& context);

}  // namespace casehub::transfer
