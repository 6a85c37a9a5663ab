// One thread that does what neither a gRPC thread nor a partition's thread should wait for: opening sealed replies.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace casehub::host {

class Worker {
 public:
  Worker();
  // Does what was posted before, then ends.
  ~Worker();

  // From any thread. Bounded by the calls in flight: each posts once.
  void Post(std::function<void()> work);

 private:
  void Loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace casehub::host
