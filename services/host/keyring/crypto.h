// AES-256-GCM, HMAC-SHA256 and randomness of OpenSSL, as the key ring and the sealing use them. Ciphers are fetched
// once; contexts are per thread, so that a call costs no look-up and takes no lock.
//
// Threads     Everything here may be called from any thread.
// Errors      A failure of OpenSSL on valid arguments is a broken invariant: the process ends.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/model/ids.h"

namespace casehub::host {

inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;

// Key material: wiped when it goes.
class Key {
 public:
  Key() = default;
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key();

  static Key Random();
  // Exactly kKeyBytes; nullopt for another length.
  static std::optional<Key> FromBytes(std::string_view bytes);
  std::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), kKeyBytes}; }

 private:
  std::array<uint8_t, kKeyBytes> bytes_{};
};

// Random bytes of a cryptographic generator.
void FillRandom(void* out, size_t size);
// A version 7 UUID of this moment, its other bits from the generator: ids made one after the other sort one after the
// other, so that rows under them are written at the end of their table.
Uuid NewUuid();

// Appends nonce, ciphertext and tag (kNonceBytes + size + kTagBytes) to `out`. The nonce is random: a key is used for
// far fewer than 2^32 messages.
void EncryptGcm(const Key& key, std::string_view plain, std::string_view authenticated, std::string* out);
// What EncryptGcm appended; nullopt if it was changed, or made with another key or other authenticated data.
std::optional<std::string> DecryptGcm(const Key& key, std::string_view sealed, std::string_view authenticated);

// HMAC-SHA256 under one key, with a context per thread that keeps the expanded key.
class Mac {
 public:
  static constexpr size_t kBytes = 32;
  using Digest = std::array<uint8_t, kBytes>;

  explicit Mac(const Key& key);
  Digest Compute(std::string_view bytes) const;
  // A key for one purpose, derived from this one.
  Key DeriveKey(std::string_view purpose) const;

 private:
  uint64_t id_;  // names this key in the threads' caches
  Key key_;
};

}  // namespace casehub::host
