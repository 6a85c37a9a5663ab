// Writes rows back on a thread of its own, so that folding goes on while a store takes its time.
//
// Threads     Post, Take and Finish from one thread. `on_done` is called from the writer's, after each write.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "services/runtime/turn.h"

namespace casehub::runtime {

class StoreWriter {
 public:
  using Done = std::vector<std::unique_ptr<WriteBack>>;

  explicit StoreWriter(std::function<void()> on_done);
  // Finishes what was posted.
  ~StoreWriter();

  void Post(std::unique_ptr<WriteBack> rows);
  // What was written since the last call, in order: for TurnInput::written.
  Done Take();
  // The same, once nothing is under way any more.
  Done Finish();

 private:
  void Loop();

  std::function<void()> on_done_;
  std::mutex mutex_;
  std::condition_variable posted_, written_;
  std::deque<std::unique_ptr<WriteBack>> queue_;  // the first is being written
  Done done_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace casehub::runtime
