#include "services/transfer/tables.h"

#include "services/model/key_bytes.h"
#include "services/transfer/domain/custody.h"

namespace casehub::transfer::tables {
namespace {

constexpr char kWhole = static_cast<char>(0x80);
constexpr char kClosed = 1;
constexpr char kWithdrawn = 2;
constexpr char kImported = 4;
constexpr size_t kCompactBytes = 9;
constexpr size_t kPrefixBytes = 5;

std::string Prefix(Table table, Municipality municipality) {
  return TablePrefix(static_cast<char>(table), municipality);
}

std::string Key(Table table, Municipality municipality, const Uuid& case_id) {
  return Prefix(table, municipality).append(case_id.Bytes());
}

v1::CustodyState FromCompact(std::string_view value, Municipality municipality, const Uuid& case_id) {
  v1::CustodyState state = OpenedHere(case_id.ToString(), municipality);
  state.set_closed((value[0] & kClosed) != 0);
  state.set_withdrawn((value[0] & kWithdrawn) != 0);
  state.set_imported((value[0] & kImported) != 0);
  *state.mutable_received_at_origin() = ToTimestamp({static_cast<int64_t>(ReadBigEndian(value.substr(1)))});
  return state;
}

}  // namespace

std::string CaseKey(Municipality municipality, const Uuid& case_id) { return Key(kCase, municipality, case_id); }
std::string TransferKey(Municipality municipality, const Uuid& case_id) {
  return Key(kTransfer, municipality, case_id);
}
std::string RulesKey(Municipality municipality) { return Prefix(kRules, municipality); }
std::string ProvisionalKey(Municipality municipality, const Uuid& case_id) {
  return Key(kProvisional, municipality, case_id);
}
std::string TableStart(Table table, Municipality municipality) { return Prefix(table, municipality); }
std::string TableEnd(Table table, Municipality municipality) {
  return Prefix(table, Municipality(municipality.code() + 1));
}
std::string TransferStart(Municipality municipality) { return TableStart(kTransfer, municipality); }
std::string TransferEnd(Municipality municipality) { return TableEnd(kTransfer, municipality); }

std::optional<Uuid> CaseOfKey(std::string_view key) {
  return key.size() < kPrefixBytes ? std::nullopt : Uuid::FromBytes(key.substr(kPrefixBytes));
}

std::string EncodeState(const v1::CustodyState& state) {
  const bool plain = state.origin() == v1::ORIGIN_STATE_ACTIVE && state.highest_hop() == 0 && state.ready() &&
                     state.document_digest().empty() && state.staged().empty() && state.rulings().empty() &&
                     state.received_at_origin().nanos() % 1000 == 0;
  if (!plain) return kWhole + state.SerializeAsString();
  std::string value;
  value.reserve(kCompactBytes);
  value.push_back(static_cast<char>((state.closed() ? kClosed : 0) | (state.withdrawn() ? kWithdrawn : 0) |
                                    (state.imported() ? kImported : 0)));
  AppendBigEndian(static_cast<uint64_t>(ToInstant(state.received_at_origin()).micros), 8, &value);
  return value;
}

std::optional<v1::CustodyState> DecodeState(std::string_view value, Municipality municipality, const Uuid& case_id) {
  if (value.empty()) return std::nullopt;
  if (value[0] != kWhole) {
    if (value.size() != kCompactBytes) return std::nullopt;
    return FromCompact(value, municipality, case_id);
  }
  v1::CustodyState state;
  if (!state.ParseFromArray(value.data() + 1, static_cast<int>(value.size() - 1))) return std::nullopt;
  return state;
}

std::optional<v1::CustodyState> LoadState(const runtime::StateReader& rows, Municipality municipality,
                                          const Uuid& case_id) {
  auto value = rows.Get(CaseKey(municipality, case_id));
  if (!value) return std::nullopt;
  return DecodeState(*value, municipality, case_id);
}

std::string EncodeDueHop(const DueHop& due) {
  std::string payload(due.case_id.Bytes());
  AppendBigEndian(due.hop, 8, &payload);
  return payload;
}

std::optional<DueHop> DecodeDueHop(std::string_view payload) {
  if (payload.size() != Uuid::kBytes + 8) return std::nullopt;
  const auto case_id = Uuid::FromBytes(payload.substr(0, Uuid::kBytes));
  if (!case_id) return std::nullopt;
  return DueHop{*case_id, ReadBigEndian(payload.substr(Uuid::kBytes))};
}

}  // namespace casehub::transfer::tables
