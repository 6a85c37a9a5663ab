// Steps that several lives take, and who takes them.
#pragma once

#include <functional>
#include <string>

#include "casehub/intake/v1/intake_service.pb.h"
#include "services/model/ids.h"
#include "tests/integration/process/lives.h"

namespace casehub::testing {

// A, where the cases of the first four lives stay.
inline constexpr Desk kStation{kOrigin, "station-1", "staff-7"};
inline constexpr Desk kCentre{kOrigin, "centre-1", "staff-1"};
inline constexpr Desk kCommittee{kOrigin, "committee-1", "staff-9"};
// B, C, P.
inline constexpr Desk kCentreOfB{kFirstAsked, "centre-330700", "staff-21"};
inline constexpr Desk kCentreOfC{kSecondAsked, "centre-330600", "staff-31"};
inline constexpr Desk kProvince{kSuperior, "bureau-1", "staff-41"};

// By the machine's clock, which is the server's too.
Instant Now();

// Waits until intake shows the case so.
Step UntilCase(Step step, const std::string& municipality, std::function<bool(const intake::v1::Case&)> is_so);
Step UntilClosed(Step step, const std::string& municipality);
bool HasClock(const intake::v1::Case& seen, const std::string& policy, intake::v1::ClockStatus status);
// Waits until the case may be rated.
Step UntilSlot(Step step, const std::string& municipality);

Step Grant(const Desk& centre);
// To whom the rules choose.
Step Offer(const Desk& centre);
Step AcceptOffer(const Desk& centre);
Step IssueLetter(const Desk& centre);
Step SubmitClosingFile(const Desk& centre);
// The case is closed, and its slot open.
Step ApproveClosingFile(const Desk& centre);

// All grades alike.
Step RateOverHotline(const char* municipality, uint32_t grade);
Step RateOnPaper(const Desk& window, uint32_t grade);

}  // namespace casehub::testing
