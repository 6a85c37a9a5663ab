#include "services/runtime/read_ahead.h"

#include <utility>

#include "services/model/thread_name.h"

namespace casehub::runtime {

ReadAhead::ReadAhead(std::unique_ptr<storage::LogReader> reader, Offset up_to, Writer writer)
    : reader_(std::move(reader)), up_to_(up_to), writer_(std::move(writer)), thread_([this] { Loop(); }) {}

ReadAhead::~ReadAhead() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  taken_.notify_one();
  thread_.join();
}

absl::StatusOr<ReadAhead::Batch> ReadAhead::Next() {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [this] { return !ready_batches_.empty(); });
  auto batch = std::move(ready_batches_.front());
  ready_batches_.pop_front();
  taken_.notify_one();
  return batch;
}

void ReadAhead::Return(Batch batch) {
  std::lock_guard lock(mutex_);
  returned_.push_back(std::move(batch));
}

void ReadAhead::Loop() {
  NameThread("read-ahead");
  for (;;) {
    auto batch = Read();
    const bool last = !batch.ok() || batch->empty();
    std::vector<Batch> returned;  // freed outside of the lock
    std::unique_lock lock(mutex_);
    ready_batches_.push_back(std::move(batch));
    ready_.notify_one();
    taken_.wait(lock, [this] { return stopping_ || ready_batches_.size() < kBatchesMax; });
    std::swap(returned, returned_);
    if (last || stopping_) return;
  }
}

absl::StatusOr<ReadAhead::Batch> ReadAhead::Read() {
  Batch batch;
  if (at_end_) return batch;
  std::vector<storage::LogEntry> entries;
  if (auto status = reader_->Next(kBatchBytes, &entries); !status.ok()) return status;
  batch.reserve(entries.size());
  for (storage::LogEntry& entry : entries) {
    if (entry.offset > up_to_) {
      at_end_ = true;
      break;
    }
    DecodedEntry decoded = Decode(std::move(entry));
    if (decoded.record) {
      if (const Service* writer = writer_(decoded.record->service)) ParseEvents(writer->event_prototype(), &decoded);
    }
    batch.push_back(std::move(decoded));
  }
  return batch;
}

}  // namespace casehub::runtime
