// The lives of cases as single steps: a request, what is learned from its reply, and what must be so before the next
// one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "tests/support/caller.h"

namespace casehub::testing {

inline constexpr char kOrigin[] = "330800";
inline constexpr char kFirstAsked[] = "330700";
inline constexpr char kSecondAsked[] = "330600";
inline constexpr char kSuperior[] = "330000";

// What is known of the case on the way.
struct Progress {
  std::string case_id;
  uint64_t hop = 0;
  std::string offer_id;  // of the case to a practitioner
  std::string loan_id;
};

struct Step {
  std::string name;
  std::function<std::unique_ptr<google::protobuf::Message>(const Progress&)> request;
  std::function<void(const std::string& reply, Progress*)> learn;
  // Waits for what the services do by themselves after it; false (and a failed test) if they do not.
  std::function<bool(Caller*, const Progress&)> await;
};

// Offices that the lives need.
std::vector<Step> Offices();
// Legal aid from a township station to the grant, its pledge found true (life 1, steps 1 to 6 and 9).
std::vector<Step> AidFromStation();
// A dispute that the police refer, mediated, confirmed and performed (life 3, steps 1 to 7).
std::vector<Step> MediationFromReferral();
// A hotline consultation, from the call to the rating (life 4).
std::vector<Step> Consultation();
// Applied for away from home (life 5, steps 1 to 3): recalled, declined by the first, accepted by the second.
std::vector<Step> AwayFromHome();
// Declined by both, so that the superior has it, and recalled from there.
std::vector<Step> DeclinedTwice();

}  // namespace casehub::testing
