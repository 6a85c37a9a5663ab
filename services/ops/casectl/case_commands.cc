// casectl case show | list | history | deadlines, and casectl deadline explain.
#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "google/protobuf/util/time_util.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/commands.h"
#include "services/ops/casectl/entries.h"
#include "services/ops/casectl/json.h"
#include "services/ops/casectl/print.h"
#include "services/ops/xes/rfc3339.h"

namespace casehub::casectl {
namespace {

constexpr int kPageSize = 500;
constexpr char kPromise[] = "promise";  // the policy of a date promised to the applicant

struct CaseOptions {
  std::string id;
  std::string municipality;
  std::string status, source, external_reference;
  int page_size = 0;
  std::string page_token;
  bool overdue = false;
  std::string as_of, policy, office;
};

constexpr char kTimeHelp[] = "2024-05-06T09:30:00+08:00";

int Show(Context& context, const CaseOptions& options) {
  intake::v1::GetCaseResponse found;
  if (auto status = FindCase(context, options.municipality, options.id, &found)) return *status;
  PrintMessage(context, found.case_());
  return kDone;
}

// Rows of several municipalities by pages; `ask` reads one page of one of them.
int ListByPages(Context& context, const CaseOptions& options, RowPrinter* rows,
                const std::function<std::optional<int>(const std::string& municipality, int page_size,
                                                       const std::string& token, std::string* next)>& ask) {
  std::vector<std::string> codes;
  if (auto status = ChosenMunicipalities(context, options.municipality, &codes)) return *status;
  const bool one_page = options.page_size > 0 || !options.page_token.empty();
  if (one_page && codes.size() > 1) {
    return context.Usage(
        context.Say("分页时请用 --municipality 指定一个市", "name one --municipality to read by pages"));
  }
  const int page_size = options.page_size > 0 ? options.page_size : kPageSize;
  std::string last_token;
  for (const auto& code : codes) {
    if (one_page) {
      if (auto status = ask(code, page_size, options.page_token, &last_token)) return *status;
      continue;
    }
    const auto page = [&](const std::string& token, std::string* next) { return ask(code, page_size, token, next); };
    if (auto status = EachPage(page)) return *status;
  }
  rows->Finish(last_token);
  return kDone;
}

int ListOverdue(Context& context, const CaseOptions& options) {
  if (!options.status.empty() || !options.source.empty() || !options.external_reference.empty()) {
    return context.Usage(context.Say("--overdue 可与 --as-of、--policy、--office 同用,不与其他筛选同用",
                                     "--overdue goes with --as-of, --policy and --office, not with other filters"));
  }
  intake::v1::ListOverdueRequest request;
  request.set_policy(options.policy);
  request.set_office_id(options.office);
  if (!options.as_of.empty()) {
    const auto moment = ParseRfc3339(options.as_of);
    if (!moment) {
      return context.Usage(context.Say(absl::StrCat("--as-of 应为带时区的时间(如 ", kTimeHelp, ")"),
                                       absl::StrCat("--as-of must be a time with its zone (such as ", kTimeHelp, ")")));
    }
    request.mutable_as_of()->set_seconds(moment->seconds);
    request.mutable_as_of()->set_nanos(moment->nanos);
  }
  RowPrinter rows(context, {{context.Say("办件", "case"), "case_id"},
                            {context.Say("市", "municipality"), "municipality"},
                            {context.Say("时限", "policy"), "deadline.policy"},
                            {context.Say("末日", "due"), "deadline.due_date"},
                            {context.Say("到期时刻", "due at"), "deadline.due_at"},
                            {context.Say("现状", "now"), "status"},
                            {context.Say("主责机构", "office"), "responsible_office_id"},
                            {context.Say("事项", "matter"), "matter_type"},
                            {context.Say("来源编号", "reference"), "external_reference"}});
  return ListByPages(context, options, &rows,
                     [&](const std::string& municipality, int page_size, const std::string& token,
                         std::string* next) -> std::optional<int> {
                       request.set_municipality(municipality);
                       request.set_page_size(page_size);
                       request.set_page_token(token);
                       intake::v1::ListOverdueResponse response;
                       if (auto failure = context.Call(request, &response)) return context.Report(*failure);
                       for (const auto& row : response.overdue()) rows.Row(row);
                       *next = response.next_page_token();
                       return std::nullopt;
                     });
}

int List(Context& context, const CaseOptions& options) {
  if (options.overdue) return ListOverdue(context, options);
  if (!options.as_of.empty() || !options.policy.empty() || !options.office.empty()) {
    return context.Usage(context.Say("--as-of、--policy、--office 只与 --overdue 同用",
                                     "--as-of, --policy and --office need --overdue"));
  }
  intake::v1::ListCasesRequest request;
  if (!options.status.empty()) {
    const auto* value = FindEnumValue(*intake::v1::CaseStatus_descriptor(), options.status);
    if (value == nullptr || value->number() == 0) {
      return context.Usage(context.Say("--status 应为 open|closed|withdrawn|archived|moved_away 之一",
                                       "--status must be one of open|closed|withdrawn|archived|moved_away"));
    }
    request.set_status(static_cast<intake::v1::CaseStatus>(value->number()));
  }
  if (!options.external_reference.empty() && options.source.empty()) {
    return context.Usage(
        context.Say("--external-reference 需要同时给出 --source", "--external-reference needs --source beside it"));
  }
  request.set_source_system(options.source);
  request.set_external_reference(options.external_reference);
  RowPrinter rows(context, {{context.Say("办件", "case"), "case_id"},
                            {context.Say("市", "municipality"), "municipality"},
                            {context.Say("状态", "status"), "status"},
                            {context.Say("类别", "kind"), "kind"},
                            {context.Say("渠道", "channel"), "channel"},
                            {context.Say("事项", "matter"), "matter_type"},
                            {context.Say("主责机构", "office"), "responsible_office_id"},
                            {context.Say("来源编号", "reference"), "external_reference"},
                            {context.Say("受理时间", "opened at"), "opened_at"}});
  return ListByPages(context, options, &rows,
                     [&](const std::string& municipality, int page_size, const std::string& token,
                         std::string* next) -> std::optional<int> {
                       request.set_municipality(municipality);
                       request.set_page_size(page_size);
                       request.set_page_token(token);
                       intake::v1::ListCasesResponse response;
                       if (auto failure = context.Call(request, &response)) return context.Report(*failure);
                       for (const auto& row : response.cases()) rows.Row(row);
                       *next = response.next_page_token();
                       return std::nullopt;
                     });
}

int History(Context& context, const CaseOptions& options) {
  intake::v1::GetCaseResponse found;
  if (auto status = FindCase(context, options.municipality, options.id, &found)) return *status;
  RowPrinter rows(context, EntryColumns(context));
  ledger::v1::ListCaseEntriesRequest request;
  request.set_municipality(found.case_().municipality());
  request.set_case_id(options.id);
  request.set_page_size(kPageSize);
  // The ledger follows the log by itself: it answers once it stands where intake stood.
  *request.mutable_min_position() = found.position();
  for (bool more = true; more;) {
    ledger::v1::ListCaseEntriesResponse response;
    if (auto failure = context.Call(request, &response)) return context.Report(*failure);
    for (const auto& entry : response.entries()) {
      rows.Row(EntryJson(entry), EntryCells(entry));
      request.set_after(entry.sequence());
    }
    more = response.more() && response.entries_size() > 0;
  }
  rows.Finish();
  return kDone;
}

// One clock of a case with the reason of its date, as JSON.
std::string ClockJson(const intake::v1::Clock& clock, const registry::v1::ExplainDeadlineResponse& why) {
  const auto& deadline = clock.deadline();
  const auto quoted = [](const std::string& text) {
    std::string out;
    AppendJsonString(text, &out);
    return out;
  };
  std::string json = absl::StrCat("{\"policy\":", quoted(deadline.policy()), ",\"status\":\"", Cell(clock, "status"),
                                  "\",\"started_at\":\"", TimestampText(deadline.started_at(), kChinaOffsetSeconds),
                                  "\",\"due\":\"", TimestampText(deadline.due_at(), kChinaOffsetSeconds), "\"");
  if (!deadline.due_date().empty()) absl::StrAppend(&json, ",\"due_date\":", quoted(deadline.due_date()));
  if (clock.has_ended_at()) {
    absl::StrAppend(&json, ",\"ended_at\":\"", TimestampText(clock.ended_at(), kChinaOffsetSeconds), "\"");
  }
  absl::StrAppend(&json, ",\"provisional\":", deadline.provisional() ? "true" : "false",
                  ",\"citation\":", quoted(why.citation()), ",\"policy_version\":", quoted(deadline.policy_version()),
                  ",\"calendar_version\":", quoted(deadline.calendar_version()));
  // Another calendar may be loaded by now: then the date it would give stands beside the one that holds.
  if (why.has_due() && google::protobuf::util::TimeUtil::TimestampToNanoseconds(why.due()) !=
                           google::protobuf::util::TimeUtil::TimestampToNanoseconds(deadline.due_at())) {
    absl::StrAppend(&json, ",\"due_today\":\"", TimestampText(why.due(), kChinaOffsetSeconds), "\"");
  }
  absl::StrAppend(&json, ",\"steps\":[");
  for (int i = 0; i < why.steps_size(); ++i) absl::StrAppend(&json, i > 0 ? "," : "", quoted(why.steps(i)));
  return absl::StrCat(json, "]}");
}

int Deadlines(Context& context, const CaseOptions& options) {
  intake::v1::GetCaseResponse found;
  if (auto status = FindCase(context, options.municipality, options.id, &found)) return *status;
  for (const auto& clock : found.case_().clocks()) {
    registry::v1::ExplainDeadlineRequest request;
    request.set_municipality(found.case_().municipality());
    request.set_policy(clock.deadline().policy());
    *request.mutable_start() = clock.deadline().started_at();
    registry::v1::ExplainDeadlineResponse why;
    if (clock.deadline().policy() == kPromise) {  // nothing is counted
      why.set_citation(context.Say("承诺日期", "as promised"));
    } else if (auto failure = context.Call(request, &why)) {
      return context.Report(*failure);
    }
    if (context.json()) {
      PrintLine(ClockJson(clock, why));
      continue;
    }
    const auto& deadline = clock.deadline();
    PrintLine(absl::StrCat(
        deadline.policy(), "  ", Cell(clock, "status", context.language()), "  ",
        deadline.due_date().empty() ? TimestampText(deadline.due_at(), kChinaOffsetSeconds) : deadline.due_date(),
        deadline.provisional() ? context.Say("  暂定", "  provisional") : "", "  ", why.citation()));
    for (const auto& step : why.steps()) PrintLine("    " + step);
  }
  return kDone;
}

struct DeadlineOptions {
  std::string policy, start, municipality;
  std::vector<std::string> pauses;
  bool extended = false;
};

int Explain(Context& context, const DeadlineOptions& options) {
  registry::v1::ExplainDeadlineRequest request;
  request.set_policy(options.policy);
  const auto start = ParseRfc3339(options.start);
  if (!start) {
    return context.Usage(context.Say("--start 应为带时区的时间(如 2024-05-06T09:30:00+08:00)",
                                     "--start must be a time with its zone (such as 2024-05-06T09:30:00+08:00)"));
  }
  request.mutable_start()->set_seconds(start->seconds);
  request.mutable_start()->set_nanos(start->nanos);
  request.set_extended(options.extended);
  for (const auto& text : options.pauses) {
    const size_t dots = text.find("..");
    if (dots == std::string::npos || dots == 0 || dots + 2 == text.size()) {
      return context.Usage(context.Say("--pause 应为 起..止(如 2024-05-06..2024-05-09)",
                                       "--pause must be FROM..TO (such as 2024-05-06..2024-05-09)"));
    }
    auto* pause = request.add_pauses();
    pause->set_from(text.substr(0, dots));
    pause->set_to(text.substr(dots + 2));
  }
  std::vector<std::string> codes;
  if (auto status = ChosenMunicipalities(context, options.municipality, &codes)) return *status;
  if (!codes.empty()) request.set_municipality(codes.front());
  registry::v1::ExplainDeadlineResponse why;
  if (auto failure = context.Call(request, &why)) return context.Report(*failure);
  const std::string due = TimestampText(why.due(), kChinaOffsetSeconds);
  if (context.json()) {
    why.clear_position();
    std::string json = ToJson(why);
    // The due instant is shown at the zone civil dates count in; clocks in hours have no due date.
    const std::string utc = absl::StrCat("\"due\":\"", TimestampText(why.due(), 0), "\"");
    if (const size_t at = json.find(utc); at != std::string::npos) {
      json.replace(at, utc.size(), absl::StrCat("\"due\":\"", due, "\""));
    }
    if (why.due_date().empty()) {
      const std::string empty = "\"due_date\":\"\",";
      json.erase(json.find(empty), empty.size());
    }
    PrintLine(json);
    return kDone;
  }
  PrintLine(absl::StrCat(why.policy(), "  ", why.due_date().empty() ? due : why.due_date(), "  ", due,
                         why.provisional() ? context.Say("  暂定", "  provisional") : "", "  ", why.citation()));
  for (const auto& step : why.steps()) PrintLine("    " + step);
  return kDone;
}

}  // namespace

void AddCaseCommands(CLI::App& app, Context& context) {
  auto* group =
      app.add_subcommand("case", context.Say("查看办件", "look at cases"))->require_subcommand(1)->fallthrough();
  auto options = std::make_shared<CaseOptions>();
  const std::string municipality_help = context.Say("市代码;默认取 CASEHUB_MUNICIPALITY,或逐市查找",
                                                    "code; default: CASEHUB_MUNICIPALITY, or every one is asked");
  const auto add = [&](const char* name, const std::string& help, int (*run)(Context&, const CaseOptions&), bool id) {
    auto* command = group->add_subcommand(name, help)->fallthrough();
    if (id) command->add_option("ID", options->id, context.Say("办件号", "case id"))->required();
    command->add_option("--municipality", options->municipality, municipality_help);
    command->callback(
        [&context, options, run] { context.run = [&context, options, run] { return run(context, *options); }; });
    return command;
  };
  add("show", context.Say("显示一个办件", "show a case"), &Show, true);
  auto* list = add("list", context.Say("列出办件", "list cases"), &List, false);
  list->add_option("--status", options->status, context.Say("办件状态", "of the cases"))
      ->type_name("open|closed|withdrawn|archived|moved_away");
  list->add_option("--source", options->source, context.Say("来源系统", "source system"));
  list->add_option("--external-reference", options->external_reference,
                   context.Say("来源系统编号", "the source's own number"));
  list->add_option("--page-size", options->page_size, context.Say("只读一页,每页条数", "read one page of this size"))
      ->check(CLI::Range(1, 1000));
  list->add_flag("--overdue", options->overdue,
                 context.Say("逾期清单:每行一个逾期的时限", "what is overdue: a deadline a row"));
  list->add_option("--as-of", options->as_of,
                   context.Say("截至时间(RFC 3339),默认现在", "as of this time (RFC 3339), default now"));
  list->add_option("--policy", options->policy, context.Say("只看这一时限", "of this policy only"));
  list->add_option("--office", options->office, context.Say("只看这一主责机构", "of this responsible office only"));
  list->add_option("--page-token", options->page_token, context.Say("上一页给出的标记", "as the page before gave it"));
  add("history", context.Say("办件的全部台账记录", "every ledger entry of a case"), &History, true);
  add("deadlines", context.Say("办件的各项时限及其推算过程", "the dates of a case, each with its steps"), &Deadlines,
      true);
}

void AddDeadlineCommand(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("deadline", context.Say("时限", "deadlines"))->require_subcommand(1)->fallthrough();
  auto options = std::make_shared<DeadlineOptions>();
  auto* explain =
      group->add_subcommand("explain", context.Say("推算时限并说明依据", "compute a date and say why"))->fallthrough();
  explain->add_option("--policy", options->policy, context.Say("规则名,如 aid.decide", "policy, such as aid.decide"))
      ->required();
  explain->add_option("--start", options->start, context.Say("起算时间(RFC 3339)", "what starts it (RFC 3339)"))
      ->required();
  explain
      ->add_option("--pause", options->pauses, context.Say("不计入的期间 起..止,可重复", "FROM..TO, may be repeated"))
      ->type_size(1)
      ->allow_extra_args(false);
  explain->add_flag("--extended", options->extended,
                    context.Say("按规则允许的期间延长", "extended by what the policy allows"));
  explain->add_option("--municipality", options->municipality, context.Say("市代码", "code"));
  explain->callback([&context, options] { context.run = [&context, options] { return Explain(context, *options); }; });
}

}  // namespace casehub::casectl
