// The key ring: which key a person's or a case's data is sealed under (design 4, ADR 7). The log holds only random ids
// and ciphertext; to forget a person is to delete the person's row here.
//
// Threads     Every function may be called from any thread. A look-up may read one row of the store.
// Durability  A key is durable before any record that needs it. A local ring reaches that by handing out rows with each
//             key that it does not know to be durable: they travel with the command and are written in the same synced
//             write as its record. Release says how that ended.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "casehub/common/v1/common.pb.h"
#include "services/host/keyring/crypto.h"
#include "services/model/ids.h"
#include "storage/log/event_log.h"

namespace casehub::host {

// Keys of the process that are not a person's: derived from the master key, the same after every restart.
struct RingSecrets {
  Mac fingerprint;   // of requests (design 2.6)
  Mac claim_code;    // casehub.SECRET_CLAIM_CODE
  Mac rating_token;  // casehub.SECRET_RATING_TOKEN
};

// A key in use by one command, from the look-up to Release.
struct HeldKey {
  Uuid id;  // of the person or the case
  Key key;
  std::vector<storage::SideRow> rows;  // to be written with the record; may be moved out; none once they are durable
  bool carries_rows = false;           // there were any
  std::shared_ptr<void> slot;          // the ring's own
};

// What became of the rows of a held key.
enum class RowsOutcome {
  kDurable,         // they stand in the store now
  kNothingWritten,  // they do not, and will not
  kUnknown,         // they may stand there later
};

class KeyRing {
 public:
  virtual ~KeyRing() = default;

  virtual const RingSecrets& secrets() const = 0;

  // The person with this identity: the same kind and number (case, spaces and hyphens aside) has the same id and key,
  // however many callers ask at once. Never logs or returns the number. ResourceExhausted: too many keys wait to become
  // durable.
  virtual absl::StatusOr<HeldKey> PersonKey(common::v1::IdentityKind kind, std::string_view number) = 0;
  // A person of whom no identity number is known: a new id each time.
  virtual absl::StatusOr<HeldKey> AnonymousKey() = 0;
  virtual absl::StatusOr<HeldKey> CaseKey(const Uuid& case_id) = 0;

  // The key of a person or a case, for reading; nullopt if there is none (any more).
  virtual absl::StatusOr<std::optional<Key>> Find(const Uuid& id) = 0;

  // Ends the use of a held key, exactly once.
  virtual void Release(const HeldKey& held, RowsOutcome outcome) = 0;
};

// A row of the store the ring's rows are written to, as of now; nullopt if there is none.
using RowReader = std::function<absl::StatusOr<std::optional<std::string>>(std::string_view key)>;
// Rows whose key starts with `prefix` and is less than `before` (empty: any), the last first, until `visit` says false.
using RowScanner = std::function<absl::Status(std::string_view prefix, std::string_view before,
                                              const std::function<bool(std::string_view, std::string_view)>& visit)>;

}  // namespace casehub::host
