#include "bench/load/load.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace casehub::bench {
namespace {

using Clock = std::chrono::steady_clock;

class Runner {
 public:
  explicit Runner(const LoadOptions& options)
      : options_(options), stubs_(MakeStubs(options.address, options.in_flight > 1 ? 2 : 1)) {
    latencies_.reserve(1 << 20);
  }

  LoadResult Run() {
    start_ = Clock::now();
    if (options_.per_second > 0) {
      RunSchedule();
    } else {
      for (int i = 0; i < options_.in_flight; ++i) Start();
    }
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return running_ == 0; });
    result_.seconds = std::chrono::duration<double>(end_ - start_).count();
    result_.per_second = static_cast<double>(result_.ok) / result_.seconds;
    std::sort(latencies_.begin(), latencies_.end());
    if (!latencies_.empty()) {
      result_.p50_micros = latencies_[latencies_.size() / 2];
      result_.p99_micros = latencies_[latencies_.size() * 99 / 100];
    }
    return result_;
  }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    grpc::ByteBuffer response;
    Clock::time_point started;
    uint64_t number = 0;
  };

  // Starts are on time whatever the answers do, so that a stall is seen by all the calls it delays.
  void RunSchedule() {
    const auto step =
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / options_.per_second));
    {
      std::lock_guard lock(mutex_);
      ++running_;  // this schedule
    }
    for (auto at = start_; std::chrono::duration<double>(at - start_).count() < options_.seconds; at += step) {
      std::unique_lock lock(mutex_);
      schedule_.wait_until(lock, at, [] { return false; });
      lock.unlock();
      Start();
    }
    std::lock_guard lock(mutex_);
    --running_;
    done_.notify_all();
  }

  bool MayStart(uint64_t number) const {
    if (options_.calls > 0 && number >= options_.calls) return false;
    if (options_.per_second > 0 || options_.seconds <= 0) return true;
    return std::chrono::duration<double>(Clock::now() - start_).count() < options_.seconds;
  }

  void Start() {
    const uint64_t number = next_.fetch_add(1);
    {
      std::lock_guard lock(mutex_);
      ++running_;
    }
    if (!MayStart(number)) {
      Leave();
      return;
    }
    Issue(number);
  }

  void Issue(uint64_t number) {
    auto* call = new Call;
    call->number = number;
    grpc::Slice slice(options_.request(number));
    call->request = grpc::ByteBuffer(&slice, 1);
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    call->started = Clock::now();
    stubs_[number % stubs_.size()]->UnaryCall(&call->context, options_.method, grpc::StubOptions(), &call->request,
                                              &call->response,
                                              [this, call](grpc::Status status) { Done(call, status); });
  }

  void Done(Call* call, const grpc::Status& status) {
    const auto now = Clock::now();
    const double micros = std::chrono::duration<double, std::micro>(now - call->started).count();
    if (status.ok() && options_.reply) options_.reply(call->number, BytesOf(call->response));
    delete call;
    {
      std::lock_guard lock(mutex_);
      end_ = now;
      if (status.ok()) {
        ++result_.ok;
        latencies_.push_back(micros);
      } else {
        if (result_.failed++ == 0) result_.first_failure = status.error_message();
      }
    }
    if (options_.per_second == 0) {
      const uint64_t number = next_.fetch_add(1);
      if (MayStart(number)) {
        Issue(number);
        return;
      }
    }
    Leave();
  }

  void Leave() {
    std::lock_guard lock(mutex_);
    if (--running_ == 0) done_.notify_all();
  }

  const LoadOptions& options_;
  const std::vector<std::unique_ptr<grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>>> stubs_;
  std::atomic<uint64_t> next_{0};
  Clock::time_point start_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::condition_variable schedule_;
  int running_ = 0;
  Clock::time_point end_;
  LoadResult result_;
  std::vector<double> latencies_;
};

}  // namespace

LoadResult RunLoad(const LoadOptions& options) { return Runner(options).Run(); }

std::vector<std::unique_ptr<grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>>> MakeStubs(
    const std::string& address, int connections) {
  std::vector<std::unique_ptr<grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>>> stubs;
  for (int i = 0; i < connections; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("casehub.bench.channel", i);
    arguments.SetMaxReceiveMessageSize(8 << 20);
    stubs.push_back(std::make_unique<grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>>(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
  }
  return stubs;
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  (void)buffer.Dump(&slices);
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

}  // namespace casehub::bench
