// A municipality's ledger as casectl shows it to the outside: exported, checked online and offline, read entry by
// entry.
//
// Threads     One thread, the test's main one: it runs casectl (server_process.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace casehub::testing {

struct LedgerEntry {
  uint64_t sequence = 0;
  std::string case_id, service, type;
  int64_t recorded_at_micros = 0;
  nlohmann::json event;  // what happened: the member of the envelope's oneof
  std::string hash, previous_hash;
};

struct Ledger {
  std::string municipality;
  std::vector<LedgerEntry> entries;

  uint64_t Count(const std::string& type) const;
  // Entries of each case, in order.
  std::map<std::string, std::vector<const LedgerEntry*>> ByCase() const;
};

// Exports the ledger with casectl. Fails the test unless the sequence is dense from 1 and each entry continues the one
// before.
Ledger ExportDense(const std::string& address, const std::string& municipality);
// Also unless casectl verifies it, online and, with the seals and the key, offline in `folder`.
Ledger ExportVerified(const std::string& address, const std::string& municipality, const std::filesystem::path& folder);
// Fails the test unless the ledger, as it is now, is what each service's projection says when it is built anew from
// the log (casectl store verify).
void ExpectStoresEqualTheLog(const std::string& address);

}  // namespace casehub::testing
