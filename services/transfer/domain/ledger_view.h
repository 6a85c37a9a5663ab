// What the ledger of a municipality shows of a case that was under way: 转出, 转入 and the rest (life 5, step 9).
#pragma once

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/transfer/domain/custody.h"

namespace casehub::transfer {

// Unspecified for a case that never left and was never offered here.
v1::LedgerView ViewOf(const v1::CustodyState& state);
v1::LedgerRow RowOf(const v1::CustodyState& state);

}  // namespace casehub::transfer
