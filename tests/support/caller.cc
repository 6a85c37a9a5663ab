#include "tests/support/caller.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "google/protobuf/descriptor.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "grpcpp/support/status_code_enum.h"

namespace casehub::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kAgainAfter{10};
constexpr int kReconnectMillisMin = 20;
constexpr int kReconnectMillisMax = 200;
constexpr int kAnswerBytesMax = 16 * 1024 * 1024;

std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMillisMin);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMillisMax);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMillisMax);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

host::ClientOptions Options(milliseconds timeout, const std::string& purpose) {
  host::ClientOptions options{timeout, {{"accept-language", "en"}}};
  if (!purpose.empty()) options.metadata["casehub-purpose"] = purpose;
  return options;
}

// Nothing was decided: the server has more to do than it takes.
bool IsBusy(const Outcome& outcome) {
  return outcome.failure && outcome.failure->code == grpc::StatusCode::RESOURCE_EXHAUSTED;
}

std::string Described(const Outcome& outcome) {
  return outcome.failure->reason + " (" + std::to_string(outcome.failure->code) + ") " + outcome.failure->message;
}

}  // namespace

bool Outcome::unknown() const {
  if (!failure) return false;
  return failure->code == grpc::StatusCode::UNAVAILABLE || failure->code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         failure->code == grpc::StatusCode::CANCELLED;
}

std::string Outcome::reason() const {
  if (!failure) return "";
  return failure->reason.empty() ? std::to_string(failure->code) : failure->reason;
}

std::string MethodOf(const google::protobuf::Message& request) {
  constexpr size_t kSuffix = 7;  // Request
  const auto* type = request.GetDescriptor();
  const auto* service = type->file()->service(0);
  return host::MethodPath(*service->FindMethodByName(type->name().substr(0, type->name().size() - kSuffix)));
}

Caller::Caller(const std::string& target, milliseconds timeout, const std::string& purpose)
    : client_(Connect(target), Options(timeout, purpose)) {}

Outcome Caller::Once(const std::string& method, const std::string& request) {
  Outcome outcome;
  outcome.failure = client_.CallRaw(method, request, &outcome.reply);
  return outcome;
}

Outcome Caller::Once(const google::protobuf::Message& request) {
  return Once(MethodOf(request), request.SerializeAsString());
}

void Caller::Async(const std::string& method, const std::string& request, std::function<void(Outcome)> done) {
  client_.CallAsync(method, request, [done = std::move(done)](std::optional<host::Failure> failure, std::string reply) {
    done({std::move(failure), std::move(reply)});
  });
}

Outcome Caller::Settle(const std::string& method, const std::string& request, seconds limit) {
  const auto end = steady_clock::now() + limit;
  for (int attempts = 1;; ++attempts) {
    Outcome outcome = Once(method, request);
    outcome.attempts = attempts;
    if ((!outcome.unknown() && !IsBusy(outcome)) || steady_clock::now() > end || abandoned_) return outcome;
    Pause(kAgainAfter);
  }
}

Outcome Caller::Settle(const google::protobuf::Message& request) {
  return Settle(MethodOf(request), request.SerializeAsString());
}

void Caller::ParseOrFail(const google::protobuf::Message& request, const Outcome& outcome,
                         google::protobuf::Message* response) {
  ASSERT_TRUE(outcome.acknowledged()) << MethodOf(request) << ": " << Described(outcome);
  ASSERT_TRUE(response->ParseFromString(outcome.reply)) << MethodOf(request);
}

bool Caller::Repeat(const google::protobuf::Message& request, const std::function<bool(const std::string&)>& holds,
                    seconds limit) {
  const auto end = steady_clock::now() + limit;
  for (;;) {
    const Outcome outcome = Once(request);
    if (outcome.acknowledged() && holds(outcome.reply)) return true;
    if (steady_clock::now() > end || abandoned_) {
      ADD_FAILURE() << MethodOf(request) << " {" << request.ShortDebugString() << "} does not answer as it should: "
                    << (outcome.acknowledged() ? "its last answer is the wrong one" : Described(outcome));
      return false;
    }
    Pause(kAgainAfter);
  }
}

void Pause(milliseconds time) { poll(nullptr, 0, static_cast<int>(time.count())); }

}  // namespace casehub::testing
