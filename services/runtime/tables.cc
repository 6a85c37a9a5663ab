#include "services/runtime/tables.h"

#include "services/model/key_bytes.h"

namespace casehub::runtime::tables {
namespace {

void AppendHash(std::string* out, const Hash128& hash) {
  AppendBigEndian(hash.high, 8, out);
  AppendBigEndian(hash.low, 8, out);
}

Hash128 ReadHash(std::string_view bytes) {
  return {DecodeNumber(bytes.substr(0, 8)), DecodeNumber(bytes.substr(8, 8))};
}

std::string Key(Table table) { return std::string(1, static_cast<char>(table)); }

}  // namespace

uint64_t DecodeNumber(std::string_view bytes) { return ReadBigEndian(bytes); }

std::string EncodeNumber(uint64_t number) {
  std::string out;
  AppendBigEndian(number, 8, &out);
  return out;
}

std::string TableStart(Table table) { return Key(table); }
std::string TableEnd(Table table) { return std::string(1, static_cast<char>(table + 1)); }

std::string DedupKey(Municipality municipality, const Uuid& request_id) {
  std::string key = Key(kDedup);
  AppendBigEndian(municipality.code(), 4, &key);
  key.append(request_id.Bytes());
  return key;
}

// Instants are stored with the sign bit flipped, so that bytes sort as numbers do.
std::string DueKey(const storage::DueId& id) {
  std::string key = Key(kDue);
  AppendBigEndian(static_cast<uint64_t>(id.due_at.micros) ^ (1ull << 63), 8, &key);
  AppendBigEndian(static_cast<uint64_t>(id.offset), 8, &key);
  AppendBigEndian(id.event, 2, &key);
  AppendBigEndian(id.n, 2, &key);
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
  AppendBigEndian(from.code(), 4, &key);
  AppendBigEndian(to.code(), 4, &key);
  AppendBigEndian(n, 8, &key);
  return key;
}

std::string OutboxHeadKey(Municipality from, Municipality to) {
  std::string key = Key(kOutboxHead);
  AppendBigEndian(from.code(), 4, &key);
  AppendBigEndian(to.code(), 4, &key);
  return key;
}

std::string InboxKey(Municipality to, Municipality from) {
  std::string key = Key(kInbox);
  AppendBigEndian(to.code(), 4, &key);
  AppendBigEndian(from.code(), 4, &key);
  return key;
}

std::string ParkedKey(const Uuid& case_id) { return Key(kParked).append(case_id.Bytes()); }

std::string StandingKey(Offset offset) {
  std::string key = Key(kStanding);
  AppendBigEndian(static_cast<uint64_t>(offset), 8, &key);
  return key;
}

std::string DedupSweptKey(Municipality municipality) {
  std::string key = Key(kDedupSwept);
  AppendBigEndian(municipality.code(), 4, &key);
  return key;
}

std::string EncodeDedup(const Hash128& fingerprint, Offset offset, std::string_view reply) {
  std::string value;
  value.reserve(24 + reply.size());
  AppendHash(&value, fingerprint);
  AppendBigEndian(static_cast<uint64_t>(offset), 8, &value);
  value.append(reply);
  return value;
}

DedupRow DecodeDedup(std::string_view value) {
  return {ReadHash(value), static_cast<Offset>(DecodeNumber(value.substr(16, 8))), std::string(value.substr(24))};
}

std::string EncodeOutboxHead(const OutboxHead& head) {
  std::string value;
  AppendBigEndian(head.last, 8, &value);
  AppendBigEndian(head.delivered, 8, &value);
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
  AppendBigEndian(head.last, 8, &value);
  AppendHash(&value, head.stream_hash);
  return value;
}

InboxHead DecodeInboxHead(std::string_view value) {
  return {DecodeNumber(value.substr(0, 8)), ReadHash(value.substr(8))};
}

}  // namespace casehub::runtime::tables
