// A child process of a test, with what it printed. It never outlives the test, however that ends.
//
// Threads     One thread at a time. A process is started by the test's main thread: the kernel ends a child with the
//             thread that started it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace casehub::testing {

class ChildProcess {
 public:
  // `command` is the path of the program and its arguments.
  explicit ChildProcess(const std::vector<std::string>& command);
  // Kills what still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The exit status, or 128 + the signal that ended it; nullopt if it still runs after `limit`.
  std::optional<int> Wait(std::chrono::milliseconds limit);
  // SIGSTOP: returns once all its threads stand still.
  void Signal(int signal);
  // SIGKILL; returns once it is gone.
  void Kill();

  // What it printed so far.
  std::string out() const;
  std::string err() const;
  // False once it has ended and been waited for.
  bool running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
  int out_ = -1;  // files in memory
  int err_ = -1;
};

// Where the shipped programs are: the folder CASEHUB_BIN.
std::string ProgramPath(const std::string& name);
// The sources of the project: the folder CASEHUB_SOURCE.
std::string SourcePath(const std::string& relative);

}  // namespace casehub::testing
