// Origin role: the municipality that has the case and wants another one to take it.
#pragma once

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/transfer/domain/custody.h"

namespace casehub::transfer {

// `state` is null where the municipality knows nothing of the case. `to_known`: the region table has the target.
Result<v1::OfferTransferResponse> Decide(const v1::CustodyState* state, const v1::OfferTransferRequest& request,
                                         bool to_known, const Context& context);
Result<v1::RecallTransferResponse> Decide(const v1::CustodyState* state, const v1::RecallTransferRequest& request,
                                          const Context& context);
// The offer leaves, once all parts of the hop are there; nothing if the case was thawed meanwhile.
Events DecideOffer(const v1::CustodyState& state, uint64_t hop, const Context& context);

// Messages of the hop's decider.
Events OnAccepted(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                  const Context& context);
Events OnDeclined(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                  const Context& context);
Events OnRecalled(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                  const Context& context);
Events OnEscalated(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                   const Context& context);

}  // namespace casehub::transfer
