// What casectl's exit status says to scripts, against the shipped server: 0 done, 1 refused by a rule, 2 bad usage or
// input, 3 unavailable or unknown, and then how to repeat safely.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <tuple>

#include "tests/integration/bad_input/stopped_thread.h"
#include "tests/support/ledger_export.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

using Json = nlohmann::json;

const std::string kHere = "330800";

class ExitStatus : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(server_.Start()); }

  CommandResult Run(std::vector<std::string> args) const { return RunCasectl(server_.address(), std::move(args)); }
  static std::vector<std::string> Register(std::vector<std::string> more = {}) {
    std::vector<std::string> args = {"intake",
                                     "register-contact",
                                     "--municipality",
                                     kHere,
                                     "--channel",
                                     "window",
                                     "--matter-type",
                                     "civil",
                                     "--applicant.particulars.name",
                                     "王五"};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }
  // The id that a failed call says to repeat with.
  static std::string PrintedRequestId(const std::string& text) {
    std::string id;
    EXPECT_TRUE(re2::RE2::PartialMatch(text, "--request-id ([0-9a-f-]{36})", &id)) << text;
    return id;
  }
  size_t Opened() const { return ExportVerified(server_.address(), kHere, folder_.path()).Count("CaseOpened"); }

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {}}};
};

TEST_F(ExitStatus, ZeroWhenItIsDone) {
  const CommandResult result = Run(Register());
  EXPECT_EQ(result.exit_status, 0) << result.err;
  EXPECT_EQ(result.err, "");
  const std::string id = Json::parse(result.out).at("case_id");
  EXPECT_EQ(Run({"case", "show", id}).exit_status, 0);
  EXPECT_EQ(Run({"ledger", "verify", "--municipality", kHere}).exit_status, 0);
}

TEST_F(ExitStatus, OneWhenARuleRefusesAndTheReasonIsPrinted) {
  const std::string id = Json::parse(Run(Register()).out).at("case_id");
  const std::vector<std::string> withdraw = {"intake", "withdraw-case", "--municipality", kHere, "--case-id",
                                             id,       "--reason-code", "settled"};
  EXPECT_EQ(Run(withdraw).exit_status, 0);
  const CommandResult again = Run(withdraw);
  EXPECT_EQ(again.exit_status, 1);
  EXPECT_NE(again.err.find("CASE_WITHDRAWN"), std::string::npos) << again.err;
  const CommandResult unknown = Run({"case", "show", NewRequestId()});
  EXPECT_EQ(unknown.exit_status, 1);
  EXPECT_NE(unknown.err.find("CASE_UNKNOWN"), std::string::npos) << unknown.err;
  EXPECT_EQ(unknown.out, "");
}

TEST_F(ExitStatus, OneWhenAnExportDoesNotVerify) {
  for (int i = 0; i < 3; ++i) Run(Register());
  ExportVerified(server_.address(), kHere, folder_.path());
  const std::string entries = folder_.path() / (kHere + ".entries");
  std::ifstream in(entries);
  std::string kept, line;
  for (int n = 1; std::getline(in, line); ++n) {
    if (n != 5) kept += line + "\n";
  }
  std::ofstream(entries) << kept;
  const CommandResult result = Run({"ledger", "verify", "--municipality", kHere, "--file", entries, "--seals",
                                    folder_.path() / (kHere + ".seals"), "--key", folder_.path() / (kHere + ".key")});
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_NE((result.out + result.err).find("entry 5 is missing"), std::string::npos) << result.out << result.err;
}

TEST_F(ExitStatus, TwoForBadUsage) {
  const std::string not_json = folder_.path() / "not.json";
  std::ofstream(not_json) << "{\"municipality\": ";
  for (const auto& args : std::vector<std::vector<std::string>>{{},
                                                                {"nonsense"},
                                                                {"case", "show"},
                                                                {"intake", "register-contact", "--no-such-field", "1"},
                                                                {"intake", "no-such-method"},
                                                                Register({"--channel", "pigeon"}),
                                                                {"intake", "register-contact", "--json", not_json},
                                                                {"intake", "register-contact", "--json", "/nowhere"}}) {
    const CommandResult result = Run(args);
    EXPECT_EQ(result.exit_status, 2) << (args.empty() ? "" : args.back()) << ": " << result.out << result.err;
    EXPECT_NE(result.err, "");
  }
}

TEST_F(ExitStatus, HelpAndCompletionAreDoneAndWhatTheyDoNotKnowIsBadUsage) {
  const CommandResult help = Run({"help", "case", "list"});
  EXPECT_EQ(help.exit_status, 0) << help.err;
  EXPECT_NE(help.out.find("--overdue"), std::string::npos) << help.out;
  EXPECT_EQ(Run({"help", "intake", "set-promised-date"}).exit_status, 0);
  const CommandResult completion = Run({"completion", "bash"});
  EXPECT_EQ(completion.exit_status, 0) << completion.err;
  EXPECT_NE(completion.out.find("complete -o default -F _casectl casectl"), std::string::npos);
  for (const auto& args : std::vector<std::vector<std::string>>{{"completion"},
                                                                {"completion", "tcsh"},
                                                                {"help", "nonsense"},
                                                                {"case", "list", "--status", "lost"},
                                                                {"case", "list", "--external-reference", "1"},
                                                                {"case", "list", "--policy", "promise"},
                                                                {"case", "list", "--overdue", "--status", "open"},
                                                                {"case", "list", "--overdue", "--as-of", "today"},
                                                                {"import", "runs"}}) {
    EXPECT_EQ(Run(args).exit_status, 2) << args.front() << " … " << args.back();
  }
}

// Lists by filters and by pages; the overdue list of a promise that was missed.
TEST_F(ExitStatus, CaseListFiltersAndReadsByPages) {
  std::string last;
  for (int i = 0; i < 5; ++i) {
    last = Json::parse(Run(Register({"--source-system", "12345", "--external-reference", std::to_string(i)})).out)
               .at("case_id");
  }
  Run(Register());
  const auto rows = [&](std::vector<std::string> more) {
    std::vector<std::string> args = {"case", "list", "--municipality", kHere};
    args.insert(args.end(), more.begin(), more.end());
    const CommandResult result = Run(args);
    EXPECT_EQ(result.exit_status, 0) << result.err;
    std::vector<Json> found;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) found.push_back(Json::parse(line));
    return found;
  };
  EXPECT_EQ(rows({}).size(), 6u);
  EXPECT_EQ(rows({"--source", "12345"}).size(), 5u);
  EXPECT_EQ(rows({"--source", "12345", "--external-reference", "3"}).size(), 1u);
  EXPECT_EQ(rows({"--status", "withdrawn"}).size(), 0u);
  auto page = rows({"--source", "12345", "--page-size", "4"});
  ASSERT_EQ(page.size(), 5u) << "four rows and a token";
  page = rows({"--source", "12345", "--page-size", "4", "--page-token", page.back().at("next_page_token")});
  EXPECT_EQ(page.front().at("external_reference"), "4");

  EXPECT_EQ(Run({"intake", "set-promised-date", "--municipality", kHere, "--case-id", last, "--promised-at",
                 "2024-05-06T09:00:00+08:00", "--promised-date", "2024-05-10"})
                .exit_status,
            0);
  ASSERT_EQ(rows({"--overdue"}).size(), 1u);
  EXPECT_EQ(rows({"--overdue"})[0].at("case_id"), last);
  EXPECT_EQ(rows({"--overdue", "--as-of", "2024-05-10T23:59:59+08:00"}).size(), 0u);
  EXPECT_EQ(rows({"--overdue", "--as-of", "2024-05-11T00:00:00+08:00", "--policy", "promise"}).size(), 1u);
  EXPECT_EQ(Run({"case", "deadlines", last}).exit_status, 0) << "a promise has no policy to explain it";
}

// Tables are for people: their titles and values are in the language of the locale.
TEST_F(ExitStatus, TheLanguageIsThatOfTheLocale) {
  Run(Register());
  const auto list = [&](const std::string& locale, std::vector<std::string> more) {
    std::vector<std::string> command = {"/usr/bin/env",
                                        "-u",
                                        "LC_MESSAGES",
                                        "-u",
                                        "LANG",
                                        "LC_ALL=" + locale,
                                        ProgramPath("casectl"),
                                        "--server",
                                        server_.address(),
                                        "--output",
                                        "table",
                                        "case",
                                        "list",
                                        "--municipality",
                                        kHere};
    command.insert(command.end(), more.begin(), more.end());
    ChildProcess process(command);
    EXPECT_EQ(process.Wait(std::chrono::seconds(30)), 0) << process.err();
    return process.out();
  };
  for (const auto& [locale, more, chinese] :
       {std::tuple<std::string, std::vector<std::string>, bool>{"zh_CN.UTF-8", {}, true},
        {"en_US.UTF-8", {}, false},
        {"C", {}, false},
        {"", {}, false},
        {"zh_CN.UTF-8", {"--lang", "en"}, false},
        {"C", {"--lang", "zh"}, true}}) {
    const std::string text = list(locale, more);
    EXPECT_EQ(text.find("状态") != text.npos, chinese) << locale << ": " << text;
    EXPECT_EQ(text.find("办理中") != text.npos, chinese) << locale << ": " << text;
    EXPECT_EQ(text.find("status") != text.npos, !chinese) << locale << ": " << text;
  }
}

TEST_F(ExitStatus, TwoForBadInputAndTheFieldIsPrinted) {
  const CommandResult missing = Run({"intake", "register-contact", "--municipality", kHere, "--channel", "window"});
  EXPECT_EQ(missing.exit_status, 2);
  EXPECT_NE(missing.err.find("FIELD_MISSING"), std::string::npos) << missing.err;
  EXPECT_NE(missing.err.find("applicant"), std::string::npos) << missing.err;
}

// Whatever its size, a request that is too large is bad input: repeating it cannot help.
TEST_F(ExitStatus, TwoForARequestThatIsTooLarge) {
  for (const size_t bytes : {size_t{70'000}, size_t{300} << 10, size_t{3} << 20}) {
    const std::string file = folder_.path() / "large.json";
    Json request = {{"municipality", kHere},
                    {"channel", "window"},
                    {"matter_type", "civil"},
                    {"applicant", {{"particulars", {{"name", "王五"}}}}},
                    {"note", {{"text", std::string(bytes, 'x')}}}};
    std::ofstream(file) << request.dump();
    const CommandResult result = Run({"intake", "register-contact", "--json", file});
    EXPECT_EQ(result.exit_status, 2) << bytes << ": " << result.err;
    EXPECT_NE(result.err.find("the limit is"), std::string::npos) << bytes << ": " << result.err;
  }
  EXPECT_EQ(Opened(), 0u);
}

TEST_F(ExitStatus, ThreeWithoutAServerAndRepeatingWithThePrintedIdIsSafe) {
  server_.Kill();
  const CommandResult away = Run(Register());
  EXPECT_EQ(away.exit_status, 3);
  EXPECT_NE(away.err.find("nothing was recorded"), std::string::npos) << away.err;
  const std::string id = PrintedRequestId(away.err);
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  EXPECT_EQ(Run(Register({"--request-id", id})).exit_status, 0);
  EXPECT_EQ(Run(Register({"--request-id", id})).exit_status, 0);
  EXPECT_EQ(Opened(), 1u);
}

// A busy machine is no missing server.
TEST_F(ExitStatus, ZeroWhereTheServerIsSlowToAnswerTheConnection) {
  kill(server_.pid(), SIGSTOP);
  ChildProcess process(CasectlCommand(server_.address(), {"status"}));
  EXPECT_FALSE(process.Wait(std::chrono::milliseconds(700))) << process.err();
  kill(server_.pid(), SIGCONT);
  EXPECT_EQ(process.Wait(std::chrono::seconds(20)), 0) << process.err();
}

// The server has the request and does not answer in time.
TEST_F(ExitStatus, ThreeWhenTheOutcomeIsUnknownAndRepeatingWithThePrintedIdIsSafe) {
  CommandResult late;
  {
    const StoppedThread partition(server_.pid(), "partition-0");
    if (!partition.problem().empty()) GTEST_SKIP() << partition.problem();
    late = Run(Register({"--timeout", "1"}));
  }
  EXPECT_EQ(late.exit_status, 3);
  EXPECT_NE(late.err.find("unknown"), std::string::npos) << late.err;
  const std::string id = PrintedRequestId(late.err);
  const CommandResult again = Run(Register({"--request-id", id}));
  EXPECT_EQ(again.exit_status, 0) << again.err;
  EXPECT_EQ(Run(Register({"--request-id", id})).out, again.out);
  EXPECT_EQ(Opened(), 1u);
}

}  // namespace
}  // namespace casehub::testing
