// Who was suspended when, read from the raw log: suspensions are about no case, so no ledger has them.
#pragma once

#include <cstddef>

#include "tests/integration/ledger/raw_chain.h"

namespace casehub::testing {

struct SuspensionReport {
  size_t suspended = 0;
  size_t given = 0;  // offers, acceptances and letters
};

// Fails the test where a case is offered to, accepted by or assigned to a practitioner who is suspended at that record.
SuspensionReport AuditSuspensions(const RawReader& partition);

}  // namespace casehub::testing
