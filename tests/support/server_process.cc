#include "tests/support/server_process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <utility>

namespace casehub::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kReadyLimit{60};
constexpr seconds kEndLimit{60};
constexpr milliseconds kLook{2};  // between two looks at what a process has printed
constexpr char kReady[] = "ready on ";

// The address in "ready on HOST:PORT"; empty while that line is not there.
std::string ReadyAddress(const std::string& printed) {
  const size_t at = printed.find(kReady);
  const size_t end = at == std::string::npos ? at : printed.find('\n', at);
  if (end == std::string::npos) return "";
  return printed.substr(at + sizeof kReady - 1, end - at - (sizeof kReady - 1));
}

}  // namespace

ServerProcess::ServerProcess(Options options) : options_(std::move(options)) {}

std::vector<std::string> ServerProcess::Command() const {
  std::vector<std::string> command = {
      ProgramPath("casehub"), "--data", options_.data, "--listen", address_.empty() ? "127.0.0.1:0" : address_,
      "--metrics-listen",     ""};
  command.insert(command.end(), options_.extra_flags.begin(), options_.extra_flags.end());
  return command;
}

void ServerProcess::Start() {
  process_ = std::make_unique<ChildProcess>(Command());
  const auto limit = steady_clock::now() + kReadyLimit;
  while (steady_clock::now() < limit) {
    const auto ended = process_->Wait(kLook);
    const std::string address = ReadyAddress(process_->out());
    if (!address.empty()) {
      address_ = address;
      return;
    }
    if (!ended) continue;
    FAIL() << "the server ended with " << *ended << " before it served:\n" << process_->err();
  }
  FAIL() << "the server does not serve after " << kReadyLimit.count() << " s:\n" << process_->err();
}

int ServerProcess::StartExpectingExit(seconds limit) {
  process_ = std::make_unique<ChildProcess>(Command());
  if (const auto ended = process_->Wait(limit)) return *ended;
  ADD_FAILURE() << "the server still runs after " << limit.count() << " s:\n" << process_->err();
  Kill();
  return -1;
}

void ServerProcess::Kill() {
  if (process_) process_->Kill();
}

int ServerProcess::Terminate() {
  if (!running()) {
    ADD_FAILURE() << "there is no process to terminate:\n" << stderr_text();
    return -1;
  }
  process_->Signal(SIGTERM);
  if (const auto ended = process_->Wait(kEndLimit)) return *ended;
  ADD_FAILURE() << "the server does not end within " << kEndLimit.count() << " s of SIGTERM:\n" << process_->err();
  Kill();
  return -1;
}

std::vector<std::string> CasectlCommand(const std::string& address, std::vector<std::string> args) {
  std::vector<std::string> command = {ProgramPath("casectl"), "--server", address, "--lang", "en", "--output", "json"};
  command.insert(command.end(), std::make_move_iterator(args.begin()), std::make_move_iterator(args.end()));
  return command;
}

CommandResult RunCasectl(const std::string& address, std::vector<std::string> args, seconds limit) {
  ChildProcess process(CasectlCommand(address, std::move(args)));
  const auto ended = process.Wait(limit);
  if (!ended) {
    process.Kill();
    ADD_FAILURE() << "casectl still runs after " << limit.count() << " s: " << process.err();
  }
  return {ended.value_or(-1), process.out(), process.err()};
}

}  // namespace casehub::testing
