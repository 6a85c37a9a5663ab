#include "services/host/server.h"

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "google/protobuf/stubs/logging.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace casehub::host {
namespace {

constexpr int kStuckExitStatus = 70;

// Reflection and health are switches of the whole process in gRPC, thrown before the first server is built.
void SwitchOnReflectionAndHealth() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

// Acts unless it is gone by then.
class Watchdog {
 public:
  Watchdog(absl::Time at, std::function<void()> act)
      : thread_([this, at, act = std::move(act)] {
          std::unique_lock lock(mutex_);
          if (!cancelled_.wait_until(lock, absl::ToChronoTime(at), [this] { return done_; })) act();
        }) {}
  ~Watchdog() {
    {
      std::lock_guard lock(mutex_);
      done_ = true;
    }
    cancelled_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable cancelled_;
  bool done_ = false;
  std::thread thread_;
};

// A wrong request is the caller's affair and is answered; it is no error of this process.
void LogOfProtobuf(google::protobuf::LogLevel level, const char* file, int line, const std::string& message) {
  if (level == google::protobuf::LOGLEVEL_FATAL) {
    spdlog::critical("{}:{}: {}", file, line, message);
  } else {
    spdlog::debug("{}:{}: {}", file, line, message);
  }
}

}  // namespace

void SetUpLogging() {
  auto logger = spdlog::stderr_logger_mt("casehub");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  google::protobuf::SetLogHandler(LogOfProtobuf);
}

Server::Server(ServerOptions options, KeyRing* ring, Backend* backend)
    : options_(std::move(options)),
      backend_(backend),
      metrics_(catalogue_),
      edge_(options_.edge, &catalogue_, ring, backend) {
  if (!options_.on_stuck) {
    options_.on_stuck = [] {
      spdlog::critical("the drain does not end: giving up; everything acknowledged is safe");
      std::_Exit(kStuckExitStatus);
    };
  }
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, KeyRing* ring, Backend* backend) {
  SwitchOnReflectionAndHealth();
  std::unique_ptr<Server> server(new Server(std::move(options), ring, backend));
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  return server;
}

absl::Status Server::Listen() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options_.listen, grpc::InsecureServerCredentials(), &port_);
  builder.SetMaxReceiveMessageSize(kReceiveBytesMax);
  builder.SetMaxSendMessageSize(kSendBytesMax);
  // Two processes on one port would each get half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // What no call uses: counters nobody can read, and compression of replies that are small or sealed.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  for (const auto* descriptor : catalogue_.services()) {
    services_.push_back(std::make_unique<DynamicService>(*descriptor, ServiceContext{&edge_, &metrics_, &streams_}));
    builder.RegisterService(services_.back().get());
  }
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", options_.listen, ": is the port in use?"));
  }
  if (options_.metrics_listen.empty()) return absl::OkStatus();
  auto endpoint = MetricsEndpoint::Start(
      options_.metrics_listen,
      absl::StrCat("casehub ", options_.version, ": gRPC on port ", port_, ", figures on /metrics"),
      metrics_.registry());
  if (!endpoint.ok()) return endpoint.status();
  endpoint_ = *std::move(endpoint);
  return absl::OkStatus();
}

Server::~Server() { Drain(absl::Now()); }

void Server::Drain(absl::Time deadline) {
  if (drained_ || server_ == nullptr) return;
  drained_ = true;
  const Watchdog watchdog(deadline + options_.stuck_after, options_.on_stuck);
  if (auto* health = server_->GetHealthCheckService()) health->SetServingStatus(false);
  edge_.StopAdmission();
  backend_->StopWaiting();
  streams_.EndAll();
  server_->Shutdown(absl::ToChronoTime(deadline));
  server_->Wait();
  // gRPC is done with a call before the thread that answered it has left the answer.
  edge_.AwaitIdle();
  endpoint_.reset();
}

}  // namespace casehub::host
