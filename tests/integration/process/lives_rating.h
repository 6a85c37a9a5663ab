// A case that is badly rated, and what that sets going (life 3, step 8).
#pragma once

#include <vector>

#include "tests/integration/process/lives.h"

namespace casehub::testing {

// A consultation that is badly rated at a window: rectified, re-visited in vain, rectified again, appealed, upheld,
// re-visited and closed. On the way a feedback and another party's opinion, which count for nothing.
std::vector<Step> BadlyRated();
// Badly rated on paper through a facility, appealed, and set aside.
std::vector<Step> RatingSetAside();

}  // namespace casehub::testing
