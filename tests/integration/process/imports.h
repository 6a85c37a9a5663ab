// Imports of line systems through casectl, undisturbed and with the server or casectl killed anywhere in them.
//
// Threads     One thread, the test's main one.
#pragma once

#include <cstdint>
#include <string>

namespace casehub::testing {

struct Source {
  std::string file;
  std::string municipality, name;
  uint64_t cases = 0, events = 0, duplicates = 0, rejected = 0;  // that it is known to hold
  std::string format = "xes";
  std::string map = {};  // a file; empty: none
};

// Fails the test unless an undisturbed import counts what the source holds and a second one adds nothing; and unless,
// in each of `rounds` with `kills` of server and casectl at random places, the import ends in the same ledger, entry by
// entry, whose chain verifies.
void ImportUndisturbedAndKilled(const Source& source, int rounds, int kills);

}  // namespace casehub::testing
