#include "services/ops/casectl/client.h"

#include <algorithm>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "services/host/edge.h"
#include "services/ops/casectl/catalogue.h"

namespace casehub::casectl {
namespace {

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& server) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  // A server that restarts is found again within a second.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeout.count());  // of an attempt, in spite of its name
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  return grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
}

CallFailure TooLarge(size_t bytes, Language language) {
  const auto refused = Refuse(Refusal::REFUSAL_REQUEST_TOO_LARGE)
                           .With("size", std::to_string(bytes))
                           .With("limit", std::to_string(host::EdgeOptions().request_bytes_max));
  return {RefusedHere(refused, language), true};
}

}  // namespace

host::Failure RefusedHere(const Refused& refused, Language language) {
  return host::DescribeRefusal(refused,
                               language == Language::kChinese ? host::Language::kChinese : host::Language::kEnglish);
}

bool IsInterruption(int code) {
  switch (code) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::CANCELLED:
      return true;
    default:
      return false;
  }
}

CallFailure NoConnection() { return {{grpc::StatusCode::UNAVAILABLE, "", "no connection", {}, {}}, false}; }

Client::Client(const std::string& server, Language language)
    : language_(language),
      accept_language_(language == Language::kChinese ? "zh" : "en"),
      channel_(OpenChannel(server)),
      stub_(channel_) {}

void Client::Prepare(grpc::ClientContext* context, std::chrono::milliseconds timeout) const {
  context->set_deadline(std::chrono::system_clock::now() + timeout);
  context->AddMetadata("accept-language", accept_language_);
}

host::DynamicClient Client::Dynamic(std::chrono::milliseconds timeout) const {
  return host::DynamicClient(channel_, {.timeout = timeout, .metadata = {{"accept-language", accept_language_}}});
}

bool Client::Connect(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::system_clock::now() + timeout;
  auto state = channel_->GetState(/*try_to_connect=*/true);
  while (state != GRPC_CHANNEL_READY) {
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    if (!channel_->WaitForStateChange(state, deadline)) return false;
    state = channel_->GetState(true);
  }
  return true;
}

std::optional<CallFailure> Client::Call(const google::protobuf::Message& request, google::protobuf::Message* response,
                                        std::chrono::milliseconds timeout) {
  // Beyond this gRPC itself turns the request away, and says it in words that look like a busy server.
  if (request.ByteSizeLong() > kRequestBytesMax) return TooLarge(request.ByteSizeLong(), language_);
  if (!Connect(std::min(timeout, kConnectTimeout))) return NoConnection();
  auto failure = Dynamic(timeout).Call(host::MethodPath(*MethodOf(*request.GetDescriptor())), request, response);
  if (!failure) return std::nullopt;
  return CallFailure{*std::move(failure), true};
}

}  // namespace casehub::casectl
