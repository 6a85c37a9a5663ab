// Rows of assignment: table, municipality (4 bytes, big-endian), then what is named below.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "casehub/assignment/v1/assignment_state.pb.h"
#include "services/model/ids.h"
#include "services/model/key_bytes.h"

namespace casehub::assignment::tables {

enum Table : char {
  kCase = 1,          // case id (16 bytes) -> AssignmentState
  kQueue = 2,         // 255 less the priority (1 byte), end of the clock (micros, 8 bytes), case id -> one byte
  kOffice = 3,        // office id -> registry.v1.Office, as far as assignment needs it
  kPractitioner = 4,  // practitioner id -> RosterEntry
  kLoad = 5,          // practitioner id -> LoadState
  kRules = 6,         // nothing more -> registry.v1.RulesState (legalclock/rules.h)
  kTariff = 7,        // valid_from -> Tariff
  kLoan = 8,          // loan id (16 bytes) -> LoanState
  kLoanBook = 9,      // borrower (4 bytes) -> LoanBook
  kFile = 10,         // length of the authority's name (2 bytes), name, its reference -> AuthorityFile
  kProvisional = 11,  // case id -> one byte: a clock of its closing file is provisional
};

// Kinds of due work.
enum Due : uint16_t {
  kOfferTimesOut = 1,  // payload: case id (16 bytes), offer id
  kClockFired = 2,     // payload: case id, policy
  kExportPart = 3,     // payload: case id, hop (8 bytes), to (4 bytes)
  kReturnLoan = 4,     // payload: loan id
  kRestate = 5,        // payload: case id
};

inline std::string Prefix(Table table, Municipality municipality) { return TablePrefix(table, municipality); }
// The first key behind those of the table in this municipality.
inline std::string End(Table table, Municipality municipality) {
  return TablePrefix(table, Municipality(municipality.code() + 1));
}
inline std::string CaseKey(Municipality municipality, const Uuid& case_id) {
  return Prefix(kCase, municipality).append(case_id.Bytes());
}
inline std::string OfficeKey(Municipality municipality, std::string_view office_id) {
  return Prefix(kOffice, municipality).append(office_id);
}
inline std::string PractitionerKey(Municipality municipality, std::string_view practitioner_id) {
  return Prefix(kPractitioner, municipality).append(practitioner_id);
}
inline std::string LoadKey(Municipality municipality, std::string_view practitioner_id) {
  return Prefix(kLoad, municipality).append(practitioner_id);
}
inline std::string ProvisionalKey(Municipality municipality, const Uuid& case_id) {
  return Prefix(kProvisional, municipality).append(case_id.Bytes());
}
inline std::string RulesKey(Municipality municipality) { return Prefix(kRules, municipality); }
inline std::string TariffKey(Municipality municipality, std::string_view valid_from) {
  return Prefix(kTariff, municipality).append(valid_from);
}
inline std::string LoanKey(Municipality municipality, const Uuid& loan_id) {
  return Prefix(kLoan, municipality).append(loan_id.Bytes());
}
inline std::string LoanBookKey(Municipality municipality, Municipality borrower) {
  std::string key = Prefix(kLoanBook, municipality);
  AppendBigEndian(borrower.code(), 4, &key);
  return key;
}
inline std::string FileKey(Municipality municipality, std::string_view authority, std::string_view reference) {
  std::string key = Prefix(kFile, municipality);
  AppendBigEndian(authority.size(), 2, &key);
  return key.append(authority).append(reference);
}

// Where the case stands in the queue; nullopt if it does not wait to be offered.
std::optional<std::string> QueueKey(Municipality municipality, const v1::AssignmentState& state);

// Payload of due work: a 16-byte id, then what the kind says.
inline std::string DuePayload(const Uuid& id, std::string_view rest = {}) {
  return std::string(id.Bytes()).append(rest);
}

}  // namespace casehub::assignment::tables
