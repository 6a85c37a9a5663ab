#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ops/lines/csv_rows.h"
#include "services/ops/lines/row_source.h"

namespace casehub::lines {
namespace {

class CsvSource : public RowSource {
 public:
  CsvSource(const Mapping& mapping, RowTaker taker)
      : mapping_(mapping),
        taker_(std::move(taker)),
        rows_({mapping.separator, mapping.quote}, [this](const CsvRows::Row& row) { return Take(row); }) {}

  bool Feed(std::string_view text) override {
    if (!mapping_.header && header_.empty() && !Bind(mapping_.columns, 0)) return false;
    return rows_.Feed(text) || Explain();
  }
  bool Finish() override {
    if (!rows_.Finish()) return Explain();
    if (!header_.empty()) return true;
    return Fail(0, {"没有表头", "has no header"});
  }

 private:
  bool Explain() {
    switch (rows_.fault()) {
      case CsvRows::Fault::kTooLong:
        return Fail(rows_.line(),
                    {absl::StrCat("该行超过 ", CsvRows::kRowBytesMax, " 字节:是否有引号没有结束?"),
                     absl::StrCat("a row is longer than ", CsvRows::kRowBytesMax, " bytes: is a quote not closed?")});
      case CsvRows::Fault::kQuoteOpen:
        return Fail(rows_.line(), {"文件不完整:该行的引号到文件末尾仍未结束",
                                   "the file ends early: a quote of this row is not closed by its end"});
      default:
        return false;  // stopped, or the header said what is wrong
    }
  }

  bool Take(const CsvRows::Row& row) {
    if (header_.empty()) return Bind({row.fields->begin(), row.fields->begin() + row.size}, row.line);
    if (row.quote_misplaced) return taker_.reject(row.line, {header_.front(), xes::Reason::kQuoteMisplaced});
    if (row.size != header_.size()) {
      return taker_.reject(row.line, {header_[std::min(row.size, header_.size() - 1)], xes::Reason::kRagged,
                                      absl::StrCat(row.size, "/", header_.size())});
    }
    row_.Reset(mapping_);
    row_.line = row.line;
    for (const Scope scope : {Scope::kCase, Scope::kEvent}) {
      const auto& places = places_[static_cast<int>(scope)];
      for (size_t i = 0; i < places.size(); ++i) {
        Fill((*row.fields)[places[i]], &row_.cells[static_cast<int>(scope)][i]);
      }
    }
    for (const size_t place : others_) {
      Cell cell;
      Fill((*row.fields)[place], &cell);
      if (cell.kind != Cell::Kind::kAbsent) row_.others.emplace_back(header_[place], std::move(cell));
    }
    return taker_.row(row_);
  }

  void Fill(const std::string& text, Cell* cell) const {
    if (mapping_.nulls.count(text) > 0) return;
    cell->kind = Cell::Kind::kText;
    cell->text = text;
  }

  // Finds the columns of the map in the header.
  bool Bind(const std::vector<std::string>& header, uint64_t line) {
    std::set<std::string> seen;
    for (const std::string& name : header) {
      if (seen.insert(name).second) continue;
      return Fail(line, {absl::StrCat("表头中 ", name, " 重复:列名须各不相同,或用 header: no 和 columns 另行命名"),
                         absl::StrCat("the header has ", name,
                                      " twice: name the columns with columns and header: no in the map")});
    }
    for (const Scope scope : {Scope::kCase, Scope::kEvent}) {
      for (const std::string& name : mapping_.NamesOf(scope)) {
        const auto at = std::find(header.begin(), header.end(), name);
        if (at == header.end()) return FailColumn(name, header, line);
        places_[static_cast<int>(scope)].push_back(static_cast<size_t>(at - header.begin()));
        seen.erase(name);
      }
    }
    if (mapping_.other_event_attributes) {
      for (size_t i = 0; i < header.size(); ++i) {
        if (seen.count(header[i]) > 0) others_.push_back(i);
      }
    }
    header_ = header;
    return true;
  }
  bool FailColumn(const std::string& name, const std::vector<std::string>& header, uint64_t line) {
    const std::string all = absl::StrJoin(header, ", ");
    return Fail(line, {absl::StrCat("没有映射文件 ", mapping_.file, " 所用的列 ", name, ":本文件各列为 ", all),
                       absl::StrCat("has no column ", name, ", which the map ", mapping_.file,
                                    " uses: its columns are ", all)});
  }

  const Mapping& mapping_;
  const RowTaker taker_;
  CsvRows rows_;
  std::vector<std::string> header_;
  std::vector<size_t> places_[2];  // of the map's columns in a row, by scope
  std::vector<size_t> others_;
  Row row_;
};

}  // namespace

std::unique_ptr<RowSource> MakeCsvSource(const Mapping& mapping, RowTaker taker) {
  return std::make_unique<CsvSource>(mapping, std::move(taker));
}

}  // namespace casehub::lines
