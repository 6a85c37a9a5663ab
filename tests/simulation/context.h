// What all parts of one simulated world share: chance, virtual time, what is to happen, what was counted, and the first
// violation that was found.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "services/model/ids.h"
#include "storage/codec/record.h"
#include "tests/simulation/counts.h"
#include "tests/simulation/random.h"

namespace casehub::simulation {

inline constexpr int kProcesses = 3;
inline constexpr int kPartitions = 2;
inline constexpr int64_t kMillisecond = 1'000;
inline constexpr int64_t kSecond = 1'000'000;

struct Violation {
  std::string name;  // one word, for scripts
  std::string text;
};

struct Context {
  explicit Context(uint64_t seed) : random(seed) {}

  // At the given time, or now if that has passed. Things at the same time happen in the order in which they were put
  // in.
  void At(int64_t micros, std::function<void()> what) {
    agenda.emplace(std::make_pair(std::max(micros, now.micros), next_number++), std::move(what));
  }
  void After(int64_t micros, std::function<void()> what) { At(now.micros + micros, std::move(what)); }
  void Report(std::string name, std::string text) {
    if (!violation) violation = Violation{std::move(name), std::move(text)};
  }
  void Count(Situation situation, uint64_t times = 1) { counts.situations[static_cast<size_t>(situation)] += times; }
  void Fault(const char* name, uint64_t times = 1) { counts.faults[name] += times; }
  void Trace(std::string_view bytes) { trace = storage::Chain(trace, storage::HashBytes(bytes)); }

  Random random;
  Instant now{1'772'400'000 * kSecond};  // a Monday morning in March 2026
  std::map<std::pair<int64_t, uint64_t>, std::function<void()>> agenda;
  uint64_t next_number = 0;
  Counts counts;
  std::optional<Violation> violation;
  Hash128 trace;
};

}  // namespace casehub::simulation
