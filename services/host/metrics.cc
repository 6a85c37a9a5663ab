#include "services/host/metrics.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"

namespace casehub::host {
namespace {

constexpr size_t kHttpThreads = 1;

// 100 µs to 10 s.
const prometheus::Histogram::BucketBoundaries kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                          0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

constexpr std::array<const char*, 17> kCodeNames = {
    "OK",        "CANCELLED",       "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS",  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",    "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED",
};

// Connects and hangs up.
void Touch(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* address = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &address) != 0) return;
  const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0) {
    // The attempt is enough: its outcome does not matter.
    [[maybe_unused]] const int ignored = connect(fd, address->ai_addr, address->ai_addrlen);
    close(fd);
  }
  freeaddrinfo(address);
}

}  // namespace

CallMetrics::CallMetrics(const Catalogue& catalogue) : registry_(std::make_shared<prometheus::Registry>()) {
  auto& calls = prometheus::BuildCounter()
                    .Name("casehub_calls_total")
                    .Help("Calls answered, by method and code.")
                    .Register(*registry_);
  auto& seconds = prometheus::BuildHistogram()
                      .Name("casehub_call_seconds")
                      .Help("From the arrival of a call to its answer.")
                      .Register(*registry_);
  in_flight_ = &prometheus::BuildGauge()
                    .Name("casehub_calls_in_flight")
                    .Help("Calls that wait for their answer.")
                    .Register(*registry_)
                    .Add({});
  for (const auto* service : catalogue.services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string& name = service->method(i)->full_name();
      OfMethod of_method;
      for (size_t code = 0; code < kCodes; ++code) {
        of_method.by_code[code] = &calls.Add({{"method", name}, {"code", kCodeNames[code]}});
      }
      of_method.seconds = &seconds.Add({{"method", name}}, kSeconds);
      methods_[catalogue.Find(name)] = of_method;
    }
  }
}

void CallMetrics::Finished(const Method& method, int code, Clock::time_point started_at) {
  in_flight_->Decrement();
  const auto it = methods_.find(&method);
  if (it == methods_.end()) return;
  it->second.by_code[static_cast<size_t>(code) < kCodes ? static_cast<size_t>(code) : 2]->Increment();
  it->second.seconds->Observe(std::chrono::duration<double>(Clock::now() - started_at).count());
}

MetricsEndpoint::~MetricsEndpoint() {
  if (exposer_ == nullptr || port_ == 0) return;
  // The HTTP server notices that it should stop when a connection comes or its two-second poll ends: one is made for
  // it, again until it has stopped, since it may come before the server was told.
  constexpr std::chrono::milliseconds kBetweenTouches{10};
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
  std::thread waker([&] {
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, kBetweenTouches, [&] { return stopped; })) Touch(host_, port_);
  });
  exposer_.reset();
  {
    std::lock_guard lock(mutex);
    stopped = true;
  }
  changed.notify_one();
  waker.join();
}

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Start(
    const std::string& listen, const std::string& landing, std::shared_ptr<prometheus::Registry> registry) {
  std::unique_ptr<MetricsEndpoint> endpoint(new MetricsEndpoint());
  endpoint->registry_ = std::move(registry);
  endpoint->host_ = listen.substr(0, listen.rfind(':'));
  endpoint->landing_ = std::make_shared<prometheus::Registry>();
  prometheus::BuildGauge().Name("casehub_up").Help(landing).Register(*endpoint->landing_).Add({}).Set(1);
  try {
    endpoint->exposer_ = std::make_unique<prometheus::Exposer>(listen, kHttpThreads);
    endpoint->exposer_->RegisterCollectable(endpoint->registry_);
    endpoint->exposer_->RegisterCollectable(endpoint->landing_, "/");
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat("cannot serve metrics on ", listen, ": ", error.what()));
  }
  const auto ports = endpoint->exposer_->GetListeningPorts();
  if (ports.empty()) return absl::UnavailableError(absl::StrCat("cannot serve metrics on ", listen));
  endpoint->port_ = ports.front();
  return endpoint;
}

}  // namespace casehub::host
