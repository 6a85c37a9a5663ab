#include "services/runtime/tables.h"

namespace casehub::runtime::tables {
namespace {

void AppendNumber(std::string* out, uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out->push_back(static_cast<char>(number >> shift));
}

void AppendHash(std::string* out, const Hash128& hash) {
  AppendNumber(out, hash.high, 8);
  AppendNumber(out, hash.low, 8);
}

Hash128 ReadHash(std::string_view bytes) {
  return {DecodeNumber(bytes.substr(0, 8)), DecodeNumber(bytes.substr(8, 8))};
}

std::string Key(Table table) { return std::string(1, static_cast<char>(table)); }

}  // namespace

uint64_t DecodeNumber(std::string_view bytes) {
  uint64_t number = 0;
  for (char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

std::string EncodeNumber(uint64_t number) {
  std::string out;
  AppendNumber(&out, number, 8);
  return out;
}

std::string TableStart(Table table) { return Key(table); }
std::string TableEnd(Table table) { return std::string(1, static_cast<char>(table + 1)); }

std::string DedupKey(Municipality municipality, const Uuid& request_id) {
  std::string key = Key(kDedup);
  AppendNumber(&key, municipality.code(), 4);
  key.append(request_id.Bytes());
  return key;
}

// Instants are stored with the sign bit flipped, so that bytes sort as numbers do.
std::string DueKey(const storage::DueId& id) {
  std::string key = Key(kDue);
  AppendNumber(&key, static_cast<uint64_t>(id.due_at.micros) ^ (1ull << 63), 8);
  AppendNumber(&key, static_cast<uint64_t>(id.offset), 8);
  AppendNumber(&key, id.event, 2);
  AppendNumber(&key, id.n, 2);
  return key;
}

storage::DueId ParseDueKey(std::string_view key) {
  storage::DueId id;
  id.due_at.micros = static_cast<int64_t>(DecodeNumber(key.substr(1, 8)) ^ (1ull << 63));
  id.offset = static_cast<Offset>(DecodeNumber(key.substr(9, 8)));
  id.event = static_cast<uint16_t>(DecodeNumber(key.substr(17, 2)));
  id.n = static_cast<uint16_t>(DecodeNumber(key.substr(19, 2)));
  return id;
}

std::string OutboxKey(Municipality from, Municipality to, uint64_t n) {
  std::string key = Key(kOutbox);
  AppendNumber(&key, from.code(), 4);
  AppendNumber(&key, to.code(), 4);
  AppendNumber(&key, n, 8);
  return key;
}

std::string OutboxHeadKey(Municipality from, Municipality to) {
  std::string key = Key(kOutboxHead);
  AppendNumber(&key, from.code(), 4);
  AppendNumber(&key, to.code(), 4);
  return key;
}

std::string InboxKey(Municipality to, Municipality from) {
  std::string key = Key(kInbox);
  AppendNumber(&key, to.code(), 4);
  AppendNumber(&key, from.code(), 4);
  return key;
}

std::string ParkedKey(const Uuid& case_id) { return Key(kParked).append(case_id.Bytes()); }

std::string StandingKey(Offset offset) {
  std::string key = Key(kStanding);
  AppendNumber(&key, static_cast<uint64_t>(offset), 8);
  return key;
}

std::string DedupSweptKey(Municipality municipality) {
  std::string key = Key(kDedupSwept);
  AppendNumber(&key, municipality.code(), 4);
  return key;
}

std::string EncodeDedup(const Hash128& fingerprint, Offset offset, std::string_view reply) {
  std::string value;
  value.reserve(24 + reply.size());
  AppendHash(&value, fingerprint);
  AppendNumber(&value, static_cast<uint64_t>(offset), 8);
  value.append(reply);
  return value;
}

DedupRow DecodeDedup(std::string_view value) {
  return {ReadHash(value), static_cast<Offset>(DecodeNumber(value.substr(16, 8))), std::string(value.substr(24))};
}

std::string EncodeOutboxHead(const OutboxHead& head) {
  std::string value;
  AppendNumber(&value, head.last, 8);
  AppendNumber(&value, head.delivered, 8);
  AppendHash(&value, head.stream_hash);
  return value;
}

OutboxHead DecodeOutboxHead(std::string_view value) {
  return {DecodeNumber(value.substr(0, 8)), DecodeNumber(value.substr(8, 8)), ReadHash(value.substr(16))};
}

std::string EncodeOutboxMessage(const Hash128& stream_hash, std::string_view payload) {
  std::string value;
  value.reserve(16 + payload.size());
  AppendHash(&value, stream_hash);
  value.append(payload);
  return value;
}

std::pair<Hash128, std::string_view> DecodeOutboxMessage(std::string_view value) {
  return {ReadHash(value), value.substr(16)};
}

std::string EncodeInboxHead(const InboxHead& head) {
  std::string value;
  AppendNumber(&value, head.last, 8);
  AppendHash(&value, head.stream_hash);
  return value;
}

InboxHead DecodeInboxHead(std::string_view value) {
  return {DecodeNumber(value.substr(0, 8)), ReadHash(value.substr(8))};
}

}  // namespace casehub::runtime::tables
