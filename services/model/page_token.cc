#define XXH_INLINE_ALL
#include "services/model/page_token.h"

#include <xxhash.h>

#include "absl/strings/escaping.h"

namespace casehub {
namespace {

constexpr size_t kCheckBytes = 4;

std::string CheckOf(std::string_view last, std::string_view filters) {
  const uint64_t hash = XXH3_64bits_withSeed(last.data(), last.size(), XXH3_64bits(filters.data(), filters.size()));
  std::string check;
  for (size_t i = 0; i < kCheckBytes; ++i) check.push_back(static_cast<char>(hash >> (8 * i)));
  return check;
}

}  // namespace

std::optional<size_t> PageSize(int32_t asked) {
  if (asked < 0 || asked > kPageSizeMax) return std::nullopt;
  return static_cast<size_t>(asked == 0 ? kPageSizeDefault : asked);
}

std::string EncodePageToken(std::string_view last, std::string_view filters) {
  return absl::WebSafeBase64Escape(CheckOf(last, filters).append(last));
}

std::optional<std::string> DecodePageToken(std::string_view token, std::string_view filters) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape({token.data(), token.size()}, &bytes) || bytes.size() < kCheckBytes)
    return std::nullopt;
  std::string last = bytes.substr(kCheckBytes);
  if (bytes.compare(0, kCheckBytes, CheckOf(last, filters)) != 0) return std::nullopt;
  return last;
}

}  // namespace casehub
