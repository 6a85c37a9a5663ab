// The region table: which municipalities there are, and who is above whom (A3). It is data (data/regions.csv), not a
// rule about digits: a county-level city may be run by the province.
#pragma once

#include <string>
#include <string_view>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "services/model/ids.h"

namespace casehub {

struct Region {
  Municipality code;
  std::string name;
  Municipality superior;  // none for a province
};

class RegionTable {
 public:
  // The table compiled in.
  static const RegionTable& Default();
  // Lines `code,name,superior`, the first a header; lines that start with # and empty ones do not count. A superior
  // stands before those it is above. InvalidArgument names the line.
  static absl::StatusOr<RegionTable> FromCsv(std::string_view text);

  const Region* Find(Municipality code) const;
  // The lowest region strictly above both; none if there is none in the table (two provinces).
  Municipality CommonSuperior(Municipality a, Municipality b) const;
  const absl::btree_map<Municipality, Region>& regions() const { return regions_; }

 private:
  absl::btree_map<Municipality, Region> regions_;
};

}  // namespace casehub
