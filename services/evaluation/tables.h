// The rows of evaluation: key layout. First byte: the table; then the municipality (4 bytes big-endian).
//
// A subject in a key ends with two zero bytes; a zero byte of its own is followed by 0xff. So subjects sort as their
// bytes do, and no subject's rows stand between those of another. Times are microseconds since 1970, 8 bytes, with the
// highest bit turned over, so that those before 1970 sort before those after it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/evaluation/domain/part.h"
#include "services/evaluation/domain/review.h"
#include "services/runtime/service.h"

namespace casehub::evaluation::tables {

enum Table : unsigned char {
  kSlot = 0x01,     // case -> SlotState
  kHolding = 0x02,  // case -> 1 if gone, hop (8), to (4): the case does not act here
  // 0x03 and 0x04 held totals that had no past.
  kYear = 0x05,           // kind of subject (1), subject, year (4) -> ScoreBucket by month
  kMonth = 0x06,          // kind, subject, months since year 0 (4) -> ScoreBucket by day
  kMoment = 0x07,         // kind, subject, time, what it is about (16) -> ScoreTotals of that very moment
  kSetAside = 0x08,       // kind, subject, time it was set aside, case -> SetAsideRow
  kRectification = 0x09,  // case, rectification -> RectificationState
  kReview = 0x0a,         // case -> ReviewState
  kTask = 0x0b,           // case, rectification -> one byte: it is not closed
  kKnown = 0x0c,          // case -> one byte: opened here, or came here; no imported ones
  kImported = 0x0d,       // length of the source (1), source, external reference -> one byte
  kRules = 0x0e,          // nothing more -> registry.v1.RulesState (legalclock/rules.h)
  kProvisional = 0x0f,    // case, rectification -> one byte: its date is provisional
  kLimits = 0x10,         // nothing more -> LowCountLimits
};

enum DueKind : uint16_t {
  kOpenSlot = 1,  // case
  kExpire = 2,    // case
  kExport = 3,    // case, hop
  kRectify = 4,   // case, rectification: it is due soon, or overdue
  kRestate = 5,   // case, rectification
};

std::string Prefix(Table table, Municipality municipality);
// The first key behind all rows of the table and municipality.
std::string End(Table table, Municipality municipality);
std::string CaseKey(Table table, Municipality municipality, const Uuid& case_id);
std::string TaskKey(Table table, Municipality municipality, const Uuid& case_id, const Uuid& rectification_id);
std::string ImportedKey(Municipality municipality, std::string_view source, std::string_view reference);

// Keys of scores: those of one subject begin with SubjectKey.
std::string SubjectKey(Table table, Municipality municipality, v1::ScoreSubject kind, std::string_view subject);
// The first key behind the subject's.
std::string AfterSubject(Table table, Municipality municipality, v1::ScoreSubject kind, std::string_view subject);
std::string KindEnd(Table table, Municipality municipality, v1::ScoreSubject kind);
std::string BucketKey(std::string subject_key, int64_t index);
std::string MomentKey(std::string subject_key, Instant at);
std::string MomentKey(std::string subject_key, Instant at, const Uuid& about);
// Of a key that SubjectKey began; and how long that beginning is.
struct SubjectOfKey {
  std::string subject;
  size_t bytes = 0;
};
SubjectOfKey ReadSubject(std::string_view key);
uint32_t ReadBucket(std::string_view key);

std::string EncodeHolding(const Holding& holding);
std::optional<Holding> DecodeHolding(std::string_view value);

// --- loading
CaseView LoadCase(const runtime::StateReader& rows, Municipality municipality, const Uuid& case_id);
std::vector<v1::RectificationState> LoadRectifications(const runtime::StateReader& rows, Municipality municipality,
                                                       const Uuid& case_id);
CaseRows LoadCaseRows(const runtime::StateReader& rows, Municipality municipality, const Uuid& case_id);
AppealView LoadAppeal(const runtime::StateReader& rows, Municipality municipality, const Uuid& case_id);

// Payload of due work: the case id, then what the kind says.
std::string DuePayload(const Uuid& case_id, std::string_view rest = {});
std::optional<Uuid> DueCase(std::string_view payload);
std::string_view DueRest(std::string_view payload);
std::string EncodeHop(uint64_t hop);
uint64_t DecodeHop(std::string_view bytes);

}  // namespace casehub::evaluation::tables
