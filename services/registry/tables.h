// Rows of the registry: table, municipality (4 bytes, big-endian), then the id as text or the year.
#pragma once

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "services/model/ids.h"
#include "services/model/key_bytes.h"

namespace casehub::registry::tables {

enum Table : char { kOffice = 1, kPractitioner = 2, kCalendar = 3, kRules = 4, kSourceSystem = 20 };

inline std::string Prefix(Table table, Municipality municipality) { return TablePrefix(table, municipality); }
inline std::string OfficeKey(Municipality municipality, const std::string& office_id) {
  return Prefix(kOffice, municipality) + office_id;
}
inline std::string PractitionerKey(Municipality municipality, const std::string& practitioner_id) {
  return Prefix(kPractitioner, municipality) + practitioner_id;
}
inline std::string SourceSystemKey(Municipality municipality, const std::string& source_system) {
  return Prefix(kSourceSystem, municipality) + source_system;
}
inline std::string CalendarKey(Municipality municipality, uint32_t year) {
  return Prefix(kCalendar, municipality) + absl::StrCat(year);
}

// registry.v1.RulesState (legalclock/rules.h)
inline std::string RulesKey(Municipality municipality) { return Prefix(kRules, municipality); }

}  // namespace casehub::registry::tables
