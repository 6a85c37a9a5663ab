// Files that casectl import cannot take: named with their line and what is wrong, never half a case, and the good file
// that follows finishes the rest.
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
using std::chrono::seconds;

const std::string kHere = "330800";
const std::string kHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

std::string Event(const std::string& time, const std::string& activity) {
  return "<event>\n<string key=\"concept:name\" value=\"" + activity + "\"/>\n<date key=\"time:timestamp\" value=\"" +
         time + "\"/>\n</event>\n";
}
std::string Trace(const std::string& name, const std::string& events) {
  return "<trace>\n<string key=\"concept:name\" value=\"" + name + "\"/>\n" + events + "</trace>\n";
}
std::string Log(const std::string& traces) { return kHead + "<log>\n" + traces + "</log>\n"; }

// Three cases of two events each.
std::string ThreeCases() {
  std::string traces;
  for (const char* name : {"A", "B", "C"}) {
    traces += Trace(name, Event("2024-05-06T09:30:00+08:00", "filed") + Event("2024-05-07T09:30:00+08:00", "decided"));
  }
  return Log(traces);
}

class BadFiles : public ::testing::Test {
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

  fs::path Write(const std::string& name, const std::string& bytes) const {
    const fs::path file = folder_->path() / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  fs::path WriteGzip(const std::string& name, const std::string& bytes) const {
    const fs::path file = folder_->path() / name;
    gzFile out = gzopen(file.c_str(), "wb");
    EXPECT_NE(out, nullptr);
    EXPECT_EQ(gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size())), static_cast<int>(bytes.size()));
    gzclose(out);
    return file;
  }
  // Imports under a source of the test's own.
  CommandResult Import(const fs::path& file, const std::string& language = "en",
                       std::vector<std::string> more = {}) const {
    std::vector<std::string> command = {ProgramPath("casectl"),
                                        "--server",
                                        server_->address(),
                                        "--lang",
                                        language,
                                        "--output",
                                        "json",
                                        "import",
                                        "--format",
                                        "xes",
                                        "--municipality",
                                        kHere,
                                        "--source",
                                        Source()};
    command.insert(command.end(), more.begin(), more.end());
    command.push_back(file);
    ChildProcess process(command);
    const auto ended = process.Wait(seconds(60));
    EXPECT_TRUE(ended) << "casectl import does not end";
    return {ended.value_or(-1), process.out(), process.err()};
  }
  static std::string Source() { return ::testing::UnitTest::GetInstance()->current_test_info()->name(); }

  // Refused with status 2, words in both languages that name the file, and no case of it is there.
  void ExpectRefused(const fs::path& file, const std::string& en, const std::string& zh) {
    const size_t before = Entries();
    const CommandResult english = Import(file, "en");
    EXPECT_EQ(english.exit_status, 2) << english.err;
    EXPECT_NE(english.err.find(file.string()), std::string::npos) << english.err;
    EXPECT_NE(english.err.find(en), std::string::npos) << english.err;
    const CommandResult chinese = Import(file, "zh");
    EXPECT_EQ(chinese.exit_status, 2) << chinese.err;
    EXPECT_NE(chinese.err.find(zh), std::string::npos) << chinese.err;
    EXPECT_EQ(Entries(), before) << "something of " << file << " was imported";
  }
  size_t Entries() const { return ExportVerified(server_->address(), kHere, folder_->path()).entries.size(); }

  static std::unique_ptr<host::TestFolder> folder_;
  static std::unique_ptr<ServerProcess> server_;
};
std::unique_ptr<host::TestFolder> BadFiles::folder_;
std::unique_ptr<ServerProcess> BadFiles::server_;

TEST_F(BadFiles, AnEmptyFile) { ExpectRefused(Write("empty.xes", ""), "the file is empty", "文件为空"); }

TEST_F(BadFiles, AFileThatIsNotThere) {
  ExpectRefused(folder_->path() / "nowhere.xes", "cannot be opened", "无法打开");
  ExpectRefused(folder_->path(), "cannot be", "无法");  // a folder
}

TEST_F(BadFiles, AFileThatIsNotXes) {
  ExpectRefused(Write("page.xes", "<html><body>no log</body></html>"), "not an XES file: its root element is <html>",
                "不是 XES 文件");
  ExpectRefused(Write("table.xes", "case,activity,time\nA,filed,2024-05-06\n"), "not well-formed XML",
                "不是有效的 XML");
  ExpectRefused(Write("picture.xes", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16)), "not well-formed XML",
                "不是有效的 XML");
}

TEST_F(BadFiles, AnXmlBomb) {
  std::string bomb = kHead + "<!DOCTYPE log [\n<!ENTITY a \"aaaaaaaaaa\">\n";
  for (char c = 'b'; c <= 'j'; ++c) {
    bomb += std::string("<!ENTITY ") + c + " \"";
    for (int i = 0; i < 10; ++i) bomb += std::string("&") + static_cast<char>(c - 1) + ";";
    bomb += "\">\n";
  }
  bomb += "]>\n<log><trace><string key=\"concept:name\" value=\"&j;\"/></trace></log>\n";
  ExpectRefused(Write("bomb.xes", bomb), "declares the entity a: refused", "拒绝实体声明");
  ExpectRefused(Write("external.xes", kHead + "<!DOCTYPE log [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<log/>"),
                "declares the entity x: refused", "拒绝实体声明");
  ExpectRefused(WriteGzip("inflates.xes.gz", "<log><!--" + std::string(64 << 20, 'x')), "longer than", "超过");
  std::string deep = "<log>";
  for (int i = 0; i < 100'000; ++i) deep += "<list>";
  ExpectRefused(Write("deep.xes", deep), "nested more than", "嵌套超过");
}

// What was complete before the end is there, each case whole; the whole file finishes the rest and doubles nothing.
TEST_F(BadFiles, ATruncatedFileKeepsWholeCasesAndTheWholeFileFinishesTheRest) {
  const std::string whole = ThreeCases();
  const size_t in_second = whole.find("\"B\"");
  const size_t before = Entries();
  const fs::path cut = Write("cut.xes", whole.substr(0, whole.find("decided", in_second)));
  const CommandResult result = Import(cut);
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_NE(result.err.find("ends early"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("line "), std::string::npos) << result.err;
  EXPECT_NE(Import(cut, "zh").err.find("文件不完整"), std::string::npos);
  const Json first = Json::parse(result.out);
  EXPECT_EQ(first.at("cases_new"), 1);
  EXPECT_EQ(first.at("events_new"), 2);
  const size_t one_case = Entries() - before;

  const CommandResult rest = Import(Write("whole.xes", whole));
  EXPECT_EQ(rest.exit_status, 0) << rest.err;
  const Json second = Json::parse(rest.out);
  EXPECT_EQ(second.at("cases_new"), 2);
  EXPECT_EQ(second.at("already_present"), 2);
  EXPECT_EQ(Entries() - before, 3 * one_case);
}

TEST_F(BadFiles, ATruncatedGzip) {
  const fs::path whole = WriteGzip("whole.xes.gz", ThreeCases());
  std::ifstream in(whole, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  const std::string gzip = bytes.str();
  ExpectRefused(Write("cut.xes.gz", gzip.substr(0, gzip.size() / 3)), "cut.xes.gz", "cut.xes.gz");
  std::string damaged = gzip;
  damaged[gzip.size() - 6] ^= 0x55;  // its checksum
  const CommandResult result = Import(Write("damaged.xes.gz", damaged));
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_NE(result.err.find("gzip data is damaged"), std::string::npos) << result.err;
}

// What is wrong with one case keeps no other from being imported.
TEST_F(BadFiles, RejectsNameLineFieldAndReasonAndTheRestGoesOn) {
  const std::string good = Event("2024-05-06T09:30:00+08:00", "filed");
  const fs::path file =
      Write("rejects.xes",
            Log(Trace("good", good) + Trace("future", Event("2999-01-01T00:00:00+08:00", "filed")) +
                Trace("no-zone", Event("2024-05-06T09:30:00", "filed")) +
                Trace("no-name", "<event><date key=\"time:timestamp\" value=\"2024-05-06T09:30:00Z\"/></event>") +
                "<trace>\n" + good + "</trace>\n" + Trace("good too", good)));
  const fs::path rejects = folder_->path() / "rejects.jsonl";
  const CommandResult result = Import(file, "zh", {"--rejects", rejects});
  EXPECT_EQ(result.exit_status, 0) << result.err;
  const Json summary = Json::parse(result.out);
  EXPECT_EQ(summary.at("cases_new"), 5) << "all but the one without a name";
  EXPECT_EQ(summary.at("events_new"), 2);
  EXPECT_EQ(summary.at("events_read"), 6);
  EXPECT_EQ(summary.at("rejected"), 4);
  std::map<std::string, Json> by_reason;
  std::ifstream lines(rejects);
  for (std::string line; std::getline(lines, line);) {
    const Json reject = Json::parse(line);
    EXPECT_EQ(reject.at("file"), file.string());
    EXPECT_GT(reject.at("line").get<int>(), 3);
    const std::string message = reject.at("message");
    EXPECT_TRUE(message.find("缺少") == 0 || message.find("晚于") != message.npos ||
                message.find("不是") != message.npos)
        << line;
    by_reason[reject.at("reason").get<std::string>() + " " + reject.at("case").get<std::string>()] = reject;
  }
  ASSERT_EQ(by_reason.size(), 4u);
  EXPECT_EQ(by_reason.at("TIME_IN_FUTURE future").at("field"), "time:timestamp");
  EXPECT_EQ(by_reason.at("TIME_INVALID no-zone").at("field"), "time:timestamp");
  EXPECT_EQ(by_reason.at("FIELD_MISSING no-name").at("field"), "concept:name");
  EXPECT_EQ(by_reason.at("FIELD_MISSING ").at("field"), "concept:name");
}

// Every chunk would be refused for the same reason: that is bad usage, not a file full of rejects.
TEST_F(BadFiles, AMunicipalityThatIsNone) {
  const fs::path file = Write("whole.xes", ThreeCases());
  for (const auto& [municipality, reason, status] :
       {std::tuple{"999999", "MUNICIPALITY_UNKNOWN", 1}, std::tuple{"33080x", "FIELD_INVALID", 2}}) {
    const CommandResult result = RunCasectl(
        server_->address(), {"import", "--format", "xes", "--municipality", municipality, "--source", "bpi", file});
    EXPECT_EQ(result.exit_status, status) << municipality << ": " << result.out << result.err;
    EXPECT_NE(result.err.find(reason), std::string::npos) << result.err;
  }
  Entries();
}

TEST_F(BadFiles, AFormatThatIsNone) {
  const fs::path file = Write("whole.xes", ThreeCases());
  const CommandResult result = RunCasectl(
      server_->address(), {"import", "--format", "parquet", "--municipality", kHere, "--source", "bpi", file});
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_NE(result.err.find("--format must be xes, csv or jsonl"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace casehub::testing
