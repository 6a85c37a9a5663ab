// Due work to seals.
#pragma once

#include "services/ledger/signer.h"
#include "services/runtime/service.h"

namespace casehub::ledger {

runtime::Outcome ReactTo(const runtime::DueRow& row, const Signer& signer, const runtime::DecideContext& context,
                         const runtime::StateReader& rows);

}  // namespace casehub::ledger
