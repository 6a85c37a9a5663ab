#include "services/model/regions.h"

#include <algorithm>

#include "absl/log/check.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/model/regions_data.h"

namespace casehub {
namespace {

constexpr std::string_view kHeading = "code,name,superior";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

absl::Status Wrong(size_t line, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("regions, line ", line, ": ", what));
}

struct Row {
  Municipality code;
  std::string_view name;
  Municipality superior;
};

absl::StatusOr<Row> ParseRow(size_t line, std::string_view text) {
  const std::vector<std::string_view> columns = absl::StrSplit(text, ',');
  if (columns.size() != 3) return Wrong(line, absl::StrCat("3 columns are needed, there are ", columns.size()));
  const auto code = Municipality::Parse(columns[0]);
  const auto superior = Municipality::Parse(columns[2]);
  if (!code) return Wrong(line, absl::StrCat("code \"", columns[0], "\" does not have six digits"));
  if (*code == kStateCouncil) return Wrong(line, "100000 stands for the State Council and cannot be a row");
  if (columns[1].empty()) return Wrong(line, "the name is empty");
  if (!superior) return Wrong(line, absl::StrCat("superior \"", columns[2], "\" does not have six digits"));
  return Row{*code, columns[1], *superior};
}

}  // namespace

const RegionTable& RegionTable::Default() {
  static const RegionTable* const table = [] {
    auto parsed = FromCsv(DefaultRegionsCsv());
    CHECK_OK(parsed.status());
    return new RegionTable(*std::move(parsed));
  }();
  return *table;
}

absl::StatusOr<RegionTable> RegionTable::FromCsv(std::string_view text) {
  text = absl::StripPrefix(text, kByteOrderMark);
  RegionTable table;
  std::map<Municipality, size_t> lines;
  size_t line = 0;
  for (std::string_view row_text : absl::StrSplit(text, '\n')) {
    ++line;
    row_text = absl::StripSuffix(row_text, "\r");
    if (line == 1) {
      if (row_text != kHeading) return Wrong(line, absl::StrCat("the heading is not \"", kHeading, "\""));
      continue;
    }
    if (absl::StripAsciiWhitespace(row_text).empty()) continue;
    auto row = ParseRow(line, row_text);
    if (!row.ok()) return row.status();
    const auto [it, fresh] = lines.emplace(row->code, line);
    if (!fresh) return Wrong(line, absl::StrCat(row->code.ToString(), " is on line ", it->second, " already"));
    const std::string& name = table.names_.emplace(row->code, row->name).first->second;
    table.regions_.emplace(row->code, Region{row->code, name, row->superior});
  }
  // A chain longer than the table has rows goes round in a circle.
  for (const auto& [code, region] : table.regions_) {
    size_t steps = 0;
    for (const Region* at = &region; at->superior != kStateCouncil; ++steps) {
      const Region* above = table.Find(at->superior);
      if (above == nullptr) {
        return Wrong(lines[at->code], absl::StrCat("superior ", at->superior.ToString(), " is not in the table"));
      }
      if (steps == table.regions_.size()) {
        return Wrong(lines[code], absl::StrCat("the superiors of ", code.ToString(), " go round in a circle"));
      }
      at = above;
    }
  }
  return table;
}

const Region* RegionTable::Find(Municipality code) const {
  const auto it = regions_.find(code);
  return it == regions_.end() ? nullptr : &it->second;
}

Municipality RegionTable::CommonSuperior(Municipality a, Municipality b) const {
  const Region* first = Find(a);
  if (first == nullptr || Find(b) == nullptr) return kStateCouncil;
  if (a == b) return first->superior;
  std::vector<Municipality> above_a;
  for (const Region* at = first; at != nullptr; at = Find(at->superior)) above_a.push_back(at->code);
  for (const Region* at = Find(b); at != nullptr; at = Find(at->superior)) {
    if (std::find(above_a.begin(), above_a.end(), at->code) != above_a.end()) return at->code;
  }
  return kStateCouncil;
}

std::vector<Municipality> RegionTable::All() const {
  std::vector<Municipality> codes;
  codes.reserve(regions_.size());
  for (const auto& [code, region] : regions_) codes.push_back(code);
  return codes;
}

}  // namespace casehub
