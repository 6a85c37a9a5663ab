// Calls any method of a casehub server by its messages: for tests and tools.
//
// Threads     Every function may be called from any thread. `done` comes on one of gRPC's threads and must not wait.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "services/host/refusal_text.h"

namespace casehub::host {

struct ClientOptions {
  std::chrono::milliseconds timeout{10'000};
  std::map<std::string, std::string> metadata;  // accept-language, casehub-purpose
};

class DynamicClient {
 public:
  // `target` is HOST:PORT.
  explicit DynamicClient(const std::string& target, ClientOptions options = {});
  explicit DynamicClient(std::shared_ptr<grpc::Channel> channel, ClientOptions options = {});

  // nullopt: `response` holds the answer. `method` is a path, /casehub.intake.v1.IntakeService/GetCase.
  std::optional<Failure> Call(const std::string& method, const google::protobuf::Message& request,
                              google::protobuf::Message* response);
  // The same with bytes that need not be a message.
  std::optional<Failure> CallRaw(const std::string& method, std::string request, std::string* response);

  // `done` gets the failure, or the serialized response.
  using Done = std::function<void(std::optional<Failure>, std::string)>;
  void CallAsync(const std::string& method, std::string request, Done done);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const ClientOptions& options() const { return options_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
  ClientOptions options_;
};

// The path of the method that takes this type of request.
std::string MethodPath(const google::protobuf::MethodDescriptor& method);

// A bidirectional stream of messages, written by one thread and read by another.
class BidiStream {
 public:
  BidiStream(DynamicClient* client, const std::string& method);
  // Cancels what is still open.
  ~BidiStream();

  // Waits until the message is handed to the transport; false once the stream has ended.
  bool Write(const google::protobuf::Message& message);
  void WritesDone();
  // Waits for the next message; false at the end of the stream.
  bool Read(google::protobuf::Message* message);
  // Waits for the end; nullopt if the server ended it with OK.
  std::optional<Failure> Finish();

 private:
  class Reactor;
  std::unique_ptr<Reactor> reactor_;
};

}  // namespace casehub::host
