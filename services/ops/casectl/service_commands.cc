// casectl score, transfer, status and store: thin views over single queries.
#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/operations/v1/operations_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/commands.h"
#include "services/ops/casectl/json.h"
#include "services/ops/casectl/print.h"
#include "services/ops/xes/rfc3339.h"

namespace casehub::casectl {
namespace {

constexpr int kPageSize = 500;
// Rebuilding folds a whole log again.
constexpr std::chrono::milliseconds kStoreTimeout = std::chrono::hours(6);

struct Options {
  std::string id, municipality, by = "municipality", as_of, from, to, service, view;
};

constexpr char kScoreSubjects[] = "case|practitioner|office|municipality|matter|month|quarter|year";

// Times of the request that were given; an exit status if one is none.
std::optional<int> ReadTimes(Context& context, const Options& options, evaluation::v1::GetScoresRequest* request) {
  struct Time {
    const char* flag;
    const std::string* text;
    google::protobuf::Timestamp* (evaluation::v1::GetScoresRequest::*field)();
  };
  const Time times[] = {{"--as-of", &options.as_of, &evaluation::v1::GetScoresRequest::mutable_as_of},
                        {"--from", &options.from, &evaluation::v1::GetScoresRequest::mutable_from},
                        {"--to", &options.to, &evaluation::v1::GetScoresRequest::mutable_to}};
  for (const Time& time : times) {
    if (time.text->empty()) continue;
    const auto moment = ParseRfc3339(*time.text);
    if (!moment) {
      return context.Usage(
          context.Say(absl::StrCat(time.flag, " 应为带时区的时间(如 2024-05-06T09:30:00+08:00)"),
                      absl::StrCat(time.flag, " must be a time with its zone (such as 2024-05-06T09:30:00+08:00)")));
    }
    auto* field = (request->*time.field)();
    field->set_seconds(moment->seconds);
    field->set_nanos(moment->nanos);
  }
  return std::nullopt;
}

int ShowScores(Context& context, const Options& options) {
  evaluation::v1::GetScoresRequest request;
  const auto* by = FindEnumValue(*evaluation::v1::ScoreSubject_descriptor(), options.by);
  if (by == nullptr || by->number() == 0) {
    return context.Usage(context.Say(absl::StrCat("--by 应为 ", kScoreSubjects, " 之一"),
                                     absl::StrCat("--by must be one of ", kScoreSubjects)));
  }
  request.set_by(static_cast<evaluation::v1::ScoreSubject>(by->number()));
  request.set_page_size(kPageSize);
  if (auto status = ReadTimes(context, options, &request)) return *status;
  std::vector<std::string> codes;
  if (auto status = ChosenMunicipalities(context, options.municipality, &codes)) return *status;
  RowPrinter rows(context, {{context.Say("对象", "subject"), "subject"},
                            {context.Say("评价数", "count"), "count"},
                            {context.Say("平均(总体)", "mean (overall)"), "mean"},
                            {context.Say("参与排名", "ranked"), "ranked"},
                            {context.Say("未评价", "unrated"), "unrated"},
                            {context.Say("态度合计", "attitude"), "sum.attitude"},
                            {context.Say("效率合计", "efficiency"), "sum.efficiency"},
                            {context.Say("政策执行合计", "policy"), "sum.policy_execution"},
                            {context.Say("专业水平合计", "professional"), "sum.professional_level"},
                            {context.Say("总体合计", "overall"), "sum.overall"}});
  for (const auto& code : codes) {
    request.set_municipality(code);
    const auto ask = [&](const std::string& token, std::string* next) -> std::optional<int> {
      request.set_page_token(token);
      evaluation::v1::GetScoresResponse response;
      if (auto failure = context.Call(request, &response)) return context.Report(*failure);
      for (auto& score : *response.mutable_scores()) {
        score.mutable_sum();  // shown with its zeros where nothing is rated
        rows.Row(score);
      }
      *next = response.next_page_token();
      return std::nullopt;
    };
    if (auto status = EachPage(ask)) return *status;
  }
  rows.Finish();
  return kDone;
}

int ListTransfers(Context& context, const Options& options) {
  std::vector<std::string> codes;
  if (auto status = ChosenMunicipalities(context, options.municipality, &codes)) return *status;
  transfer::v1::ListTransfersRequest request;
  request.set_page_size(kPageSize);
  if (!options.view.empty()) {
    const auto* view = FindEnumValue(*transfer::v1::LedgerView_descriptor(), options.view);
    if (view == nullptr || view->number() == 0) {
      return context.Usage(
          context.Say("--view 应为 moved_out|moved_in|under_way|declined|not_taken|stayed|ruled 之一",
                      "--view must be one of moved_out|moved_in|under_way|declined|not_taken|stayed|ruled"));
    }
    request.set_view(static_cast<transfer::v1::LedgerView>(view->number()));
  }
  RowPrinter rows(context, {{context.Say("办件号", "case"), "case_id"},
                            {context.Say("台账", "ledger"), "view"},
                            {context.Say("主办市", "custodian"), "custodian"},
                            {context.Say("状态", "state"), "origin"},
                            {context.Say("接收状态", "as addressee"), "addressee"},
                            {context.Say("次", "hop"), "hop"},
                            {context.Say("来自", "from"), "from"},
                            {context.Say("转往", "to"), "to"},
                            {context.Say("原地受理", "received at origin"), "received_at_origin"},
                            {context.Say("转入受理", "received there"), "received_there_at"},
                            {context.Say("裁定", "by ruling"), "by_ruling"},
                            {context.Say("累计拒收", "declines"), "declines"},
                            {context.Say("本市拒收", "declined here"), "declined_here"},
                            {context.Say("拒收理由", "reason"), "reason"}});
  for (const auto& code : codes) {
    request.set_municipality(code);
    const auto ask = [&](const std::string& token, std::string* next) -> std::optional<int> {
      request.set_page_token(token);
      transfer::v1::ListTransfersResponse response;
      if (auto failure = context.Call(request, &response)) return context.Report(*failure);
      for (const auto& row : response.rows()) rows.Row(row);
      *next = response.next_page_token();
      return std::nullopt;
    };
    if (auto status = EachPage(ask)) return *status;
  }
  rows.Finish();
  return kDone;
}

// Cases in custody, and what moved, by municipality; and together, where every case counts once.
int CountTransfers(Context& context, const Options& options) {
  std::vector<std::string> codes;
  if (auto status = ChosenMunicipalities(context, options.municipality, &codes)) return *status;
  RowPrinter rows(context, {{context.Say("市", "municipality"), ""},
                            {context.Say("主办", "in custody"), ""},
                            {context.Say("其中转入", "of these moved in"), ""},
                            {context.Say("转出", "moved out"), ""},
                            {context.Say("拒收", "declined"), ""}});
  transfer::v1::CountCustodyResponse all;
  const auto add = [](const transfer::v1::CountCustodyResponse& one, transfer::v1::CountCustodyResponse* to) {
    to->set_in_custody(to->in_custody() + one.in_custody());
    to->set_moved_in(to->moved_in() + one.moved_in());
    to->set_moved_out(to->moved_out() + one.moved_out());
    to->set_declined(to->declined() + one.declined());
  };
  const auto print = [&](const std::string& name, const transfer::v1::CountCustodyResponse& counts) {
    rows.Row(absl::StrCat("{\"municipality\":\"", name, "\",\"in_custody\":", counts.in_custody(),
                          ",\"moved_in\":", counts.moved_in(), ",\"moved_out\":", counts.moved_out(),
                          ",\"declined\":", counts.declined(), "}"),
             {name, absl::StrCat(counts.in_custody()), absl::StrCat(counts.moved_in()),
              absl::StrCat(counts.moved_out()), absl::StrCat(counts.declined())});
  };
  for (const auto& code : codes) {
    transfer::v1::CountCustodyResponse here;
    const auto ask = [&](const std::string& token, std::string* next) -> std::optional<int> {
      transfer::v1::CountCustodyRequest request;
      request.set_municipality(code);
      request.set_page_token(token);
      transfer::v1::CountCustodyResponse page;
      if (auto failure = context.Call(request, &page)) return context.Report(*failure);
      add(page, &here);
      *next = page.next_page_token();
      return std::nullopt;
    };
    if (auto status = EachPage(ask)) return *status;
    print(code, here);
    add(here, &all);
  }
  if (codes.size() > 1) print(context.Say("合计", "all"), all);
  rows.Finish();
  return kDone;
}

// Asks every municipality (or the one that is named) and shows the view of the one that has custody.
int ShowTransfer(Context& context, const Options& options) {
  std::vector<std::string> codes;
  if (auto status = ChosenMunicipalities(context, options.municipality, &codes)) return *status;
  std::optional<transfer::v1::GetTransferResponse> shown;
  std::optional<CallFailure> last;
  for (const auto& code : codes) {
    transfer::v1::GetTransferRequest request;
    request.set_municipality(code);
    request.set_case_id(options.id);
    transfer::v1::GetTransferResponse response;
    if (auto failure = context.Call(request, &response)) {
      if (failure->failure.code != grpc::StatusCode::NOT_FOUND) return context.Report(*failure);
      last = std::move(failure);
      continue;
    }
    const bool custodian = response.custodian() == code;
    if (custodian || !shown) shown = std::move(response);
    if (custodian) break;
  }
  if (shown) {
    PrintMessage(context, *shown);
    return kDone;
  }
  if (last) return context.Report(*last);
  return context.Usage(context.Say("服务端没有任何市的数据:请用 --municipality 指定",
                                   "the server knows no municipality yet: name one with --municipality"));
}

int ShowStatus(Context& context) {
  operations::v1::GetStatusResponse response;
  if (auto failure = context.Call(operations::v1::GetStatusRequest(), &response)) return context.Report(*failure);
  RowPrinter rows(context, {{context.Say("服务", "service"), "service"},
                            {context.Say("分区", "partition"), "partition"},
                            {context.Say("本机负责", "owner here"), "owner"},
                            {context.Say("任期", "epoch"), "epoch"},
                            {context.Say("地址", "address"), "address"},
                            {context.Say("末位", "last"), "last_offset"},
                            {context.Say("已应用", "applied"), "applied_offset"},
                            {context.Say("滞后", "lag"), "lag"},
                            {context.Say("暂停办件", "parked"), "parked_cases"},
                            {context.Say("待确认", "pending"), "pending"},
                            {context.Say("等待运维", "blocked"), "blocked"}});
  for (const auto& stream : response.streams()) rows.Row(stream);
  rows.Finish();
  return kDone;
}

int PrintComparisons(Context& context,
                     const google::protobuf::RepeatedPtrField<operations::v1::StoreComparison>& stores) {
  RowPrinter rows(context, {{context.Say("服务", "service"), "service"},
                            {context.Say("分区", "partition"), "partition"},
                            {context.Say("一致", "equal"), "equal"},
                            {context.Say("位置", "offset"), "offset"},
                            {context.Say("行数", "rows"), "rows"},
                            {context.Say("首个差异", "first difference"), "first_difference"}});
  bool equal = true;
  for (const auto& store : stores) {
    rows.Row(store);
    equal = equal && store.equal();
  }
  rows.Finish();
  if (!equal) std::fprintf(stderr, "%s\n", context.Say("投影与日志不一致", "a store differs from its log").c_str());
  return equal ? kDone : kRefused;
}

int VerifyStores(Context& context, const Options& options) {
  operations::v1::VerifyStoreRequest request;
  request.set_service(options.service);
  operations::v1::VerifyStoreResponse response;
  if (auto failure = context.client().Call(request, &response, kStoreTimeout)) return context.Report(*failure);
  return PrintComparisons(context, response.stores());
}

int RebuildStores(Context& context, const Options& options) {
  operations::v1::RebuildStoreRequest request;
  request.set_service(options.service);
  operations::v1::RebuildStoreResponse response;
  if (auto failure = context.client().Call(request, &response, kStoreTimeout)) return context.Report(*failure);
  return PrintComparisons(context, response.stores());
}

int SnapshotStores(Context& context) {
  operations::v1::SnapshotStoreResponse response;
  if (auto failure = context.client().Call(operations::v1::SnapshotStoreRequest(), &response, kStoreTimeout)) {
    return context.Report(*failure);
  }
  PrintMessage(context, response);
  return kDone;
}

}  // namespace

void AddScoreCommand(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("score", context.Say("满意度", "scores"))->require_subcommand(1)->fallthrough();
  auto options = std::make_shared<Options>();
  auto* show =
      group->add_subcommand("show", context.Say("评价汇总(精确分数)", "exact totals of ratings"))->fallthrough();
  show->add_option("--municipality", options->municipality, context.Say("市代码", "code"));
  show->add_option("--by", options->by, context.Say("汇总对象", "what is scored"))->type_name(kScoreSubjects);
  show->add_option("--as-of", options->as_of, context.Say("截至时间(RFC 3339)", "as of this time (RFC 3339)"));
  show->add_option("--from", options->from,
                   context.Say("只计此时及以后的评价(RFC 3339)", "only ratings given then or later (RFC 3339)"));
  show->add_option("--to", options->to,
                   context.Say("只计此时以前的评价(RFC 3339)", "only ratings given before then (RFC 3339)"));
  show->callback([&context, options] { context.run = [&context, options] { return ShowScores(context, *options); }; });
}

void AddTransferCommands(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("transfer", context.Say("跨地域转办", "transfers between municipalities"))
                    ->require_subcommand(1)
                    ->fallthrough();
  auto options = std::make_shared<Options>();
  auto* list = group->add_subcommand("list", context.Say("列出转办", "list transfers"))->fallthrough();
  list->add_option("--municipality", options->municipality, context.Say("市代码", "code"));
  list->add_option("--view", options->view,
                   context.Say("只看:moved_out(转出)|moved_in(转入)|under_way|declined|not_taken|stayed|ruled",
                               "only moved_out|moved_in|under_way|declined|not_taken|stayed|ruled"));
  auto* count =
      group->add_subcommand("count", context.Say("各市主办、转入、转出的办件数", "cases in custody, moved in and out"))
          ->fallthrough();
  count->add_option("--municipality", options->municipality, context.Say("市代码", "code"));
  count->callback(
      [&context, options] { context.run = [&context, options] { return CountTransfers(context, *options); }; });
  list->callback(
      [&context, options] { context.run = [&context, options] { return ListTransfers(context, *options); }; });
  auto* show =
      group->add_subcommand("show", context.Say("显示一个办件的转办", "show the transfer of a case"))->fallthrough();
  show->add_option("ID", options->id, context.Say("办件号", "case id"))->required();
  show->add_option("--municipality", options->municipality, context.Say("市代码", "code"));
  show->callback(
      [&context, options] { context.run = [&context, options] { return ShowTransfer(context, *options); }; });
}

void AddOperationsCommands(CLI::App& app, Context& context) {
  app.add_subcommand("status", context.Say("各服务各分区的进度", "how far each service is on each partition"))
      ->fallthrough()
      ->callback([&context] { context.run = [&context] { return ShowStatus(context); }; });
  auto* group =
      app.add_subcommand("store", context.Say("投影存储", "projections"))->require_subcommand(1)->fallthrough();
  auto options = std::make_shared<Options>();
  auto* verify =
      group->add_subcommand("verify", context.Say("与日志重新折叠的结果比较", "compare with a fresh fold of the log"))
          ->fallthrough();
  verify->add_option("SERVICE", options->service, context.Say("服务;默认全部", "service; default: all"));
  verify->callback(
      [&context, options] { context.run = [&context, options] { return VerifyStores(context, *options); }; });
  auto* rebuild =
      group->add_subcommand("rebuild", context.Say("从日志重建并替换", "rebuild from the log and put in place"))
          ->fallthrough();
  rebuild->add_option("SERVICE", options->service, context.Say("服务", "service"))->required();
  rebuild->callback(
      [&context, options] { context.run = [&context, options] { return RebuildStores(context, *options); }; });
  group->add_subcommand("snapshot", context.Say("生成快照", "take a snapshot"))->fallthrough()->callback([&context] {
    context.run = [&context] { return SnapshotStores(context); };
  });
}

}  // namespace casehub::casectl
