// casectl log inspect, casectl topics create | check: the log itself, without a server of casehub.
#include <poll.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/commands.h"
#include "services/ops/casectl/json.h"
#include "services/ops/casectl/print.h"
#include "storage/codec/record.h"
#include "storage/log/effective.h"
#include "storage/log/embedded/embedded_log.h"
#include "storage/log/kafka/kafka_log.h"
#include "storage/log/kafka/topic.h"

namespace casehub::casectl {
namespace {

constexpr size_t kReadBytes = 4 << 20;
constexpr int kPollMillis = 50;
constexpr int kPartitionsMax = 64;

struct Options {
  std::string data, brokers;
  std::string topic = storage::kafka::kDefaultTopic;
  bool single_broker = false;
  int partitions = storage::kafka::kDefaultPartitions;
  int partition = 0;
  int64_t after = kNoOffset;
  uint64_t limit = 0;
  bool skipped = false;
};

int Report(Context& context, const absl::Status& status) {
  const std::string why(status.message());
  std::fprintf(stderr, "%s\n", context.Say("错误:" + why, "error: " + why).c_str());
  if (absl::IsUnavailable(status)) return kUnavailable;
  return absl::IsInvalidArgument(status) ? kUsage : kRefused;
}

storage::kafka::TopicOptions TopicOf(const Options& options) {
  storage::kafka::TopicOptions topic;
  topic.brokers = options.brokers;
  topic.topic = options.topic;
  topic.single_broker = options.single_broker;
  return topic;
}

int CreateTopic(Context& context, const Options& options) {
  const auto status = storage::kafka::CreateTopic(TopicOf(options), options.partitions);
  if (!status.ok()) return Report(context, status);
  PrintLine(absl::StrCat(R"({"topic":")", options.topic, R"(","partitions":)", options.partitions, "}"));
  return kDone;
}

int CheckTopic(Context& context, const Options& options) {
  const auto report = storage::kafka::CheckTopic(TopicOf(options));
  if (!report.ok()) return Report(context, report.status());
  std::string problems;
  for (const std::string& problem : report->problems) {
    if (!problems.empty()) problems += ',';
    AppendJsonString(problem, &problems);
  }
  PrintLine(absl::StrCat(R"({"topic":")", options.topic, R"(","cluster_id":")", report->cluster_id,
                         R"(","partitions":)", report->partitions, R"(,"replicas":)", report->replicas, R"(,"ok":)",
                         report->problems.empty() ? "true" : "false", R"(,"problems":[)", problems, "]}"));
  return report->problems.empty() ? kDone : kRefused;
}

absl::StatusOr<std::unique_ptr<storage::EventLog>> OpenLog(const Options& options) {
  if (!options.brokers.empty()) {
    storage::KafkaLogOptions kafka;
    kafka.brokers = options.brokers;
    kafka.topic = options.topic;
    kafka.single_broker = true;  // to look is always allowed
    auto log = storage::KafkaLog::Open(std::move(kafka));
    if (!log.ok()) return log.status();
    return std::unique_ptr<storage::EventLog>(*std::move(log));
  }
  if (!std::filesystem::exists(options.data + "/log")) {
    return absl::InvalidArgumentError(absl::StrCat("there is no log in ", options.data));
  }
  storage::EmbeddedLogOptions embedded;
  embedded.folder = options.data + "/log";
  embedded.clock = [] { return Instant{absl::GetCurrentTimeNanos() / 1000}; };
  // The log knows how many partitions it has, and says so to whoever asks for another number.
  for (embedded.partitions = 1;; ++embedded.partitions) {
    auto log = storage::EmbeddedLog::Open(embedded);
    if (log.ok()) return std::unique_ptr<storage::EventLog>(*std::move(log));
    const bool other_number = absl::IsFailedPrecondition(log.status()) &&
                              std::string(log.status().message()).find("partitions") != std::string::npos;
    if (!other_number || embedded.partitions == kPartitionsMax) return log.status();
  }
}

const char* KindName(storage::RecordKind kind) {
  switch (kind) {
    case storage::RecordKind::kEvents:
      return "events";
    case storage::RecordKind::kOwnerEpoch:
      return "owner_epoch";
    case storage::RecordKind::kOwnerYield:
      return "owner_yield";
    case storage::RecordKind::kBarrier:
      return "barrier";
    case storage::RecordKind::kFeatureLevel:
      return "feature_level";
    case storage::RecordKind::kPark:
      return "park";
  }
  return "unknown";
}

const char* EvidenceName(storage::Evidence evidence) {
  switch (evidence) {
    case storage::Evidence::kNone:
      return "";
    case storage::Evidence::kDigest:
      return "another_digest";
    case storage::Evidence::kReadAhead:
      return "read_up_to_not_before_itself";
    case storage::Evidence::kUnknownOwner:
      return "epoch_or_owner_out_of_nowhere";
    case storage::Evidence::kHead:
      return "another_head";
  }
  return "";
}

// What happened in a record, by the names of its events.
std::vector<std::string> EventNames(const storage::Record& record) {
  std::vector<std::string> names;
  const auto* type = EventOf(std::string(ServiceName(record.service)));
  for (const std::string_view bytes : record.events) {
    std::string name = "unknown";
    if (type != nullptr) {
      const std::unique_ptr<google::protobuf::Message> event(
          google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
      const auto* oneof = type->FindOneofByName("event");
      if (event->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && oneof != nullptr) {
        const auto* field = event->GetReflection()->GetOneofFieldDescriptor(*event, oneof);
        if (field != nullptr) name = field->message_type()->name();
      }
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::string FormatTime(Instant time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6S%Ez", absl::FromUnixMicros(time.micros), absl::FixedTimeZone(8 * 3600));
}

class Inspector {
 public:
  Inspector(const Context& context, const Options& options)
      : options_(options),
        rows_(context, {{context.Say("位点", "offset"), ""},
                        {context.Say("时间", "time"), ""},
                        {context.Say("种类", "kind"), ""},
                        {context.Say("服务", "service"), ""},
                        {context.Say("市", "municipality"), ""},
                        {context.Say("任期", "epoch"), ""},
                        {context.Say("序号", "sequence"), ""},
                        {context.Say("已读至", "read up to"), ""},
                        {context.Say("判定", "verdict"), ""},
                        {context.Say("事件", "events"), ""}}) {}

  // False when enough was shown.
  bool Take(const storage::LogEntry& entry) {
    auto decoded = storage::DecodeRecord(*entry.bytes);
    std::optional<storage::Record> record;
    if (decoded.ok()) record = *std::move(decoded);
    const auto judgement = rule_.Apply(entry.offset, entry.append_time, storage::HashBytes(*entry.bytes), record);
    if (judgement.verdict == storage::Verdict::kEffective) {
      ++effective_;
    } else {
      ++skipped_;
    }
    if (entry.offset <= options_.after) return true;
    if (options_.skipped && judgement.verdict == storage::Verdict::kEffective) return true;
    Show(entry, record, judgement);
    return options_.limit == 0 || ++shown_ < options_.limit;
  }
  void Finish() {
    rows_.Finish();
    std::fprintf(stderr, "%lu effective, %lu skipped\n", effective_, skipped_);
  }

 private:
  void Show(const storage::LogEntry& entry, const std::optional<storage::Record>& record,
            const storage::Judgement& judgement) {
    const storage::Record none;
    const storage::Record& shown = record ? *record : none;
    const std::string kind = record ? KindName(shown.kind) : "";
    const std::string service = record ? std::string(ServiceName(shown.service)) : "";
    const std::string municipality = record && !shown.municipality.IsNone() ? shown.municipality.ToString() : "";
    const std::string verdict(storage::VerdictName(judgement.verdict));
    const auto events = record ? EventNames(shown) : std::vector<std::string>();
    std::string names;
    for (const std::string& name : events) absl::StrAppend(&names, names.empty() ? "" : ",", "\"", name, "\"");
    const std::string json =
        absl::StrCat(R"({"offset":)", entry.offset, R"(,"append_time":")", FormatTime(entry.append_time),
                     R"(","kind":")", kind, R"(","service":")", service, R"(","municipality":")", municipality,
                     R"(","epoch":)", shown.epoch, R"(,"owner":")", shown.owner.IsNil() ? "" : shown.owner.ToString(),
                     R"(","sequence":)", shown.sequence, R"(,"read_up_to":)", shown.read_up_to, R"(,"command_id":")",
                     shown.command_id.IsNil() ? "" : shown.command_id.ToString(), R"(","effective":)",
                     judgement.verdict == storage::Verdict::kEffective ? "true" : "false", R"(,"verdict":")", verdict,
                     R"(","evidence":")", std::string(EvidenceName(judgement.evidence)), R"(","bytes":)",
                     entry.bytes->size(), R"(,"events":[)", names, "]}");
    rows_.Row(json, {absl::StrCat(entry.offset), FormatTime(entry.append_time), kind, service, municipality,
                     absl::StrCat(shown.epoch), absl::StrCat(shown.sequence), absl::StrCat(shown.read_up_to), verdict,
                     absl::StrJoin(events, " ")});
  }

  const Options& options_;
  storage::EffectiveRule rule_;
  RowPrinter rows_;
  uint64_t shown_ = 0;
  uint64_t effective_ = 0;
  uint64_t skipped_ = 0;
};

// From the start of the partition, since a verdict rests on all that stands before; shown is what was asked for.
int Inspect(Context& context, const Options& options) {
  if (options.brokers.empty() == options.data.empty()) {
    return context.Usage(context.Say("请指定 --brokers 或 --data 之一", "name either --brokers or --data"));
  }
  auto log = OpenLog(options);
  if (!log.ok()) return Report(context, log.status());
  const auto end = (*log)->End(options.partition);
  if (!end.ok()) return Report(context, end.status());
  auto reader = (*log)->OpenReader(options.partition, kNoOffset, [] {});
  if (!reader.ok()) return Report(context, reader.status());
  Inspector inspector(context, options);
  std::vector<storage::LogEntry> entries;
  for (Offset at = kNoOffset; at < *end;) {
    entries.clear();
    if (auto status = (*reader)->Next(kReadBytes, &entries); !status.ok()) return Report(context, status);
    if (entries.empty()) poll(nullptr, 0, kPollMillis);
    for (const storage::LogEntry& entry : entries) {
      at = entry.offset;
      if (at > *end || !inspector.Take(entry)) {
        at = *end;
        break;
      }
    }
  }
  inspector.Finish();
  return kDone;
}

void AddBrokers(CLI::App* command, const Context& context, Options* options) {
  command->add_option("--brokers", options->brokers, context.Say("Kafka 地址 HOST:PORT,…", "HOST:PORT,… of Kafka"));
  command->add_option("--topic", options->topic, context.Say("主题,默认 case-log", "topic, default case-log"));
}

}  // namespace

void AddLogCommands(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* log = app.add_subcommand("log", context.Say("原始日志", "the raw log"));
  log->require_subcommand(1);
  auto* inspect = log->add_subcommand(
      "inspect", context.Say("逐条显示记录及其是否有效", "every record, and whether it counts or why not"));
  AddBrokers(inspect, context, options.get());
  inspect->add_option(
      "--data", options->data,
      context.Say("内置日志的数据目录(服务须已停止)", "data folder of an embedded log, its server stopped"));
  inspect->add_option("--partition", options->partition, context.Say("分区", "partition"))
      ->check(CLI::NonNegativeNumber);
  inspect->add_option("--after", options->after, context.Say("只显示此位点之后", "show what stands after this offset"));
  inspect->add_option("--limit", options->limit, context.Say("最多显示条数", "show at most so many"));
  inspect->add_flag("--skipped", options->skipped, context.Say("只显示被跳过的", "only those that were skipped"));
  inspect->callback([&context, options] { context.run = [&context, options] { return Inspect(context, *options); }; });

  auto* topics = app.add_subcommand("topics", context.Say("Kafka 主题", "the topic on Kafka"));
  topics->require_subcommand(1);
  auto* create = topics->add_subcommand("create", context.Say("建立日志主题", "make the log's topic"));
  auto* check =
      topics->add_subcommand("check", context.Say("检查会丢失记录的设置", "name settings that would lose records"));
  for (auto* command : {create, check}) {
    AddBrokers(command, context, options.get());
    command->get_option("--brokers")->required();
    command->add_flag("--single-broker", options->single_broker,
                      context.Say("开发用:允许一个副本", "for development: one replica is enough"));
  }
  create->add_option("--partitions", options->partitions, context.Say("分区数,默认 4", "partitions, default 4"))
      ->check(CLI::Range(1, kPartitionsMax));
  create->callback(
      [&context, options] { context.run = [&context, options] { return CreateTopic(context, *options); }; });
  check->callback([&context, options] { context.run = [&context, options] { return CheckTopic(context, *options); }; });
}

}  // namespace casehub::casectl
