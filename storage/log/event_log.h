// The contract of the log (design 2). One interface, several engines, one conformance suite
// (tests/contract/event_log_conformance.h).
//
// Durability  A record that a reader returned is durable: it survives kill -9 and, where the engine syncs (embedded),
//             loss of power. Append promises nothing: only reading a record back says that it is there.
// Ordering    Offsets of a partition grow in the order of the log; they need not be dense. The records of one Append
//             keep their order; an engine may lose, repeat or interleave appended records (the embedded engine does
//             not), the effective rule (effective.h) judges what stands there.
// Threads     Append may be called from any thread and never waits, unless the batch says it may. A reader belongs to
// one thread at a time. on_ready
//             is called from an engine thread: it must only post.
// Errors      absl::Status; Unavailable means "try again later, nothing is lost", DataLoss means damaged bytes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/model/ids.h"

namespace casehub::storage {

// Bytes that the engine and all readers of a process share without copying.
using SharedBytes = std::shared_ptr<const std::string>;

struct LogEntry {
  Offset offset = kNoOffset;
  Instant append_time;  // the engine's clock, monotone per partition
  SharedBytes bytes;
};

// A row the embedded engine writes in the same synced write as the records it comes with (key ring, design 4).
struct SideRow {
  std::string key;
  std::string value;
};

struct AppendBatch {
  std::vector<SharedBytes> records;
  std::vector<SideRow> side_rows;
  // The caller has nothing else to do until the batch is durable: an engine may use its thread, and call its on_ready,
  // before Append returns. Saves handing a lone command to another thread and back.
  bool may_wait = false;
};

class LogReader {
 public:
  virtual ~LogReader() = default;
  // Appends to `out` what stands after the last returned entry, at least one entry if there is any, up to about
  // `bytes_max`. Never waits for new records: returns nothing at the end of the log. on_ready is called again only
  // after a call that returned nothing.
  virtual absl::Status Next(size_t bytes_max, std::vector<LogEntry>* out) = 0;
};

class EventLog {
 public:
  virtual ~EventLog() = default;

  virtual int partition_count() const = 0;
  // Random id of this log, made with it; a projection refuses to follow another one.
  virtual Uuid log_id() const = 0;

  // Queues the batch. ResourceExhausted if the engine's queue is full, Unavailable if it cannot write now (disk full,
  // broker away): in both cases nothing was queued. After OK the outcome is unknown until read back.
  virtual absl::Status Append(PartitionId partition, AppendBatch batch) = 0;

  // A reader that returns records with offset > `after` (kNoOffset: from the start); OutOfRange if the log ends before
  // `after`.
  virtual absl::StatusOr<std::unique_ptr<LogReader>> OpenReader(PartitionId partition, Offset after,
                                                                std::function<void()> on_ready) = 0;
  // One record, for exports and checks; NotFound if there is none at this offset.
  virtual absl::StatusOr<LogEntry> ReadAt(PartitionId partition, Offset offset) = 0;
  // Offset of the last durable record, kNoOffset for an empty partition.
  virtual absl::StatusOr<Offset> End(PartitionId partition) = 0;

  // OK, or why appends are refused now.
  virtual absl::Status writable() const = 0;
};

}  // namespace casehub::storage
