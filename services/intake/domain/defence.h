// Mandatory defence on notice of an authority (life 2, step 1; C2, Legal Aid Law 25 and 36). The notice itself obliges
// the centre: no hardship test, no grant. Pure.
#pragma once

#include "casehub/intake/v1/intake_service.pb.h"
#include "services/intake/domain/contact.h"

namespace casehub::intake {

// `taken_by`: the case that has this notice of the authority already, if any. `linked`: the row of the linked case;
// null where it is elsewhere or none is named.
EventsOrRefusal DecideReceiveNotice(const v1::ReceiveDefenceNoticeRequest& request,
                                    const std::optional<std::string>& taken_by, const v1::CaseState* linked,
                                    const OfficeFact& office, const Context& context);

}  // namespace casehub::intake
