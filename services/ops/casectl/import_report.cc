// casectl import report | runs | same-matters: what came of the deliveries of a source (A7, A8).
#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "services/ops/casectl/commands.h"
#include "services/ops/casectl/print.h"

namespace casehub::casectl {
namespace {

constexpr int kPageSize = 500;

struct ReportOptions {
  std::string municipality, source;
};

void PrintCounts(const Context& context, const ingest::v1::GetImportReportResponse& report) {
  const auto& reported = report.reported();
  const auto row = [&](const char* zh, const char* en, uint64_t value) {
    return std::vector<std::string>{context.Say(zh, en), absl::StrCat(value)};
  };
  std::vector<std::vector<std::string>> rows = {
      row("台账中的办件", "cases in the ledger", report.cases()),
      row("台账中的事件", "events in the ledger", report.events()),
      row("导入批次", "runs", report.runs()),
      row("未读完的批次", "incomplete runs", report.incomplete_runs()),
      row("读取事件", "events read", reported.events_read()),
      row("新增事件", "events new", reported.events_new()),
      row("重复", "duplicates", reported.duplicates()),
      row("已存在", "already present", reported.already_present()),
      row("拒收", "rejected", reported.rejected()),
      row("无批次登记的事件", "events no run reported", report.unreported_events()),
      row("已读流水号", "running numbers read", report.numbers_read()),
      row("疑似重复来件", "suspected same matters", report.same_matters()),
  };
  for (const auto& reject : report.rejects()) {
    rows.push_back(
        {absl::StrCat("  ", context.Say("拒收原因 ", "rejected: "), reject.reason()), absl::StrCat(reject.events())});
  }
  PrintText(FormatTable({context.Say("项目", "what"), context.Say("数目", "count")}, rows));
}

void PrintGaps(const Context& context, const ingest::v1::GetImportReportResponse& report) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& gap : report.day_gaps()) {
    rows.push_back(
        {context.Say("无事件的日期", "days without events"), gap.from(), gap.to(), absl::StrCat(gap.days())});
  }
  for (const auto& gap : report.number_gaps()) {
    rows.push_back({context.Say("缺号", "missing numbers"), absl::StrCat(gap.first()), absl::StrCat(gap.last()),
                    absl::StrCat(gap.last() - gap.first() + 1)});
  }
  if (rows.empty()) return PrintLine(context.Say("没有间断", "no gaps"));
  PrintText(FormatTable(
      {context.Say("间断", "gap"), context.Say("起", "from"), context.Say("止", "to"), context.Say("数目", "count")},
      rows));
  if (report.more_gaps()) PrintLine(context.Say("(间断过多,未全部列出)", "(there are more gaps than are listed)"));
}

int Report(Context& context, const ReportOptions& options, const std::string& municipality) {
  ingest::v1::GetImportReportRequest request;
  request.set_municipality(municipality);
  request.set_source_system(options.source);
  ingest::v1::GetImportReportResponse report;
  if (auto failure = context.Call(request, &report)) return context.Report(*failure);
  if (context.json()) {
    PrintMessage(context, report);
    return kDone;
  }
  PrintLine(absl::StrCat(report.source_system(), "  ", report.name(), "  ",
                         report.registered() ? context.Say("已登记", "registered")
                                             : context.Say("未登记(registry register-source-system)",
                                                           "not registered (registry register-source-system)")));
  PrintLine("");
  PrintCounts(context, report);
  PrintLine("");
  RowPrinter months(context, {{context.Say("月份", "month"), "month"},
                              {context.Say("办件", "cases"), "cases"},
                              {context.Say("事件", "events"), "events"},
                              {context.Say("无事件天数", "days without events"), "days_without_events"}});
  for (const auto& month : report.months()) months.Row(month);
  months.Finish();
  PrintLine("");
  PrintGaps(context, report);
  return kDone;
}

int Runs(Context& context, const ReportOptions& options, const std::string& municipality) {
  RowPrinter rows(context, {{context.Say("批次", "run"), "run.run_id"},
                            {context.Say("开始", "started at"), "run.started_at"},
                            {context.Say("读完", "complete"), "run.complete"},
                            {context.Say("读取", "read"), "run.counts.events_read"},
                            {context.Say("新增", "new"), "run.counts.events_new"},
                            {context.Say("重复", "duplicates"), "run.counts.duplicates"},
                            {context.Say("已存在", "present"), "run.counts.already_present"},
                            {context.Say("拒收", "rejected"), "run.counts.rejected"}});
  const auto ask = [&](const std::string& token, std::string* next) -> std::optional<int> {
    ingest::v1::ListImportRunsRequest request;
    request.set_municipality(municipality);
    request.set_source_system(options.source);
    request.set_page_size(kPageSize);
    request.set_page_token(token);
    ingest::v1::ListImportRunsResponse response;
    if (auto failure = context.Call(request, &response)) return context.Report(*failure);
    for (const auto& run : response.runs()) rows.Row(run);
    *next = response.next_page_token();
    return std::nullopt;
  };
  if (auto status = EachPage(ask)) return *status;
  rows.Finish();
  return kDone;
}

int SameMatters(Context& context, const ReportOptions& options, const std::string& municipality) {
  RowPrinter rows(context, {{context.Say("办件", "case"), "case_id"},
                            {context.Say("来源", "source"), "source_system"},
                            {context.Say("疑似同一事项的办件", "may be the same as"), "other.case_id"},
                            {context.Say("其来源", "its source"), "other.source_system"},
                            {context.Say("依据", "by"), "other.rule"}});
  const auto ask = [&](const std::string& token, std::string* next) -> std::optional<int> {
    ingest::v1::ListSameMattersRequest request;
    request.set_municipality(municipality);
    request.set_source_system(options.source);
    request.set_page_size(kPageSize);
    request.set_page_token(token);
    ingest::v1::ListSameMattersResponse response;
    if (auto failure = context.Call(request, &response)) return context.Report(*failure);
    for (const auto& pair : response.pairs()) rows.Row(pair);
    *next = response.next_page_token();
    return std::nullopt;
  };
  if (auto status = EachPage(ask)) return *status;
  rows.Finish();
  return kDone;
}

}  // namespace

void AddImportReportCommands(CLI::App* import, Context& context) {
  const auto add = [&](const char* name, const std::string& help, bool needs_source,
                       int (*run)(Context&, const ReportOptions&, const std::string&)) {
    auto options = std::make_shared<ReportOptions>();
    auto* command = import->add_subcommand(name, help);
    command->add_option("--municipality", options->municipality, context.Say("市代码", "code"));
    auto* source = command->add_option("--source", options->source, context.Say("来源系统", "source system"));
    if (needs_source) source->required();
    command->callback([&context, options, run] {
      context.run = [&context, options, run] {
        const std::string municipality = GivenMunicipality(options->municipality);
        if (municipality.empty()) {
          return context.Usage(
              context.Say("请用 --municipality 指定市代码", "name the municipality with --municipality"));
        }
        return run(context, *options, municipality);
      };
    });
  };
  add("report", context.Say("来源系统的对账:数目、间断、拒收", "reconcile a source: counts, gaps, rejects"), true,
      &Report);
  add("runs", context.Say("来源系统的各次导入", "the imports of a source"), true, &Runs);
  add("same-matters", context.Say("疑似由两个来源送来的同一事项", "cases that may be one matter from two sources"),
      false, &SameMatters);
}

}  // namespace casehub::casectl
