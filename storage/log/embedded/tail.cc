#include "storage/log/embedded/tail.h"

#include <algorithm>

namespace casehub::storage {

Offset PartitionTail::end() const {
  std::lock_guard lock(mutex_);
  return end_;
}

void PartitionTail::Publish(std::vector<LogEntry> entries) {
  {
    std::lock_guard lock(mutex_);
    for (LogEntry& entry : entries) {
      end_ = entry.offset;
      bytes_ += entry.bytes->size();
      entries_.push_back(std::move(entry));
    }
    // The newest stays, however large: a reader that keeps up never reads it from disk.
    while (bytes_ > bytes_max_ && entries_.size() > 1) {
      bytes_ -= entries_.front().bytes->size();
      entries_.pop_front();
    }
  }
  std::lock_guard lock(listeners_mutex_);
  for (Listener* listener : listeners_) {
    if (listener->armed_.exchange(false)) listener->on_ready_();
  }
}

PartitionTail::Found PartitionTail::Read(Offset after, size_t bytes_max, Listener* listener, std::vector<LogEntry>* out,
                                         Offset* end) const {
  std::lock_guard lock(mutex_);
  *end = end_;
  if (after >= end_) {
    listener->Arm();
    return Found::kEnd;
  }
  if (entries_.empty() || after + 1 < entries_.front().offset) return Found::kOnDisk;
  size_t bytes = 0;
  auto at = entries_.begin() + (after + 1 - entries_.front().offset);
  do {
    bytes += at->bytes->size();
    out->push_back(*at);
  } while (++at != entries_.end() && bytes < bytes_max);
  return Found::kEntries;
}

std::optional<LogEntry> PartitionTail::Find(Offset offset) const {
  std::lock_guard lock(mutex_);
  if (entries_.empty() || offset < entries_.front().offset || offset > end_) return std::nullopt;
  return entries_[static_cast<size_t>(offset - entries_.front().offset)];
}

void PartitionTail::Add(Listener* listener) {
  std::lock_guard lock(listeners_mutex_);
  listeners_.push_back(listener);
}

void PartitionTail::Remove(Listener* listener) {
  std::lock_guard lock(listeners_mutex_);
  listeners_.erase(std::remove(listeners_.begin(), listeners_.end(), listener), listeners_.end());
}

}  // namespace casehub::storage
