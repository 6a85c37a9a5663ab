// Page tokens of list queries: where the next page starts, bound to the filters they were given for, so that a token
// sent with other filters is noticed. Stable: rows that come or go meanwhile neither repeat nor hide other rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace casehub {

inline constexpr int32_t kPageSizeDefault = 100;
inline constexpr int32_t kPageSizeMax = 1000;
// The number of rows a page may have; nullopt if `asked` is negative or above the limit.
std::optional<size_t> PageSize(int32_t asked);

// `last` is the end of the last row's key; `filters` whatever the query was restricted by.
std::string EncodePageToken(std::string_view last, std::string_view filters);
// nullopt if the token was not given for these filters.
std::optional<std::string> DecodePageToken(std::string_view token, std::string_view filters);

}  // namespace casehub
