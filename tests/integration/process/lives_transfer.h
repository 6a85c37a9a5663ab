// Lives of cases that the superior has to rule on, and of a mandatory defence, step by step (lives.h).
#pragma once

#include "tests/integration/process/lives.h"

namespace casehub::testing {

// Life 5, steps 1 to 5: applied for away from home, declined by B and by C, ruled for B, which looks at the documents
// and grants the aid.
std::vector<Step> AwayByRuling();
// Declined twice, recalled, a ruling asked for, ruled for the origin itself.
std::vector<Step> RuledForTheOrigin();
// Gone by paper to a counterpart outside.
std::vector<Step> AwayOnPaper();
// Life 2, step 1.
std::vector<Step> DefenceOnNotice();

}  // namespace casehub::testing
