// Rows of intake: table, municipality (4 bytes, big-endian), then what is named below. Case ids grow with time, so rows
// of new cases stand together and compaction stays cheap.
#pragma once

#include <string>
#include <string_view>

#include "services/model/digest.h"
#include "services/model/ids.h"
#include "services/model/key_bytes.h"

namespace casehub::intake::tables {

enum Table : char {
  kCase = 1,         // case id (16 bytes) -> CaseState, without what the key says (case_rows.h)
  kSource = 2,       // length of the source system (1 byte), source system, external reference -> case id (16 bytes)
  kLine = 3,         // case id, identity of the event (16 bytes) -> one byte
  kOffice = 4,       // office id -> registry.v1.Office, as far as intake needs it
  kRules = 5,        // nothing more -> registry.v1.RulesState (legalclock/rules.h)
  kProvisional = 6,  // case id -> one byte: a clock of it that runs is provisional
  kHeld = 7,         // case id, n (8 bytes, big-endian) -> IntakeEvent: a fact that waits while the case is frozen
  kApplication = 8,  // SHA-256 of applicant and document set -> case id (16 bytes): where it was received first
  kNotice = 9,       // SHA-256 of authority, its reference and the stage -> case id (16 bytes)
  // Sources (A7, A8); `source` is its length (1 byte) and its name.
  kReference = 20,      // length of the external reference (2 bytes), reference, source system -> case id (16 bytes)
  kPerson = 21,         // person id, 0, case id of one of which that person is the applicant -> one byte
  kSourceState = 22,    // source -> SourceState
  kSourceMonth = 23,    // source, month (4 bytes: year * 12 + month - 1) -> SourceMonth
  kSourceNumbers = 24,  // source -> SourceNumbers
  kImportRun = 25,      // source, run id (16 bytes) -> ImportRun
  kSameMatter = 26,     // case id, case id it may be the same as -> SameMatterPair
};

// Kinds of due work.
enum Due : uint16_t {
  kClockFired = 1,          // payload: case id (16 bytes), policy
  kExportPart = 2,          // payload: case id
  kStartDecisionClock = 3,  // payload: case id
  kRestate = 4,             // payload: case id
  kLink = 5,                // payload: case id; the same application is here under another case
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

inline std::string HeldPrefix(Municipality municipality, const Uuid& case_id) {
  return Prefix(kHeld, municipality).append(case_id.Bytes());
}
inline std::string HeldKey(Municipality municipality, const Uuid& case_id, uint64_t n) {
  std::string key = HeldPrefix(municipality, case_id);
  AppendBigEndian(n, 8, &key);
  return key;
}
inline std::string ApplicationKey(Municipality municipality, std::string_view person_id,
                                  std::string_view document_set) {
  return Prefix(kApplication, municipality).append(Sha256(std::string(person_id).append(1, '\0').append(document_set)));
}
inline std::string NoticeKey(Municipality municipality, std::string_view authority, std::string_view reference,
                             int stage) {
  const std::string text = std::string(authority).append(1, '\0').append(reference);
  return Prefix(kNotice, municipality).append(Sha256(text + '\0' + std::to_string(stage)));
}

inline std::string RulesKey(Municipality municipality) { return Prefix(kRules, municipality); }
inline std::string ProvisionalKey(Municipality municipality, const Uuid& case_id) {
  return Prefix(kProvisional, municipality).append(case_id.Bytes());
}

inline std::string ReferencePrefix(Municipality municipality, std::string_view reference) {
  std::string key = Prefix(kReference, municipality);
  AppendBigEndian(reference.size(), 2, &key);
  return key.append(reference);
}
inline std::string ReferenceKey(Municipality municipality, std::string_view reference, std::string_view source) {
  return ReferencePrefix(municipality, reference).append(source);
}
// Of all cases of a person; the case id follows.
inline std::string PersonKey(Municipality municipality, std::string_view person_id) {
  return Prefix(kPerson, municipality).append(person_id).append(1, '\0');
}
inline std::string OfSource(Table table, Municipality municipality, std::string_view source) {
  return Prefix(table, municipality).append(1, static_cast<char>(source.size())).append(source);
}
inline std::string SourceStateKey(Municipality municipality, std::string_view source) {
  return OfSource(kSourceState, municipality, source);
}
inline std::string SourceNumbersKey(Municipality municipality, std::string_view source) {
  return OfSource(kSourceNumbers, municipality, source);
}
inline std::string SourceMonthPrefix(Municipality municipality, std::string_view source) {
  return OfSource(kSourceMonth, municipality, source);
}
inline std::string SourceMonthKey(Municipality municipality, std::string_view source, uint32_t month) {
  std::string key = SourceMonthPrefix(municipality, source);
  AppendBigEndian(month, 4, &key);
  return key;
}
inline std::string ImportRunPrefix(Municipality municipality, std::string_view source) {
  return OfSource(kImportRun, municipality, source);
}
inline std::string ImportRunKey(Municipality municipality, std::string_view source, const Uuid& run_id) {
  return ImportRunPrefix(municipality, source).append(run_id.Bytes());
}
inline std::string SameMatterKey(Municipality municipality, const Uuid& case_id, const Uuid& other) {
  return Prefix(kSameMatter, municipality).append(case_id.Bytes()).append(other.Bytes());
}

}  // namespace casehub::intake::tables
