// Legal aid from application to decision: pledge, preliminary review, supplement notice, decision (life 1; B3, B5, C1,
// C3; Legal Aid Law 41 to 43, 48). Pure.
#pragma once

#include "casehub/intake/v1/intake_service.pb.h"
#include "services/intake/domain/contact.h"

namespace casehub::intake {

EventsOrRefusal DecideGivePledge(const v1::CaseState& state, const v1::GiveHardshipPledgeRequest& request,
                                 const Context& context);
// `to` is the office of request.to_office_id.
EventsOrRefusal DecidePreliminaryReview(const v1::CaseState& state, const v1::CompletePreliminaryReviewRequest& request,
                                        const OfficeFact& to, const Context& context);
EventsOrRefusal DecideIssueNotice(const v1::CaseState& state, const v1::IssueSupplementNoticeRequest& request,
                                  const Context& context);
EventsOrRefusal DecideConfirmDelivery(const v1::CaseState& state, const v1::ConfirmDeliveryRequest& request,
                                      const Context& context);
EventsOrRefusal DecideSubmitSupplements(const v1::CaseState& state, const v1::SubmitSupplementsRequest& request,
                                        const Context& context);
// `office` is the decider's.
EventsOrRefusal DecideDecideAid(const v1::CaseState& state, const v1::DecideAidRequest& request,
                                const OfficeFact& office, const Context& context);
EventsOrRefusal DecideVerifyPledge(const v1::CaseState& state, const v1::VerifyPledgeRequest& request,
                                   const Context& context);

// Aid was given on a pledge, the case is closed, and nobody has verified the pledge yet (B5).
bool IsVerificationOwed(const v1::CaseState& state);

// How these events change the case.
void EvolveAid(const v1::IntakeEvent& event, Instant recorded_at, v1::CaseState* state);

}  // namespace casehub::intake
