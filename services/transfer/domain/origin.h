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
// `superior` is that of this municipality and the last one that was asked; none where it keeps no log here.
Result<v1::RequestRulingResponse> Decide(const v1::CustodyState* state, const v1::RequestRulingRequest& request,
                                         Municipality superior, const Context& context);
// What a ruling does in the log of the frozen custodian: it thaws, or freezes anew for whoever is named.
Events RuledFor(const v1::CustodyState& state, const std::string& custodian, const std::string& reason,
                const Context& context);
// The case is here, whether frozen or not, open, and no ruling binds it.
std::optional<Refused> CheckHere(const v1::CustodyState* state, const Context& context);
// And it acts and may leave.
std::optional<Refused> CheckLeaving(const v1::CustodyState* state, const Context& context);
// The offer leaves, once all parts of the hop are there; nothing if the case was thawed meanwhile.
Events DecideOffer(const v1::CustodyState& state, uint64_t hop, const Context& context);

// Messages of the hop's decider.
Events OnAccepted(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                  const Context& context);
Events OnDeclined(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                  const Context& context);
Events OnRecalled(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                  const Context& context);
Events OnRuled(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
               const Context& context);
Events OnEscalated(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                   const Context& context);

}  // namespace casehub::transfer
