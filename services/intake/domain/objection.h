// Objections against refusal and termination (Legal Aid Law 49). Pure.
#pragma once

#include "casehub/intake/v1/intake_service.pb.h"
#include "services/intake/domain/contact.h"

namespace casehub::intake {

EventsOrRefusal DecideFileObjection(const v1::CaseState& state, const v1::FileObjectionRequest& request,
                                    const Context& context);
// Upheld, the same case is open again: after a refusal it waits for a new decision, after a termination the aid goes
// on.
EventsOrRefusal DecideDecideObjection(const v1::CaseState& state, const v1::DecideObjectionRequest& request,
                                      const Context& context);

}  // namespace casehub::intake
