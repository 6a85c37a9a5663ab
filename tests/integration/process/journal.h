// What the clients of a test did and were told, call by call.
//
// Threads     A Journal may be used from any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/caller.h"

namespace casehub::testing {

struct Call {
  std::string method, request;
  std::string municipality;
  std::string case_id;              // of the case it is about; empty if it opens one
  std::vector<std::string> events;  // what intake or evaluation records if it is acknowledged, in order
  uint64_t resident = 0;            // whose case it opens, see Resident()
  Outcome outcome;                  // the first one that is known, else the last one

  // Opens a case.
  bool opens() const { return case_id.empty(); }
};

class Journal {
 public:
  void Add(Call call) {
    std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
  }
  // Empties it.
  std::vector<Call> Take() {
    std::lock_guard lock(mutex_);
    return std::move(calls_);
  }

 private:
  std::mutex mutex_;
  std::vector<Call> calls_;
};

// A call of this request; `events` as above.
template <typename Request>
Call CallOf(const Request& request, std::vector<std::string> events, uint64_t resident = 0) {
  return {MethodOf(request),
          request.SerializeAsString(),
          request.municipality(),
          request.case_id(),
          std::move(events),
          resident,
          {}};
}

}  // namespace casehub::testing
