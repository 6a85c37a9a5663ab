// How a mediation ends: the result goes back to who referred it, the case is closed, the mediator is paid (life 3,
// steps 5 and 6; D2, D3, C9). Pure.
#pragma once

#include <string>
#include <string_view>

#include "casehub/mediation/v1/mediation_service.pb.h"
#include "services/mediation/domain/checks.h"

namespace casehub::mediation {

// What one dispute pays its mediator (人民调解案件补贴); once a version has been used it never changes.
struct Tariff {
  std::string_view version;
  int64_t agreed_fen = 0;
  int64_t failed_fen = 0;
};
inline constexpr Tariff kTariff{"mediation-1", 30'000, 15'000};

EventsOrRefusal DecideReturnResult(const v1::MediationState& state, const v1::ReturnReferralResultRequest& request,
                                   const Context& context);
// A referral is closed only when its source knows the result.
EventsOrRefusal DecideClose(const v1::MediationState& state, const v1::CloseMediationRequest& request,
                            const Context& context);

}  // namespace casehub::mediation
