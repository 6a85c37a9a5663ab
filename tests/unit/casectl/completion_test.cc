// The completion script, read by a real bash.
#include "services/ops/casectl/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/commands.h"
#include "services/ops/casectl/flags.h"
#include "tests/support/test_folder.h"

namespace casehub::casectl {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class CompletionTest : public ::testing::Test {
 protected:
  CompletionTest() : app_("casectl", "casectl") {
    AddImportCommand(app_, context_);
    AddCaseCommands(app_, context_);
    AddLedgerCommands(app_, context_);
    AddScoreCommand(app_, context_);
    AddCompletionCommand(app_, context_);
    std::ofstream(script()) << BashCompletion(app_);
  }
  std::string script() const { return (folder_.path() / "casectl.bash").string(); }

  // What a shell says, word by word; `status` 0 if it is content.
  static std::vector<std::string> Shell(const std::string& command, int* status = nullptr) {
    std::FILE* pipe = popen(command.c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    std::string text;
    std::array<char, 4096> buffer{};
    while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), got);
    const int ended = pclose(pipe);
    if (status != nullptr) *status = ended;
    std::istringstream words(text);
    return {std::istream_iterator<std::string>(words), {}};
  }
  // What bash offers behind these words; the last one is the one being typed, and may be empty.
  std::vector<std::string> Complete(const std::vector<std::string>& words) const {
    std::string line = "COMP_WORDS=(casectl";
    for (const std::string& word : words) absl::StrAppend(&line, " '", word, "'");
    absl::StrAppend(&line, "); COMP_CWORD=", words.size(), "; _casectl; echo \"${COMPREPLY[@]}\"");
    const std::string file = (folder_.path() / "ask.bash").string();
    std::ofstream(file) << "source " << script() << "\n" << line << "\n";
    return Shell("bash --norc " + file);
  }

  const host::TestFolder folder_;
  Context context_;
  CLI::App app_;
};

TEST_F(CompletionTest, BashFindsNothingWrongWithIt) {
  int status = -1;
  EXPECT_THAT(Shell("bash -n " + script() + " 2>&1", &status), IsEmpty());
  EXPECT_EQ(status, 0);
  EXPECT_THAT(Shell("bash --norc -c 'set -u; source " + script() + "; complete -p casectl' 2>&1", &status),
              ElementsAre("complete", "-o", "default", "-F", "_casectl", "casectl"));
  EXPECT_EQ(status, 0);
}

TEST_F(CompletionTest, CommandsMethodsFlagsAndValues) {
  EXPECT_THAT(Complete({"impor"}), ElementsAre("import"));
  EXPECT_THAT(Complete({"inta"}), ElementsAre("intake"));
  EXPECT_THAT(Complete({"case", "li"}), ElementsAre("list"));
  EXPECT_THAT(Complete({"import", "rep"}), ElementsAre("report"));
  EXPECT_THAT(Complete({"import", "--format", ""}), ElementsAre("xes", "csv", "jsonl"));
  EXPECT_THAT(Complete({"import", "--format", "c"}), ElementsAre("csv"));
  EXPECT_THAT(Complete({"case", "list", "--sta"}), ElementsAre("--status"));
  EXPECT_THAT(Complete({"case", "list", "--status", "wi"}), ElementsAre("withdrawn"));
  EXPECT_THAT(Complete({"intake", "set-prom"}), ElementsAre("set-promised-date"));
  EXPECT_THAT(Complete({"intake", "register-contact", "--channel", ""}),
              ElementsAre("window", "online", "hotline", "import"));
  EXPECT_THAT(Complete({"intake", "register-contact", "--applicant.particulars.na"}),
              ElementsAre("--applicant.particulars.name"));
  EXPECT_THAT(Complete({"ledger", "ver"}), ElementsAre("verify", "verify-entries")) << "a named command beside methods";
  EXPECT_THAT(Complete({"ledger", "get-he"}), ElementsAre("get-head"));
  EXPECT_THAT(Complete({"--lang", ""}), ElementsAre("zh", "en"));
  EXPECT_THAT(Complete({"case", "list", "--output", "t"}), ElementsAre("table")) << "global options stand anywhere";
  EXPECT_THAT(Complete({"help", "cas"}), ElementsAre("case"));
}

TEST_F(CompletionTest, WhatTakesAFileIsLeftToTheShell) {
  EXPECT_THAT(Complete({"import", "--map", ""}), IsEmpty());
  EXPECT_THAT(Complete({"intake", "register-contact", "--json", ""}), IsEmpty());
  EXPECT_THAT(Complete({"case", "list", "--overdue", "--po"}), ElementsAre("--policy")) << "a switch takes nothing";
}

TEST_F(CompletionTest, AValueIsNoCommand) {
  // `case` is what --by takes here, not the command.
  EXPECT_THAT(Complete({"score", "show", "--by", "case", "--as"}), ElementsAre("--as-of"));
}

// Every method of every service, with every flag it has.
TEST_F(CompletionTest, NoMethodAndNoFlagIsMissing) {
  const std::string text = BashCompletion(app_);
  for (const auto* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& method = *service->method(i);
      const std::string path = absl::StrCat("['casectl ", ServiceWord(*service), " ", Kebab(method.name()), "']='");
      const size_t at = text.find(path);
      ASSERT_NE(at, text.npos) << path;
      const size_t from = at + path.size();
      std::istringstream words(text.substr(from, text.find('\'', from) - from));
      const std::set<std::string> offered{std::istream_iterator<std::string>(words), {}};
      for (const Flag& flag : FlagsOf(*method.input_type())) EXPECT_THAT(offered, Contains(flag.name)) << path;
    }
  }
}

}  // namespace
}  // namespace casehub::casectl
