#include "bench/load/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace casehub::bench {
double Now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

Process::Process(const std::vector<std::string>& command, double seconds) {
  int pipe_fds[2];
  if (pipe(pipe_fds) != 0) {
    std::perror("pipe");
    std::exit(1);
  }
  pid_ = fork();
  if (pid_ == 0) {
    dup2(pipe_fds[1], STDOUT_FILENO);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    std::perror(arguments[0]);
    _exit(127);
  }
  close(pipe_fds[1]);
  out_ = pipe_fds[0];
  const double start = Now();
  std::string text;
  while (Now() - start < seconds) {
    pollfd poll_fd{out_, POLLIN, 0};
    if (poll(&poll_fd, 1, 100) <= 0) continue;
    char buffer[512];
    const ssize_t n = read(out_, buffer, sizeof buffer);
    if (n <= 0) break;
    text.append(buffer, static_cast<size_t>(n));
    const size_t at = text.find("ready on ");
    const size_t end = at == std::string::npos ? at : text.find('\n', at);
    if (end == std::string::npos) continue;
    address_ = text.substr(at + 9, end - at - 9);
    seconds_to_ready_ = Now() - start;
    return;
  }
  std::fprintf(stderr, "%s did not get ready in %.0f s\n", command[0].c_str(), seconds);
  kill(pid_, SIGKILL);
  std::exit(1);
}

Process::~Process() { Stop(); }

void Process::Stop() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  GoOn();
  waitpid(pid_, nullptr, 0);
  close(out_);
  pid_ = -1;
}

void Process::StandStill() { kill(pid_, SIGSTOP); }

void Process::GoOn() { kill(pid_, SIGCONT); }

double Process::ResidentMib() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  long total = 0, resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

double Process::CpuSeconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const size_t after_name = text.rfind(')');
  if (after_name == std::string::npos) return 0;
  long user = 0, system = 0;
  std::sscanf(text.c_str() + after_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system);
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

ScratchFolder::ScratchFolder() {
  std::filesystem::create_directories("var/bench");
  char name[] = "var/bench/run-XXXXXX";
  if (mkdtemp(name) == nullptr) {
    std::perror("mkdtemp");
    std::exit(1);
  }
  path_ = std::filesystem::absolute(name).string();
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string BinaryPath(const std::string& name) { return std::filesystem::absolute("build/bin/" + name).string(); }

std::vector<std::string> Server(const std::string& data) {
  return {BinaryPath("casehub"), "--data", data, "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"};
}

double Median(std::vector<double> values) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace casehub::bench
