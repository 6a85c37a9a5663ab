// Nobody is left waiting: when a world has come to rest, whoever decides a frozen case is asked to, as clerks would in
// the end. What is frozen after that is stuck, and the checks say so.
#pragma once

#include <vector>

#include "tests/simulation/auditor.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {

// One command for each frozen case that waits for somebody: the addressee accepts, the superior rules, the paper is
// recorded. Cases that are set aside are left out.
std::vector<Draft> DecisionsOwed(const Auditor& auditor);

}  // namespace casehub::simulation
