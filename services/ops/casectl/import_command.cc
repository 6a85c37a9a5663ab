// casectl import: files of line systems, read, cut into chunks and sent while reading goes on.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "services/model/ids.h"
#include "services/ops/casectl/commands.h"
#include "services/ops/casectl/import_chunks.h"
#include "services/ops/casectl/import_sender.h"
#include "services/ops/casectl/json.h"
#include "services/ops/casectl/print.h"

namespace casehub::casectl {
namespace {

constexpr int kBulkNiceness = 10;
constexpr uint64_t kProblemsShown = 20;  // on standard error, where no file takes them

struct ImportOptions {
  std::string format, map, municipality, source, rejects;
  std::vector<std::string> files;
  double retry_for_seconds = 30;
};

// Where rejects go: a file of JSON lines, or the first ones to standard error.
class Rejects {
 public:
  explicit Rejects(const Context& context) : context_(context) {}
  ~Rejects() { Close(); }

  bool Open(const std::string& path) {
    if (path.empty()) return true;
    file_ = std::fopen(path.c_str(), "w");
    return file_ != nullptr;
  }
  // May be called from any thread.
  void Add(const Reject& reject) {
    const std::lock_guard lock(mutex_);
    events_ += reject.events;
    ++rows_;
    const std::string message = context_.Say(reject.message);
    if (file_ == nullptr) {
      if (rows_ > kProblemsShown) return;
      std::fprintf(stderr, "%s:%llu: %s: %s\n", reject.file.c_str(), static_cast<unsigned long long>(reject.line),
                   reject.reason.c_str(), message.c_str());
      return;
    }
    std::string line = "{\"file\":";
    AppendJsonString(reject.file, &line);
    absl::StrAppend(&line, ",\"line\":", reject.line, ",\"field\":");
    AppendJsonString(reject.field, &line);
    line.append(",\"reason\":");
    AppendJsonString(reject.reason, &line);
    line.append(",\"message\":");
    AppendJsonString(message, &line);
    line.append(",\"case\":");
    AppendJsonString(reject.external_reference, &line);
    absl::StrAppend(&line, ",\"events\":", reject.events, "}\n");
    failed_ = std::fputs(line.c_str(), file_) < 0 || failed_;
  }
  // False: something could not be written.
  bool Close() {
    if (file_ != nullptr) failed_ = std::fclose(file_) != 0 || failed_;
    file_ = nullptr;
    return !failed_;
  }
  uint64_t events() const { return events_; }
  uint64_t rows() const { return rows_; }
  uint64_t hidden() const { return file_ == nullptr && rows_ > kProblemsShown ? rows_ - kProblemsShown : 0; }

 private:
  const Context& context_;
  std::mutex mutex_;
  std::FILE* file_ = nullptr;
  bool failed_ = false;
  uint64_t events_ = 0;
  uint64_t rows_ = 0;
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
  if (options.format == "csv" || options.format == "jsonl") {
    return context.Usage(
        context.Say("--format " + options.format + " 尚未提供:目前只支持 xes(见 docs/casectl.md)",
                    "--format " + options.format + " is not there yet: only xes is (see docs/casectl.md)"));
  }
  if (options.format != "xes") {
    return context.Usage(context.Say("--format 应为 xes(csv、jsonl 尚未提供)",
                                     "--format must be xes (csv and jsonl are not there yet)"));
  }
  if (!options.map.empty()) {
    return context.Usage(context.Say("--map 只用于 csv 和 jsonl", "--map is for csv and jsonl only"));
  }
  if (options.source.empty() || options.source.size() > 64) {
    return context.Usage(context.Say("--source 应为 1 至 64 字节", "--source must be 1 to 64 bytes"));
  }
  return std::nullopt;
}

std::string Summary(const ChunkCounts& counts, const ImportTotals& totals, uint64_t rejected) {
  return absl::StrCat("{\"cases_read\":", counts.cases_read, ",\"events_read\":", counts.events_read,
                      ",\"cases_new\":", totals.cases_new, ",\"events_new\":", totals.events_new,
                      ",\"duplicates\":", counts.duplicates + totals.duplicates,
                      ",\"already_present\":", totals.already_present, ",\"rejected\":", rejected, "}");
}

void PrintSummary(const Context& context, const ChunkCounts& counts, const ImportTotals& totals, uint64_t rejected) {
  if (context.json()) return PrintLine(Summary(counts, totals, rejected));
  const auto line = [&](const char* zh, const char* en, uint64_t value) {
    PrintLine(absl::StrCat(context.Say(zh, en), ": ", value));
  };
  line("读取办件", "cases read", counts.cases_read);
  line("读取事件", "events read", counts.events_read);
  line("新增办件", "cases new", totals.cases_new);
  line("新增事件", "events new", totals.events_new);
  line("重复", "duplicates", counts.duplicates + totals.duplicates);
  line("已存在", "already present", totals.already_present);
  line("拒收", "rejected", rejected);
}

Moment Now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return {now.tv_sec, static_cast<int32_t>(now.tv_nsec)};
}

int Import(Context& context, const ImportOptions& options) {
  if (auto status = CheckOptions(context, options)) return *status;
  const std::string municipality = GivenMunicipality(options.municipality);
  if (municipality.empty()) {
    return context.Usage(context.Say("请用 --municipality 指定市代码", "name the municipality with --municipality"));
  }
  if (!Municipality::Parse(municipality)) {
    return context.Report(
        {RefusedHere(RefuseField("municipality", Phrase::PHRASE_SIX_DIGITS), context.language()), true});
  }
  // Reading and cutting files takes a whole core: on the server's own machine callers go first.
  (void)!nice(kBulkNiceness);
  Rejects rejects(context);
  if (!rejects.Open(options.rejects)) {
    return context.Usage(context.Say("无法写入 " + options.rejects, "cannot write " + options.rejects));
  }
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
    const xes::Result result = xes::ReadXes(file, {.limits = {}, .latest = Now()}, chunker);
    bar.NextFile();
    if (result.fault == xes::Fault::kStopped) break;  // the sender gave up
    if (result.fault == xes::Fault::kNone) continue;
    bar.Clear();
    status = context.Usage(xes::FaultText(result, file));
  }
  sender.Finish();
  bar.Clear();
  if (rejects.hidden() > 0) {
    std::fprintf(stderr, "%s\n",
                 context
                     .Say(absl::StrCat("另有 ", rejects.hidden(), " 条拒收:用 --rejects FILE 全部写入文件"),
                          absl::StrCat(rejects.hidden(), " more rejects: --rejects FILE takes them all"))
                     .c_str());
  }
  if (!rejects.Close()) {
    status = context.Usage(context.Say("无法写完 " + options.rejects, "cannot finish writing " + options.rejects));
  }
  if (sender.failure()) {
    const int failed = context.Report(*sender.failure());
    std::fprintf(stderr, "%s\n",
                 context
                     .Say("导入未完成:重复执行同一命令是安全的,会补齐其余部分",
                          "the import is not complete: repeating the same command is safe and finishes the rest")
                     .c_str());
    return failed;
  }
  PrintSummary(context, chunker.counts(), sender.totals(), rejects.events());
  return status;
}

}  // namespace

void AddImportCommand(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("import", context.Say("导入业务条线系统的办件", "import the cases of a line system"))
          ->fallthrough();
  auto options = std::make_shared<ImportOptions>();
  command->add_option("--format", options->format, "xes")->required();
  command->add_option("--map", options->map, context.Say("字段映射(csv、jsonl)", "field map (csv, jsonl)"));
  command->add_option("--municipality", options->municipality, context.Say("市代码", "code"));
  command->add_option("--source", options->source, context.Say("来源系统", "source system"))->required();
  command->add_option("--rejects", options->rejects, context.Say("拒收清单(JSON 行)", "file for rejects (JSON lines)"));
  command
      ->add_option("--retry-for", options->retry_for_seconds,
                   context.Say("服务中断时重试的秒数,默认 30", "seconds to go on without an answer, default 30"))
      ->check(CLI::Range(0.1, 86400.0));
  command->add_option("FILE", options->files, context.Say("XES 文件,可为 gzip", "XES files, gzipped or not"))
      ->required();
  command->callback([&context, options] { context.run = [&context, options] { return Import(context, *options); }; });
}

}  // namespace casehub::casectl
