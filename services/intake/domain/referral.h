// A dispute that comes to be mediated, typed by its source (life 3, step 1; D2).
#pragma once

#include <string>

#include "casehub/intake/v1/intake_service.pb.h"
#include "services/intake/domain/contact.h"

namespace casehub::intake {

inline constexpr int kPartiesMin = 2;
inline constexpr int kPartiesMax = 20;

// Under which source system the organ's own number is taken: kinds of organs are kept apart, and from line systems.
// Empty where a party brings the dispute.
std::string SourceSystemOf(const v1::ReceiveReferralRequest& request);

// `taken_by` is the case that has this source and reference already, if any.
EventsOrRefusal DecideReceiveReferral(const v1::ReceiveReferralRequest& request,
                                      const std::optional<std::string>& taken_by, const OfficeFact& office,
                                      const Context& context);

}  // namespace casehub::intake
