#include "services/ledger/tables.h"

#include "services/model/key_bytes.h"

namespace casehub::ledger::tables {
namespace {

constexpr size_t kItemBytes = 2 + 32;
constexpr size_t kHeadBytes = 8 + 32;
constexpr size_t kDueBytes = 1 + 8 + 8 + 2 + 2;
constexpr size_t kSealingBytes = 8 + 2 * kDueBytes;

std::string Prefix(Table table, Municipality municipality) {
  return TablePrefix(static_cast<char>(table), municipality);
}

std::string Numbered(Table table, Municipality municipality, uint64_t sequence) {
  std::string key = Prefix(table, municipality);
  AppendBigEndian(sequence, 8, &key);
  return key;
}

void AppendDue(const std::optional<storage::DueId>& due, std::string* out) {
  const storage::DueId id = due.value_or(storage::DueId());
  out->push_back(due ? '\x01' : '\x00');
  AppendBigEndian(static_cast<uint64_t>(id.due_at.micros), 8, out);
  AppendBigEndian(static_cast<uint64_t>(id.offset), 8, out);
  AppendBigEndian(id.event, 2, out);
  AppendBigEndian(id.n, 2, out);
}

std::optional<storage::DueId> ReadDue(std::string_view bytes) {
  if (bytes[0] == '\x00') return std::nullopt;
  storage::DueId id;
  id.due_at = {static_cast<int64_t>(ReadBigEndian(bytes.substr(1, 8)))};
  id.offset = static_cast<Offset>(ReadBigEndian(bytes.substr(9, 8)));
  id.event = static_cast<uint16_t>(ReadBigEndian(bytes.substr(17, 2)));
  id.n = static_cast<uint16_t>(ReadBigEndian(bytes.substr(19, 2)));
  return id;
}

}  // namespace

std::string EntryKey(Municipality municipality, uint64_t last) { return Numbered(kEntry, municipality, last); }

std::string EncodeEntryBlock(const EntryBlock& block) {
  std::string value;
  value.reserve(8 + block.items.size() * kItemBytes);
  AppendBigEndian(static_cast<uint64_t>(block.offset), 8, &value);
  for (const EntryBlock::Item& item : block.items) {
    AppendBigEndian(item.event, 2, &value);
    value.append(Bytes(item.hash));
  }
  return value;
}

std::optional<EntryBlock> LoadEntryBlock(const runtime::StateReader& rows, Municipality municipality,
                                         uint64_t sequence) {
  std::optional<EntryBlock> block;
  rows.Scan(EntryKey(municipality, sequence), EntryKey(municipality, UINT64_MAX),
            [&](std::string_view key, std::string_view value) {
              if (value.size() < 8 + kItemBytes || (value.size() - 8) % kItemBytes != 0) return false;
              block.emplace();
              block->last = SequenceOfKey(key);
              block->offset = static_cast<Offset>(ReadBigEndian(value.substr(0, 8)));
              for (value.remove_prefix(8); !value.empty(); value.remove_prefix(kItemBytes)) {
                block->items.push_back(
                    {static_cast<uint16_t>(ReadBigEndian(value.substr(0, 2))), *ToHash(value.substr(2, 32))});
              }
              return false;
            });
  if (block && !block->Holds(sequence)) return std::nullopt;
  return block;
}

std::string CaseEntryKey(Municipality municipality, const Uuid& case_id, uint64_t last) {
  std::string key = Prefix(kCaseEntry, municipality);
  key.append(case_id.Bytes());
  AppendBigEndian(last, 8, &key);
  return key;
}

std::string EncodeCount(uint16_t count) {
  std::string value;
  AppendBigEndian(count, 2, &value);
  return value;
}

uint16_t DecodeCount(std::string_view value) {
  return value.size() == 2 ? static_cast<uint16_t>(ReadBigEndian(value)) : 0;
}

uint64_t SequenceOfKey(std::string_view key) { return key.size() < 8 ? 0 : ReadBigEndian(key.substr(key.size() - 8)); }

std::string HeadKey(Municipality municipality) { return Prefix(kHead, municipality); }

std::string EncodeHead(const Head& head) {
  std::string value;
  value.reserve(kHeadBytes);
  AppendBigEndian(head.sequence, 8, &value);
  return value.append(Bytes(head.hash));
}

Head LoadHead(const runtime::StateReader& rows, Municipality municipality) {
  auto value = rows.Get(HeadKey(municipality));
  if (!value || value->size() != kHeadBytes) return {};
  return {ReadBigEndian(std::string_view(*value).substr(0, 8)), *ToHash(std::string_view(*value).substr(8))};
}

std::string SealingKey(Municipality municipality) { return Prefix(kSealing, municipality); }

std::string EncodeSealing(const Sealing& sealing) {
  std::string value;
  value.reserve(kSealingBytes);
  AppendBigEndian(sealing.sequence, 8, &value);
  AppendDue(sealing.timer, &value);
  AppendDue(sealing.rush, &value);
  return value;
}

Sealing LoadSealing(const runtime::StateReader& rows, Municipality municipality) {
  auto value = rows.Get(SealingKey(municipality));
  if (!value || value->size() != kSealingBytes) return {};
  const std::string_view bytes = *value;
  return {ReadBigEndian(bytes.substr(0, 8)), ReadDue(bytes.substr(8, kDueBytes)), ReadDue(bytes.substr(8 + kDueBytes))};
}

std::string SealKey(Municipality municipality, uint64_t sequence) { return Numbered(kSeal, municipality, sequence); }

}  // namespace casehub::ledger::tables
