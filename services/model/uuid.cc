#include "services/model/uuid.h"

#include <xxhash.h>

#include <cstring>

namespace casehub {
namespace {

constexpr uint8_t kNoDigit = 0xff;

constexpr std::array<uint8_t, 256> HexDigits() {
  std::array<uint8_t, 256> digits{};
  for (uint8_t& digit : digits) digit = kNoDigit;
  for (uint8_t i = 0; i < 10; ++i) digits['0' + i] = i;
  for (uint8_t i = 0; i < 6; ++i) digits['a' + i] = digits['A' + i] = static_cast<uint8_t>(10 + i);
  return digits;
}
constexpr std::array<uint8_t, 256> kHexDigits = HexDigits();

// Where in the text the two digits of each byte stand.
constexpr std::array<uint8_t, Uuid::kBytes> kDigitsAt = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

}  // namespace

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return std::nullopt;
  std::array<uint8_t, kBytes> bytes;
  uint8_t seen = 0;
  for (size_t i = 0; i < kBytes; ++i) {
    const uint8_t high = kHexDigits[static_cast<uint8_t>(text[kDigitsAt[i]])];
    const uint8_t low = kHexDigits[static_cast<uint8_t>(text[kDigitsAt[i] + 1u])];
    seen |= high | low;
    bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  if (seen > 0x0f) return std::nullopt;
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
  for (size_t i = 0; i < kBytes; ++i) {
    text[kDigitsAt[i]] = kHex[bytes_[i] >> 4];
    text[kDigitsAt[i] + 1u] = kHex[bytes_[i] & 0x0f];
  }
  return text;
}

int64_t Uuid::UnixMillis() const {
  int64_t millis = 0;
  for (int i = 0; i < 6; ++i) millis = millis << 8 | bytes_[i];
  return millis;
}

}  // namespace casehub
