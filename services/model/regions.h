// The region table: which municipalities there are, and who is above whom (A3). It is data (regions_data.cc), not a
// rule about digits: a county-level city may be run by the province.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/model/ids.h"

namespace casehub {

// Above every province; not a row of the table.
inline constexpr Municipality kStateCouncil{100000};

struct Region {
  Municipality code;
  std::string_view name;  // owned by the table
  Municipality superior;  // kStateCouncil for a province
};

class RegionTable {
 public:
  // The table compiled in.
  static const RegionTable& Default();
  // Lines `code,name,superior` under that heading. InvalidArgument names the line: a code or superior that does not
  // have six digits, a code twice, a superior that is not in the table, superiors that go round in a circle.
  static absl::StatusOr<RegionTable> FromCsv(std::string_view text);

  // Regions borrow their names: a table can be moved, not copied.
  RegionTable(RegionTable&&) = default;
  RegionTable& operator=(RegionTable&&) = default;
  RegionTable(const RegionTable&) = delete;
  RegionTable& operator=(const RegionTable&) = delete;

  const Region* Find(Municipality code) const;
  // The lowest region above or equal to both, of a region with itself its superior; kStateCouncil if there is none.
  Municipality CommonSuperior(Municipality a, Municipality b) const;
  std::vector<Municipality> All() const;  // ascending

 private:
  RegionTable() = default;

  std::map<Municipality, std::string> names_;
  std::map<Municipality, Region> regions_;
};

}  // namespace casehub
