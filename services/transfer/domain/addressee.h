// Addressee role: the municipality that a case is offered to. Until it decides it is the hop's one decider.
#pragma once

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/transfer/domain/custody.h"

namespace casehub::transfer {

Result<v1::AcceptTransferResponse> Decide(const v1::CustodyState* state, const v1::AcceptTransferRequest& request,
                                          const Context& context);
// `superior` is the common superior of the origin and this municipality, none where it keeps no log here;
// `onward_known`: the region table has the onward target, or none was named.
Result<v1::DeclineTransferResponse> Decide(const v1::CustodyState* state, const v1::DeclineTransferRequest& request,
                                           Municipality superior, bool onward_known, const Context& context);
// The time to respond is over: silence goes to the superior. Nothing if the offer was decided meanwhile.
Events DecideSilence(const v1::CustodyState& state, uint64_t hop, Municipality superior, const Context& context);

Events OnPart(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
              const Context& context);
std::variant<Events, Broken> OnOffer(const v1::CustodyState& state, Municipality from,
                                     const v1::TransferMessage& message, const common::v1::Deadline& respond_by,
                                     const Context& context);
Events OnRecallOfOffer(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                       const Context& context);

}  // namespace casehub::transfer
