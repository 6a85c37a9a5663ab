// import_xes and import_beside_commands: the importer against a bare parse, and what it does to other callers.
#include <expat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "bench/load/bench.h"
#include "bench/load/load.h"
#include "bench/load/process.h"
#include "bench/load/requests.h"

namespace casehub::bench {
namespace {

double BareParseSeconds(const std::string& path) {
  const double start = Now();
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) {
    std::fprintf(stderr, "cannot open %s\n", path.c_str());
    std::exit(1);
  }
  XML_Parser parser = XML_ParserCreate(nullptr);
  static char buffer[1 << 16];
  for (;;) {
    const int n = gzread(file, buffer, sizeof buffer);
    if (n < 0 || XML_Parse(parser, buffer, n, n == 0) == XML_STATUS_ERROR) std::exit(1);
    if (n == 0) break;
  }
  XML_ParserFree(parser);
  gzclose(file);
  return Now() - start;
}

double ImportSeconds(const std::string& address, const std::string& file, const std::string& municipality,
                     const std::string& source) {
  const double start = Now();
  const pid_t pid = fork();
  if (pid == 0) {
    if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
    const std::string casectl = BinaryPath("casectl");
    execl(casectl.c_str(), casectl.c_str(), "--server", address.c_str(), "import", "--format", "xes", "--municipality",
          municipality.c_str(), "--source", source.c_str(), file.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::fprintf(stderr, "import ended with status %d\n", WEXITSTATUS(status));
    std::exit(1);
  }
  return Now() - start;
}

LoadResult SteadyCommands(const std::string& address, double seconds, uint64_t first) {
  LoadOptions load;
  load.address = address;
  load.method = "/casehub.intake.v1.IntakeService/RegisterContact";
  load.in_flight = 256;
  load.seconds = seconds;
  load.per_second = 200;
  load.request = [=](uint64_t i) { return NewContact(first + i, 8); };
  return RunLoad(load);
}

}  // namespace

Figures ImportXes(const Scale& scale) {
  if (scale.input.empty()) {
    std::fprintf(stderr, "  skipped: needs --input DIR with bpic15/BPIC15_1.xes.gz\n");
    return {};
  }
  const std::string file = scale.input + "/bpic15/BPIC15_1.xes.gz";
  std::vector<double> ratios, values, bases;
  for (int round = 0; round < scale.rounds; ++round) {
    const double bare = BareParseSeconds(file);
    ScratchFolder data;
    Process server(Server(data.path()));
    const double ours = ImportSeconds(server.address(), file, "330800", "bpic15");
    ratios.push_back(bare / ours);
    values.push_back(ours);
    bases.push_back(bare);
  }
  return {{"import_xes", Median(values), "s", Median(bases), Median(ratios)}};
}

Figures ImportBesideCommands(const Scale& scale) {
  if (scale.input.empty()) {
    std::fprintf(stderr, "  skipped: needs --input DIR with bpic15/BPIC15_1.xes.gz\n");
    return {};
  }
  const std::string file = scale.input + "/bpic15/BPIC15_3.xes.gz";
  std::vector<double> ratios, with, without;
  for (int round = 0; round < scale.rounds; ++round) {
    ScratchFolder data;
    Process server(Server(data.path()));
    const double quiet = SteadyCommands(server.address(), 5, 0).p99_micros;
    bool stop = false;
    std::thread importer([&] {
      for (int i = 0; !stop; ++i) ImportSeconds(server.address(), file, "330800", "bpic15-" + std::to_string(i));
    });
    const double busy = SteadyCommands(server.address(), 5, 1'000'000).p99_micros;
    stop = true;
    importer.join();
    ratios.push_back(quiet / busy);
    with.push_back(busy);
    without.push_back(quiet);
  }
  return {{"import_beside_commands", Median(with), "us p99", Median(without), Median(ratios)}};
}

}  // namespace casehub::bench
