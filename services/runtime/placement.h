// Which partition a municipality lives in: a stable table (design 1). Version 1 spreads neighbouring codes over the
// partitions; a municipality that moves gets a row of its own in a later version.
#pragma once

#include "services/model/ids.h"

namespace casehub::runtime {

inline constexpr int kPlacementVersion = 1;

inline PartitionId PlaceOf(Municipality municipality, int partitions) {
  const uint32_t code = municipality.code();
  return static_cast<PartitionId>((code / 100 + code) % static_cast<uint32_t>(partitions));
}

}  // namespace casehub::runtime
