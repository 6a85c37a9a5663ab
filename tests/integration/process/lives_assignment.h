// Life 1 to its end: after the grant, offer, letter, handling, closing file and subsidy (steps 7 and 8), and loans.
#pragma once

#include "tests/integration/process/lives.h"

namespace casehub::testing {

// Lawyers and a tariff that the life needs; after Offices().
std::vector<Step> RosterAndTariff();
// AidFromStation(), then declined by one lawyer, accepted by another, handled, its file returned once, and closed.
std::vector<Step> AidToSubsidy();
// Granted at home, handled by a lawyer whom another municipality lends (life 5, steps 6 and 7), who is home at the end.
std::vector<Step> AidByLentLawyer();

}  // namespace casehub::testing
