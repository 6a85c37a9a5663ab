// The rows of evaluation: key layout. First byte: the table; then the municipality (4 bytes big-endian).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/evaluation/domain/rating.h"
#include "services/runtime/service.h"

namespace casehub::evaluation::tables {

enum Table : unsigned char {
  kSlot = 0x01,     // municipality, case -> SlotState
  kHolding = 0x02,  // municipality, case -> 1 if gone, hop (8), to (4): the case does not act here
  kTotals = 0x03,   // municipality, kind of subject (1), subject -> ScoreTotals
  kRating = 0x04,   // municipality, recorded at (micros, 8 bytes big-endian), case -> SlotState: rated side and grades
};

enum DueKind : uint16_t {
  kOpenSlot = 1,  // case, RatingSlotOpened without id and expiry
  kExpire = 2,    // case
  kExport = 3,    // case, hop
};

std::string SlotKey(Municipality municipality, const Uuid& case_id);
std::string HoldingKey(Municipality municipality, const Uuid& case_id);
std::string TotalsKey(Municipality municipality, v1::ScoreSubject kind, std::string_view subject);
std::string TotalsEnd(Municipality municipality, v1::ScoreSubject kind);
std::string_view SubjectOfTotals(std::string_view key);
std::string RatingKey(Municipality municipality, Instant recorded_at, const Uuid& case_id);
std::string RatingEnd(Municipality municipality);

std::string EncodeHolding(const Holding& holding);
std::optional<Holding> DecodeHolding(std::string_view value);
CaseView LoadCase(const runtime::StateReader& rows, Municipality municipality, const Uuid& case_id);

// Payload of due work: the case id, then what the kind says.
std::string DuePayload(const Uuid& case_id, std::string_view rest = {});
std::optional<Uuid> DueCase(std::string_view payload);
std::string_view DueRest(std::string_view payload);
std::string EncodeHop(uint64_t hop);
uint64_t DecodeHop(std::string_view bytes);

}  // namespace casehub::evaluation::tables
