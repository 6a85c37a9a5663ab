// Sessions and the agreement they come to (life 3, steps 4 and 5; D3). Pure.
#pragma once

#include "casehub/mediation/v1/mediation_service.pb.h"
#include "services/mediation/domain/checks.h"

namespace casehub::mediation {

inline constexpr int kSessionsMax = 100;
inline constexpr int kTermsMax = 50;
// The agreement travels with its case in one record: its terms together, in bytes.
inline constexpr size_t kTermsBytesMax = 32'768;
// What sealing adds to a text (docs/formats/sealed.md): the limit is about the text.
inline constexpr size_t kSealedExtraBytes = 29;

EventsOrRefusal DecideHoldSession(const v1::MediationState& state, const v1::HoldSessionRequest& request,
                                  const Context& context);
EventsOrRefusal DecideExtend(const v1::MediationState& state, const v1::ExtendMediationRequest& request,
                             const Context& context);
EventsOrRefusal DecideAgreement(const v1::MediationState& state, const v1::RecordAgreementRequest& request,
                                const Context& context);

}  // namespace casehub::mediation
