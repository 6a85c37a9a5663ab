// The chain of the ledger: numbers and hashes entries, the same way for every reader of the log and for whoever holds
// an export. What is hashed, byte for byte: docs/formats/ledger.md.
//
// Pure but for SHA-256 of OpenSSL, fetched once. Every function may be called from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "casehub/ledger/v1/ledger_service.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/ledger/domain/seal.h"
#include "services/model/ids.h"
#include "storage/codec/record.h"

namespace casehub::ledger {

using Hash = std::array<unsigned char, 32>;

inline std::string_view Bytes(const Hash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }
// nullopt unless it is 32 bytes.
std::optional<Hash> ToHash(std::string_view bytes);

// Seconds since 1970 and nanoseconds, as Timestamp has them.
struct EntryTime {
  int64_t seconds = 0;
  int32_t nanos = 0;
};
EntryTime TimeOf(const google::protobuf::Timestamp& timestamp);
EntryTime TimeOf(Instant instant);

// Every field of an entry that the hash covers; borrows.
struct EntryFields {
  std::string_view municipality;
  uint64_t sequence = 0;
  std::string_view case_id;
  std::string_view service;
  std::string_view type;
  std::optional<EntryTime> occurred_at;
  EntryTime recorded_at;
  std::string_view data;
};
EntryFields FieldsOf(const v1::Entry& entry);
Hash HashEntry(const EntryFields& fields, const Hash& previous);
// What an exported entry hashes to, from its own fields and its previous_hash; empty if that is not 32 bytes.
std::string EntryHash(const v1::Entry& entry);
// previous_hash of entry 1: 32 zero bytes.
std::string GenesisHash();
Hash Sha256(std::string_view bytes);

// What the ledger takes from an event; borrows from its bytes.
struct EventView {
  std::string_view case_id;
  std::string_view type;  // empty: of a kind that this build does not know
  std::optional<EntryTime> occurred_at;
};
// Reads no deeper than that: a ledger is folded from the bytes of events, whatever they say of the case. nullopt: none
// of a case, of the ledger itself, or not a message at all.
std::optional<EventView> ViewOf(ServiceId service, std::string_view bytes);
// An empty <Service>Event; nullptr for a service this build does not have.
const google::protobuf::Message* EventPrototype(ServiceId service);

// The last entry of a municipality: number 0 and 32 zero bytes before the first.
struct Head {
  uint64_t sequence = 0;
  Hash hash{};
  friend bool operator==(const Head&, const Head&) = default;
};

// A second reader: fed with every effective record of a log in order, it comes to the same entries as the service.
class Chains {
 public:
  // Calls `visit` for each entry that the record adds. False if an event does not parse.
  bool Add(const storage::Record& effective, const std::function<void(const v1::Entry&)>& visit);
  Head head(Municipality municipality) const;

 private:
  std::map<Municipality, Head> heads_;
};

}  // namespace casehub::ledger
