// A case is offered, and the offer is answered (C7, C8). Pure.
#pragma once

#include <functional>
#include <vector>

#include "casehub/assignment/v1/assignment_service.pb.h"
#include "services/assignment/domain/choose.h"
#include "services/assignment/domain/decision.h"

namespace casehub::assignment {

// What is known of who could take the case. The roster is read only if the command gets that far.
struct RosterView {
  std::string region_code;  // of the office that received the applicant
  std::vector<v1::Barred> co_defendants_counsel;
  std::function<std::vector<Candidate>()> candidates;
};

// Everything that the rules ask of a case: what it needs, who is barred, on which day.
Choosing ChoosingFor(const v1::AssignmentState& state, const RosterView& roster, CivilDate today);

EventsOrRefusal DecideOfferCase(const v1::AssignmentState& state, const v1::OfferCaseRequest& request,
                                const RosterView& roster, const Context& context);
EventsOrRefusal DecideDeclineOffer(const v1::AssignmentState& state, const v1::DeclineOfferRequest& request,
                                   const Context& context);
EventsOrRefusal DecideAcceptOffer(const v1::AssignmentState& state, const v1::AcceptOfferRequest& request,
                                  const RosterView& roster, const Context& context);

// The constraints again, for who holds the offer: what changed since it was made counts.
std::optional<Refused> CheckStillFits(const v1::AssignmentState& state, const RosterView& roster,
                                      const Context& context);

}  // namespace casehub::assignment
