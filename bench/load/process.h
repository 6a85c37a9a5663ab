// A child process of a benchmark: started, waited for until it serves, stopped or killed.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace casehub::bench {

class Process {
 public:
  // Starts the program and waits for its line "ready on HOST:PORT", at most `seconds`; exits the benchmark with a
  // message if it does not come.
  Process(const std::vector<std::string>& command, double seconds = 60);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  const std::string& address() const { return address_; }
  double seconds_to_ready() const { return seconds_to_ready_; }
  // Resident memory now, in MiB.
  double ResidentMib() const;
  double CpuSeconds() const;
  // SIGSTOP and SIGCONT.
  void StandStill();
  void GoOn();
  // SIGTERM, then waits for the exit.
  void Stop();

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::string address_;
  double seconds_to_ready_ = 0;
};

// A fresh folder below the bench's working folder; removed at the end of the benchmark.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The steady clock, in seconds.
double Now();
// The command that runs casehub on a data folder, on free ports.
std::vector<std::string> Server(const std::string& data);
std::string BinaryPath(const std::string& name);
// The median; NaN of nothing.
double Median(std::vector<double> values);

}  // namespace casehub::bench
