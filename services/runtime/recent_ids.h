// Which request ids a service's rows hold, of those minted lately. Nearly every command has a new id, and that is told
// here: a look into the store that finds nothing costs a filter of each of its tables (docs/adr/0020).
//
// Exact for ids minted after a floor; of older ones it says that there may be a row. The floor rises as ids are
// forgotten, so memory is bounded. A caller whose clock is ahead lifts it beyond the ids of others for as long: they
// cost look-ups then, no more.
//
// Threads     None of its own: those of its partition.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "services/model/uuid.h"
#include "storage/projection/projection.h"

namespace casehub::runtime {

class RecentIds {
 public:
  explicit RecentIds(size_t ids_max = 16'384) : half_(ids_max / 2) {}

  // Of a store that holds ids already: finds the newest of them. Reads those minted from `unix_millis` on, so that is
  // best near to it.
  absl::Status StartWith(const storage::Keyspace& store, int64_t unix_millis);
  // Each id that gets a row, also of a record that is only pending.
  void Add(const Uuid& id);
  // False: no row has this id. True: one may.
  bool MayHold(const Uuid& id) const { return id.UnixMillis() <= floor_ || newer_.contains(id) || older_.contains(id); }

 private:
  size_t half_;
  int64_t floor_ = INT64_MIN;  // rows may hold any id minted up to this
  absl::flat_hash_set<Uuid> newer_, older_;
  int64_t newest_ = INT64_MIN, newest_of_older_ = INT64_MIN;  // minted
};

}  // namespace casehub::runtime
