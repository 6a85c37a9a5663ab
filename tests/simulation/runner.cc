#include "tests/simulation/runner.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/simulation/require.h"

namespace casehub::simulation {
namespace {

// Shared by the workers: which seed is next, and from which seed on nothing needs to run any more.
struct Shared {
  std::atomic<uint64_t> next{0};
  std::atomic<uint64_t> found{UINT64_MAX};
  std::atomic<uint64_t> running[64] = {};  // by worker: its seed, for when it dies
};

struct Worker {
  pid_t pid = 0;
  int output = -1;
};

std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\t', ' ');
  return text;
}

void Send(int fd, const std::string& text) {
  size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = write(fd, text.data() + sent, text.size() - sent);
    Require(n > 0, "writing to a pipe");
    sent += static_cast<size_t>(n);
  }
}

// Runs seeds until none is left; what it counted and found goes through the pipe.
void Work(const RunOptions& options, const std::string& folder, Shared* shared, int index, int output) {
  Counts counts;
  std::string lines;
  Hash128 traces;
  for (;;) {
    const uint64_t seed = shared->next.fetch_add(1);
    if (seed > options.last_seed || seed > shared->found) break;
    shared->running[index] = seed;
    SeedPlan plan = PlanOf(seed, options.events, options.planted, folder);
    plan.verbose = options.verbose;
    Outcome outcome = RunWorld(plan);
    counts.Add(outcome.counts);
    // Any order of seeds gives the same sum.
    traces.high += storage::Chain(outcome.trace, {seed, seed}).high;
    traces.low += storage::Chain(outcome.trace, {seed, seed}).low;
    if (!outcome.violation) continue;
    uint64_t known = shared->found;
    while (seed < known && !shared->found.compare_exchange_weak(known, seed)) {
    }
    absl::StrAppend(&lines, "v\t", seed, "\t", outcome.violation->name, "\t", OneLine(outcome.violation->text), "\n");
  }
  shared->running[index] = 0;
  absl::StrAppend(&lines, "h\t", traces.high, "\t", traces.low, "\t\n");
  Send(output, lines + counts.Serialize());
}

void TakeLine(const std::string& line, RunResult* result) {
  const std::vector<std::string> parts = absl::StrSplit(line, '\t');
  if (parts.size() != 4) return;
  uint64_t first = 0;
  if (!absl::SimpleAtoi(parts[1], &first)) return;
  if (parts[0] == "v" && (!result->finding || first < result->finding->seed)) {
    result->finding = Finding{first, parts[2], parts[3]};
  }
  uint64_t second = 0;
  if (parts[0] == "h" && absl::SimpleAtoi(parts[2], &second)) {
    result->trace.high += first;
    result->trace.low += second;
  }
}

std::string ReadAll(int fd) {
  std::string all;
  char buffer[4096];
  ssize_t n = 0;
  while ((n = read(fd, buffer, sizeof(buffer))) > 0) all.append(buffer, static_cast<size_t>(n));
  close(fd);
  return all;
}

Worker StartWorker(const RunOptions& options, const std::string& folder, Shared* shared, int index) {
  int ends[2];
  Require(pipe(ends) == 0, "opening a pipe");
  std::fflush(nullptr);
  const pid_t pid = fork();
  Require(pid >= 0, "starting a worker");
  if (pid == 0) {
    close(ends[0]);
    Work(options, folder, shared, index, ends[1]);
    close(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  return {pid, ends[0]};
}

}  // namespace

RunResult RunSeeds(const RunOptions& options) {
  // Memory rather than disk, where there is such a place: what is tested is the code, not the device.
  const bool in_memory = access("/dev/shm", W_OK) == 0;
  const std::string base = in_memory ? "/dev/shm" : std::filesystem::temp_directory_path().string();
  const std::string folder = absl::StrCat(base, "/casehub-sim.", getpid());
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Require(memory != MAP_FAILED, "sharing memory");
  Shared* shared = new (memory) Shared();
  shared->next = options.first_seed;
  const int processors = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int count = std::clamp(options.workers > 0 ? options.workers : processors, 1, 64);
  std::vector<Worker> workers;
  for (int i = 0; i < count; ++i) workers.push_back(StartWorker(options, folder, shared, i));
  RunResult result;
  for (int i = 0; i < count; ++i) {
    const std::string text = ReadAll(workers[static_cast<size_t>(i)].output);
    int status = 0;
    waitpid(workers[static_cast<size_t>(i)].pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      TakeLine(absl::StrCat("v\t", shared->running[i].load(), "\tcrash\tthe worker died, status ", status), &result);
    }
    const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
    for (const std::string& line : lines) TakeLine(line, &result);
    result.counts.Add(Counts::Parse(text));
  }
  munmap(memory, sizeof(Shared));
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return result;
}

}  // namespace casehub::simulation
