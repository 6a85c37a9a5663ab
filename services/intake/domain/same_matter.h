// The same matter from two sources (A7), as far as rows can tell: noticed and recorded, never merged. Pure.
//
// A case is suspected to be another one
//   - if a second source delivered the same number: SAME_MATTER_RULE_EXTERNAL_REFERENCE;
//   - if the same person has an open case of the same matter type from another source, casehub itself being one:
//     SAME_MATTER_RULE_APPLICANT.
// Two cases entered here are never flagged: a person may well have two of one kind.
#pragma once

#include <vector>

#include "services/intake/domain/decision.h"

namespace casehub::intake {

inline constexpr size_t kSuspicionsMax = 8;  // of one case

// `opened` is the CaseOpened of a new case, `candidates` the cases that share its number or its applicant.
Events SuspectSameMatter(const v1::IntakeEvent& opened, const std::vector<v1::CaseState>& candidates);

}  // namespace casehub::intake
