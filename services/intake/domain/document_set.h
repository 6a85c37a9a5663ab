// What arrives with a transferred case, against the digest of the offer (life 5, step 5; C4). Pure.
#pragma once

#include "casehub/intake/v1/intake_service.pb.h"
#include "services/intake/domain/contact.h"

namespace casehub::intake {

// Whatever is found is recorded: a set that differs can be looked at again when the rest has come.
EventsOrRefusal DecideVerifyDocumentSet(const v1::CaseState& state, const v1::VerifyDocumentSetRequest& request,
                                        const Context& context);

}  // namespace casehub::intake
