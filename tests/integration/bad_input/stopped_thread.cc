#include "tests/integration/bad_input/stopped_thread.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace casehub::testing {
namespace {

pid_t FindThread(pid_t process, const std::string& name) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::string found;
    std::ifstream comm(task.path() / "comm");
    if (std::getline(comm, found) && found == name) return std::stoi(task.path().filename());
  }
  return -1;
}

}  // namespace

StoppedThread::StoppedThread(pid_t process, const std::string& name) {
  thread_ = FindThread(process, name);
  if (thread_ < 0) {
    problem_ = "the server has no thread " + name;
  } else if (ptrace(PTRACE_SEIZE, thread_, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, thread_, 0, 0) != 0) {
    problem_ = std::string("a thread of the server cannot be stopped here: ") + std::strerror(errno);
    thread_ = -1;
  } else {
    int status = 0;
    waitpid(thread_, &status, __WALL);
  }
}

StoppedThread::~StoppedThread() {
  if (thread_ > 0) ptrace(PTRACE_DETACH, thread_, 0, 0);
}

}  // namespace casehub::testing
