// casectl: the command line of casehub. Finds the command and runs it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/commands.h"
#include "services/ops/casectl/completion.h"
#include "services/ops/casectl/print.h"

namespace casehub::casectl {
namespace {

// Takes the global options out of the arguments wherever they stand, so that every command knows them. False: a value
// is missing or not one of those allowed.
bool TakeGlobals(std::vector<std::string>* args, Globals* globals, Bilingual* wrong) {
  std::vector<std::string> rest;
  const auto value_of = [&](size_t& i, const std::string& name, std::string* value) {
    const std::string& arg = (*args)[i];
    if (arg == name && i + 1 < args->size()) {
      *value = (*args)[++i];
      return true;
    }
    if (arg.rfind(name + "=", 0) != 0) return false;
    *value = arg.substr(name.size() + 1);
    return true;
  };
  std::string timeout;
  for (size_t i = 0; i < args->size(); ++i) {
    if (value_of(i, "--server", &globals->server) || value_of(i, "--output", &globals->output) ||
        value_of(i, "--lang", &globals->lang) || value_of(i, "--timeout", &timeout)) {
      continue;
    }
    rest.push_back((*args)[i]);
  }
  *args = std::move(rest);
  if (!globals->output.empty() && globals->output != "table" && globals->output != "json") {
    *wrong = {"--output 应为 table 或 json", "--output must be table or json"};
    return false;
  }
  if (!globals->lang.empty() && globals->lang != "zh" && globals->lang != "en") {
    globals->lang.clear();
    *wrong = {"--lang 应为 zh 或 en", "--lang must be zh or en"};
    return false;
  }
  if (!timeout.empty()) {
    char* end = nullptr;
    globals->timeout_seconds = std::strtod(timeout.c_str(), &end);
    if (*end != '\0' || !(globals->timeout_seconds > 0) || globals->timeout_seconds > 86'400) {
      *wrong = {"--timeout 应为秒数(大于 0)", "--timeout must be a number of seconds above 0"};
      return false;
    }
  }
  return true;
}

std::string GlobalHelp(const Context& context) {
  return context.Say(
      "\n全局选项(可写在任意位置):\n"
      "  --server HOST:PORT   默认 127.0.0.1:7080,或 CASEHUB_SERVER\n"
      "  --output table|json  默认:终端为 table,管道为 json\n"
      "  --lang zh|en         LC_ALL、LC_MESSAGES 或 LANG 为 zh* 时默认中文,否则英文\n"
      "  --timeout SECONDS    每次调用的时限,默认 30\n"
      "\n每个 RPC 也可直接调用:casectl SERVICE METHOD [--字段 值]…,SERVICE 为 ",
      "\nGlobal options (anywhere on the line):\n"
      "  --server HOST:PORT   default 127.0.0.1:7080, or CASEHUB_SERVER\n"
      "  --output table|json  default: table on a terminal, json in a pipe\n"
      "  --lang zh|en         default: Chinese where LC_ALL, LC_MESSAGES or LANG is zh*, else English\n"
      "  --timeout SECONDS    of each call, default 30\n"
      "\nEvery RPC can be called as well: casectl SERVICE METHOD [--FIELD VALUE]…, SERVICE is one of ");
}

std::string ServiceWords() {
  std::vector<std::string> words;
  for (const auto* service : Services()) words.push_back(ServiceWord(*service));
  return absl::StrJoin(words, ", ");
}

// The words CLI11 has for what is wrong, in the chosen language.
std::string ParseProblem(const Context& context, const CLI::ParseError& error) {
  if (context.language() == Language::kEnglish) return absl::StrCat(error.what(), " (--help)");
  std::string kind = "用法错误";
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) kind = "缺少必需的参数或子命令";
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) kind = "多余或未知的参数";
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) kind = "参数值格式错误";
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr) kind = "参数值不允许";
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) kind = "参数缺少值";
  return absl::StrCat(kind, ":", error.what(), "(--help 查看用法)");
}

int RunNamedCommand(Context& context, std::vector<std::string> args) {
  CLI::App app(context.Say("casehub 统一办件库命令行", "the command line of casehub, the unified case library"),
               "casectl");
  app.require_subcommand(1);
  app.set_help_flag("--help,-h", context.Say("显示帮助", "show this help"));
  app.footer(GlobalHelp(context) + ServiceWords());
  AddImportCommand(app, context);
  AddCaseCommands(app, context);
  AddDeadlineCommand(app, context);
  AddLedgerCommands(app, context);
  AddScoreCommand(app, context);
  AddTransferCommands(app, context);
  AddOperationsCommands(app, context);
  AddLogCommands(app, context);
  AddCompletionCommand(app, context);
  app.add_subcommand("help",
                     context.Say("显示命令的帮助:casectl help COMMAND…", "help on a command: casectl help COMMAND…"));
  const auto is_command = [&](const std::string& word) {
    const auto commands = app.get_subcommands({});
    return std::any_of(commands.begin(), commands.end(),
                       [&](const auto* command) { return command->get_name() == word; });
  };
  if (!args.empty() && args[0].rfind('-', 0) != 0 && !is_command(args[0])) {
    return context.Usage(context.Say("没有命令 " + args[0] + "(--help 列出全部)",
                                     "there is no command " + args[0] + " (--help lists them)"));
  }
  std::reverse(args.begin(), args.end());  // as CLI11 wants them
  try {
    app.parse(args);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return context.Usage(ParseProblem(context, error));
  }
  return context.run();
}

// Some services have commands of their own beside their methods.
std::vector<std::string> NamedCommands(const std::string& service) {
  if (service == "ledger") return {"export", "seals", "key", "verify"};
  if (service == "transfer") return {"list", "show"};
  return {};
}

bool IsNamedCommand(const std::vector<std::string>& args) {
  if (args.size() < 2) return false;
  const auto named = NamedCommands(args[0]);
  return std::find(named.begin(), named.end(), args[1]) != named.end();
}

int RunService(Context& context, const google::protobuf::ServiceDescriptor& service, std::vector<std::string> args) {
  if (args.size() < 2 || args[1] == "--help" || args[1] == "-h") {
    ListMethods(context, service, NamedCommands(args[0]));
    return args.size() < 2 ? kUsage : kDone;
  }
  std::vector<std::string> candidates;
  const auto* method = FindMethod(service, args[1], &candidates);
  if (method == nullptr) {
    const std::string several = absl::StrJoin(candidates, ", ");
    if (!candidates.empty()) {
      return context.Usage(
          context.Say(absl::StrCat(args[1], " 不明确:", several), absl::StrCat(args[1], " is ambiguous: ", several)));
    }
    return context.Usage(
        context.Say(absl::StrCat(args[0], " 没有方法 ", args[1], "(casectl ", args[0], " --help 列出全部)"),
                    absl::StrCat(args[0], " has no method ", args[1], " (casectl ", args[0], " --help lists them)")));
  }
  args.erase(args.begin(), args.begin() + 2);
  return RunMethod(context, *method, std::move(args));
}

// `casectl help case list` is `casectl case list --help`.
void TurnHelpAround(std::vector<std::string>* args) {
  if (args->empty() || args->front() != "help") return;
  args->erase(args->begin());
  args->push_back("--help");
}

int Main(std::vector<std::string> args) {
  Context context;
  if (const char* server = std::getenv("CASEHUB_SERVER"); server != nullptr && *server != '\0') {
    context.globals.server = server;
  }
  Bilingual wrong;
  if (!TakeGlobals(&args, &context.globals, &wrong)) return context.Usage(wrong);
  TurnHelpAround(&args);
  if (args.size() == 1 && args[0] == "--version") {
    PrintLine("casectl " CASEHUB_VERSION);
    return kDone;
  }
  const auto* service = args.empty() ? nullptr : FindService(args[0]);
  if (service != nullptr && !IsNamedCommand(args)) return RunService(context, *service, std::move(args));
  return RunNamedCommand(context, std::move(args));
}

}  // namespace
}  // namespace casehub::casectl

int main(int argc, char** argv) { return casehub::casectl::Main({argv + 1, argv + argc}); }
