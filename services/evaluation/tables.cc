#include "services/evaluation/tables.h"

namespace casehub::evaluation::tables {
namespace {

constexpr size_t kHoldingBytes = 1 + 8 + 4;
constexpr size_t kTotalsPrefixBytes = 1 + 4 + 1;

void AppendNumber(uint64_t number, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out->push_back(static_cast<char>(number >> shift));
}

uint64_t ReadNumber(std::string_view bytes) {
  uint64_t number = 0;
  for (char c : bytes) number = number << 8 | static_cast<uint8_t>(c);
  return number;
}

std::string Prefix(Table table, Municipality municipality) {
  std::string key(1, static_cast<char>(table));
  AppendNumber(municipality.code(), 4, &key);
  return key;
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
  AppendNumber(static_cast<uint64_t>(recorded_at.micros), 8, &key);
  return key.append(case_id.Bytes());
}

std::string RatingEnd(Municipality municipality) { return Prefix(kRating, Municipality(municipality.code() + 1)); }

std::string EncodeHolding(const Holding& holding) {
  std::string value(1, holding.gone ? '\x01' : '\x00');
  AppendNumber(holding.hop, 8, &value);
  AppendNumber(holding.to.code(), 4, &value);
  return value;
}

std::optional<Holding> DecodeHolding(std::string_view value) {
  if (value.size() != kHoldingBytes) return std::nullopt;
  return Holding{value[0] == '\x01', ReadNumber(value.substr(1, 8)),
                 Municipality(static_cast<uint32_t>(ReadNumber(value.substr(9))))};
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
  AppendNumber(hop, 8, &bytes);
  return bytes;
}

uint64_t DecodeHop(std::string_view bytes) { return ReadNumber(bytes); }

}  // namespace casehub::evaluation::tables
