// A date promised to the applicant beside the statutory ones (B6). Its clock has the policy `promise`: it is missed,
// listed as overdue and recorded as every other, but no law restates or extends it. Pure.
#pragma once

#include "casehub/intake/v1/intake_service.pb.h"
#include "services/intake/domain/contact.h"

namespace casehub::intake {

inline constexpr char kPromisePolicy[] = "promise";

EventsOrRefusal DecideSetPromisedDate(const v1::CaseState& state, const v1::SetPromisedDateRequest& request,
                                      const Context& context);
EventsOrRefusal DecideRecordPromiseKept(const v1::CaseState& state, const v1::RecordPromiseKeptRequest& request,
                                        const Context& context);

// How these events change the case.
void EvolvePromise(const v1::IntakeEvent& event, Instant recorded_at, v1::CaseState* state);

}  // namespace casehub::intake
