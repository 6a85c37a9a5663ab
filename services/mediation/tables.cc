#include "services/mediation/tables.h"

#include "services/mediation/domain/indicators.h"
#include "services/model/timestamps.h"

namespace casehub::mediation::tables {
namespace {

constexpr size_t kPrefixBytes = 5;
constexpr size_t kTimeBytes = 8;
constexpr size_t kHopBytes = 8;
constexpr size_t kCodeBytes = 4;

std::string CountedKey(Table table, Municipality municipality, const google::protobuf::Timestamp& at,
                       const Uuid& case_id) {
  return CountedStart(table, municipality, ToInstant(at)).append(case_id.Bytes());
}

}  // namespace

std::string RecordKey(Municipality municipality, const Uuid& case_id, uint32_t ordinal) {
  std::string key = Prefix(kRecord, municipality).append(case_id.Bytes());
  AppendBigEndian(ordinal, 4, &key);
  return key;
}

std::string CountedStart(Table table, Municipality municipality, Instant from) {
  std::string key = Prefix(table, municipality);
  AppendBigEndian(static_cast<uint64_t>(from.micros < 0 ? 0 : from.micros), kTimeBytes, &key);
  return key;
}

std::optional<Counted> DecodeCountedKey(std::string_view key) {
  if (key.size() != kPrefixBytes + kTimeBytes + Uuid::kBytes) return std::nullopt;
  const auto case_id = Uuid::FromBytes(key.substr(kPrefixBytes + kTimeBytes));
  if (!case_id) return std::nullopt;
  return Counted{{static_cast<int64_t>(ReadBigEndian(key.substr(kPrefixBytes, kTimeBytes)))}, *case_id};
}

std::map<std::string, std::string> CountedRows(const v1::MediationState& state, Municipality municipality,
                                               const Uuid& case_id) {
  std::map<std::string, std::string> rows;
  if (const auto counted = AmongReceived(state)) {
    rows[CountedKey(kReceived, municipality, state.received_at(), case_id)] =
        std::string(1, static_cast<char>(*counted));
  }
  if (const auto counted = AmongConcluded(state)) {
    rows[CountedKey(kConcluded, municipality, state.concluded_at(), case_id)] =
        std::string(1, static_cast<char>(*counted));
  }
  if (IsOpenHere(state)) {
    rows[CountedKey(kOpen, municipality, state.received_at(), case_id)] =
        std::string(1, static_cast<char>(v1::COUNTED_AS_OPEN));
  }
  return rows;
}

std::optional<v1::MediationState> LoadMediation(const runtime::StateReader& rows, Municipality municipality,
                                                std::string_view case_id) {
  const auto id = Uuid::Parse(case_id);
  if (!id) return std::nullopt;
  return rows.Load<v1::MediationState>(MediationKey(municipality, *id));
}

std::string DuePayload(const Uuid& case_id, std::string_view rest) { return std::string(case_id.Bytes()).append(rest); }

std::optional<Uuid> DueCase(std::string_view payload) {
  return payload.size() < Uuid::kBytes ? std::nullopt : Uuid::FromBytes(payload.substr(0, Uuid::kBytes));
}

std::string_view DueRest(std::string_view payload) { return payload.substr(Uuid::kBytes); }

std::string EncodeExport(const DueExport& due) {
  std::string rest;
  AppendBigEndian(due.hop, kHopBytes, &rest);
  AppendBigEndian(due.to.code(), kCodeBytes, &rest);
  return rest;
}

std::optional<DueExport> DecodeExport(std::string_view rest) {
  if (rest.size() != kHopBytes + kCodeBytes) return std::nullopt;
  return DueExport{ReadBigEndian(rest.substr(0, kHopBytes)),
                   Municipality(static_cast<uint32_t>(ReadBigEndian(rest.substr(kHopBytes))))};
}

}  // namespace casehub::mediation::tables
