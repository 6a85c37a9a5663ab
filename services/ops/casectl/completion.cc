#include "services/ops/casectl/completion.h"

#include <CLI/CLI.hpp>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/flags.h"
#include "services/ops/casectl/print.h"

namespace casehub::casectl {
namespace {

// What may follow a command ("casectl case list"), and what a flag of it takes ("casectl case list --status").
struct Words {
  std::map<std::string, std::set<std::string>> after;
  std::map<std::string, std::string> values;  // empty: anything, such as a file

  void AddFlag(const std::string& path, const std::string& flag, const std::vector<std::string>& of, bool is_switch) {
    after[path].insert(flag);
    if (!is_switch) values[absl::StrCat(path, " ", flag)] = absl::StrJoin(of, " ");
  }
};

void CollectCommands(const CLI::App& command, const std::string& path, Words* words) {
  words->after[path];
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      const std::string takes = option->get_type_name();
      std::vector<std::string> values;
      if (takes.find('|') != takes.npos) values = absl::StrSplit(takes, '|');
      words->AddFlag(path, "--" + name, values, option->get_expected_max() == 0);
    }
  }
  for (const CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; })) {
    words->after[path].insert(one->get_name());
    CollectCommands(*one, absl::StrCat(path, " ", one->get_name()), words);
  }
}

void CollectMethods(const std::string& root, Words* words) {
  for (const auto* service : Services()) {
    const std::string word = ServiceWord(*service);
    words->after[root].insert(word);
    const std::string path = absl::StrCat(root, " ", word);
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string method = Kebab(service->method(i)->name());
      words->after[path].insert(method);
      const std::string here = absl::StrCat(path, " ", method);
      words->AddFlag(here, "--json", {}, false);
      words->AddFlag(here, "--help", {}, true);
      for (const Flag& flag : FlagsOf(*service->method(i)->input_type())) {
        words->AddFlag(here, flag.name, flag.values, flag.is_switch);
      }
    }
  }
}

constexpr char kFunction[] = R"BASH(
_casectl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path=casectl word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ $word != -* && -n ${_casectl_words["$path $word"]+x} ]] && path="$path $word"
  done
  if [[ $previous == --* ]]; then
    for word in "$path $previous" "casectl $previous"; do
      [[ -n ${_casectl_values["$word"]+x} ]] || continue
      [[ -z ${_casectl_values["$word"]} ]] || COMPREPLY=($(compgen -W "${_casectl_values["$word"]}" -- "$current"))
      return
    done
  fi
  COMPREPLY=($(compgen -W "${_casectl_words["$path"]} $_casectl_global" -- "$current"))
}
complete -o default -F _casectl casectl
)BASH";

}  // namespace

std::string BashCompletion(const CLI::App& app) {
  const std::string root = "casectl";
  Words words;
  CollectCommands(app, root, &words);
  CollectMethods(root, &words);
  words.AddFlag(root, "--output", {"table", "json"}, false);
  words.AddFlag(root, "--lang", {"zh", "en"}, false);
  for (const char* flag : {"--server", "--timeout"}) words.AddFlag(root, flag, {}, false);
  // A command after help is completed as the command itself.
  for (const std::string& word : words.after[root]) {
    if (word[0] != '-' && word != "help") words.after[root + " help"].insert(word);
  }
  std::string script =
      "# Completion of casectl for bash: source <(casectl completion bash)\n"
      "_casectl_global='--server --output --lang --timeout'\n"
      "declare -gA _casectl_words=(\n";
  for (const auto& [path, after] : words.after) {
    absl::StrAppend(&script, "  ['", path, "']='", absl::StrJoin(after, " "), "'\n");
  }
  absl::StrAppend(&script, ")\ndeclare -gA _casectl_values=(\n");
  for (const auto& [flag, values] : words.values) absl::StrAppend(&script, "  ['", flag, "']='", values, "'\n");
  return absl::StrCat(script, ")\n", std::string(kFunction + 1));
}

void AddCompletionCommand(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("completion", context.Say("命令补全脚本", "completion for a shell"))
                    ->require_subcommand(1)
                    ->fallthrough();
  group
      ->add_subcommand("bash", context.Say("输出 bash 补全脚本:source <(casectl completion bash)",
                                           "print it for bash: source <(casectl completion bash)"))
      ->callback([&app, &context] {
        context.run = [&app] {
          PrintText(BashCompletion(app));
          return kDone;
        };
      });
}

}  // namespace casehub::casectl
