// The simulator itself: the same seed is the same world, and the outside face is as promised.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/simulation/runner.h"

namespace casehub::simulation {
namespace {

struct CallResult {
  int exit_status = -1;
  std::string output;
  std::string last_line;
};

CallResult Call(const std::string& arguments) {
  const char* bin = std::getenv("CASEHUB_BIN");
  CallResult run;
  FILE* pipe = popen((std::string(bin == nullptr ? "." : bin) + "/casehub-sim " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return run;
  char buffer[4096];
  while (std::fgets(buffer, sizeof(buffer), pipe) != nullptr) {
    run.output += buffer;
    run.last_line = buffer;
  }
  run.exit_status = WEXITSTATUS(pclose(pipe));
  return run;
}

TEST(Simulator, TheSameSeedIsTheSameWorld) {
  RunOptions options;
  options.first_seed = 14;
  options.last_seed = 21;
  options.events = 800;
  options.workers = 1;
  const RunResult first = RunSeeds(options);
  options.workers = 3;
  const RunResult second = RunSeeds(options);
  EXPECT_EQ(first.trace, second.trace);
  EXPECT_EQ(first.counts.Serialize(), second.counts.Serialize());
  options.first_seed = 15;
  EXPECT_NE(RunSeeds(options).trace, first.trace);
}

TEST(Simulator, CountsSurviveThePipe) {
  Counts counts;
  counts.seeds = 3;
  counts.events = 5;
  counts.faults["call lost"] = 7;
  counts.commands["GetCase"] = 8;
  counts.refusals["NOT_OWNER"] = 9;
  counts.situations[4] = 10;
  EXPECT_EQ(Counts::Parse(counts.Serialize()).Serialize(), counts.Serialize());
  EXPECT_FALSE(counts.Missing().empty());
}

TEST(Simulator, SaysOkInItsLastLine) {
  const CallResult run = Call("--seeds 1..2 --events 300 --quiet");
  EXPECT_EQ(run.exit_status, 0) << run.output;
  EXPECT_EQ(run.last_line.rfind("sim ok: 2 seeds, ", 0), 0u) << run.output;
  EXPECT_NE(run.last_line.find(" events, 0 violations\n"), std::string::npos) << run.output;
}

TEST(Simulator, NamesTheFindingAndHowToRepeatIt) {
  const CallResult run = Call("--seeds 1..40 --events 600 --plant dedup_skipped --quiet");
  EXPECT_EQ(run.exit_status, 1) << run.output;
  EXPECT_EQ(run.last_line.rfind("violation ", 0), 0u) << run.output;
  const size_t command = run.output.find("./dev sim --seeds ");
  ASSERT_NE(command, std::string::npos) << run.output;
  const size_t start = command + std::string("./dev sim").size();
  const CallResult again = Call(run.output.substr(start, run.output.find('\n', command) - start) + " --quiet");
  EXPECT_EQ(again.last_line, run.last_line);
}

TEST(Simulator, RefusesBadUsage) {
  for (const char* arguments : {"--seeds 0..3", "--seeds 5..3", "--seeds", "--seeds a..b", "--events 0", "--plant moon",
                                "--nonsense", "--workers 0"}) {
    const CallResult run = Call(arguments);
    EXPECT_EQ(run.exit_status, 2) << arguments << ": " << run.output;
    EXPECT_NE(run.output.find("usage: "), std::string::npos) << run.output;
  }
}

TEST(Simulator, ListsItsPlants) {
  const CallResult run = Call("--plant list");
  EXPECT_EQ(run.exit_status, 0);
  for (const Planted& planted : AllPlants()) {
    EXPECT_NE(run.output.find(planted.name), std::string::npos) << planted.name;
  }
}

}  // namespace
}  // namespace casehub::simulation
