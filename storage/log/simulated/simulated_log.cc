#include "storage/log/simulated/simulated_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace casehub::storage {

// A place in the raw log. Like a consumer that does not notice truncation, it goes on after the offset it has reached,
// whatever stands before it by now.
class SimulatedLog::Reader : public LogReader {
 public:
  Reader(SimulatedLog* world, ProcessId process, PartitionId partition, Offset after, std::function<void()> on_ready)
      : world_(world), process_(process), partition_(partition), after_(after), on_ready_(std::move(on_ready)) {
    world_->readers_.push_back(this);
  }
  ~Reader() override {
    std::lock_guard lock(world_->mutex_);
    auto& readers = world_->readers_;
    readers.erase(std::remove(readers.begin(), readers.end(), this), readers.end());
  }

  absl::Status Next(size_t bytes_max, std::vector<LogEntry>* out) override {
    std::lock_guard lock(world_->mutex_);
    const auto& entries = world_->partitions_[static_cast<size_t>(partition_)].entries;
    const size_t end = world_->VisibleEnd(*this);
    size_t at = First(entries);
    if (at >= end) {
      armed_ = true;
      return absl::OkStatus();
    }
    size_t bytes = 0;
    do {
      bytes += entries[at].bytes->size();
      after_ = entries[at].offset;
      out->push_back(entries[at]);
    } while (++at < end && bytes < bytes_max);
    return absl::OkStatus();
  }

 private:
  friend class SimulatedLog;
  // Index of the first entry after the reader's place.
  size_t First(const std::vector<LogEntry>& entries) const {
    const auto it = std::upper_bound(entries.begin(), entries.end(), after_,
                                     [](Offset after, const LogEntry& entry) { return after < entry.offset; });
    return static_cast<size_t>(it - entries.begin());
  }

  SimulatedLog* world_;
  const ProcessId process_;
  const PartitionId partition_;
  Offset after_;
  std::function<void()> on_ready_;
  bool armed_ = true;
};

class SimulatedLog::Endpoint : public EventLog {
 public:
  Endpoint(SimulatedLog* world, ProcessId process) : world_(world), process_(process) {}

  int partition_count() const override { return world_->options_.partitions; }
  Uuid log_id() const override { return world_->id_; }
  absl::Status Append(PartitionId partition, AppendBatch batch) override {
    return world_->Append(process_, partition, std::move(batch));
  }
  absl::StatusOr<std::unique_ptr<LogReader>> OpenReader(PartitionId partition, Offset after,
                                                        std::function<void()> on_ready) override {
    if (auto status = world_->CheckPartition(partition); !status.ok()) return status;
    std::lock_guard lock(world_->mutex_);
    const auto& entries = world_->partitions_[static_cast<size_t>(partition)].entries;
    if (after > (entries.empty() ? kNoOffset : entries.back().offset)) {
      return absl::OutOfRangeError(absl::StrCat("partition ", partition, " ends before offset ", after));
    }
    return std::make_unique<Reader>(world_, process_, partition, after, std::move(on_ready));
  }
  absl::StatusOr<LogEntry> ReadAt(PartitionId partition, Offset offset) override {
    if (auto status = world_->CheckPartition(partition); !status.ok()) return status;
    std::lock_guard lock(world_->mutex_);
    const auto& entries = world_->partitions_[static_cast<size_t>(partition)].entries;
    const auto it = std::lower_bound(entries.begin(), entries.end(), offset,
                                     [](const LogEntry& entry, Offset wanted) { return entry.offset < wanted; });
    if (it == entries.end() || it->offset != offset) {
      return absl::NotFoundError(absl::StrCat("no record at offset ", offset, " of partition ", partition));
    }
    return *it;
  }
  absl::StatusOr<Offset> End(PartitionId partition) override {
    if (auto status = world_->CheckPartition(partition); !status.ok()) return status;
    std::lock_guard lock(world_->mutex_);
    const auto& entries = world_->partitions_[static_cast<size_t>(partition)].entries;
    return entries.empty() ? kNoOffset : entries.back().offset;
  }
  absl::Status writable() const override {
    std::lock_guard lock(world_->mutex_);
    return world_->processes_.at(process_).writable;
  }

 private:
  SimulatedLog* world_;
  const ProcessId process_;
};

SimulatedLog::SimulatedLog(SimulatedLogOptions options)
    : options_(std::move(options)), partitions_(static_cast<size_t>(options_.partitions)) {
  id_ = Uuid::V7(options_.clock().micros / 1000, options_.random(), options_.random());
}

SimulatedLog::~SimulatedLog() = default;

EventLog* SimulatedLog::Connect(ProcessId process) {
  std::lock_guard lock(mutex_);
  Process& known = processes_[process];
  if (!known.endpoint) {
    known.endpoint = std::make_unique<Endpoint>(this, process);
    known.last_due.resize(partitions_.size());
  }
  return known.endpoint.get();
}

void SimulatedLog::SetFaults(const SimulatedFaults& faults) {
  std::lock_guard lock(mutex_);
  options_.faults = faults;
}

void SimulatedLog::SetWritable(ProcessId process, absl::Status status) {
  std::lock_guard lock(mutex_);
  processes_.at(process).writable = std::move(status);
}

void SimulatedLog::SetReadDelay(ProcessId process, int64_t micros) {
  std::lock_guard lock(mutex_);
  processes_.at(process).read_delay_micros = micros;
}

void SimulatedLog::LoseInFlight(ProcessId process) {
  std::lock_guard lock(mutex_);
  for (auto it = flights_.begin(); it != flights_.end();) {
    if (it->second.process != process) {
      ++it;
      continue;
    }
    ++counters_.lost_batches;
    it = flights_.erase(it);
  }
  processes_.at(process).records_in_flight = 0;
}

void SimulatedLog::LoseTail(PartitionId partition, size_t records) {
  std::lock_guard lock(mutex_);
  CutTail(&partitions_.at(static_cast<size_t>(partition)), records);
}

bool SimulatedLog::Chance(uint32_t ppm) { return ppm > 0 && options_.random() % 1'000'000 < ppm; }

uint64_t SimulatedLog::Below(uint64_t bound) { return bound == 0 ? 0 : options_.random() % bound; }

absl::Status SimulatedLog::CheckPartition(PartitionId partition) const {
  if (partition >= 0 && partition < options_.partitions) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("no partition ", partition, ": this log has ", options_.partitions, " of them"));
}

absl::Status SimulatedLog::Append(ProcessId id, PartitionId partition, AppendBatch batch) {
  if (auto status = CheckPartition(partition); !status.ok()) return status;
  if (batch.records.empty() && batch.side_rows.empty()) return absl::OkStatus();
  std::lock_guard lock(mutex_);
  Process& process = processes_.at(id);
  if (!process.writable.ok()) return process.writable;
  if (Chance(options_.faults.refuse_ppm)) {
    ++counters_.refused;
    return absl::UnavailableError("the simulated log takes nothing now");
  }
  const bool over = process.records_in_flight + batch.records.size() > options_.queued_records_max;
  if ((over && process.records_in_flight > 0) || Chance(options_.faults.full_ppm)) {
    ++counters_.full;
    return absl::ResourceExhaustedError("the simulated log's queue is full");
  }
  ++counters_.appends;
  if (Chance(options_.faults.lose_batch_ppm)) {
    ++counters_.lost_batches;
    return absl::OkStatus();
  }
  if (Chance(options_.faults.repeat_ppm)) {
    ++counters_.repeated;
    Launch({id, partition, batch, true}, &process);
  }
  Launch({id, partition, std::move(batch), false}, &process);
  return absl::OkStatus();
}

void SimulatedLog::Launch(Flight flight, Process* process) {
  const SimulatedFaults& faults = options_.faults;
  const int64_t spread = std::max<int64_t>(0, faults.latency_micros_max - faults.latency_micros_min);
  int64_t due = options_.clock().micros + faults.latency_micros_min +
                static_cast<int64_t>(Below(static_cast<uint64_t>(spread) + 1));
  const auto late = [&] { return 1 + static_cast<int64_t>(Below(static_cast<uint64_t>(faults.late_micros_max))); };
  Instant& last_due = process->last_due[static_cast<size_t>(flight.partition)];
  if (flight.repeat) {
    due += late();
  } else if (Chance(faults.reorder_ppm)) {
    ++counters_.reordered;
    due = std::max(due, last_due.micros) + late();
  } else {
    if (Chance(faults.delay_ppm)) {
      ++counters_.delayed;
      due += late();
    }
    due = std::max(due, last_due.micros);
    last_due = {due};
  }
  process->records_in_flight += flight.batch.records.size();
  flights_.emplace(DueAt{{due}, flight_number_++}, std::move(flight));
}

void SimulatedLog::Land(Flight flight) {
  processes_.at(flight.process).records_in_flight -= flight.batch.records.size();
  for (SideRow& row : flight.batch.side_rows) side_rows_[std::move(row.key)] = std::move(row.value);
  Partition& partition = partitions_[static_cast<size_t>(flight.partition)];
  partition.append_time = std::max(partition.append_time, options_.clock());
  for (const SharedBytes& bytes : flight.batch.records) LandRecord(&partition, bytes);
}

void SimulatedLog::LandRecord(Partition* partition, const SharedBytes& bytes) {
  const SimulatedFaults& faults = options_.faults;
  if (Chance(faults.garbage_ppm)) {
    ++counters_.garbage;
    std::string garbage(1 + Below(64), '\0');
    for (char& c : garbage) c = static_cast<char>(options_.random());
    Put(partition, std::make_shared<const std::string>(std::move(garbage)));
  }
  if (Chance(faults.drop_ppm)) {
    ++counters_.dropped;
    return;
  }
  if (Chance(faults.tear_ppm)) {
    ++counters_.torn;
    Put(partition, std::make_shared<const std::string>(bytes->substr(0, Below(bytes->size()))));
    return;
  }
  Put(partition, bytes);
  if (Chance(faults.duplicate_ppm)) {
    ++counters_.duplicated;
    Put(partition, bytes);
  }
}

void SimulatedLog::Put(Partition* partition, SharedBytes bytes) {
  if (Chance(options_.faults.sparse_ppm)) {
    const uint64_t left_out = 1 + Below(3);
    counters_.offsets_left_out += left_out;
    partition->next_offset += static_cast<Offset>(left_out);
  }
  ++counters_.records;
  partition->entries.push_back({partition->next_offset++, partition->append_time, std::move(bytes)});
}

void SimulatedLog::CutTail(Partition* partition, size_t records) {
  records = std::min(records, partition->entries.size());
  if (records == 0) return;
  ++counters_.lost_tails;
  counters_.lost_tail_records += records;
  const auto from = partition->entries.end() - static_cast<std::ptrdiff_t>(records);
  partition->next_offset = from->offset;
  partition->lost.insert(partition->lost.end(), from, partition->entries.end());
  partition->entries.erase(from, partition->entries.end());
}

void SimulatedLog::Deliver() { DeliverUntil(options_.clock()); }

void SimulatedLog::DeliverAll() { DeliverUntil({INT64_MAX}); }

void SimulatedLog::DeliverUntil(Instant until) {
  {
    std::lock_guard lock(mutex_);
    for (Partition& partition : partitions_) {
      if (!Chance(options_.faults.lose_tail_ppm)) continue;
      CutTail(&partition, 1 + Below(options_.faults.lose_tail_records_max));
    }
    while (!flights_.empty() && flights_.begin()->first.first <= until) {
      Flight flight = std::move(flights_.begin()->second);
      flights_.erase(flights_.begin());
      Land(std::move(flight));
    }
  }
  TellReaders();
}

// on_ready may post to anything but must not open or destroy readers.
void SimulatedLog::TellReaders() {
  std::vector<std::function<void()>> told;
  {
    std::lock_guard lock(mutex_);
    for (Reader* reader : readers_) {
      const auto& entries = partitions_[static_cast<size_t>(reader->partition_)].entries;
      if (!reader->armed_ || reader->First(entries) >= VisibleEnd(*reader)) continue;
      reader->armed_ = false;
      told.push_back(reader->on_ready_);
    }
  }
  for (const auto& on_ready : told) on_ready();
}

// Entries become visible in order of their append times, which never go back.
size_t SimulatedLog::VisibleEnd(const Reader& reader) const {
  const auto& entries = partitions_[static_cast<size_t>(reader.partition_)].entries;
  const int64_t delay = processes_.at(reader.process_).read_delay_micros;
  if (delay == 0) return entries.size();
  const Instant visible{options_.clock().micros - delay};
  const auto it = std::upper_bound(entries.begin(), entries.end(), visible,
                                   [](Instant at, const LogEntry& entry) { return at < entry.append_time; });
  return static_cast<size_t>(it - entries.begin());
}

std::optional<Instant> SimulatedLog::NextDelivery() const {
  std::lock_guard lock(mutex_);
  std::optional<Instant> next;
  const auto earlier = [&](Instant at) {
    if (!next || at < *next) next = at;
  };
  if (!flights_.empty()) earlier(flights_.begin()->first.first);
  for (const Reader* reader : readers_) {
    const auto& entries = partitions_[static_cast<size_t>(reader->partition_)].entries;
    const size_t first = std::max(reader->First(entries), VisibleEnd(*reader));
    if (!reader->armed_) continue;
    if (reader->First(entries) < VisibleEnd(*reader)) {
      earlier(options_.clock());
    } else if (first < entries.size()) {
      earlier({entries[first].append_time.micros + processes_.at(reader->process_).read_delay_micros});
    }
  }
  return next;
}

const std::vector<LogEntry>& SimulatedLog::entries(PartitionId partition) const {
  return partitions_.at(static_cast<size_t>(partition)).entries;
}

const std::vector<LogEntry>& SimulatedLog::lost(PartitionId partition) const {
  return partitions_.at(static_cast<size_t>(partition)).lost;
}

std::optional<std::string> SimulatedLog::ReadSideRow(std::string_view key) const {
  std::lock_guard lock(mutex_);
  const auto it = side_rows_.find(key);
  if (it == side_rows_.end()) return std::nullopt;
  return it->second;
}

void SimulatedLog::ScanSideRows(std::string_view prefix,
                                const std::function<bool(std::string_view key, std::string_view value)>& visit) const {
  std::lock_guard lock(mutex_);
  for (auto it = side_rows_.lower_bound(prefix); it != side_rows_.end(); ++it) {
    if (std::string_view(it->first).substr(0, prefix.size()) != prefix || !visit(it->first, it->second)) return;
  }
}

}  // namespace casehub::storage
