// ./dev bench [NAME…] [--json FILE] [--quick]
#include "bench/load/bench.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>

namespace {

using casehub::bench::Figure;
using casehub::bench::Figures;
using casehub::bench::Scale;

const std::vector<std::pair<std::string, std::function<Figures(const Scale&)>>>& Benchmarks() {
  static const std::vector<std::pair<std::string, std::function<Figures(const Scale&)>>> all = {
      {"command_throughput", casehub::bench::CommandThroughput},
      {"command_latency", casehub::bench::CommandLatency},
      {"lifecycle_rpc_throughput", casehub::bench::LifecycleThroughput},
      {"flatness_1e6", casehub::bench::Flatness},
      {"import_xes", casehub::bench::ImportXes},
      {"import_beside_commands", casehub::bench::ImportBesideCommands},
  };
  return all;
}

int Usage(const std::string& why) {
  std::cerr << why << "\nusage: ./dev bench [NAME…] [--json FILE] [--quick] [--input DIR]\nnames:";
  for (const auto& [name, run] : Benchmarks()) std::cerr << ' ' << name;
  std::cerr << "\n";
  return 2;
}

void WriteJson(const std::string& path, const Figures& figures) {
  std::ofstream file(path);
  file << "[\n";
  for (size_t i = 0; i < figures.size(); ++i) {
    const Figure& f = figures[i];
    char line[512];
    std::snprintf(line, sizeof line,
                  "  {\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"baseline\":%.6g,\"ratio\":%.4g}%s\n",
                  f.name.c_str(), f.value, f.unit.c_str(), f.baseline, f.ratio, i + 1 < figures.size() ? "," : "");
    file << line;
  }
  file << "]\n";
}

}  // namespace

int main(int argc, char** argv) {
  Scale scale;
  std::string json;
  std::vector<std::string> names;
  if (std::filesystem::exists("../shared/data/bpic15")) scale.input = "../shared/data";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--json" && i + 1 < argc) {
      json = argv[++i];
    } else if (word == "--input" && i + 1 < argc) {
      scale.input = argv[++i];
    } else if (word == "--quick") {
      scale.seconds = 5;
      scale.rounds = 1;
      scale.cases = 50'000;
    } else if (word.rfind("--", 0) == 0) {
      return Usage("unknown option " + word);
    } else {
      names.push_back(word);
    }
  }
  for (const std::string& name : names) {
    bool known = false;
    for (const auto& [known_name, run] : Benchmarks()) known = known || known_name == name;
    if (!known) return Usage("unknown benchmark " + name);
  }
  Figures all;
  for (const auto& [name, run] : Benchmarks()) {
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    std::cerr << "running " << name << "\n";
    for (Figure& figure : run(scale)) all.push_back(std::move(figure));
  }
  std::printf("%-34s %14s %-12s %14s %8s\n", "name", "value", "unit", "baseline", "ratio");
  for (const Figure& f : all) {
    std::printf("%-34s %14.6g %-12s %14.6g %8.3f\n", f.name.c_str(), f.value, f.unit.c_str(), f.baseline, f.ratio);
  }
  if (!json.empty()) WriteJson(json, all);
  return 0;
}
