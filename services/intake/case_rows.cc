#include "services/intake/case_rows.h"

#include <string>

#include "services/intake/tables.h"
#include "services/model/ids.h"
#include "services/model/key_bytes.h"

namespace casehub::intake {

bool ParseCase(std::string_view key, std::string_view value, v1::CaseState* row) {
  if (key.size() < kTablePrefixBytes) return false;
  const auto case_id = Uuid::FromBytes(key.substr(kTablePrefixBytes));
  if (!case_id || !row->ParseFromArray(value.data(), static_cast<int>(value.size()))) return false;
  row->set_case_id(case_id->ToString());
  row->set_municipality(MunicipalityOfKey(key).ToString());
  if (row->home_municipality().empty()) row->set_home_municipality(row->municipality());
  return true;
}

std::optional<v1::CaseState> LoadCase(const runtime::StateReader& state, std::string_view key) {
  const auto value = state.Get(key);
  std::optional<v1::CaseState> row;
  if (value && !ParseCase(key, *value, &row.emplace())) row.reset();
  return row;
}

std::optional<v1::CaseState> LoadCase(const runtime::StateReader& state, Municipality municipality,
                                      std::string_view case_id) {
  const auto id = Uuid::Parse(case_id);
  return id ? LoadCase(state, tables::CaseKey(municipality, *id)) : std::nullopt;
}

void SaveCase(std::string_view key, v1::CaseState&& row, runtime::StateWriter& state) {
  if (row.home_municipality() == row.municipality()) row.clear_home_municipality();
  row.clear_case_id();
  row.clear_municipality();
  state.Save(key, row);
}

}  // namespace casehub::intake
