// One thread of a child process that stands still, as it does when the disk below it hangs, while the others go on.
//
// Threads     Made and ended by the thread that started the process.
#pragma once

#include <sys/types.h>

#include <string>

namespace casehub::testing {

class StoppedThread {
 public:
  // Stops the thread of this name (/proc/PID/task/TID/comm).
  StoppedThread(pid_t process, const std::string& name);
  // Lets it go on.
  ~StoppedThread();
  StoppedThread(const StoppedThread&) = delete;
  StoppedThread& operator=(const StoppedThread&) = delete;

  // Why nothing is stopped; empty if it is.
  const std::string& problem() const { return problem_; }

 private:
  pid_t thread_ = -1;
  std::string problem_;
};

}  // namespace casehub::testing
