// casectl ledger export | seals | key | verify.
#include <poll.h>

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "services/ledger/domain/seal.h"
#include "services/ops/casectl/commands.h"
#include "services/ops/casectl/entries.h"
#include "services/ops/casectl/json.h"
#include "services/ops/casectl/offline_verifier.h"
#include "services/ops/casectl/print.h"

namespace casehub::casectl {
namespace {

constexpr int kPageSize = 1000;
constexpr int kFollowWaitMillis = 20'000;
constexpr int kFollowRetryMillis = 300;

struct LedgerOptions {
  std::string municipality;
  uint64_t after = 0;
  bool follow = false;
  std::string file, seals, key;
};

// What is exported, sealed or keyed goes to a file more often than to eyes: JSON unless a table is asked for.
bool AsTable(const Context& context) { return context.globals.output == "table"; }

std::optional<int> NeedMunicipality(const Context& context, const LedgerOptions& options, std::string* code) {
  *code = GivenMunicipality(options.municipality);
  if (!code->empty()) return std::nullopt;
  return context.Usage(context.Say("请用 --municipality 指定市代码", "name the municipality with --municipality"));
}

int Export(Context& context, const LedgerOptions& options) {
  ledger::v1::ListEntriesRequest request;
  std::string code;
  if (auto status = NeedMunicipality(context, options, &code)) return *status;
  request.set_municipality(code);
  request.set_after(options.after);
  request.set_page_size(kPageSize);
  if (options.follow) request.set_wait_ms(kFollowWaitMillis);
  const auto timeout = context.timeout() + std::chrono::milliseconds(options.follow ? kFollowWaitMillis : 0);
  const bool table = AsTable(context);
  if (table) context.globals.output = "table";
  RowPrinter rows(context, EntryColumns(context));
  std::string text;
  bool interrupted = false;
  for (;;) {
    ledger::v1::ListEntriesResponse response;
    if (auto failure = context.client().Call(request, &response, timeout)) {
      if (!options.follow || !IsInterruption(failure->failure.code)) return context.Report(*failure);
      if (!interrupted) context.Report(*failure);
      interrupted = true;
      poll(nullptr, 0, kFollowRetryMillis);  // the connection comes back by itself
      continue;
    }
    interrupted = false;
    text.clear();
    for (const auto& entry : response.entries()) {
      if (table && !options.follow) {
        rows.Row("", EntryCells(entry));
      } else {
        absl::StrAppend(&text, EntryJson(entry), "\n");
      }
      request.set_after(entry.sequence());
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (std::fflush(stdout) != 0) return kUsage;  // whoever read it has gone
    if (!options.follow && (response.entries_size() == 0 || request.after() >= response.last_sequence())) break;
  }
  if (table) rows.Finish();
  return kDone;
}

// Calls `visit` with every seal in order.
std::optional<int> EachSeal(Context& context, const std::string& municipality,
                            const std::function<void(const ledger::v1::HeadSealed&)>& visit) {
  ledger::v1::ListSealsRequest request;
  request.set_municipality(municipality);
  request.set_page_size(kPageSize);
  for (bool more = true; more;) {
    ledger::v1::ListSealsResponse response;
    if (auto failure = context.Call(request, &response)) return context.Report(*failure);
    for (const auto& seal : response.seals()) {
      visit(seal);
      request.set_after(seal.sequence());
    }
    more = response.more() && response.seals_size() > 0;
  }
  return std::nullopt;
}

int Seals(Context& context, const LedgerOptions& options) {
  std::string code;
  if (auto status = NeedMunicipality(context, options, &code)) return *status;
  if (!AsTable(context)) context.globals.output = "json";
  RowPrinter rows(context, {{context.Say("序号", "sequence"), "sequence"},
                            {context.Say("链头", "head"), "head"},
                            {context.Say("密钥", "key"), "key_id"},
                            {context.Say("签署时间", "sealed at"), "sealed_at"}});
  if (auto status = EachSeal(context, code, [&](const auto& seal) { rows.Row(seal); })) return *status;
  rows.Finish();
  return kDone;
}

int Key(Context& context) {
  ledger::v1::GetKeyResponse response;
  if (auto failure = context.Call(ledger::v1::GetKeyRequest(), &response)) return context.Report(*failure);
  PrintLine(ToJson(response));
  return kDone;
}

int PrintVerdict(const Context& context, uint64_t entries, const std::string& head, uint64_t sealed,
                 const std::vector<std::string>& problems) {
  for (const auto& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
  if (context.json()) {
    std::string json =
        absl::StrCat("{\"entries\":", entries, ",\"head\":\"", ToHex(head),
                     "\",\"ok\":", problems.empty() ? "true" : "false", ",\"sealed\":", sealed, ",\"problems\":[");
    for (size_t i = 0; i < problems.size(); ++i) {
      if (i > 0) json.push_back(',');
      AppendJsonString(problems[i], &json);
    }
    PrintLine(json + "]}");
  } else {
    PrintLine(absl::StrCat(
        entries, context.Say(" 条记录,链头 ", " entries, head "), ToHex(head),
        problems.empty() ? context.Say(",校验通过", ", verified") : context.Say(",校验未通过", ", NOT verified")));
  }
  return problems.empty() ? kDone : kRefused;
}

// The newest signed head, checked here: its signature, and the entry it names.
std::optional<int> CheckNewestSeal(Context& context, const std::string& code, uint64_t* sealed,
                                   std::vector<std::string>* problems) {
  std::optional<ledger::v1::HeadSealed> newest;
  if (auto status = EachSeal(context, code, [&](const auto& seal) { newest = seal; })) return status;
  if (!newest) return std::nullopt;
  ledger::v1::GetKeyResponse key;
  if (auto failure = context.Call(ledger::v1::GetKeyRequest(), &key)) return context.Report(*failure);
  ledger::v1::ListEntriesRequest request;
  request.set_municipality(code);
  request.set_after(newest->sequence() - 1);
  request.set_page_size(1);
  ledger::v1::ListEntriesResponse response;
  if (auto failure = context.Call(request, &response)) return context.Report(*failure);
  const std::string n = std::to_string(newest->sequence());
  if (!ledger::VerifySeal(*newest, key.public_key())) {
    problems->push_back(
        context.Say("签章 " + n + " 的签名与公钥不符", "seal " + n + " is not signed with the server's key"));
  } else if (response.entries_size() == 0 || response.entries(0).hash() != newest->head()) {
    problems->push_back(context.Say("记录 " + n + " 与签章不符", "entry " + n + " differs from its seal"));
  } else {
    *sealed = newest->sequence();
  }
  return std::nullopt;
}

// The server walks its raw log and compares it with what it serves.
int VerifyOnline(Context& context, const std::string& code) {
  ledger::v1::VerifyEntriesRequest request;
  request.set_municipality(code);
  uint64_t entries = 0;
  std::string head;
  std::vector<std::string> problems;
  for (;;) {
    ledger::v1::VerifyEntriesResponse response;
    if (auto failure = context.client().Call(request, &response,
                                             std::max(context.timeout(), std::chrono::milliseconds(120'000)))) {
      return context.Report(*failure);
    }
    entries += response.entries();
    head = response.head();
    if (!response.ok()) problems.push_back(response.problem());
    if (!response.ok() || response.done() || response.entries() == 0) break;
    request.set_after(request.after() + response.entries());
    request.set_previous_hash(response.head());
  }
  uint64_t sealed = 0;
  if (auto status = CheckNewestSeal(context, code, &sealed, &problems)) return *status;
  return PrintVerdict(context, entries, head, sealed, problems);
}

int VerifyOffline(Context& context, const std::string& code, const LedgerOptions& options) {
  if (options.seals.empty() || options.key.empty()) {
    return context.Usage(
        context.Say("--file 需要同时给出 --seals 和 --key", "--file needs --seals and --key beside it"));
  }
  const Verdict verdict = VerifyExport({code, options.file, options.seals, options.key});
  if (verdict.unusable) return context.Usage(*verdict.unusable);
  std::vector<std::string> problems;
  for (const auto& problem : verdict.problems) problems.push_back(context.Say(problem));
  return PrintVerdict(context, verdict.entries, verdict.head, verdict.sealed, problems);
}

int Verify(Context& context, const LedgerOptions& options) {
  std::string code;
  if (auto status = NeedMunicipality(context, options, &code)) return *status;
  return options.file.empty() ? VerifyOnline(context, code) : VerifyOffline(context, code, options);
}

}  // namespace

void AddLedgerCommands(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("ledger", context.Say("统一办件台账", "the ledger of cases"))
                    ->require_subcommand(1)
                    ->fallthrough();
  auto options = std::make_shared<LedgerOptions>();
  const auto add = [&](const char* name, const std::string& help, std::function<int()> run) {
    auto* command = group->add_subcommand(name, help)->fallthrough();
    command->callback([&context, run] { context.run = run; });
    return command;
  };
  const std::string municipality_help =
      context.Say("市代码;默认取 CASEHUB_MUNICIPALITY", "code; default: CASEHUB_MUNICIPALITY");
  auto* exported = add("export", context.Say("逐条导出(JSON 行)", "every entry, one JSON object a line"),
                       [&context, options] { return Export(context, *options); });
  exported->add_option("--municipality", options->municipality, municipality_help);
  exported->add_option("--after", options->after, context.Say("从此序号之后开始", "start after this sequence"));
  exported->add_flag("--follow", options->follow, context.Say("持续输出新记录", "go on with new entries as they come"));
  auto* seals = add("seals", context.Say("签署过的链头", "the signed heads"),
                    [&context, options] { return Seals(context, *options); });
  seals->add_option("--municipality", options->municipality, municipality_help);
  add("key", context.Say("验签公钥", "the public key"), [&context] { return Key(context); });
  auto* verify =
      add("verify",
          context.Say("校验台账链;--file 离线校验导出文件", "check the chain; --file: of an export, without a server"),
          [&context, options] { return Verify(context, *options); });
  verify->add_option("--municipality", options->municipality, municipality_help);
  verify->add_option("--file", options->file, context.Say("ledger export 的输出", "what ledger export printed"));
  verify->add_option("--seals", options->seals, context.Say("ledger seals 的输出", "what ledger seals printed"));
  verify->add_option("--key", options->key, context.Say("ledger key 的输出", "what ledger key printed"));
}

}  // namespace casehub::casectl
