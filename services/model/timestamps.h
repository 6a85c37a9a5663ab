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

// Whether a time from outside is one: years 1 to 9999 (the range of google.protobuf.Timestamp), nanos in range. Others
// do not fit an Instant.
inline bool IsInCalendar(const google::protobuf::Timestamp& time) {
  constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
  constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z
  return time.seconds() >= kFirstSecond && time.seconds() <= kLastSecond && time.nanos() >= 0 &&
         time.nanos() <= 999'999'999;
}

// To the microsecond: what is finer is cut off.
inline Instant ToInstant(const google::protobuf::Timestamp& timestamp) {
  return {timestamp.seconds() * kMicrosPerSecond + timestamp.nanos() / 1000};
}

}  // namespace casehub
