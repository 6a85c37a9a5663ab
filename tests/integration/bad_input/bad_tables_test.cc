// Tables, JSON lines and maps that casectl import cannot take, or takes but for some rows; and what the examples that
// the project ships come to. Against the shipped programs.
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/ledger_export.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::string kHere = "330800";
const std::string kMap =
    "case: {key: id, attributes: [{column: fee, type: decimal}]}\n"
    "event: {activity: step, time: {column: at, format: \"%Y-%m-%d %H:%M\"}}\n";
const std::string kHead = "id,fee,step,at\n";

class BadTables : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<host::TestFolder>();
    server_ = std::make_unique<ServerProcess>(ServerProcess::Options{folder_->path() / "data", {}});
    ASSERT_NO_FATAL_FAILURE(server_->Start());
  }
  static void TearDownTestSuite() {
    if (server_ && server_->running()) {
      EXPECT_EQ(server_->Terminate(), 0) << server_->stderr_text();
    }
    server_.reset();
    folder_.reset();
  }

  static std::string Source() { return ::testing::UnitTest::GetInstance()->current_test_info()->name(); }
  fs::path Write(const std::string& name, const std::string& bytes) const {
    const fs::path file = folder_->path() / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  CommandResult Import(const std::string& format, const std::string& map, const fs::path& file,
                       const std::string& source = Source()) const {
    std::vector<std::string> args = {"import",   "--format", format,      "--municipality",           kHere,
                                     "--source", source,     "--rejects", folder_->path() / "rejects"};
    if (!map.empty()) args.insert(args.end(), {"--map", map});
    args.push_back(file);
    return RunCasectl(server_->address(), args);
  }
  CommandResult ImportTable(const std::string& bytes, const std::string& map = kMap) const {
    return Import("csv", Write("map.yaml", map), Write("table.csv", bytes));
  }
  // Reason and line of each reject of the last import.
  std::vector<std::string> Rejects() const {
    std::vector<std::string> rejects;
    std::ifstream lines(folder_->path() / "rejects");
    for (std::string line; std::getline(lines, line);) {
      const Json one = Json::parse(line);
      rejects.push_back(one.at("reason").get<std::string>() + " " + std::to_string(one.at("line").get<int>()) + " " +
                        one.at("field").get<std::string>());
    }
    return rejects;
  }
  Json Report(const std::string& source = Source()) const {
    const CommandResult result =
        RunCasectl(server_->address(), {"import", "report", "--municipality", kHere, "--source", source});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    return Json::parse(result.out, nullptr, false);
  }
  size_t Entries() const { return ExportVerified(server_->address(), kHere, folder_->path()).entries.size(); }
  // Ends with status 2 and these words, and nothing of it is there.
  void ExpectRefused(const CommandResult& result, const std::string& words, size_t entries_before) const {
    EXPECT_EQ(result.exit_status, 2) << result.out << result.err;
    EXPECT_NE(result.err.find(words), std::string::npos) << result.err;
    EXPECT_EQ(Entries(), entries_before);
  }

  static std::unique_ptr<host::TestFolder> folder_;
  static std::unique_ptr<ServerProcess> server_;
};
std::unique_ptr<host::TestFolder> BadTables::folder_;
std::unique_ptr<ServerProcess> BadTables::server_;

TEST_F(BadTables, AMapThatCannotBeUsedIsNamedBeforeAnythingIsSent) {
  const size_t before = Entries();
  const std::string good = kHead + "A,1,filed,2024-05-06 09:30\n";
  ExpectRefused(Import("csv", "", Write("t.csv", good)), "--format csv needs --map FILE", before);
  ExpectRefused(Import("csv", "/nowhere/map.yaml", Write("t.csv", good)), "/nowhere/map.yaml", before);
  ExpectRefused(
      ImportTable(good,
                  "case: {key: id, attributes: [{column: fee, type: money}]}\nevent: {activity: step, time: at}\n"),
      "case.attributes[0].type has no type money", before);
  ExpectRefused(ImportTable(good, "case: {key: number}\nevent: {activity: step, time: at}\n"), "has no column number",
                before);
  ExpectRefused(ImportTable(good, "event: {activity: step, time: at}\n"), "case is missing", before);
  ExpectRefused(ImportTable(good, "case: {key: id, attributes: [fee, fee]}\nevent: {activity: step, time: at}\n"),
                "the target fee a second time", before);
  ExpectRefused(ImportTable("id,fee,step,at,fee\n", kMap), "the header has fee twice", before);
}

TEST_F(BadTables, AnEmptyFileAndATruncatedGzip) {
  const size_t before = Entries();
  ExpectRefused(ImportTable(""), "the file is empty", before);
  const fs::path whole = folder_->path() / "whole.csv.gz";
  gzFile out = gzopen(whole.c_str(), "wb");
  std::string text = kHead;
  for (int i = 0; i < 2000; ++i) text += "A,1,step " + std::to_string(i * 7919 % 2000) + ",2024-05-06 09:30\n";
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
  const fs::path cut = folder_->path() / "cut.csv.gz";
  fs::copy_file(whole, cut);
  fs::resize_file(cut, fs::file_size(whole) / 2);
  ExpectRefused(Import("csv", Write("map.yaml", kMap), cut), "the file ends early", before);
  const CommandResult rest = Import("csv", Write("map.yaml", kMap), whole);
  EXPECT_EQ(rest.exit_status, 0) << rest.err;
  EXPECT_EQ(Json::parse(rest.out).at("events_new"), 2000);
}

TEST_F(BadTables, AWrongEncodingNamesLineAndColumnAndTheRightOneIsRead) {
  const size_t before = Entries();
  const std::string gb = kHead + "A,1,\xCA\xDC\xC0\xED,2024-05-06 09:30\n";
  ExpectRefused(ImportTable(gb), "line 2: column 5: is not UTF-8 text", before);
  const CommandResult result = ImportTable(gb, "encoding: gb18030\n" + kMap);
  EXPECT_EQ(result.exit_status, 0) << result.err;
  std::string activity;
  for (const LedgerEntry& entry : ExportVerified(server_->address(), kHere, folder_->path()).entries) {
    if (entry.type == "LineEventRecorded") activity = entry.event.at("activity");
  }
  EXPECT_EQ(activity, "受理");
}

TEST_F(BadTables, RowsThatCannotBeUsedAreNamedAndTheRestGoesOn) {
  const CommandResult result = ImportTable(kHead +
                                           "A,1,filed,2024-05-06 09:30\n"
                                           "A,1,decided\n"
                                           "A,1,decided,yesterday\n"
                                           "B,NaN,filed,2024-05-06 09:30\n"
                                           "C,,filed,2024-05-06 09:30\n"
                                           "C,,filed,2024-05-06 09:30\n"
                                           "A,1,again,2024-05-06 09:30\n");
  EXPECT_EQ(result.exit_status, 0) << result.err;
  const Json summary = Json::parse(result.out);
  EXPECT_EQ(summary.at("events_read"), 7);
  EXPECT_EQ(summary.at("events_new"), 2);
  EXPECT_EQ(summary.at("duplicates"), 1);
  EXPECT_EQ(summary.at("rejected"), 4);
  auto rejects = Rejects();
  std::sort(rejects.begin(), rejects.end());
  EXPECT_EQ(rejects, (std::vector<std::string>{"CASE_NOT_GROUPED 8 id", "NUMBER_INVALID 5 fee", "ROW_RAGGED 3 at",
                                               "TIME_INVALID 4 at"}));
  const Json report = Report();
  EXPECT_EQ(report.at("events"), 2);
  EXPECT_EQ(report.at("reported").at("rejected"), 4);
  EXPECT_EQ(report.at("rejects").size(), 4u);
  EXPECT_EQ(report.at("unreported_events"), 0);
}

TEST_F(BadTables, WhatTheServerRefusesIsARejectOfItsWholeCase) {
  const std::string map =
      "case: {key: id, office: fee, applicant: {name: step, identity_number: at}}\n"
      "event: {activity: {constant: filed}, time: {column: when, format: \"%Y-%m-%d\"}}\n";
  const CommandResult result = ImportTable(
      "id,fee,step,at,when\n"
      "A,nowhere,,,2024-05-06\n"
      "B,,王五,110105194912310021,2024-05-06\n"
      "C,,王五,11010519491231002X,2024-05-06\n",
      map);
  EXPECT_EQ(result.exit_status, 0) << result.err;
  auto rejects = Rejects();
  std::sort(rejects.begin(), rejects.end());
  EXPECT_EQ(rejects, (std::vector<std::string>{"CHECK_DIGIT_WRONG 3 ", "OFFICE_UNKNOWN 2 "}));
  EXPECT_EQ(Json::parse(result.out).at("cases_new"), 1);
  const CommandResult shown = RunCasectl(
      server_->address(), {"case", "list", "--municipality", kHere, "--source", Source(), "--external-reference", "C"});
  EXPECT_EQ(shown.out.find("11010519491231002X"), std::string::npos) << "masked: " << shown.out;
  EXPECT_NE(Json::parse(shown.out).at("applicant").at("person_id"), "");
}

// The files the project ships, and the same again.
TEST_F(BadTables, TheExamplesAreImportedAndReconciled) {
  struct Example {
    const char *format, *map, *file, *source;
    uint64_t cases, events;
  };
  for (const Example& example : {Example{"csv", "notary.yaml", "notary.csv", "notary", 3, 6},
                                 Example{"csv", "mediation.yaml", "mediation_gb18030.csv", "mediation", 3, 6},
                                 Example{"jsonl", "", "petitions.jsonl", "petitions", 2, 4},
                                 Example{"jsonl", "forensic.yaml", "forensic.jsonl", "forensic", 2, 3}}) {
    SCOPED_TRACE(example.file);
    const std::string folder = SourcePath("docs/examples/");
    const std::string map = *example.map == '\0' ? "" : folder + example.map;
    const CommandResult first = Import(example.format, map, folder + example.file, example.source);
    EXPECT_EQ(first.exit_status, 0) << first.err;
    EXPECT_EQ(Rejects(), std::vector<std::string>());
    EXPECT_EQ(Json::parse(first.out).at("cases_new"), example.cases);
    EXPECT_EQ(Json::parse(first.out).at("events_new"), example.events);
    const CommandResult again = Import(example.format, map, folder + example.file, example.source);
    EXPECT_EQ(Json::parse(again.out).at("already_present"), example.events);
    const Json report = Report(example.source);
    EXPECT_EQ(report.at("cases"), example.cases);
    EXPECT_EQ(report.at("events"), example.events);
    EXPECT_EQ(report.at("runs"), 2);
    EXPECT_EQ(report.at("reported").at("already_present"), example.events);
  }
  const Json mediation = Report("mediation");
  EXPECT_EQ(mediation.at("numbers_read"), 3);
  ASSERT_EQ(mediation.at("number_gaps").size(), 1u);
  EXPECT_EQ(mediation.at("number_gaps")[0].at("first"), 1003);
  EXPECT_EQ(mediation.at("day_gaps")[0].at("from"), "2024-05-07");
}

TEST_F(BadTables, ASourceThatIsUnknownHasNoReport) {
  const CommandResult result =
      RunCasectl(server_->address(), {"import", "report", "--municipality", kHere, "--source", "nobody"});
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_NE(result.err.find("SOURCE_SYSTEM_UNKNOWN"), std::string::npos) << result.err;
  EXPECT_EQ(RunCasectl(server_->address(), {"import", "report", "--municipality", kHere}).exit_status, 2);
  EXPECT_EQ(RunCasectl(server_->address(), {"import", "--municipality", kHere, "--source", "x"}).exit_status, 2);
}

}  // namespace
}  // namespace casehub::testing
