// Folding a log again into an empty keyspace: for a rebuild, a comparison, or a reader that starts anew (design 3).
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "services/runtime/service.h"
#include "services/runtime/stream.h"
#include "storage/log/event_log.h"
#include "storage/projection/projection.h"

namespace casehub::runtime {

struct RebuildRequest {
  storage::EventLog* log = nullptr;
  PartitionId partition = 0;
  const Service* service = nullptr;
  std::vector<const Service*> catalogue;  // all services whose events the log holds
  storage::Keyspace* target = nullptr;    // empty, or where an earlier call stopped
  Offset up_to = kNoOffset;               // fold no record after this one
  // Those of the partition that is compared: how long replies are kept decides which rows there are.
  StreamLimits limits;
};

struct Rebuilt {
  Offset offset = kNoOffset;
  uint64_t records = 0;
};

// Blocks; call from a thread of its own. The target stands on `up_to` afterwards (or on the last record before it).
absl::StatusOr<Rebuilt> Rebuild(const RebuildRequest& request);

// The first key in which the two keyspaces differ, in hex with the table's number; empty if they are equal.
absl::StatusOr<std::string> FirstDifference(const storage::Keyspace& a, const storage::Keyspace& b);
absl::StatusOr<std::string> FirstDifference(storage::RowCursor& a, const storage::Keyspace& b);

}  // namespace casehub::runtime
