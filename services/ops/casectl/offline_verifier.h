// Checks an exported ledger against its seals and the public key, with no server at hand: the chain of hashes from the
// first entry on, and each signed head. Reads the export as a stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/ops/xes/language.h"

namespace casehub::casectl {

struct ExportFiles {
  std::string municipality;
  std::string entries;  // what `ledger export` printed
  std::string seals;    // what `ledger seals` printed
  std::string key;      // what `ledger key` printed
};

struct Verdict {
  std::optional<Bilingual> unusable;  // a file cannot be read or is not what it should be
  uint64_t entries = 0;
  std::string head;                 // hash of the last entry
  uint64_t sealed = 0;              // the last entry that a good seal covers
  std::vector<Bilingual> problems;  // entries changed, missing, reordered, cut short; seals that do not fit
};

Verdict VerifyExport(const ExportFiles& files);

}  // namespace casehub::casectl
