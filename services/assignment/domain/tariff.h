// What is paid for a case, and to whom (C9, decision 7). Pure; whole fen only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "casehub/assignment/v1/assignment_service.pb.h"
#include "services/assignment/domain/decision.h"

namespace casehub::assignment {

// `known` is the tariff that was set for the same first day. Setting it again unchanged gives no event.
EventsOrRefusal DecideSetTariff(const std::optional<v1::Tariff>& known, const v1::SetTariffRequest& request,
                                const Context& context);
// SHA-256 over all but the version itself, in hex.
std::string TariffVersion(const v1::Tariff& tariff);
// The row of the kind and matter, else that of the kind for any matter.
std::optional<int64_t> AmountOf(const v1::Tariff& tariff, intake::v1::CaseKind kind, const std::string& matter_type);
// One amount for all who had the case, in proportion to what each recorded; all of it to who has it now if nobody
// recorded anything. Fen left over go to the largest remainders, the earlier letter first, so the sum is exact.
std::vector<v1::SubsidyShare> SharesOf(const v1::AssignmentState& state, int64_t amount_fen);

}  // namespace casehub::assignment
