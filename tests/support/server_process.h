// The shipped server and the shipped casectl, run by a test as an operator would run them.
//
// Threads     Start and RunCasectl belong to the test's main thread (child_process.h); address() may be read by any
//             thread while no Start is under way.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace casehub::testing {

class ServerProcess {
 public:
  struct Options {
    std::string data;  // folder of log, projections and keys; it outlives every process
    std::vector<std::string> extra_flags;
  };
  explicit ServerProcess(Options options);

  // Starts it and waits until it serves; fails the test with what it printed if it does not within 60 s. On the first
  // start it takes a free port, later the same one again, so that clients find it.
  void Start();
  // Starts one that ought to end by itself; its exit status, or -1 (and a failed test) if it does not within `limit`.
  int StartExpectingExit(std::chrono::seconds limit);
  // SIGKILL; returns once it is gone.
  void Kill();
  // SIGTERM; the exit status once it is gone, or -1 (and a failed test) if it does not end within 60 s.
  int Terminate();

  // HOST:PORT, from the first Start on.
  const std::string& address() const { return address_; }
  // What the newest process printed on standard error.
  std::string stderr_text() const { return process_ ? process_->err() : ""; }
  pid_t pid() const { return process_ ? process_->pid() : -1; }
  bool running() const { return process_ && process_->running(); }

 private:
  std::vector<std::string> Command() const;

  const Options options_;
  std::string address_;
  std::unique_ptr<ChildProcess> process_;
};

struct CommandResult {
  int exit_status = -1;
  std::string out, err;
};
// Runs casectl against `address`, in English and with JSON, at most `limit`.
CommandResult RunCasectl(const std::string& address, std::vector<std::string> args,
                         std::chrono::seconds limit = std::chrono::seconds(120));
// The command line of it.
std::vector<std::string> CasectlCommand(const std::string& address, std::vector<std::string> args);

}  // namespace casehub::testing
