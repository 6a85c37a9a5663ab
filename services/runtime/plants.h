// Planted bugs: each switches off one line of production logic, so that the simulator can prove that it would find the
// line missing (`./dev sim --plant NAME`). All false outside the simulator.
#pragma once

#include "storage/log/effective.h"

namespace casehub::runtime {

struct Plants {
  storage::RuleFaults rule;
  bool dedup_skipped = false;               // a repeat is decided as if it were new
  bool ids_before_start_forgotten = false;  // a repeat across a start is decided as if it were new
  bool position_early = false;              // the position of the next record is stored with the rows of this one
  bool overlay_kept = false;                // pending rows survive a lost epoch
  bool reply_before_read_back = false;      // acknowledged when appended
  bool due_lost_at_takeover = false;        // a new owner starts its due work at the end of the table
  bool mailbox_gap_accepted = false;        // message n is taken without n - 1
  bool clock_not_monotone = false;          // decision times follow the wall clock back
  bool barrier_skipped = false;             // refusals are sent at once
  bool redo_forgotten = false;              // what was in flight behind an overtaken record is dropped
  bool settle_twice = false;                // a row settled in the overlay is offered again
  bool delivered_unrecorded = false;        // the outbox forgets what it sent without an acknowledgement
};

}  // namespace casehub::runtime
