// Legal aid up to the point where an application made away from home is ready to be forwarded (life 5, step 1; C1, C4).
#pragma once

#include "casehub/intake/v1/intake_service.pb.h"
#include "services/intake/domain/contact.h"

namespace casehub::intake {

// `state` is null where the application opens the case too; `first_receipt` names another case under which the same
// documents of the same applicant were received and are not done with, if there is one.
EventsOrRefusal DecideSubmitAidApplication(const v1::CaseState* state, const v1::SubmitAidApplicationRequest& request,
                                           const OfficeFact& office, bool competent_is_known,
                                           const std::optional<std::string>& first_receipt, const Context& context);
EventsOrRefusal DecideAgreeMaterialList(const v1::CaseState& state, const v1::AgreeMaterialListRequest& request,
                                        const Context& context);
EventsOrRefusal DecideRecordInterview(const v1::CaseState& state, const v1::RecordInterviewRequest& request,
                                      const Context& context);
EventsOrRefusal DecideRecordTransferConsent(const v1::CaseState& state, const v1::RecordTransferConsentRequest& request,
                                            const Context& context);
// A case arrived whose application was received here too: the later of the two says which was first (decision 4).
Events DecideLink(const v1::CaseState& arrived, const v1::CaseState& other, const Context& context);
// After custody moved here, the clock of the decision starts anew (decision 2). No event if it runs already.
Events DecideStartDecisionClock(const v1::CaseState& state, const Context& context);

}  // namespace casehub::intake
