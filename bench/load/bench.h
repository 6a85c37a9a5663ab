// What a benchmark is: a name, a run, and figures each beside the baseline of the same run.
#pragma once

#include <string>
#include <vector>

namespace casehub::bench {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  double baseline = 0;
  double ratio = 0;  // as the bar states it: higher is better
};
using Figures = std::vector<Figure>;

struct Scale {
  double seconds = 60;         // of a timed load
  int rounds = 5;              // interleaved repetitions whose median counts
  uint64_t cases = 1'000'000;  // of the large store
  std::string input;           // folder with bpic15/; empty: skip what needs it
};

Figures CommandThroughput(const Scale& scale);
Figures CommandLatency(const Scale& scale);
Figures LifecycleThroughput(const Scale& scale);
Figures Flatness(const Scale& scale);  // also rebuild, memory and restart: they need the same large store
Figures ImportXes(const Scale& scale);
Figures ImportBesideCommands(const Scale& scale);

// Used by Flatness: seconds to bulk-load the rows a service has in a store into a bare RocksDB.
double BareBulkLoadSeconds(const std::string& data_folder, const std::string& service);

}  // namespace casehub::bench
