#include "services/model/uuid.h"

#include <xxhash.h>

#include <cstring>

namespace casehub {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsDashPosition(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  std::array<uint8_t, kBytes> bytes{};
  size_t nibble = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsDashPosition(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int digit = HexDigit(text[i]);
    if (digit < 0) return std::nullopt;
    bytes[nibble / 2] = static_cast<uint8_t>(bytes[nibble / 2] << 4 | digit);
    ++nibble;
  }
  return Uuid(bytes);
}

std::optional<Uuid> Uuid::FromBytes(std::string_view bytes) {
  if (bytes.size() != kBytes) return std::nullopt;
  std::array<uint8_t, kBytes> copy;
  std::memcpy(copy.data(), bytes.data(), kBytes);
  return Uuid(copy);
}

Uuid Uuid::V7(int64_t unix_millis, uint64_t random_high, uint64_t random_low) {
  std::array<uint8_t, kBytes> b;
  for (int i = 0; i < 6; ++i) b[i] = static_cast<uint8_t>(unix_millis >> (40 - 8 * i));
  b[6] = static_cast<uint8_t>(0x70 | (random_high >> 8 & 0x0f));
  b[7] = static_cast<uint8_t>(random_high);
  for (int i = 0; i < 8; ++i) b[8 + i] = static_cast<uint8_t>(random_low >> (56 - 8 * i));
  b[8] = static_cast<uint8_t>(0x80 | (b[8] & 0x3f));
  return Uuid(b);
}

Uuid Uuid::Derive(std::string_view purpose, uint64_t index) const {
  std::string input(Bytes());
  input.append(purpose);
  XXH128_canonical_t hash;
  XXH128_canonicalFromHash(&hash, XXH3_128bits_withSeed(input.data(), input.size(), index));
  std::array<uint8_t, kBytes> b = bytes_;
  std::memcpy(b.data() + 6, hash.digest + 6, 10);
  b[6] = static_cast<uint8_t>(0x80 | (b[6] & 0x0f));
  b[8] = static_cast<uint8_t>(0x80 | (b[8] & 0x3f));
  return Uuid(b);
}

std::string Uuid::ToString() const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(kTextLength, '-');
  size_t at = 0;
  for (size_t i = 0; i < kBytes; ++i) {
    if (IsDashPosition(at)) ++at;
    text[at++] = kHex[bytes_[i] >> 4];
    text[at++] = kHex[bytes_[i] & 0x0f];
  }
  return text;
}

int64_t Uuid::UnixMillis() const {
  int64_t millis = 0;
  for (int i = 0; i < 6; ++i) millis = millis << 8 | bytes_[i];
  return millis;
}

}  // namespace casehub
