// What the simulator itself cannot go on without: a folder, a pipe, a store that opens.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace casehub::simulation {

inline void Require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "casehub-sim cannot go on: %s\n", what.c_str());
  std::abort();
}

}  // namespace casehub::simulation
