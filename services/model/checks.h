// Checks of single fields of a request that the commands of all services share. Nullopt is "nothing wrong".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "casehub/common/v1/common.pb.h"
#include "services/model/outcome.h"
#include "services/model/timestamps.h"

namespace casehub {

// Tolerance for clocks of callers.
inline constexpr int64_t kFutureToleranceMicros = 300 * kMicrosPerSecond;

// At most `limit` bytes; `needed`: and not empty.
std::optional<Refused> CheckText(const std::string& field, const std::string& text, size_t limit, bool needed);
// A name of at most 200 bytes, a SHA-256, a size.
std::optional<Refused> CheckDocument(const std::string& field, const common::v1::DocumentRef& document);
// In the years of the calendar, and not later than `now`.
std::optional<Refused> CheckNotInFuture(const std::string& field, const google::protobuf::Timestamp& time, Instant now);

}  // namespace casehub
