// The edge: bytes from a caller become a checked, sealed call; the answer becomes bytes again. Knows nothing of gRPC,
// so that tests and other transports use the same checks.
//
// Threads     Handle may be called from any thread and never waits but for one row of the key ring. `done` is called
//             exactly once: within Handle for what is refused at the edge, else from the backend's thread or, for
//             replies with personal data, from the edge's own worker.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "services/host/backend.h"
#include "services/host/catalogue.h"
#include "services/host/refusal_text.h"
#include "services/host/sealing.h"
#include "services/host/secrets.h"
#include "services/host/worker.h"

namespace casehub::host {

struct EdgeOptions {
  size_t request_bytes_max = 128 * 1024;
  // For callers that set no deadline: longer than the longest poll (ListEntries.wait_ms).
  int64_t default_deadline_micros = 60 * kMicrosPerSecond;
  int64_t queue_retry_millis = 100;  // told to callers when a queue is full
  // Guesses of claim codes and rating tokens: per case and per peer.
  int case_attempts_burst = 10;
  int64_t case_attempt_interval_millis = 60'000;
  int peer_attempts_burst = 100;
  int64_t peer_attempt_interval_millis = 1'000;
  std::function<bool(Municipality)> municipality_known;
  std::function<Instant()> clock;
};

// Who calls, and how the answer should look.
struct Caller {
  Instant deadline;  // zero: none given
  Language language = Language::kChinese;
  std::string peer;     // address without port
  std::string purpose;  // metadata casehub-purpose: not empty shows particulars in full, and is logged (A10)
};

// A serialized response, or why there is none.
using EdgeResult = std::variant<std::string, Failure>;

class Edge {
 public:
  using Completion = std::function<void(EdgeResult)>;

  // `catalogue`, `ring` and `backend` must outlive this and every call in flight.
  Edge(EdgeOptions options, const Catalogue* catalogue, KeyRing* ring, Backend* backend);

  const Catalogue& catalogue() const { return *catalogue_; }
  // A unary method's request.
  void Handle(const Method& method, std::string_view request, const Caller& caller, Completion done);
  // The same refusal texts for what the transport itself finds.
  static Failure Describe(const runtime::Refused& refused, const Caller& caller) {
    return DescribeRefusal(refused, caller.language);
  }
  // Why bytes are not a message of this type.
  static runtime::Refused WhyMalformed(const google::protobuf::Descriptor& type, std::string_view bytes);

  // From now on every call is answered SHUTTING_DOWN.
  void StopAdmission() { stopped_.store(true, std::memory_order_relaxed); }
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
  // Waits until every `done` has returned: what they use may go then.
  void AwaitIdle() const;

 private:
  struct Pending;
  // Shared with the calls, so that the last one to end does not touch an edge that is gone.
  using InFlight = std::atomic<int64_t>;
  using MaybeRefused = std::optional<runtime::Refused>;

  MaybeRefused Prepare(Pending* pending, std::string_view request, const Caller& caller);
  MaybeRefused CheckDeadline(Pending* pending, const Caller& caller) const;
  MaybeRefused ReadAddress(Pending* pending) const;
  MaybeRefused CheckSecret(Pending* pending, const Caller& caller);
  MaybeRefused SealPersonal(Pending* pending);
  MaybeRefused Post(const std::shared_ptr<Pending>& pending);
  void Fingerprint(Pending* pending) const;
  void OnAnswer(const std::shared_ptr<Pending>& pending, Answer answer);
  EdgeResult Reply(Pending* pending, std::string bytes);
  std::string Opened(const Pending& pending, std::string bytes);

  EdgeOptions options_;
  const Catalogue* catalogue_;
  KeyRing* ring_;
  Backend* backend_;
  Sealer sealer_;
  AttemptLimiter case_attempts_;
  AttemptLimiter peer_attempts_;
  std::atomic<bool> stopped_{false};
  std::shared_ptr<InFlight> in_flight_ = std::make_shared<InFlight>(0);
  Worker worker_;  // last: it ends before what it uses
};

}  // namespace casehub::host
