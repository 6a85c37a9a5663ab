// A dispute on its way to a mediator: consent, acceptance by a committee, assignment (life 3, steps 2 and 3; D7). Pure.
#pragma once

#include <string>

#include "casehub/mediation/v1/mediation_service.pb.h"
#include "services/mediation/domain/checks.h"

namespace casehub::mediation {

// An office named in a request, as the registry has it on the day.
struct OfficeFact {
  bool known = false;
  bool open = false;
  bool is_committee = false;
  std::string closed_since;
};
// Someone named as mediator, likewise.
struct MediatorFact {
  bool known = false;
  bool is_mediator = false;
  bool in_office = false;
  bool suspended = false;
  std::string person_id;  // empty: the registry names no person
};

// One refusal returns the referral: nothing is mediated against anyone's will.
EventsOrRefusal DecideConsent(const v1::MediationState& state, const v1::RecordConsentRequest& request,
                              const Context& context);
// The policy by which a referral's term counts, and whether it counts from signing for the files.
std::string_view PolicyOf(intake::v1::ReferralSource source);
bool CountsFromFiles(intake::v1::ReferralSource source);
EventsOrRefusal DecideAccept(const v1::MediationState& state, const v1::AcceptDisputeRequest& request,
                             const OfficeFact& office, const Context& context);
EventsOrRefusal DecideAssign(const v1::MediationState& state, const v1::AssignMediatorRequest& request,
                             const MediatorFact& mediator, const Context& context);
EventsOrRefusal DecideReplace(const v1::MediationState& state, const v1::ReplaceMediatorRequest& request,
                              const MediatorFact& mediator, const Context& context);

}  // namespace casehub::mediation
