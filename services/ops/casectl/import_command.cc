// casectl import: files of line systems, read, cut into chunks and sent while reading goes on.
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "services/model/ids.h"
#include "services/ops/casectl/commands.h"
#include "services/ops/casectl/import_chunks.h"
#include "services/ops/casectl/import_rejects.h"
#include "services/ops/casectl/import_sender.h"
#include "services/ops/casectl/print.h"
#include "services/ops/lines/lines_reader.h"
#include "services/ops/xes/xes_reader.h"

namespace casehub::casectl {
namespace {

constexpr int kBulkNiceness = 10;
constexpr std::chrono::milliseconds kRecordAgain{200};  // between two attempts to record the run

struct ImportOptions {
  std::string format, map, municipality, source, rejects;
  std::vector<std::string> files;
  double retry_for_seconds = 30;
};

// A line that is drawn over itself, on a terminal only.
class ProgressBar {
 public:
  explicit ProgressBar(const std::vector<std::string>& files) : shown_(isatty(STDERR_FILENO) == 1) {
    if (!shown_) return;
    for (const auto& file : files) {
      struct stat info {};
      if (stat(file.c_str(), &info) == 0) total_ += static_cast<uint64_t>(info.st_size);
    }
  }
  void NextFile() {
    before_ += current_;
    current_ = 0;
  }
  void Update(uint64_t file_bytes, uint64_t events) {
    current_ = file_bytes;
    if (!shown_ || total_ == 0) return;
    const int percent = static_cast<int>(std::min<uint64_t>(100, (before_ + current_) * 100 / total_));
    if (percent == percent_) return;
    percent_ = percent;
    std::string bar(static_cast<size_t>(percent / 4), '#');
    bar.resize(25, '.');
    std::fprintf(stderr, "\r[%s] %3d%%  %llu", bar.c_str(), percent, static_cast<unsigned long long>(events));
  }
  void Clear() {
    if (shown_ && percent_ >= 0) std::fprintf(stderr, "\r\x1b[K");
  }

 private:
  bool shown_;
  uint64_t total_ = 0, before_ = 0, current_ = 0;
  int percent_ = -1;
};

std::optional<int> CheckOptions(const Context& context, const ImportOptions& options) {
  if (options.files.empty()) return context.Usage(context.Say("请写明要导入的文件", "name the files to import"));
  if (options.format != "xes" && options.format != "csv" && options.format != "jsonl") {
    return context.Usage(context.Say("--format 应为 xes、csv 或 jsonl", "--format must be xes, csv or jsonl"));
  }
  if (options.format == "xes" && !options.map.empty()) {
    return context.Usage(context.Say("--map 只用于 csv 和 jsonl", "--map is for csv and jsonl only"));
  }
  if (options.format == "csv" && options.map.empty()) {
    return context.Usage(context.Say("--format csv 需要 --map FILE:各列的含义(见 docs/formats/mapping.md)",
                                     "--format csv needs --map FILE, which says what the columns are (see "
                                     "docs/formats/mapping.md)"));
  }
  return std::nullopt;
}

std::string Summary(const intake::v1::ImportCounts& counts) {
  return absl::StrCat("{\"cases_read\":", counts.cases_read(), ",\"events_read\":", counts.events_read(),
                      ",\"cases_new\":", counts.cases_new(), ",\"events_new\":", counts.events_new(),
                      ",\"duplicates\":", counts.duplicates(), ",\"already_present\":", counts.already_present(),
                      ",\"rejected\":", counts.rejected(), "}");
}

void PrintSummary(const Context& context, const intake::v1::ImportCounts& counts) {
  if (context.json()) return PrintLine(Summary(counts));
  const auto line = [&](const char* zh, const char* en, uint64_t value) {
    PrintLine(absl::StrCat(context.Say(zh, en), ": ", value));
  };
  line("读取办件", "cases read", counts.cases_read());
  line("读取事件", "events read", counts.events_read());
  line("新增办件", "cases new", counts.cases_new());
  line("新增事件", "events new", counts.events_new());
  line("重复", "duplicates", counts.duplicates());
  line("已存在", "already present", counts.already_present());
  line("拒收", "rejected", counts.rejected());
}

Moment Now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return {now.tv_sec, static_cast<int32_t>(now.tv_nsec)};
}

// One way of reading files: XES, or lines by a map.
class Reader {
 public:
  // Returns the exit status if the map cannot be used.
  std::optional<int> Prepare(const Context& context, const ImportOptions& options) {
    if (options.format == "xes") return std::nullopt;
    format_ = options.format == "csv" ? lines::Format::kCsv : lines::Format::kJsonLines;
    mapping_ = lines::NativeMapping();
    if (!options.map.empty()) {
      auto read = lines::ReadMapping(options.map);
      if (const auto* wrong = std::get_if<Bilingual>(&read)) return context.Usage(*wrong);
      mapping_ = std::get<lines::Mapping>(std::move(read));
    }
    if (auto wrong = lines::CheckMapFor(*format_, *mapping_)) return context.Usage(*wrong);
    return std::nullopt;
  }
  // What makes the file unusable; `*stopped`: the sender gave up.
  std::optional<Bilingual> Read(const std::string& file, Chunker* chunker, bool* stopped) const {
    if (format_) {
      lines::Result result = lines::ReadLines(file, *format_, *mapping_, Now(), *chunker);
      *stopped = result.stopped;
      return std::move(result.fault);
    }
    const xes::Result result = xes::ReadXes(file, {.limits = {}, .latest = Now()}, *chunker);
    *stopped = result.fault == xes::Fault::kStopped;
    if (*stopped || result.fault == xes::Fault::kNone) return std::nullopt;
    return xes::FaultText(result, file);
  }

 private:
  std::optional<lines::Format> format_;  // none: XES
  std::optional<lines::Mapping> mapping_;
};

// The importer's side of the reconciliation (A8).
ingest::v1::RecordImportRunRequest RunOf(const std::string& municipality, const std::string& source,
                                         const Chunker& chunker, const ImportTotals& totals, const Rejects& rejects) {
  ingest::v1::RecordImportRunRequest run;
  run.set_municipality(municipality);
  run.set_source_system(source);
  auto* counts = run.mutable_counts();
  counts->set_cases_read(chunker.counts().cases_read);
  counts->set_events_read(chunker.counts().events_read);
  counts->set_cases_new(totals.cases_new);
  counts->set_events_new(totals.events_new);
  counts->set_duplicates(chunker.counts().duplicates + totals.duplicates);
  counts->set_already_present(totals.already_present);
  counts->set_rejected(rejects.events());
  for (const auto& [reason, events] : rejects.by_reason()) {
    auto* reject = run.add_rejects();
    reject->set_reason(reason);
    reject->set_events(events);
  }
  if (chunker.numbers().scattered()) return run;
  for (const auto& [first, last] : chunker.numbers().ranges()) {
    auto* range = run.add_numbers();
    range->set_first(first);
    range->set_last(last);
  }
  return run;
}

// Repeats with the same id until there is an answer, as the chunks were.
std::optional<CallFailure> RecordRun(Context& context, const ingest::v1::RecordImportRunRequest& run,
                                     std::chrono::milliseconds retry_for) {
  const auto give_up = std::chrono::steady_clock::now() + retry_for;
  std::mutex mutex;
  std::condition_variable never;
  for (;;) {
    ingest::v1::RecordImportRunResponse response;
    auto failure = context.Call(run, &response);
    const bool may_change = failure && IsInterruption(failure->failure.code);
    if (!may_change || std::chrono::steady_clock::now() >= give_up) return failure;
    std::unique_lock lock(mutex);
    never.wait_for(lock, kRecordAgain);
  }
}

void SayMore(const Context& context, const Rejects& rejects, const Chunker& chunker) {
  if (rejects.hidden() > 0) {
    std::fprintf(stderr, "%s\n",
                 context
                     .Say(absl::StrCat("另有 ", rejects.hidden(), " 条拒收:用 --rejects FILE 全部写入文件"),
                          absl::StrCat(rejects.hidden(), " more rejects: --rejects FILE takes them all"))
                     .c_str());
  }
  if (chunker.numbers().scattered()) {
    std::fprintf(stderr, "%s\n",
                 context
                     .Say("running_number 所指的列不是流水号:断号过多,本次不登记号段",
                          "the column under running_number is no running number: it has too many gaps, and none is "
                          "recorded")
                     .c_str());
  }
}

int GaveUp(const Context& context, const CallFailure& failure) {
  const int status = context.Report(failure);
  std::fprintf(stderr, "%s\n",
               context
                   .Say("导入未完成:重复执行同一命令是安全的,会补齐其余部分",
                        "the import is not complete: repeating the same command is safe and finishes the rest")
                   .c_str());
  return status;
}

// Options as given, checked: whose import it is.
std::optional<int> CheckOwner(Context& context, const ImportOptions& options, std::string* municipality) {
  if (options.source.empty() || options.source.size() > 64) {
    return context.Usage(context.Say("--source 应为 1 至 64 字节", "--source must be 1 to 64 bytes"));
  }
  *municipality = GivenMunicipality(options.municipality);
  if (municipality->empty()) {
    return context.Usage(context.Say("请用 --municipality 指定市代码", "name the municipality with --municipality"));
  }
  if (Municipality::Parse(*municipality)) return std::nullopt;
  return context.Report(
      {RefusedHere(RefuseField("municipality", Phrase::PHRASE_SIX_DIGITS), context.language()), true});
}

int Import(Context& context, const ImportOptions& options) {
  std::string municipality;
  Reader reader;
  if (auto status = CheckOptions(context, options)) return *status;
  if (auto status = CheckOwner(context, options, &municipality)) return *status;
  if (auto status = reader.Prepare(context, options)) return *status;
  // Reading and cutting files takes a whole core: on the server's own machine callers go first.
  (void)!nice(kBulkNiceness);
  Rejects rejects(context);
  if (!rejects.Open(options.rejects)) {
    return context.Usage(context.Say("无法写入 " + options.rejects, "cannot write " + options.rejects));
  }
  const std::string run_id = NewRequestId();
  const Moment started = Now();
  const std::chrono::milliseconds retry_for(static_cast<int64_t>(options.retry_for_seconds * 1000));
  ImportSender sender(context.client(), retry_for, [&](const ChunkRefusal& refusal) {
    rejects.Add({refusal.origin.file,
                 refusal.origin.line,
                 "",
                 refusal.reason,
                 {refusal.message, refusal.message},
                 refusal.origin.external_reference,
                 refusal.origin.events});
  });
  ProgressBar bar(options.files);
  Chunker chunker(municipality, options.source,
                  {.submit = [&](std::vector<Chunk> chunks) { return sender.Submit(std::move(chunks)); },
                   .reject = [&](const Reject& reject) { rejects.Add(reject); },
                   .progress = [&](uint64_t bytes, uint64_t events) { bar.Update(bytes, events); }});
  int status = kDone;
  for (const auto& file : options.files) {
    chunker.StartFile(file);
    bool stopped = false;
    const auto fault = reader.Read(file, &chunker, &stopped);
    bar.NextFile();
    if (stopped) break;
    if (!fault) continue;
    bar.Clear();
    status = context.Usage(*fault);
  }
  sender.Finish();
  bar.Clear();
  const bool complete = status == kDone;
  SayMore(context, rejects, chunker);
  if (!rejects.Close()) {
    status = context.Usage(context.Say("无法写完 " + options.rejects, "cannot finish writing " + options.rejects));
  }
  if (sender.failure()) return GaveUp(context, *sender.failure());
  auto run = RunOf(municipality, options.source, chunker, sender.totals(), rejects);
  run.set_request_id(run_id);
  run.set_run_id(run_id);
  run.set_complete(complete);
  run.mutable_started_at()->set_seconds(started.seconds);
  run.mutable_started_at()->set_nanos(started.nanos);
  if (auto failure = RecordRun(context, run, retry_for)) return GaveUp(context, *failure);
  PrintSummary(context, run.counts());
  return status;
}

}  // namespace

void AddImportCommand(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("import", context.Say("导入业务条线系统的办件", "import the cases of a line system"))
          ->fallthrough();
  auto options = std::make_shared<ImportOptions>();
  command->add_option("--format", options->format, context.Say("文件格式", "of the files"))->type_name("xes|csv|jsonl");
  command->add_option("--map", options->map, context.Say("字段映射(csv、jsonl)", "field map (csv, jsonl)"));
  command->add_option("--municipality", options->municipality, context.Say("市代码", "code"));
  command->add_option("--source", options->source, context.Say("来源系统", "source system"));
  command->add_option("--rejects", options->rejects, context.Say("拒收清单(JSON 行)", "file for rejects (JSON lines)"));
  command
      ->add_option("--retry-for", options->retry_for_seconds,
                   context.Say("服务中断时重试的秒数,默认 30", "seconds to go on without an answer, default 30"))
      ->check(CLI::Range(0.1, 86400.0));
  command->add_option("FILE", options->files, context.Say("文件,可为 gzip", "files, gzipped or not"));
  command->callback([&context, options, command] {
    if (!command->get_subcommands().empty()) return;  // of the report, which has said what is to be done
    context.run = [&context, options] { return Import(context, *options); };
  });
  AddImportReportCommands(command, context);
}

}  // namespace casehub::casectl
