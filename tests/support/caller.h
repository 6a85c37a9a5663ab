// A careful client: it tells refused from unknown, and repeats the same bytes until it knows.
//
// Threads     Every function may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "google/protobuf/message.h"
#include "services/host/client.h"

namespace casehub::testing {

// How a call ended: with `reply`, refused, or unknown.
struct Outcome {
  std::optional<host::Failure> failure;
  std::string reply;  // the bytes of the response
  int attempts = 1;

  bool acknowledged() const { return !failure; }
  bool unknown() const;
  // Refused by a rule; nothing was recorded.
  bool refused() const { return failure && !unknown(); }
  // CASE_UNKNOWN; empty if it was not refused, the code's number if there is no reason.
  std::string reason() const;
};

// The method that takes this type of request.
std::string MethodOf(const google::protobuf::Message& request);

class Caller {
 public:
  // `target` is HOST:PORT; a server that comes back there is found again within a fifth of a second. `purpose` (A10)
  // shows particulars in full.
  explicit Caller(const std::string& target, std::chrono::milliseconds timeout = std::chrono::seconds(10),
                  const std::string& purpose = "");

  Outcome Once(const std::string& method, const std::string& request);
  Outcome Once(const google::protobuf::Message& request);
  void Async(const std::string& method, const std::string& request, std::function<void(Outcome)> done);

  // Sends the same bytes again while the outcome is unknown or the server says it is busy. After `limit` the last
  // outcome is returned as it is.
  Outcome Settle(const std::string& method, const std::string& request,
                 std::chrono::seconds limit = std::chrono::seconds(60));
  Outcome Settle(const google::protobuf::Message& request);

  // From now on Settle and Eventually return after one attempt: the server does not come back.
  void Abandon() { abandoned_ = true; }
  bool abandoned() const { return abandoned_; }

  // Settles the call; fails the test, and returns an empty response, if it is not acknowledged.
  template <typename Response>
  Response Must(const google::protobuf::Message& request) {
    Response response;
    ParseOrFail(request, Settle(request), &response);
    return response;
  }
  // Repeats a query until `holds` says yes of its answer, at most for `limit`; false (and a failed test) if it never
  // does. A query that is refused counts as no.
  template <typename Response>
  bool Eventually(const google::protobuf::Message& request, const std::function<bool(const Response&)>& holds,
                  Response* last = nullptr, std::chrono::seconds limit = std::chrono::seconds(30)) {
    Response response;
    const bool held = Repeat(
        request,
        [&](const std::string& bytes) {
          if (!response.ParseFromString(bytes)) return false;
          return holds(response);
        },
        limit);
    if (last != nullptr) *last = std::move(response);
    return held;
  }

 private:
  static void ParseOrFail(const google::protobuf::Message& request, const Outcome& outcome,
                          google::protobuf::Message* response);
  bool Repeat(const google::protobuf::Message& request, const std::function<bool(const std::string&)>& holds,
              std::chrono::seconds limit);

  host::DynamicClient client_;
  std::atomic<bool> abandoned_{false};
};

// Waits; for the pauses between two attempts.
void Pause(std::chrono::milliseconds time);

}  // namespace casehub::testing
