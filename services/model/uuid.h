// 128-bit identifiers: request ids (RFC 9562 UUIDv7), and the ids derived from them.
// Values are immutable and trivially copyable; every function here is pure and thread-safe.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace casehub {

class Uuid {
 public:
  static constexpr size_t kBytes = 16;
  static constexpr size_t kTextLength = 36;

  constexpr Uuid() = default;
  explicit constexpr Uuid(const std::array<uint8_t, kBytes>& bytes) : bytes_(bytes) {}

  // Reads the canonical form 8-4-4-4-12, either case; nullopt for anything else.
  static std::optional<Uuid> Parse(std::string_view text);
  // Exactly 16 bytes in network order, as Bytes() returns; nullopt for another length.
  static std::optional<Uuid> FromBytes(std::string_view bytes);
  // A version 7 id: milliseconds since 1970 (48 bits), then 74 bits taken from `random`.
  static Uuid V7(int64_t unix_millis, uint64_t random_high, uint64_t random_low);
  // A version 8 id that keeps this id's first 48 bits (so that keys grow with time) and fills the rest with a
  // hash of (id, purpose, index): the same inputs give the same id, on every replica and after every restart.
  Uuid Derive(std::string_view purpose, uint64_t index) const;

  std::string ToString() const;
  std::string_view Bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), kBytes}; }

  int version() const { return bytes_[6] >> 4; }
  // Milliseconds since 1970 of a version 7 id, or of an id derived from one.
  int64_t UnixMillis() const;
  bool IsNil() const { return *this == Uuid(); }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<uint8_t, kBytes> bytes_{};
};

template <typename H>
H AbslHashValue(H h, const Uuid& id) {
  return H::combine(std::move(h), id.Bytes());
}

}  // namespace casehub
