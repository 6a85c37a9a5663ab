// A ruling on paper: where no common superior keeps a log here, or the counterpart keeps none (decision 4). Whoever has
// custody records it, and its own log decides: nobody else can.
#pragma once

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/transfer/domain/custody.h"

namespace casehub::transfer {

// `custodian_known`: the region table has whom the paper names, or it names a counterpart outside. `superior` would
// rule in a log of its own; none if nobody does.
Result<v1::RecordPaperRulingResponse> Decide(const v1::CustodyState* state, const v1::RecordPaperRulingRequest& request,
                                             bool custodian_known, Municipality superior, const Context& context);

}  // namespace casehub::transfer
