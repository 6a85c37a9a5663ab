// Between the instants that decisions are given and the timestamps that messages hold. Pure.
#pragma once

#include <cstdint>

#include "google/protobuf/timestamp.pb.h"
#include "services/model/ids.h"

namespace casehub {

// Nanos are never negative, before 1970 neither.
inline google::protobuf::Timestamp ToTimestamp(Instant instant) {
  int64_t seconds = instant.micros / kMicrosPerSecond;
  int64_t rest = instant.micros % kMicrosPerSecond;
  if (rest < 0) {
    --seconds;
    rest += kMicrosPerSecond;
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(rest * 1000));
  return timestamp;
}

// To the microsecond: what is finer is cut off.
inline Instant ToInstant(const google::protobuf::Timestamp& timestamp) {
  return {timestamp.seconds() * kMicrosPerSecond + timestamp.nanos() / 1000};
}

}  // namespace casehub
