// What a caller is told when the shipped server refuses: the same code, reason and field whatever the language, and
// words that say what to do in both.
//
// Threads     One thread.
#pragma once

#include <string>

#include "google/protobuf/message.h"
#include "services/host/client.h"

namespace casehub::testing {

struct Expected {
  int code = 0;        // google.rpc.Code
  std::string reason;  // of ErrorInfo
  std::string field;   // path in BadRequest; empty: none is named
  std::string en, zh;  // parts of the words
};

class Refusals {
 public:
  explicit Refusals(const std::string& target);

  // Sends the request in English and in Chinese; fails the test unless it is refused as expected both times. Returns
  // the English one.
  host::Failure Expect(const google::protobuf::Message& request, const Expected& expected);
  host::Failure Expect(const std::string& method, const std::string& bytes, const Expected& expected);

 private:
  host::DynamicClient english_, chinese_;
};

}  // namespace casehub::testing
