// Rows of intake: table, municipality (4 bytes, big-endian), then what is named below. Case ids grow with time, so rows
// of new cases stand together and compaction stays cheap.
#pragma once

#include <string>
#include <string_view>

#include "services/model/ids.h"
#include "services/model/key_bytes.h"

namespace casehub::intake::tables {

enum Table : char {
  kCase = 1,         // case id (16 bytes) -> CaseState
  kSource = 2,       // length of the source system (1 byte), source system, external reference -> case id (16 bytes)
  kLine = 3,         // case id, identity of the event (16 bytes) -> one byte
  kOffice = 4,       // office id -> registry.v1.Office, as far as intake needs it
  kRules = 5,        // nothing more -> registry.v1.RulesState (legalclock/rules.h)
  kProvisional = 6,  // case id -> one byte: a clock of it that runs is provisional
};

// Kinds of due work.
enum Due : uint16_t {
  kClockFired = 1,          // payload: case id (16 bytes), policy
  kExportPart = 2,          // payload: case id
  kStartDecisionClock = 3,  // payload: case id
  kRestate = 4,             // payload: case id
};

inline std::string Prefix(Table table, Municipality municipality) { return TablePrefix(table, municipality); }
inline std::string CaseKey(Municipality municipality, const Uuid& case_id) {
  return Prefix(kCase, municipality).append(case_id.Bytes());
}
inline std::string SourceKey(Municipality municipality, std::string_view source, std::string_view reference) {
  return Prefix(kSource, municipality).append(1, static_cast<char>(source.size())).append(source).append(reference);
}
inline std::string LineKey(Municipality municipality, const Uuid& case_id, std::string_view identity) {
  return Prefix(kLine, municipality).append(case_id.Bytes()).append(identity);
}
inline std::string OfficeKey(Municipality municipality, std::string_view office_id) {
  return Prefix(kOffice, municipality).append(office_id);
}

inline std::string RulesKey(Municipality municipality) { return Prefix(kRules, municipality); }
inline std::string ProvisionalKey(Municipality municipality, const Uuid& case_id) {
  return Prefix(kProvisional, municipality).append(case_id.Bytes());
}

}  // namespace casehub::intake::tables
