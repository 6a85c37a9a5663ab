#include "services/host/secrets.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "absl/strings/ascii.h"

namespace casehub::host {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kClaimCodeLength = 8;
constexpr size_t kRatingTokenLength = 16;

std::string Normalised(std::string_view given) {
  std::string out;
  for (const char raw : given) {
    char c = absl::ascii_toupper(static_cast<unsigned char>(raw));
    if (c == '-' || c == ' ') continue;
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    out.push_back(c);
  }
  return out;
}

}  // namespace

std::string DeriveSecret(const RingSecrets& secrets, Secret kind, const Uuid& case_id) {
  const bool claim = kind == SECRET_CLAIM_CODE;
  const Mac::Digest digest = (claim ? secrets.claim_code : secrets.rating_token).Compute(case_id.Bytes());
  const size_t length = claim ? kClaimCodeLength : kRatingTokenLength;
  std::string code;
  uint32_t bits = 0;
  int available = 0;
  for (size_t next = 0; code.size() < length;) {
    if (available < 5) {
      bits = bits << 8 | digest[next++];
      available += 8;
    }
    available -= 5;
    code.push_back(kCrockford[bits >> available & 31]);
  }
  return code;
}

bool SecretMatches(std::string_view expected, std::string_view given) {
  const std::string normalised = Normalised(given);
  return normalised.size() == expected.size() &&
         CRYPTO_memcmp(normalised.data(), expected.data(), expected.size()) == 0;
}

std::optional<int64_t> AttemptLimiter::Blocked(const std::string& name, int64_t now_millis) {
  std::lock_guard lock(mutex_);
  const int64_t* forgiven_at = forgiven_at_.Peek(name);
  if (forgiven_at == nullptr) return std::nullopt;
  const int64_t wait = *forgiven_at - now_millis - (burst_ - 1) * interval_millis_;
  if (wait <= 0) return std::nullopt;
  return wait;
}

void AttemptLimiter::Failed(const std::string& name, int64_t now_millis) {
  std::lock_guard lock(mutex_);
  const int64_t* known = forgiven_at_.Peek(name);
  forgiven_at_.Put(name, std::max(known == nullptr ? now_millis : *known, now_millis) + interval_millis_);
}

}  // namespace casehub::host
