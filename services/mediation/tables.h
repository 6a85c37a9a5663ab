// Rows of mediation: table, municipality (4 bytes, big-endian), then what is named below.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "casehub/mediation/v1/mediation_service.pb.h"
#include "services/model/ids.h"
#include "services/model/key_bytes.h"
#include "services/runtime/service.h"

namespace casehub::mediation::tables {

enum Table : char {
  kMediation = 1,     // case id (16 bytes) -> MediationState
  kRecord = 2,        // case id, ordinal of the session (4 bytes) -> PersonalText: stays where the session was held
  kOffice = 3,        // office id -> registry.v1.Office, as far as mediation needs it
  kPractitioner = 4,  // practitioner id -> MediatorRow
  kRules = 5,         // nothing more -> registry.v1.RulesState (legalclock/rules.h)
  kProvisional = 6,   // case id -> one byte: a term of it is provisional (legalclock/provisional.h)
  // What the indicators count (D5), at a time in microseconds, 8 bytes big-endian, then the case id -> CountedAs, a
  // byte.
  kReceived = 7,   // by when it was received
  kConcluded = 8,  // by when it was concluded
  kOpen = 9,       // by when it was received; only disputes that are open
};

// Kinds of due work; the payload begins with the case id (16 bytes).
enum Due : uint16_t {
  kTermOver = 1,  // policy
  kRemind = 2,
  kExport = 3,  // hop (8 bytes), to (4 bytes)
  kRestate = 4,
};

inline std::string Prefix(Table table, Municipality municipality) { return TablePrefix(table, municipality); }
inline std::string MediationKey(Municipality municipality, const Uuid& case_id) {
  return Prefix(kMediation, municipality).append(case_id.Bytes());
}
std::string RecordKey(Municipality municipality, const Uuid& case_id, uint32_t ordinal);
inline std::string OfficeKey(Municipality municipality, std::string_view office_id) {
  return Prefix(kOffice, municipality).append(office_id);
}
inline std::string PractitionerKey(Municipality municipality, std::string_view practitioner_id) {
  return Prefix(kPractitioner, municipality).append(practitioner_id);
}
inline std::string RulesKey(Municipality municipality) { return Prefix(kRules, municipality); }
inline std::string ProvisionalKey(Municipality municipality, const Uuid& case_id) {
  return Prefix(kProvisional, municipality).append(case_id.Bytes());
}

// A table of the indicators from a time on.
std::string CountedStart(Table table, Municipality municipality, Instant from);
struct Counted {
  Instant at;
  Uuid case_id;
};
std::optional<Counted> DecodeCountedKey(std::string_view key);
// The rows of the indicators that a dispute has in its present state.
std::map<std::string, std::string> CountedRows(const v1::MediationState& state, Municipality municipality,
                                               const Uuid& case_id);

std::optional<v1::MediationState> LoadMediation(const runtime::StateReader& rows, Municipality municipality,
                                                std::string_view case_id);

// Payloads of due work.
std::string DuePayload(const Uuid& case_id, std::string_view rest = {});
std::optional<Uuid> DueCase(std::string_view payload);
std::string_view DueRest(std::string_view payload);
struct DueExport {
  uint64_t hop = 0;
  Municipality to;
};
std::string EncodeExport(const DueExport& due);
std::optional<DueExport> DecodeExport(std::string_view rest);

}  // namespace casehub::mediation::tables
