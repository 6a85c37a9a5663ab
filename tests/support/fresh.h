// What every request of a test or a benchmark needs anew.
//
// Threads     Every function may be called from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

#include "services/model/uuid.h"

namespace casehub::testing {

inline std::string NewRequestId() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Uuid::V7(std::chrono::duration_cast<std::chrono::milliseconds>(now).count(), random(), random()).ToString();
}

// A resident identity number with its check digit (GB 11643), different for each i below 20 million.
inline std::string IdentityNumber(uint64_t i) {
  static constexpr int kWeights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  char text[19];
  const unsigned year = 1940 + static_cast<unsigned>(i / 336'000 % 60);
  const unsigned month = 1 + static_cast<unsigned>(i / 28'000 % 12);
  const unsigned day = 1 + static_cast<unsigned>(i / 1'000 % 28);
  std::snprintf(text, sizeof text, "330802%04u%02u%02u%03u", year, month, day, static_cast<unsigned>(i % 1'000));
  int sum = 0;
  for (int k = 0; k < 17; ++k) sum += (text[k] - '0') * kWeights[k];
  text[17] = "10X98765432"[sum % 11];
  return std::string(text, 18);
}

}  // namespace casehub::testing
