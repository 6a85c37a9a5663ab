// Who had custody of each case, and who acted, read from the ledgers of all municipalities (custody.md).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/ledger_export.h"

namespace casehub::testing {

struct CustodyReport {
  std::map<std::string, std::string> custodian;  // by case, at the end
  uint64_t hops = 0;
  uint64_t moved = 0;
  uint64_t thawed_early = 0;  // recalled before the offer left
  uint64_t recalled = 0;      // by the addressee's log or the superior's
  uint64_t declined = 0;
  uint64_t ruling_requested = 0;
  uint64_t ruled = 0;  // by the superior, for the origin or for another
};

// Fails the test unless, over all ledgers together: each case was opened once; each hop was frozen once, by the
// custodian of that moment, or anew by a ruling, and ended once, by the record of the one who decides it; nobody but
// the acting custodian recorded anything that acts; at every record at most one municipality acted; and every case can
// be acted on at the end.
CustodyReport AuditCustody(const std::vector<Ledger>& ledgers);

}  // namespace casehub::testing
