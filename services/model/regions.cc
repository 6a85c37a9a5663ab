#include "services/model/regions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/model/regions_data.h"

namespace casehub {
namespace {

constexpr std::string_view kHeading = "code,name,superior";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

absl::Status Wrong(size_t line, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("regions, line ", line, ": ", what));
}

struct Row {
  Municipality code;
  std::string_view name;
  Municipality superior;
};

absl::StatusOr<Row> ParseRow(size_t line, std::string_view text) {
  const std::vector<std::string_view> columns = Split(text, ',');
  if (columns.size() != 3) return Wrong(line, absl::StrCat("3 columns are needed, there are ", columns.size()));
  const auto code = Municipality::Parse(columns[0]);
  const auto superior = Municipality::Parse(columns[2]);
  if (!code) return Wrong(line, absl::StrCat("code \"", std::string(columns[0]), "\" does not have six digits"));
  if (*code == kStateCouncil) return Wrong(line, "100000 stands for the State Council and cannot be a row");
  if (columns[1].empty()) return Wrong(line, "the name is empty");
  if (!superior)
    return Wrong(line, absl::StrCat("superior \"", std::string(columns[2]), "\" does not have six digits"));
  return Row{*code, columns[1], *superior};
}

}  // namespace

const RegionTable& RegionTable::Default() {
  // Constant data: a fault in it is a fault of the build and ends the process at its first use.
  static const RegionTable* const table = new RegionTable(FromCsv(DefaultRegionsCsv()).value());
  return *table;
}

absl::StatusOr<RegionTable> RegionTable::FromCsv(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  RegionTable table;
  std::map<Municipality, size_t> lines;
  size_t line = 0;
  for (std::string_view row_text : Split(text, '\n')) {
    ++line;
    if (row_text.ends_with('\r')) row_text.remove_suffix(1);
    if (line == 1) {
      if (row_text != kHeading) return Wrong(line, absl::StrCat("the heading is not \"", std::string(kHeading), "\""));
      continue;
    }
    if (row_text.empty()) continue;
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
