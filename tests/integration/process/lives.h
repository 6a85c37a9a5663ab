// The lives of cases as single steps, each from the first to the last on one case. Names and numbers are those of the
// five lives; A receives, B is competent, C declines and lends, P is the common superior.
#pragma once

#include <vector>

#include "tests/integration/process/steps.h"

namespace casehub::testing {

inline constexpr char kOrigin[] = "330800";       // A, and where all lives but the fifth are lived
inline constexpr char kFirstAsked[] = "330700";   // B
inline constexpr char kSecondAsked[] = "330600";  // C
inline constexpr char kSuperior[] = "330000";     // P

// Offices, practitioners, tariffs and an agreement on loans: what the lives need.
std::vector<Step> Preparation();

// Life 1, steps 1 to 11: legal aid from a township station, its pledge found true.
std::vector<Step> AidFromStation();
// Legal aid that ends because its pledge was false (life 1, step 9).
std::vector<Step> AidOnFalsePledge();

// Life 2, steps 1 to 6: mandatory defence, with a replacement, rated on paper. The next stage's notice opens a linked
// case, whose aid ends because own counsel is retained (step 4).
std::vector<Step> MandatoryDefence();

// Life 3, steps 1 to 8: a dispute that the police refer, mediated, confirmed, performed and badly rated.
std::vector<Step> MediationBadlyRated();
// A party refuses (life 3, step 2).
std::vector<Step> ReferralRefused();

// Life 4, steps 1 to 5: a hotline consultation from the call to the rating.
std::vector<Step> Consultation();
// Another, badly rated on paper through a facility, appealed, and set aside.
std::vector<Step> ConsultationSetAside();

// Life 5, steps 1 to 8: applied for in A, declined by B and by C, ruled for B, handled by a lawyer whom C lends.
std::vector<Step> AwayFromHome();
// Recalled, declined by the first, accepted by the second.
std::vector<Step> AwayByAcceptance();
// Declined by both, so that the superior has it, and recalled from there.
std::vector<Step> AwayAndRecalled();
// Declined by both, recalled, a ruling asked for, ruled for the origin itself.
std::vector<Step> RuledForTheOrigin();
// Gone by paper to a counterpart outside.
std::vector<Step> AwayOnPaper();

}  // namespace casehub::testing
