// Codes that casehub gives to citizens and can derive again at any time, so that no log and no reply keeps them.
//
// Threads     Every function may be called from any thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "casehub/options.pb.h"
#include "services/host/keyring/keyring.h"
#include "services/host/recent.h"

namespace casehub::host {

// The code of a case: 8 characters of Crockford base32 for a claim code, 16 for a rating token.
std::string DeriveSecret(const RingSecrets& secrets, Secret kind, const Uuid& case_id);

// In a time that depends on the lengths only. Case, hyphens and spaces do not count, and O, I and L read as 0, 1 and 1:
// people copy these by hand.
bool SecretMatches(std::string_view expected, std::string_view given);

// Slows down guessing: a name may fail `burst` times at once and then once every `interval_millis`.
class AttemptLimiter {
 public:
  AttemptLimiter(int burst, int64_t interval_millis) : burst_(burst), interval_millis_(interval_millis) {
    forgiven_at_.SetMax(kNamesMax);
  }

  // Milliseconds until the name may try again; nullopt: now.
  std::optional<int64_t> Blocked(const std::string& name, int64_t now_millis);
  void Failed(const std::string& name, int64_t now_millis);

 private:
  // Whoever fills them to be forgotten is slowed down by the peer's own name.
  static constexpr size_t kNamesMax = 16'384;

  const int burst_;
  const int64_t interval_millis_;
  std::mutex mutex_;
  Recent<std::string, int64_t> forgiven_at_;  // when the name's failures are all forgiven
};

}  // namespace casehub::host
