// Where the write-ahead log of RocksDB ends after a loss of power (docs/adr/0029).
//
// The WAL's file is made longer ahead of what is written, so that a sync has less to do. A write that power was lost
// under then leaves a record of which some sectors are there and others are still zero. RocksDB cannot tell that from
// damage and refuses the store. What sets it apart: a sector is written whole or not at all, so a torn record lacks a
// whole sector; and as each write is synced before the next, nothing that begins behind it is whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace casehub::storage {

struct WalEnd {
  enum class Tail {
    kZero,     // nothing but zeros, or nothing
    kTorn,     // the last write, of which a sector is missing
    kDamaged,  // anything else: bytes that were synced and have changed
  };
  size_t whole = 0;  // bytes up to the end of the last whole record; of one in several fragments, of a fragment
  Tail tail = Tail::kZero;
};

// `wal`: a whole file in RocksDB's log format, not recycled.
WalEnd FindWalEnd(std::string_view wal);

// For a store that RocksDB refused as corrupt, and nobody has open: cuts the newest WAL in `folder` that has records
// behind its last whole one, if what follows is the write that power was lost under. False if there is none to cut.
absl::StatusOr<bool> CutTornWal(const std::string& folder);

}  // namespace casehub::storage
