#include "tests/support/child_process.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace casehub::testing {
namespace {

// A test that cannot start its processes has nothing to say.
void Require(bool held, const char* what) {
  if (held) return;
  std::perror(what);
  std::abort();
}

std::string Contents(int file) {
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = pread(file, buffer, sizeof buffer, static_cast<off_t>(text.size()));
    if (n <= 0) return text;
    text.append(buffer, static_cast<size_t>(n));
  }
}

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  if (value != nullptr && *value != '\0') return value;
  std::fprintf(stderr, "%s is not set: ctest sets it, see cmake/CasehubTargets.cmake\n", name);
  std::abort();
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  Require(gettid() == getpid(), "a child process is started by the main thread");
  out_ = memfd_create("out", MFD_CLOEXEC);
  err_ = memfd_create("err", MFD_CLOEXEC);
  Require(out_ >= 0 && err_ >= 0, "memfd_create");
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  Require(pid_ >= 0, "fork");
  if (pid_ > 0) return;
  // Other threads may have held any lock at the fork: only system calls from here on.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  dup2(out_, STDOUT_FILENO);
  dup2(err_, STDERR_FILENO);
  execv(arguments[0], arguments.data());
  _exit(127);
}

ChildProcess::~ChildProcess() {
  Kill();
  close(out_);
  close(err_);
}

std::optional<int> ChildProcess::Wait(std::chrono::milliseconds limit) {
  if (pid_ <= 0) return status_;
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  Require(handle >= 0, "pidfd_open");
  pollfd ended{handle, POLLIN, 0};
  const bool over = poll(&ended, 1, static_cast<int>(limit.count())) == 1;
  close(handle);
  if (!over) return std::nullopt;
  int status = 0;
  Require(waitpid(pid_, &status, 0) == pid_, "waitpid");
  pid_ = -1;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

void ChildProcess::Signal(int signal) {
  if (pid_ <= 0) return;
  kill(pid_, signal);
  siginfo_t info{};
  if (signal == SIGSTOP) Require(waitid(P_PID, pid_, &info, WSTOPPED | WEXITED | WNOWAIT) == 0, "waitid");
}

void ChildProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  int status = 0;
  Require(waitpid(pid_, &status, 0) == pid_, "waitpid");
  pid_ = -1;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ChildProcess::out() const { return Contents(out_); }
std::string ChildProcess::err() const { return Contents(err_); }

std::string ProgramPath(const std::string& name) { return FromEnvironment("CASEHUB_BIN") + "/" + name; }
std::string SourcePath(const std::string& relative) { return FromEnvironment("CASEHUB_SOURCE") + "/" + relative; }

}  // namespace casehub::testing
