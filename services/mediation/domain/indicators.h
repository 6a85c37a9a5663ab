// Acceptance and success rates (D5, decision 6): exact numerators and denominators. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "casehub/mediation/v1/mediation_service.pb.h"

namespace casehub::mediation {

// Version of the definitions below; it changes when they do.
inline constexpr char kIndicatorDefinition[] = "mediation-indicators-1";
inline constexpr uint32_t kAcceptancePercent = 100;
inline constexpr uint32_t kSuccessPercent = 98;

// How a dispute counts among those received in a period; nullopt where custody is elsewhere: it counts there.
std::optional<v1::CountedAs> AmongReceived(const v1::MediationState& state);
// How it counts among those concluded in a period; nullopt while it is open or elsewhere.
std::optional<v1::CountedAs> AmongConcluded(const v1::MediationState& state);
bool IsOpenHere(const v1::MediationState& state);

// 48/49 is not 98 %; 0/0 is no data, never 100 %.
v1::TargetState Compare(uint64_t numerator, uint64_t denominator, uint32_t target_percent);
// "n/d" in lowest terms; empty for 0/0.
std::string ShareText(uint64_t numerator, uint64_t denominator);

}  // namespace casehub::mediation
