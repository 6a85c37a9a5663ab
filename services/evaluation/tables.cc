#include "services/evaluation/tables.h"

#include "services/model/key_bytes.h"

namespace casehub::evaluation::tables {
namespace {

constexpr size_t kHoldingBytes = 1 + 8 + 4;
constexpr size_t kTotalsPrefixBytes = 1 + 4 + 1;

std::string Prefix(Table table, Municipality municipality) {
  return TablePrefix(static_cast<char>(table), municipality);
}

}  // namespace

std::string SlotKey(Municipality municipality, const Uuid& case_id) {
  return Prefix(kSlot, municipality).append(case_id.Bytes());
}

std::string HoldingKey(Municipality municipality, const Uuid& case_id) {
  return Prefix(kHolding, municipality).append(case_id.Bytes());
}

std::string TotalsKey(Municipality municipality, v1::ScoreSubject kind, std::string_view subject) {
  return Prefix(kTotals, municipality).append(1, static_cast<char>(kind)).append(subject);
}

std::string TotalsEnd(Municipality municipality, v1::ScoreSubject kind) {
  return Prefix(kTotals, municipality).append(1, static_cast<char>(kind + 1));
}

std::string_view SubjectOfTotals(std::string_view key) { return key.substr(kTotalsPrefixBytes); }

std::string RatingKey(Municipality municipality, Instant recorded_at, const Uuid& case_id) {
  std::string key = Prefix(kRating, municipality);
  AppendBigEndian(static_cast<uint64_t>(recorded_at.micros), 8, &key);
  return key.append(case_id.Bytes());
}

std::string RatingEnd(Municipality municipality) { return Prefix(kRating, Municipality(municipality.code() + 1)); }

std::string EncodeHolding(const Holding& holding) {
  std::string value(1, holding.gone ? '\x01' : '\x00');
  AppendBigEndian(holding.hop, 8, &value);
  AppendBigEndian(holding.to.code(), 4, &value);
  return value;
}

std::optional<Holding> DecodeHolding(std::string_view value) {
  if (value.size() != kHoldingBytes) return std::nullopt;
  return Holding{value[0] == '\x01', ReadBigEndian(value.substr(1, 8)),
                 Municipality(static_cast<uint32_t>(ReadBigEndian(value.substr(9))))};
}

CaseView LoadCase(const runtime::StateReader& rows, Municipality municipality, const Uuid& case_id) {
  CaseView view;
  view.slot = rows.Load<v1::SlotState>(SlotKey(municipality, case_id));
  if (auto value = rows.Get(HoldingKey(municipality, case_id))) view.holding = DecodeHolding(*value);
  return view;
}

std::string DuePayload(const Uuid& case_id, std::string_view rest) { return std::string(case_id.Bytes()).append(rest); }

std::optional<Uuid> DueCase(std::string_view payload) {
  return payload.size() < Uuid::kBytes ? std::nullopt : Uuid::FromBytes(payload.substr(0, Uuid::kBytes));
}

std::string_view DueRest(std::string_view payload) { return payload.substr(Uuid::kBytes); }

std::string EncodeHop(uint64_t hop) {
  std::string bytes;
  AppendBigEndian(hop, 8, &bytes);
  return bytes;
}

uint64_t DecodeHop(std::string_view bytes) { return ReadBigEndian(bytes); }

}  // namespace casehub::evaluation::tables
