#include "services/ledger/tables.h"

namespace casehub::ledger::tables {
namespace {

constexpr size_t kEntryBytes = 8 + 2 + 32;
constexpr size_t kHeadBytes = 8 + 32;
constexpr size_t kDueBytes = 1 + 8 + 8 + 2 + 2;
constexpr size_t kSealingBytes = 8 + 2 * kDueBytes;

void AppendNumber(uint64_t number, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out->push_back(static_cast<char>(number >> shift));
}

uint64_t ReadNumber(std::string_view bytes) {
  uint64_t number = 0;
  for (char c : bytes) number = number << 8 | static_cast<uint8_t>(c);
  return number;
}

std::string Prefix(Table table, Municipality municipality) {
  std::string key;
  key.reserve(32);
  key.push_back(static_cast<char>(table));
  AppendNumber(municipality.code(), 4, &key);
  return key;
}

std::string Numbered(Table table, Municipality municipality, uint64_t sequence) {
  std::string key = Prefix(table, municipality);
  AppendNumber(sequence, 8, &key);
  return key;
}

void AppendDue(const std::optional<storage::DueId>& due, std::string* out) {
  const storage::DueId id = due.value_or(storage::DueId());
  out->push_back(due ? '\x01' : '\x00');
  AppendNumber(static_cast<uint64_t>(id.due_at.micros), 8, out);
  AppendNumber(static_cast<uint64_t>(id.offset), 8, out);
  AppendNumber(id.event, 2, out);
  AppendNumber(id.n, 2, out);
}

std::optional<storage::DueId> ReadDue(std::string_view bytes) {
  if (bytes[0] == '\x00') return std::nullopt;
  storage::DueId id;
  id.due_at = {static_cast<int64_t>(ReadNumber(bytes.substr(1, 8)))};
  id.offset = static_cast<Offset>(ReadNumber(bytes.substr(9, 8)));
  id.event = static_cast<uint16_t>(ReadNumber(bytes.substr(17, 2)));
  id.n = static_cast<uint16_t>(ReadNumber(bytes.substr(19, 2)));
  return id;
}

}  // namespace

std::string EntryKey(Municipality municipality, uint64_t sequence) { return Numbered(kEntry, municipality, sequence); }

std::string EncodeEntry(const EntryRow& row) {
  std::string value;
  value.reserve(kEntryBytes);
  AppendNumber(static_cast<uint64_t>(row.offset), 8, &value);
  AppendNumber(row.event, 2, &value);
  return value.append(Bytes(row.hash));
}

std::optional<EntryRow> DecodeEntry(std::string_view value) {
  if (value.size() != kEntryBytes) return std::nullopt;
  EntryRow row;
  row.offset = static_cast<Offset>(ReadNumber(value.substr(0, 8)));
  row.event = static_cast<uint16_t>(ReadNumber(value.substr(8, 2)));
  row.hash = *ToHash(value.substr(10));
  return row;
}

std::string CaseEntryKey(Municipality municipality, const Uuid& case_id, uint64_t sequence) {
  std::string key = Prefix(kCaseEntry, municipality);
  key.append(case_id.Bytes());
  AppendNumber(sequence, 8, &key);
  return key;
}

uint64_t SequenceOfKey(std::string_view key) { return key.size() < 8 ? 0 : ReadNumber(key.substr(key.size() - 8)); }

std::string HeadKey(Municipality municipality) { return Prefix(kHead, municipality); }

std::string EncodeHead(const Head& head) {
  std::string value;
  value.reserve(kHeadBytes);
  AppendNumber(head.sequence, 8, &value);
  return value.append(Bytes(head.hash));
}

Head LoadHead(const runtime::StateReader& rows, Municipality municipality) {
  auto value = rows.Get(HeadKey(municipality));
  if (!value || value->size() != kHeadBytes) return {};
  return {ReadNumber(std::string_view(*value).substr(0, 8)), *ToHash(std::string_view(*value).substr(8))};
}

std::string SealingKey(Municipality municipality) { return Prefix(kSealing, municipality); }

std::string EncodeSealing(const Sealing& sealing) {
  std::string value;
  value.reserve(kSealingBytes);
  AppendNumber(sealing.sequence, 8, &value);
  AppendDue(sealing.timer, &value);
  AppendDue(sealing.rush, &value);
  return value;
}

Sealing LoadSealing(const runtime::StateReader& rows, Municipality municipality) {
  auto value = rows.Get(SealingKey(municipality));
  if (!value || value->size() != kSealingBytes) return {};
  const std::string_view bytes = *value;
  return {ReadNumber(bytes.substr(0, 8)), ReadDue(bytes.substr(8, kDueBytes)), ReadDue(bytes.substr(8 + kDueBytes))};
}

std::string SealKey(Municipality municipality, uint64_t sequence) { return Numbered(kSeal, municipality, sequence); }

}  // namespace casehub::ledger::tables
