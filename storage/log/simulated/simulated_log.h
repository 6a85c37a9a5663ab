// The simulated engine of the log: in memory, shared by several simulated processes, with every fault the contract
// allows an engine and some it forbids (lost tails). The simulator owns time and randomness: the same seed and the same
// calls give the same log, the same faults, the same counters.
//
//   SimulatedLog world(options);                       // the log itself; outlives crashes of processes
//   EventLog* log = world.Connect(process);            // what one process sees of it
//   log->Append(...);                                  // in flight
//   world.Deliver();                                   // what is due by the clock becomes readable, on_ready is called
//
// Threads     One lock over everything, so that the contract suite can run threads on it. on_ready is called from
//             Deliver, without the lock.
// Lifetime    The world outlives its endpoints' readers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/log/event_log.h"

namespace casehub::storage {

using ProcessId = int;

// How often each fault happens, in millionths of the chances it has; 0 is never.
struct SimulatedFaults {
  uint32_t refuse_ppm = 0;      // of appends: Unavailable, nothing queued
  uint32_t full_ppm = 0;        // of appends: ResourceExhausted, nothing queued
  uint32_t lose_batch_ppm = 0;  // of appends: accepted and never heard of again
  uint32_t delay_ppm = 0;       // of appends: late, and what the process appends after it waits behind it
  uint32_t reorder_ppm = 0;     // of appends: late, and what the process appends after it overtakes it
  uint32_t drop_ppm = 0;        // of records: leaves a hole in its batch
  uint32_t duplicate_ppm = 0;   // of records: stands there again, at once
  uint32_t repeat_ppm = 0;      // of appends: arrives again, whole and late
  uint32_t tear_ppm = 0;        // of records: only a part of its bytes arrives
  uint32_t garbage_ppm = 0;     // of records: random bytes stand before it
  uint32_t sparse_ppm = 0;      // of records: offsets are left out before it
  uint32_t lose_tail_ppm = 0;   // of calls of Deliver, per partition: its newest records are gone

  int64_t latency_micros_min = 1'000;  // of every append
  int64_t latency_micros_max = 3'000;
  int64_t late_micros_max = 2'000'000;  // on top, of those that are late
  size_t lose_tail_records_max = 8;
};

// How often each happened.
struct SimulatedCounters {
  uint64_t appends = 0;
  uint64_t records = 0;  // that became readable, whatever their bytes
  uint64_t refused = 0;
  uint64_t full = 0;
  uint64_t lost_batches = 0;  // by lose_batch or LoseInFlight
  uint64_t delayed = 0;
  uint64_t reordered = 0;
  uint64_t dropped = 0;
  uint64_t duplicated = 0;
  uint64_t repeated = 0;
  uint64_t torn = 0;
  uint64_t garbage = 0;
  uint64_t offsets_left_out = 0;
  uint64_t lost_tails = 0;
  uint64_t lost_tail_records = 0;
};

struct SimulatedLogOptions {
  int partitions = 2;
  std::function<Instant()> clock;    // virtual time
  std::function<uint64_t()> random;  // seeded outside
  SimulatedFaults faults;
  size_t queued_records_max = 16'384;  // in flight, per process
};

class SimulatedLog {
 public:
  explicit SimulatedLog(SimulatedLogOptions options);
  ~SimulatedLog();

  // What `process` sees of the log; the same object at every call.
  EventLog* Connect(ProcessId process);

  void SetFaults(const SimulatedFaults& faults);
  // Not OK: Append of this process answers that, and writable() says so (disk full, broker away).
  void SetWritable(ProcessId process, absl::Status status);
  // The process sees records this much later than they became readable.
  void SetReadDelay(ProcessId process, int64_t micros);
  // The process died before what it has in flight left it.
  void LoseInFlight(ProcessId process);
  // The newest `records` of the partition are gone; whatever comes next takes their offsets.
  void LoseTail(PartitionId partition, size_t records);

  // What is due by the clock becomes readable; tells the readers that see something new.
  void Deliver();
  // The same for everything in flight, whatever the clock says.
  void DeliverAll();
  // When Deliver has something to do next; nullopt while nothing is in flight and every reader has been told.
  std::optional<Instant> NextDelivery() const;

  // The raw log as it stands: for the simulator's checks, not while another thread delivers.
  const std::vector<LogEntry>& entries(PartitionId partition) const;
  // What stood there and was lost with a tail, in the order of the losses.
  const std::vector<LogEntry>& lost(PartitionId partition) const;
  const SimulatedCounters& counters() const { return counters_; }

  std::optional<std::string> ReadSideRow(std::string_view key) const;
  void ScanSideRows(std::string_view prefix,
                    const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

 private:
  class Endpoint;
  class Reader;
  struct Flight {
    ProcessId process = 0;
    PartitionId partition = 0;
    AppendBatch batch;
    bool repeat = false;
  };
  struct Partition {
    std::vector<LogEntry> entries;
    std::vector<LogEntry> lost;
    Offset next_offset = 0;
    Instant append_time;  // never goes back, not even over a lost tail
  };
  struct Process {
    std::unique_ptr<Endpoint> endpoint;
    absl::Status writable;
    int64_t read_delay_micros = 0;
    size_t records_in_flight = 0;
    std::vector<Instant> last_due;  // per partition: appends that are not late arrive in order
  };
  using DueAt = std::pair<Instant, uint64_t>;

  bool Chance(uint32_t ppm);
  uint64_t Below(uint64_t bound);
  absl::Status Append(ProcessId process, PartitionId partition, AppendBatch batch);
  void Launch(Flight flight, Process* process);
  void Land(Flight flight);
  void LandRecord(Partition* partition, const SharedBytes& bytes);
  void Put(Partition* partition, SharedBytes bytes);
  void CutTail(Partition* partition, size_t records);
  void DeliverUntil(Instant until);
  void TellReaders();
  size_t VisibleEnd(const Reader& reader) const;
  absl::Status CheckPartition(PartitionId partition) const;

  SimulatedLogOptions options_;
  Uuid id_;
  mutable std::mutex mutex_;
  std::vector<Partition> partitions_;
  std::map<ProcessId, Process> processes_;
  std::map<DueAt, Flight> flights_;
  uint64_t flight_number_ = 0;
  std::vector<Reader*> readers_;
  std::map<std::string, std::string, std::less<>> side_rows_;
  SimulatedCounters counters_;
};

}  // namespace casehub::storage
