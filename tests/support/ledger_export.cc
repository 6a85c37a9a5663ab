#include "tests/support/ledger_export.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "absl/time/time.h"
#include "tests/support/server_process.h"

namespace casehub::testing {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

const std::string kFirstPrevious(64, '0');

std::string Run(const std::string& address, const std::vector<std::string>& args) {
  CommandResult result = RunCasectl(address, args);
  std::string line;
  for (const std::string& arg : args) line += " " + arg;
  EXPECT_EQ(result.exit_status, 0) << "casectl" << line << "\n" << result.err << result.out.substr(0, 2000);
  return std::move(result.out);
}

fs::path Write(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

int64_t Micros(const std::string& rfc3339) {
  absl::Time time;
  std::string problem;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &problem)) << rfc3339 << ": " << problem;
  return absl::ToUnixMicros(time);
}

LedgerEntry ParseEntry(const std::string& line) {
  const Json json = Json::parse(line);
  LedgerEntry entry;
  entry.sequence = json.at("sequence");
  entry.case_id = json.at("case_id");
  entry.service = json.at("service");
  entry.type = json.at("type");
  entry.recorded_at_micros = Micros(json.at("recorded_at"));
  entry.hash = json.at("hash");
  entry.previous_hash = json.at("previous_hash");
  for (const auto& [name, value] : json.at("data").items()) {
    if (name != "case_id" && name != "occurred_at") entry.event = value;
  }
  return entry;
}

Ledger Read(const std::string& municipality, const std::string& text) {
  Ledger ledger;
  ledger.municipality = municipality;
  std::istringstream lines(text);
  std::string previous = kFirstPrevious;
  for (std::string line; std::getline(lines, line);) {
    LedgerEntry entry = ParseEntry(line);
    EXPECT_EQ(entry.sequence, ledger.entries.size() + 1) << municipality << " is not dense";
    EXPECT_EQ(entry.previous_hash, previous) << municipality << " breaks at " << entry.sequence;
    previous = entry.hash;
    ledger.entries.push_back(std::move(entry));
  }
  return ledger;
}

void ExpectVerified(const std::string& report, const Ledger& ledger) {
  const Json json = Json::parse(report, nullptr, false);
  ASSERT_TRUE(json.is_object()) << report;
  EXPECT_TRUE(json.at("ok").get<bool>()) << report;
  EXPECT_EQ(json.at("entries").get<uint64_t>(), ledger.entries.size()) << report;
  const std::string& head = ledger.entries.empty() ? kFirstPrevious : ledger.entries.back().hash;
  EXPECT_EQ(json.at("head").get<std::string>(), head) << report;
}

}  // namespace

uint64_t Ledger::Count(const std::string& type) const {
  uint64_t count = 0;
  for (const LedgerEntry& entry : entries) count += entry.type == type;
  return count;
}

std::map<std::string, std::vector<const LedgerEntry*>> Ledger::ByCase() const {
  std::map<std::string, std::vector<const LedgerEntry*>> cases;
  for (const LedgerEntry& entry : entries) cases[entry.case_id].push_back(&entry);
  return cases;
}

Ledger ExportDense(const std::string& address, const std::string& municipality) {
  return Read(municipality, Run(address, {"ledger", "export", "--municipality", municipality}));
}

Ledger ExportVerified(const std::string& address, const std::string& municipality, const fs::path& folder) {
  const std::vector<std::string> of = {"--municipality", municipality};
  const std::string text = Run(address, {"ledger", "export", of[0], of[1]});
  Ledger ledger = Read(municipality, text);
  ExpectVerified(Run(address, {"ledger", "verify", of[0], of[1]}), ledger);
  const fs::path entries = Write(folder / (municipality + ".entries"), text);
  const fs::path seals = Write(folder / (municipality + ".seals"), Run(address, {"ledger", "seals", of[0], of[1]}));
  const fs::path key = Write(folder / (municipality + ".key"), Run(address, {"ledger", "key"}));
  ExpectVerified(Run(address, {"ledger", "verify", of[0], of[1], "--file", entries, "--seals", seals, "--key", key}),
                 ledger);
  return ledger;
}

void ExpectStoresEqualTheLog(const std::string& address) {
  const std::string report = Run(address, {"store", "verify"});
  std::istringstream lines(report);
  int stores = 0;
  for (std::string line; std::getline(lines, line); ++stores) {
    const Json json = Json::parse(line, nullptr, false);
    ASSERT_TRUE(json.is_object()) << line;
    EXPECT_TRUE(json.at("equal").get<bool>()) << line;
  }
  EXPECT_GT(stores, 0) << report;
}

}  // namespace casehub::testing
