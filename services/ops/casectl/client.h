// The way to the server: host::DynamicClient, and what a tool for people needs beside it: whether anything was sent.
//
// Threads     One call at a time; the stub may serve a stream meanwhile.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "services/host/client.h"
#include "services/host/refusal_text.h"
#include "services/model/outcome.h"
#include "services/ops/xes/language.h"

namespace casehub::casectl {

inline constexpr int kAnswerBytesMax = 16 * 1024 * 1024;
inline constexpr size_t kRequestBytesMax = 1024 * 1024;  // what a server receives at all
inline constexpr std::chrono::milliseconds kConnectTimeout{5'000};

struct CallFailure {
  host::Failure failure;
  bool sent = false;  // false: no connection was made, so the server has seen nothing of it
};

class Client {
 public:
  Client(const std::string& server, Language language);

  // None: `response` holds the answer. The method is the one that takes the request's type.
  std::optional<CallFailure> Call(const google::protobuf::Message& request, google::protobuf::Message* response,
                                  std::chrono::milliseconds timeout);
  // True once there is a connection; false if there is none by the deadline or it is refused.
  bool Connect(std::chrono::milliseconds timeout);
  // Sets what every call carries.
  void Prepare(grpc::ClientContext* context, std::chrono::milliseconds timeout) const;
  // The same server with another time limit for its calls.
  host::DynamicClient Dynamic(std::chrono::milliseconds timeout) const;

  grpc::GenericStub& stub() { return stub_; }

 private:
  Language language_;
  std::string accept_language_;
  std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
};

// Of a grpc::StatusCode: true if the call came to nothing because the server is away, busy or going down: the same call
// with the same request_id may succeed later. gRPC cancels the calls that arrive while a server shuts its port.
bool IsInterruption(int code);
CallFailure NoConnection();
// A refusal that needs no server to be known, in the words of one.
host::Failure RefusedHere(const Refused& refused, Language language);

}  // namespace casehub::casectl
