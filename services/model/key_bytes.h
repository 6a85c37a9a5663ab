// Numbers in keys and rows: big-endian, so that bytes sort as the numbers do. Pure.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "services/model/ids.h"

namespace casehub {

// The low `bytes` bytes of the number, at most 8.
inline void StoreBigEndian(uint64_t number, int bytes, char* out) {
  if (std::endian::native == std::endian::little) number = __builtin_bswap64(number);
  char all[sizeof(number)];
  std::memcpy(all, &number, sizeof(number));
  std::memcpy(out, all + sizeof(all) - static_cast<size_t>(bytes), static_cast<size_t>(bytes));
}
inline void AppendBigEndian(uint64_t number, int bytes, std::string* out) {
  char all[sizeof(number)];
  StoreBigEndian(number, bytes, all);
  out->append(all, static_cast<size_t>(bytes));
}

// All of `bytes`, at most 8.
inline uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

// The first eight bytes of at least as many.
inline uint64_t LoadBigEndian(const char* bytes) {
  uint64_t number;
  std::memcpy(&number, bytes, sizeof(number));
  return std::endian::native == std::endian::big ? number : __builtin_bswap64(number);
}

// How the keys of every service begin: the table, then the municipality in four bytes.
inline constexpr size_t kTablePrefixBytes = 1 + 4;
inline std::string TablePrefix(char table, Municipality municipality) {
  std::string key(1, table);
  AppendBigEndian(municipality.code(), 4, &key);
  return key;
}
// Of a key that begins so.
inline Municipality MunicipalityOfKey(std::string_view key) {
  return Municipality(static_cast<uint32_t>(ReadBigEndian(key.substr(1, 4))));
}

}  // namespace casehub
