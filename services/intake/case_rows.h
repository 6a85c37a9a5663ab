// The rows of cases. What a row's key says (case id, municipality) the row does not say again, nor that the case was
// opened here, as most were: a fifth of a row, on the disk and in memory (docs/adr/0020).
#pragma once

#include <optional>
#include <string_view>

#include "casehub/intake/v1/intake_state.pb.h"
#include "services/runtime/service.h"

namespace casehub::intake {

// `key` is tables::CaseKey. Nullopt: no such case here.
std::optional<v1::CaseState> LoadCase(const runtime::StateReader& state, std::string_view key);
// `case_id` as a request has it: text that is no id is the id of no case.
std::optional<v1::CaseState> LoadCase(const runtime::StateReader& state, Municipality municipality,
                                      std::string_view case_id);

// Of a scan over tables::kCase. False: no row of a case.
bool ParseCase(std::string_view key, std::string_view value, v1::CaseState* row);

void SaveCase(std::string_view key, v1::CaseState&& row, runtime::StateWriter& state);

}  // namespace casehub::intake
