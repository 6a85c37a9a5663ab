#include "services/ops/lines/lines_reader.h"

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/ops/lines/case_builder.h"
#include "services/ops/lines/case_spool.h"
#include "services/ops/lines/decoder.h"
#include "services/ops/lines/row_source.h"
#include "services/ops/xes/input_file.h"

namespace casehub::lines {
namespace {

constexpr size_t kBlockBytes = 256 * 1024;

class Reading {
 public:
  Reading(const std::string& path, Format format, const Mapping& mapping, Moment latest, xes::Sink& sink)
      : path_(path),
        mapping_(mapping),
        sink_(sink),
        decoder_(mapping.encoding),
        cases_(mapping, latest, sink),
        spool_(mapping) {
    const RowTaker taker{
        [this](const Row& row) { return TakeRow(row); },
        [this](const Row& of_case, const std::vector<Row>& events) { return TakeWhole(of_case, events); },
        [this](uint64_t line, const xes::Problem& problem) {
          cases_.Reject(line, problem);
          return true;
        }};
    rows_ = format == Format::kCsv ? MakeCsvSource(mapping, taker) : MakeJsonSource(mapping, taker);
  }

  Result Run() {
    const bool complete = Pump();
    if (complete && mapping_.any_order) Drain();
    if (complete && !result_.fault && !result_.stopped && !cases_.EndCase()) result_.stopped = true;
    // The last case may go on behind what could be read.
    cases_.Abandon();
    return result_;
  }

 private:
  // False: a fault is set, or the sink stopped the reading.
  bool Pump() {
    xes::InputFile file;
    if (!file.Open(path_)) return FileFault(file, 0);
    std::string block(kBlockBytes, '\0');
    std::string text;
    uint64_t bytes = 0;
    for (bool last = false; !last;) {
      size_t got = 0;
      const bool read = file.Read(block.data(), block.size(), &got, &last);
      bytes += got;
      text.clear();
      const bool decoded = decoder_.Feed({block.data(), got}, &text);
      if (!rows_->Feed(text)) return RowFault();
      if (!decoded) return EncodingFault();
      sink_.Progress(file.offset());
      if (!read) return FileFault(file, decoder_.line());
    }
    if (bytes == 0) return Fault(0, {"文件为空", "the file is empty"});
    if (!decoder_.Finish()) return EncodingFault();
    return rows_->Finish() || RowFault();
  }

  bool TakeRow(const Row& row) {
    if (!mapping_.any_order) return cases_.AddRow(row);
    auto key = cases_.KeyOf(row);
    if (const auto* problem = std::get_if<xes::Problem>(&key)) {
      cases_.Reject(row.line, *problem);
      return true;
    }
    return spool_.Add(std::get<std::string>(key), row) || SpoolFault();
  }

  bool TakeWhole(const Row& of_case, const std::vector<Row>& events) {
    if (!cases_.BeginCase(of_case)) return false;
    for (const Row& event : events) cases_.AddEvent(event);
    return cases_.EndCase();
  }

  void Drain() {
    const bool read_back = spool_.Drain([this](const Row& row) {
      if (cases_.AddRow(row)) return true;
      result_.stopped = true;
      return false;
    });
    if (!read_back) SpoolFault();
  }

  bool Fault(uint64_t line, const Bilingual& words) {
    if (line == 0) {
      result_.fault = {absl::StrCat(path_, ":", words.zh), absl::StrCat(path_, ": ", words.en)};
    } else {
      result_.fault = {absl::StrCat(path_, " 第 ", line, " 行:", words.zh),
                       absl::StrCat(path_, ", line ", line, ": ", words.en)};
    }
    return false;
  }
  bool FileFault(const xes::InputFile& file, uint64_t line) {
    xes::Result result;
    result.fault = file.fault();
    result.line = line;
    result.detail = file.detail();
    result_.fault = xes::FaultText(result, path_);
    return false;
  }
  bool RowFault() {
    if (result_.fault) return false;
    if (rows_->fault()) return Fault(rows_->fault()->line, rows_->fault()->words);
    result_.stopped = true;
    return false;
  }
  bool EncodingFault() {
    const std::string name = EncodingName(mapping_.encoding);
    return Fault(
        decoder_.line(),
        {absl::StrCat("第 ", decoder_.column(), " 字起不是 ", name,
                      " 文本:请在映射文件的 encoding 中写明实际编码(utf-8、gb18030 或 gbk)"),
         absl::StrCat("column ", decoder_.column(), ": is not ", name,
                      " text: declare the encoding it has (utf-8, gb18030 or gbk) under encoding in the map")});
  }
  bool SpoolFault() {
    return Fault(0, {"临时文件无法写入或读回(row_order: any 需要 /tmp 所在磁盘的空间)",
                     "its rows cannot be kept in a temporary file (row_order: any needs room on the disk of /tmp)"});
  }

  const std::string path_;
  const Mapping& mapping_;
  xes::Sink& sink_;
  Decoder decoder_;
  CaseBuilder cases_;
  CaseSpool spool_;
  std::unique_ptr<RowSource> rows_;
  Result result_;
};

}  // namespace

std::optional<Bilingual> CheckMapFor(Format format, const Mapping& mapping) {
  if (format != Format::kCsv) return std::nullopt;
  const auto wrong = [&](const char* key, const char* zh, const char* en) {
    return Bilingual{absl::StrCat(mapping.file, ":", key, " ", zh), absl::StrCat(mapping.file, ": ", key, " ", en)};
  };
  if (!mapping.events.empty()) {
    return wrong("events", "只用于 jsonl:CSV 的每一行是一个事件", "is for jsonl only: a row of CSV is an event");
  }
  if (mapping.other_case_attributes) {
    return wrong("case.attributes", "在 CSV 中须逐项列出:others 只用于事件",
                 "must be listed for CSV: others is for events only");
  }
  return std::nullopt;
}

Result ReadLines(const std::string& path, Format format, const Mapping& mapping, Moment latest, xes::Sink& sink) {
  return Reading(path, format, mapping, latest, sink).Run();
}

}  // namespace casehub::lines
