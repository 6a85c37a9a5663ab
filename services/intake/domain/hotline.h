// Life 4: a hotline consultation from the call to the delivered answer (A5, B1, B2).
#pragma once

#include "services/intake/domain/contact.h"

namespace casehub::intake {

// `state` is null for a first call.
EventsOrRefusal DecideRegisterCall(const v1::CaseState* state, const v1::RegisterCallRequest& request,
                                   const OfficeFact& office, const Context& context);
// `pending_office` is the one that has not acknowledged yet, if there is one.
EventsOrRefusal DecideHandOver(const v1::CaseState& state, const v1::HandOverToOfficeRequest& request,
                               const OfficeFact& to_office, const OfficeFact& pending_office, const Context& context);
EventsOrRefusal DecideAcknowledge(const v1::CaseState& state, const v1::AcknowledgeHandOverRequest& request,
                                  const Context& context);
EventsOrRefusal DecideAnswer(const v1::CaseState& state, const v1::AnswerConsultationRequest& request,
                             const OfficeFact& office, const Context& context);
EventsOrRefusal DecideConfirmDelivered(const v1::CaseState& state, const v1::ConfirmAnswerDeliveredRequest& request,
                                       const Context& context);

}  // namespace casehub::intake
