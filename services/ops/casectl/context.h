// What every command of casectl has at hand: the global options, the client, and one way to report.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "services/ops/casectl/client.h"
#include "services/ops/xes/language.h"

namespace casehub::casectl {

// Exit status (docs/casectl.md).
inline constexpr int kDone = 0;
inline constexpr int kRefused = 1;      // by a rule, or a check that failed
inline constexpr int kUsage = 2;        // bad usage or bad input
inline constexpr int kUnavailable = 3;  // nothing recorded, or the outcome is unknown: the text says which

struct Globals {
  std::string server = "127.0.0.1:7080";
  std::string output;  // table, json; empty: a table on a terminal, JSON in a pipe
  std::string lang;    // zh, en; empty: of the environment, English unless that is Chinese
  double timeout_seconds = 30;
};

class Context {
 public:
  Globals globals;
  // What the command line asks for; set while it is parsed.
  std::function<int()> run;

  Language language() const;
  bool json() const;
  std::string Say(std::string_view zh, std::string_view en) const;
  std::string Say(const Bilingual& text) const { return text.In(language()); }
  Client& client();
  std::chrono::milliseconds timeout() const;

  std::optional<CallFailure> Call(const google::protobuf::Message& request, google::protobuf::Message* response) {
    return client().Call(request, response, timeout());
  }
  // Says on standard error what is wrong with the command line or a file; returns kUsage.
  int Usage(const std::string& text) const;
  int Usage(const Bilingual& text) const { return Usage(Say(text)); }
  // Says why a call failed; `request_id` of a mutation, empty for a query. Returns the exit status.
  int Report(const CallFailure& failure, const std::string& request_id = "") const;
  // What a failure says, in the chosen language.
  std::string Words(const host::Failure& failure) const;

 private:
  std::unique_ptr<Client> client_;
};

// A fresh UUIDv7.
std::string NewRequestId();

}  // namespace casehub::casectl
