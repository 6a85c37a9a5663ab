// The runtime's own rows in every service's keyspace: tables 0xF0 and above. Numbers are big-endian so that rows of
// one kind stand in the order in which they are worked off.
#pragma once

#include <string>
#include <string_view>

#include "services/model/ids.h"
#include "storage/codec/record.h"

namespace casehub::runtime::tables {

enum Table : unsigned char {
  kDedup = 0xF1,       // municipality, request id -> fingerprint, offset, reply
  kDue = 0xF2,         // due_at, offset, event, n -> kind, municipality, payload
  kOutbox = 0xF3,      // from, to, n -> message
  kOutboxHead = 0xF4,  // from, to -> last n, delivered up to, stream hash
  kInbox = 0xF5,       // to, from -> last n, stream hash
  kParked = 0xF6,      // case id -> reason
  kStanding = 0xF7,    // offset -> StandingRecord
  kDedupSwept = 0xF8,  // municipality -> hour (of log time) up to which old request ids were swept
};

std::string DedupKey(Municipality municipality, const Uuid& request_id);
std::string DueKey(const storage::DueId& id);
storage::DueId ParseDueKey(std::string_view key);
std::string OutboxKey(Municipality from, Municipality to, uint64_t n);
std::string OutboxHeadKey(Municipality from, Municipality to);
std::string InboxKey(Municipality to, Municipality from);
std::string ParkedKey(const Uuid& case_id);
std::string StandingKey(Offset offset);
std::string DedupSweptKey(Municipality municipality);
std::string TableStart(Table table);
std::string TableEnd(Table table);

// The first reply of a request, kept for the span of ids.
struct DedupRow {
  Hash128 fingerprint;
  Offset offset = kNoOffset;
  std::string reply;
};
std::string EncodeDedup(const Hash128& fingerprint, Offset offset, std::string_view reply);
DedupRow DecodeDedup(std::string_view value);

struct OutboxHead {
  uint64_t last = 0;
  uint64_t delivered = 0;
  Hash128 stream_hash;  // over messages 1..last
};
std::string EncodeOutboxHead(const OutboxHead& head);
OutboxHead DecodeOutboxHead(std::string_view value);

// A message of the outbox carries the hash of its stream up to and including itself.
std::string EncodeOutboxMessage(const Hash128& stream_hash, std::string_view payload);
std::pair<Hash128, std::string_view> DecodeOutboxMessage(std::string_view value);

struct InboxHead {
  uint64_t last = 0;
  Hash128 stream_hash;
};
std::string EncodeInboxHead(const InboxHead& head);
InboxHead DecodeInboxHead(std::string_view value);

std::string EncodeNumber(uint64_t number);
uint64_t DecodeNumber(std::string_view bytes);  // big-endian, all bytes

}  // namespace casehub::runtime::tables
