// casehub-sim [--seeds A..B] [--events N] [--plant BUG] [--workers N] [--quiet] [--trace-hash] [--verbose]
//
// The last line is `sim ok: S seeds, E events, 0 violations` (exit status 0), or `violation NAME seed N` (exit status
// 1) with the command that repeats it above. Exit status 2: bad usage.
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/simulation/runner.h"

namespace casehub::simulation {
namespace {

constexpr uint64_t kSeedsForAllSituations = 300;
constexpr uint64_t kEventsMax = 1'000'000;

struct Arguments {
  RunOptions run;
  bool quiet = false;
  bool trace_hash = false;
  bool list_plants = false;
};

int Usage(const std::string& problem) {
  std::cerr << "error: " << problem << "\n"
            << "usage: casehub-sim [--seeds A..B] [--events N] [--plant BUG|list] [--workers N] [--quiet] "
               "[--trace-hash] [--verbose]\n";
  return 2;
}

bool ParseSeeds(const std::string& text, RunOptions* run) {
  const size_t dots = text.find("..");
  const std::string first = text.substr(0, dots);
  const std::string last = dots == std::string::npos ? first : text.substr(dots + 2);
  return absl::SimpleAtoi(first, &run->first_seed) && absl::SimpleAtoi(last, &run->last_seed) && run->first_seed >= 1 &&
         run->first_seed <= run->last_seed && run->last_seed < UINT64_MAX;
}

// nullopt: the arguments are good; otherwise what is wrong with them.
std::optional<std::string> Parse(int argc, char** argv, Arguments* arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--quiet") {
      arguments->quiet = true;
      continue;
    }
    if (flag == "--trace-hash") {
      arguments->trace_hash = true;
      continue;
    }
    if (flag == "--verbose") {
      arguments->run.verbose = true;
      continue;
    }
    if (flag != "--seeds" && flag != "--events" && flag != "--plant" && flag != "--workers") {
      return absl::StrCat("unknown argument '", flag, "'");
    }
    if (i + 1 == argc) return absl::StrCat(flag, " needs a value");
    const std::string value = argv[++i];
    if (flag == "--seeds" && !ParseSeeds(value, &arguments->run)) return "--seeds takes A..B with 1 <= A <= B";
    if (flag == "--events" && (!absl::SimpleAtoi(value, &arguments->run.events) || arguments->run.events < 1 ||
                               arguments->run.events > kEventsMax)) {
      return absl::StrCat("--events takes 1 to ", kEventsMax);
    }
    if (flag == "--workers" && (!absl::SimpleAtoi(value, &arguments->run.workers) || arguments->run.workers < 1 ||
                                arguments->run.workers > 64)) {
      return "--workers takes 1 to 64";
    }
    if (flag == "--plant" && value == "list") {
      arguments->list_plants = true;
    } else if (flag == "--plant") {
      arguments->run.planted = FindPlant(value);
      if (arguments->run.planted == nullptr) return absl::StrCat("no planted bug '", value, "': see --plant list");
    }
  }
  return std::nullopt;
}

void ListPlants() {
  for (const Planted& planted : AllPlants()) {
    std::cout << planted.name << std::string(planted.name.size() < 26 ? 26 - planted.name.size() : 1, ' ')
              << planted.what << "\n";
  }
}

int Report(const Arguments& arguments, const RunResult& result) {
  if (result.finding) {
    std::cout << result.finding->text << "\n"
              << "repeat with: ./dev sim --seeds " << result.finding->seed << ".." << result.finding->seed
              << " --events " << arguments.run.events;
    if (arguments.run.planted != nullptr) std::cout << " --plant " << arguments.run.planted->name;
    std::cout << "\nviolation " << result.finding->name << " seed " << result.finding->seed << "\n";
    return 1;
  }
  const bool all_expected = arguments.run.planted == nullptr && result.counts.seeds >= kSeedsForAllSituations;
  const auto missing = all_expected ? result.counts.Missing() : std::vector<std::string>();
  for (const std::string& name : missing) std::cout << "never happened: " << name << "\n";
  if (!missing.empty()) {
    std::cout << "violation never_happened seed " << arguments.run.first_seed << "\n";
    return 1;
  }
  std::cout << "sim ok: " << result.counts.seeds << " seeds, " << result.counts.events << " events, 0 violations\n";
  return 0;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  if (auto problem = Parse(argc, argv, &arguments)) return Usage(*problem);
  if (arguments.list_plants) {
    ListPlants();
    return 0;
  }
  const RunResult result = RunSeeds(arguments.run);
  if (!arguments.quiet) result.counts.Print(std::cout);
  if (arguments.trace_hash) {
    std::cout << "trace "
              << absl::StrCat(absl::Hex(result.trace.high, absl::kZeroPad16),
                              absl::Hex(result.trace.low, absl::kZeroPad16))
              << "\n";
  }
  return Report(arguments, result);
}

}  // namespace
}  // namespace casehub::simulation

int main(int argc, char** argv) { return casehub::simulation::Main(argc, argv); }
