#include "services/mediation/domain/indicators.h"

#include <numeric>

namespace casehub::mediation {

std::optional<v1::CountedAs> AmongReceived(const v1::MediationState& state) {
  if (state.status() == v1::MEDIATION_STATUS_MOVED_AWAY) return std::nullopt;
  if (state.has_accepted_at()) return v1::COUNTED_AS_NUMERATOR;
  switch (state.status()) {
    case v1::MEDIATION_STATUS_RETURNED:
      return v1::COUNTED_AS_CONSENT_REFUSED;
    case v1::MEDIATION_STATUS_WITHDRAWN:
      return v1::COUNTED_AS_DENOMINATOR_ONLY;
    default:
      return v1::COUNTED_AS_OPEN;
  }
}

std::optional<v1::CountedAs> AmongConcluded(const v1::MediationState& state) {
  switch (state.status()) {
    case v1::MEDIATION_STATUS_SUCCEEDED:
      return v1::COUNTED_AS_NUMERATOR;
    case v1::MEDIATION_STATUS_FAILED:
      return v1::COUNTED_AS_DENOMINATOR_ONLY;
    case v1::MEDIATION_STATUS_RETURNED:
      return v1::COUNTED_AS_CONSENT_REFUSED;
    case v1::MEDIATION_STATUS_WITHDRAWN:
      return v1::COUNTED_AS_WITHDRAWN;
    default:
      return std::nullopt;
  }
}

bool IsOpenHere(const v1::MediationState& state) {
  switch (state.status()) {
    case v1::MEDIATION_STATUS_REFERRED:
    case v1::MEDIATION_STATUS_ACCEPTED:
    case v1::MEDIATION_STATUS_AGREED:
      return true;
    default:
      return false;
  }
}

v1::TargetState Compare(uint64_t numerator, uint64_t denominator, uint32_t target_percent) {
  if (denominator == 0) return v1::TARGET_STATE_NO_DATA;
  return numerator * 100 >= denominator * target_percent ? v1::TARGET_STATE_MET : v1::TARGET_STATE_MISSED;
}

std::string ShareText(uint64_t numerator, uint64_t denominator) {
  if (denominator == 0) return {};
  const uint64_t divisor = std::gcd(numerator, denominator);
  return std::to_string(numerator / divisor) + "/" + std::to_string(denominator / divisor);
}

}  // namespace casehub::mediation
