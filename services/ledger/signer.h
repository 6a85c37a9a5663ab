// Who signs the heads of the ledger. The key never leaves the signer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace casehub::ledger {

class Signer {
 public:
  virtual ~Signer() = default;
  // Deterministic: the same bytes give the same signature. Any thread.
  virtual std::string Sign(std::string_view bytes) const = 0;
  virtual const std::string& key_id() const = 0;
  virtual const std::string& public_key() const = 0;
};

// Ed25519 with the private key in a PEM file (PKCS #8, mode 0600).
class FileSigner {
 public:
  // A file that is not there is made, durable before this returns; two processes that make it at once end up with one
  // key. FailedPrecondition if others may read the file, DataLoss if it holds no Ed25519 key.
  static absl::StatusOr<std::unique_ptr<Signer>> Open(const std::string& path);
};
// From 32 bytes of seed, for tests and the simulator.
absl::StatusOr<std::unique_ptr<Signer>> SignerFromSeed(std::string_view seed);

}  // namespace casehub::ledger
