// The letter and what ends it: issue, notice to the authority, replacement, termination (C8, decision 3); and who must
// not have the case. Pure.
#pragma once

#include "services/assignment/domain/offers.h"

namespace casehub::assignment {

// `office` is the actor's.
EventsOrRefusal DecideIssueLetter(const v1::AssignmentState& state, const v1::IssueAssignmentLetterRequest& request,
                                  const OfficeFact& office, const RosterView& roster, const Context& context);
EventsOrRefusal DecideNotifyAuthority(const v1::AssignmentState& state, const v1::NotifyAuthorityRequest& request,
                                      const Context& context);
EventsOrRefusal DecideRequestReplacement(const v1::AssignmentState& state, const v1::RequestReplacementRequest& request,
                                         const Context& context);
EventsOrRefusal DecideRefuseReplacement(const v1::AssignmentState& state, const v1::RefuseReplacementRequest& request,
                                        const Context& context);
EventsOrRefusal DecideReplace(const v1::AssignmentState& state, const v1::ReplacePractitionerRequest& request,
                              const Context& context);
EventsOrRefusal DecideTerminate(const v1::AssignmentState& state, const v1::TerminateAidRequest& request,
                                const Context& context);
EventsOrRefusal DecideRecordConflict(const v1::AssignmentState& state, const v1::RecordConflictRequest& request,
                                     const Context& context);
// `other_known`: the municipality has the other case.
EventsOrRefusal DecideLinkCoDefendants(const v1::AssignmentState& state, const v1::LinkCoDefendantsRequest& request,
                                       bool other_known, const Context& context);

}  // namespace casehub::assignment
