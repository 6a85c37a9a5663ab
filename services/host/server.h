// The process shell: gRPC with reflection and health, metrics, and an orderly end (design 4 and 6).
//
// Threads     Start and Drain are called by one thread, once each.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/server.h"
#include "services/host/dynamic_service.h"
#include "services/host/edge.h"
#include "services/host/metrics.h"

namespace casehub::host {

inline constexpr int kReceiveBytesMax = 1024 * 1024;  // so that the edge's own, smaller limit answers
inline constexpr int kSendBytesMax = 16 * 1024 * 1024;

struct ServerOptions {
  std::string listen = "127.0.0.1:7080";          // port 0 takes a free one
  std::string metrics_listen = "127.0.0.1:7081";  // empty: none
  std::string version;
  EdgeOptions edge;
  // Called if a drain is not over long after its deadline; by default the process ends with status 70.
  std::function<void()> on_stuck;
  absl::Duration stuck_after = absl::Seconds(10);
};

class Server {
 public:
  // Serves once it returns. `ring` and `backend` must outlive it, and answer every call they took before it is
  // destroyed. Unavailable if a port is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options, KeyRing* ring, Backend* backend);
  // Drains at once, if that was not done before.
  ~Server();

  int port() const { return port_; }
  int metrics_port() const { return endpoint_ == nullptr ? 0 : endpoint_->port(); }
  // Where other parts of the process add their figures.
  const std::shared_ptr<prometheus::Registry>& metrics() const { return metrics_.registry(); }

  // In order: health says NOT_SERVING; new calls are refused with SHUTTING_DOWN; long polls are answered; calls in
  // flight finish, at the latest at `deadline`, when they are cancelled; the port closes. The backend must still run.
  void Drain(absl::Time deadline);

 private:
  Server(ServerOptions options, KeyRing* ring, Backend* backend);
  absl::Status Listen();

  ServerOptions options_;
  Backend* backend_;
  Catalogue catalogue_;
  CallMetrics metrics_;
  Edge edge_;
  OpenStreams streams_;
  std::vector<std::unique_ptr<DynamicService>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<MetricsEndpoint> endpoint_;
  int port_ = 0;
  bool drained_ = false;
};

// Sends the log of the process to stderr, one line a message, and protobuf's complaints about input with it at debug.
void SetUpLogging();

}  // namespace casehub::host
