// Records that no reader may take, written into a log that is not open elsewhere: what paused, resurrected and
// overtaken writers leave behind. Each carries an event of a case that would be an entry if it were taken.
//
// Threads     One thread.
#pragma once

#include <string>

#include "tests/integration/ledger/raw_chain.h"

namespace casehub::testing {

// The case that every such event is about.
inline constexpr char kZombieCase[] = "0190a5f0-0000-7000-8000-0000000000ff";

// Appends one record of each kind to intake's stream in `partition`: a late one and a late take-over of an epoch that
// is over, a repeated one, damage, one that was overtaken by the standing of `frozen`, one pipelined behind that, and
// one behind a hole. `reader` has read the partition up to its end; `frozen` is a case whose standing transfer changed
// in intake's present epoch.
void AppendZombies(storage::EventLog* log, PartitionId partition, RawReader reader, const Uuid& frozen);

}  // namespace casehub::testing
