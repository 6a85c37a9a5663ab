// A record: all events of one command, with what every reader needs to judge it (design 2.1).
// The byte format, its version and its golden example: docs/formats/record.md.
//
// A decoded Record borrows: its string_views point into the bytes it was decoded from (or into the encoder's inputs),
// which must outlive it. Everything here is pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/model/ids.h"

namespace casehub::storage {

inline constexpr size_t kRecordBytesMax = 256 * 1024;
inline constexpr size_t kRecordEventsMax = 256;
inline constexpr uint16_t kFeatureLevel = 1;  // highest level this build reads and writes

enum class RecordKind : uint8_t {
  kEvents = 1,        // a command, reaction, delivery or message that was decided
  kOwnerEpoch = 2,    // a candidate takes the stream
  kOwnerYield = 3,    // the owner leaves; `address` names the successor, may be empty
  kBarrier = 4,       // nothing but proof of ownership (design 2.5)
  kFeatureLevel = 5,  // raises the level in force at its offset
  kPark = 6,          // sets the case in `changes` aside; `address` holds the reason
};

enum class SubjectKind : uint8_t { kCase = 1, kPractitioner = 2, kMunicipality = 3 };

// What a record relies on, or whose standing it changes (design 2.3).
struct Subject {
  SubjectKind kind = SubjectKind::kCase;
  Uuid id;  // municipalities: the code in the last four bytes; practitioners: a hash of municipality and id
  friend constexpr auto operator<=>(const Subject&, const Subject&) = default;
};
Subject CaseSubject(const Uuid& case_id);
Subject MunicipalitySubject(Municipality municipality);
// Practitioner ids are unique in their municipality.
Subject PractitionerSubject(Municipality municipality, std::string_view practitioner_id);

// A row of due work: when it is due, and what put it there.
struct DueId {
  Instant due_at;  // kImmediately for reactions
  Offset offset = kNoOffset;
  uint16_t event = 0;  // index of the event in its record
  uint16_t n = 0;      // of the rows that event put in
  friend constexpr auto operator<=>(const DueId&, const DueId&) = default;
};
enum class SettledAs : uint8_t { kDone = 1, kRefused = 2, kPointless = 3, kParked = 4 };
struct Settlement {
  DueId row;
  SettledAs as = SettledAs::kDone;
  friend constexpr auto operator<=>(const Settlement&, const Settlement&) = default;
};

// A mailbox goes from one (municipality, service) to the same service of another municipality (design 2.9).
struct MailboxReceipt {  // on the record of the receiver: message n of `from` is taken
  Municipality from;
  uint64_t n = 0;       // dense from 1
  Hash128 stream_hash;  // over messages 1..n
  friend constexpr auto operator<=>(const MailboxReceipt&, const MailboxReceipt&) = default;
};
struct Delivered {  // on a record of the sender: messages to `to` up to n are taken
  Municipality to;
  uint64_t up_to = 0;
  friend constexpr auto operator<=>(const Delivered&, const Delivered&) = default;
};

struct Record {
  RecordKind kind = RecordKind::kEvents;
  ServiceId service = ServiceId::kIntake;
  bool by_operator = false;        // an OwnerEpoch that passes what could not be explained (design 2.4)
  uint16_t level = kFeatureLevel;  // lowest reader level
  Municipality municipality;       // none for records about the stream itself
  Uuid command_id;                 // request id, or minted for reactions and messages
  Uuid owner;                      // minted for each attempt at ownership
  Epoch epoch = 0;
  Epoch previous_epoch = 0;  // kOwnerEpoch only
  StreamSequence sequence = 0;
  Instant decided_at;             // monotone per stream
  Offset read_up_to = kNoOffset;  // the writer had applied the log up to and including this
  Hash128 log_digest;             // of the raw log at read_up_to
  Hash128 head;                   // of the stream's effective records before this one
  Hash128 fingerprint;            // keyed, of the request; zero for none
  std::vector<Subject> relies_on;
  std::vector<Subject> changes;  // standing: whose standing it changes; empty for other records
  std::vector<Settlement> settles;
  std::optional<MailboxReceipt> receipt;
  std::optional<Delivered> delivered;
  std::string_view address;              // kOwnerEpoch, kOwnerYield: where the owner takes forwarded calls
  std::string_view reply;                // serialized response message
  std::vector<std::string_view> events;  // serialized <Service>Event messages
};

// Fails with InvalidArgument, before anything gets a number, if a limit above is passed.
absl::StatusOr<std::string> EncodeRecord(const Record& record);
// DataLoss for a wrong checksum or a malformed body, FailedPrecondition for a newer format version.
absl::StatusOr<Record> DecodeRecord(std::string_view bytes);

// XXH3-128 of the bytes.
Hash128 HashBytes(std::string_view bytes);
// The next value of a running hash: mixes `previous` with the hash of what follows.
Hash128 Chain(const Hash128& previous, const Hash128& next);

}  // namespace casehub::storage
