// Strong types of the numbers everything else is keyed by. Trivial values, no invariants beyond their range.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/model/uuid.h"

namespace casehub {

// The unit that owns cases: a six-digit GB/T 2260 code (330800 衢州市). Zero is "none".
class Municipality {
 public:
  constexpr Municipality() = default;
  explicit constexpr Municipality(uint32_t code) : code_(code) {}
  // Exactly six digits, the first not 0.
  static std::optional<Municipality> Parse(std::string_view text);
  constexpr uint32_t code() const { return code_; }
  constexpr bool IsNone() const { return code_ == 0; }
  std::string ToString() const;
  friend constexpr auto operator<=>(Municipality, Municipality) = default;

 private:
  uint32_t code_ = 0;
};

// Numbers are stored: never reuse or reorder.
enum class ServiceId : uint8_t {
  kIntake = 1,
  kAssignment = 2,
  kMediation = 3,
  kEvaluation = 4,
  kTransfer = 5,
  kRegistry = 6,
  kLedger = 7,
};
inline constexpr std::array<ServiceId, 7> kAllServices = {
    ServiceId::kIntake,   ServiceId::kAssignment, ServiceId::kMediation, ServiceId::kEvaluation,
    ServiceId::kTransfer, ServiceId::kRegistry,   ServiceId::kLedger};
std::string_view ServiceName(ServiceId service);  // "intake"; "unknown" for a number not listed
std::optional<ServiceId> ParseServiceName(std::string_view name);

using PartitionId = int32_t;

// Place of a record in a partition, from 0. Offsets are sparse on some engines: never expect offset + 1.
using Offset = int64_t;
inline constexpr Offset kNoOffset = -1;

using Epoch = uint64_t;           // of a stream; 0: never owned
using StreamSequence = uint64_t;  // of a record in its epoch, from 1; the OwnerEpoch itself has 0

// A 128-bit running hash or fingerprint: not cryptographic unless said so.
struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;
  friend constexpr auto operator<=>(const Hash128&, const Hash128&) = default;
};

// Microseconds since 1970-01-01T00:00:00Z. Decisions never read a clock: they are given one of these.
struct Instant {
  int64_t micros = 0;
  friend constexpr auto operator<=>(Instant, Instant) = default;
};
inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr Instant kImmediately{0};

}  // namespace casehub
