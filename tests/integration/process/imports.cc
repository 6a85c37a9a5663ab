#include "tests/integration/process/imports.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>

#include "casehub/ledger/v1/ledger_service.pb.h"
#include "tests/support/caller.h"
#include "tests/support/ledger_export.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLook{2};
constexpr std::chrono::seconds kImportLimit{120};

// What a ledger says of imported cases: each case's events, in order, by the source's own number.
using Imported = std::map<std::string, std::vector<std::string>>;

Imported ImportedIn(const Ledger& ledger) {
  Imported imported;
  for (const auto& [id, entries] : ledger.ByCase()) {
    std::vector<std::string> events;
    std::string reference;
    for (const LedgerEntry* entry : entries) {
      if (entry->type == "CaseOpened") reference = entry->event.at("external_reference");
      events.push_back(entry->type);
      if (entry->type == "LineEventRecorded") events.back() += " " + entry->event.at("identity").get<std::string>();
    }
    EXPECT_TRUE(imported.emplace(reference, std::move(events)).second) << reference << " is two cases";
  }
  return imported;
}

// What the reconciliation of the source says, beside what its imports counted.
void ExpectReconciled(const std::string& address, const Source& source, uint64_t runs) {
  const CommandResult result =
      RunCasectl(address, {"import", "report", "--municipality", source.municipality, "--source", source.name});
  ASSERT_EQ(result.exit_status, 0) << result.err;
  const auto report = nlohmann::json::parse(result.out);
  const uint64_t events = source.events - source.duplicates - source.rejected;
  EXPECT_EQ(report.at("cases"), source.cases);
  EXPECT_EQ(report.at("events"), events) << "every event counts once, whoever was killed";
  if (runs > 0) {
    EXPECT_EQ(report.at("runs"), runs);
    EXPECT_EQ(report.at("reported").at("events_new"), events);
    EXPECT_EQ(report.at("unreported_events"), 0);
  }
  uint64_t by_month = 0;
  for (const auto& month : report.at("months")) by_month += month.at("events").get<uint64_t>();
  EXPECT_EQ(by_month, events);
}

class Server {
 public:
  Server() { server_.Start(); }

  std::vector<std::string> ImportCommand(const Source& source) const {
    std::vector<std::string> args = {"import",         "--format",          source.format,
                                     "--municipality", source.municipality, "--source",
                                     source.name,      "--rejects",         folder_.path() / "rejects"};
    if (!source.map.empty()) args.insert(args.end(), {"--map", source.map});
    args.push_back(source.file);
    return CasectlCommand(server_.address(), args);
  }
  // Imports to the end; what casectl counted.
  nlohmann::json Import(const Source& source) const { return Report(ChildProcess(ImportCommand(source))); }

  static nlohmann::json Report(ChildProcess&& process) {
    const auto status = process.Wait(kImportLimit);
    EXPECT_EQ(status, 0) << process.err();
    return nlohmann::json::parse(process.out(), nullptr, false);
  }

  Ledger Exported(const Source& source) const { return ExportDense(server_.address(), source.municipality); }
  Ledger Verified(const Source& source) const {
    return ExportVerified(server_.address(), source.municipality, folder_.path());
  }
  // Entries of the ledger now; 0 where nobody answers.
  uint64_t Entries(const Source& source) {
    ledger::v1::GetHeadRequest request;
    request.set_municipality(source.municipality);
    ledger::v1::GetHeadResponse head;
    if (!caller_) caller_ = std::make_unique<Caller>(server_.address());
    head.ParseFromString(caller_->Once(request).reply);
    return head.sequence();
  }
  void KillAndStart() {
    server_.Kill();
    server_.Start();
  }
  void TerminateAndStart() {
    EXPECT_EQ(server_.Terminate(), 0) << server_.stderr_text();
    server_.Start();
  }
  // `runs` 0: however many ended.
  void ExpectReconciled(const Source& source, uint64_t runs) const {
    testing::ExpectReconciled(server_.address(), source, runs);
  }
  void ExpectStores() const { ExpectStoresEqualTheLog(server_.address()); }

 private:
  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {}}};
  std::unique_ptr<Caller> caller_;
};

void ExpectCounts(const nlohmann::json& report, const Source& source, uint64_t cases_new, uint64_t events_new) {
  ASSERT_TRUE(report.is_object()) << report;
  EXPECT_EQ(report.at("cases_read"), source.cases) << report;
  EXPECT_EQ(report.at("events_read"), source.events) << report;
  EXPECT_EQ(report.at("rejected"), source.rejected) << report;
  EXPECT_EQ(report.at("duplicates"), source.duplicates) << report;
  EXPECT_EQ(report.at("cases_new"), cases_new) << report;
  EXPECT_EQ(report.at("events_new"), events_new) << report;
  EXPECT_EQ(report.at("already_present"), source.events - source.rejected - source.duplicates - events_new) << report;
}

// Waits until the ledger has this many entries or the import has ended; false: it has ended.
bool AwaitEntries(Server* server, const Source& source, uint64_t entries, ChildProcess* import) {
  while (server->Entries(source) < entries) {
    if (import->Wait(kLook)) return false;
  }
  return import->running();
}

// Kills the server or casectl, or ends the server, whenever the ledger has reached one of `kills` random lengths. The
// number that hit an import under way.
int ImportWithKills(Server* server, const Source& source, uint64_t entries, int kills, std::mt19937* random) {
  std::vector<uint64_t> at;
  for (int i = 0; i < kills; ++i) at.push_back(1 + (*random)() % (entries - 1));
  std::sort(at.begin(), at.end());
  auto import = std::make_unique<ChildProcess>(server->ImportCommand(source));
  int hits = 0;
  for (const uint64_t length : at) {
    if (!AwaitEntries(server, source, length, import.get())) break;
    switch (hits++ % 3) {  // without a server casectl waits and goes on by itself
      case 0:
        server->KillAndStart();
        break;
      case 1:
        import->Kill();
        import = std::make_unique<ChildProcess>(server->ImportCommand(source));
        break;
      case 2:
        server->TerminateAndStart();
        break;
    }
  }
  if (import->running()) Server::Report(std::move(*import));
  return hits;
}

}  // namespace

void ImportUndisturbedAndKilled(const Source& source, int rounds, int kills) {
  Imported expected;
  uint64_t entries = 0;
  {
    Server server;
    const auto start = steady_clock::now();
    ExpectCounts(server.Import(source), source, source.cases, source.events - source.duplicates - source.rejected);
    const std::chrono::duration<double> took = steady_clock::now() - start;
    const Ledger ledger = server.Exported(source);
    entries = ledger.entries.size();
    expected = ImportedIn(ledger);
    EXPECT_EQ(expected.size(), source.cases);
    EXPECT_EQ(ledger.Count("LineEventRecorded"), source.events - source.duplicates - source.rejected);
    ExpectCounts(server.Import(source), source, 0, 0);
    EXPECT_EQ(server.Entries(source), entries) << "a second import adds nothing";
    server.ExpectReconciled(source, 2);
    std::printf("%s: %zu entries in %.2f s\n", source.file.c_str(), ledger.entries.size(), took.count());
  }
  std::mt19937 random(15);
  for (int round = 0; round < rounds; ++round) {
    Server server;
    const int hits = ImportWithKills(&server, source, entries, kills, &random);
    EXPECT_GT(hits, 0) << "no kill hit the import";
    ExpectCounts(server.Import(source), source, 0, 0);
    const Ledger ledger = server.Verified(source);
    EXPECT_EQ(ledger.entries.size(), entries);
    EXPECT_TRUE(ImportedIn(ledger) == expected) << "the same cases have the same events, in the same order";
    server.ExpectReconciled(source, 0);
    server.ExpectStores();
    std::printf("  %d of %d kills hit the import\n", hits, kills);
  }
}

}  // namespace casehub::testing
