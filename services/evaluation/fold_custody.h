// Custody of transfer to evaluation's rows (custody.md): a frozen case waits, one that left leaves nothing but what it
// was counted for, one that came brings its part.
#pragma once

#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/runtime/service.h"

namespace casehub::evaluation {

void FoldCustody(const transfer::v1::TransferEvent& event, const storage::Record& header, runtime::StateWriter& rows);

}  // namespace casehub::evaluation
