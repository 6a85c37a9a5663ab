// Figures of the calls a process serves, in the text format of Prometheus. Labels are methods and codes, never ids.
//
// Threads     Count may be called from any thread.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "prometheus/counter.h"
#include "prometheus/exposer.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "services/host/catalogue.h"

namespace casehub::host {

class CallMetrics {
 public:
  explicit CallMetrics(const Catalogue& catalogue);

  using Clock = std::chrono::steady_clock;
  void Started() { in_flight_->Increment(); }
  void Finished(const Method& method, int code, Clock::time_point started_at);

  // Where other parts of the process add their own figures.
  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

 private:
  static constexpr size_t kCodes = 17;  // of google.rpc.Code
  struct OfMethod {
    std::array<prometheus::Counter*, kCodes> by_code{};
    prometheus::Histogram* seconds = nullptr;
  };

  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Gauge* in_flight_ = nullptr;
  absl::flat_hash_map<const Method*, OfMethod> methods_;  // immutable after construction
};

// Serves /metrics, and a line about the process everywhere else.
class MetricsEndpoint {
 public:
  // `listen` is HOST:PORT; port 0 takes a free one.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Start(const std::string& listen, const std::string& landing,
                                                                std::shared_ptr<prometheus::Registry> registry);
  ~MetricsEndpoint();
  int port() const { return port_; }

 private:
  MetricsEndpoint() = default;

  std::shared_ptr<prometheus::Registry> registry_;
  std::shared_ptr<prometheus::Registry> landing_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::string host_;
  int port_ = 0;
};

}  // namespace casehub::host
