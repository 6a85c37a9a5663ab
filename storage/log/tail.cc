#include "storage/log/tail.h"

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
    // The newest stays, however large: a reader that keeps up never reads it from the store.
    while (bytes_ > bytes_max_ && entries_.size() > 1) {
      bytes_ -= entries_.front().bytes->size();
      floor_ = entries_.front().offset;
      entries_.pop_front();
    }
  }
  Tell(true);
}

void PartitionTail::Break(absl::Status why) {
  {
    std::lock_guard lock(mutex_);
    if (broken_.ok()) broken_ = std::move(why);
  }
  Tell(true);
}

void PartitionTail::Nudge() { Tell(false); }

void PartitionTail::Tell(bool all) {
  std::lock_guard lock(listeners_mutex_);
  for (Listener* listener : listeners_) {
    if (!all && !listener->waits_for_store_.load()) continue;
    listener->waits_for_store_.store(false);
    if (listener->armed_.exchange(false)) listener->on_ready_();
  }
}

// Offsets are dense in most logs: then the place is known.
std::deque<LogEntry>::const_iterator PartitionTail::FirstAfter(Offset after) const {
  const size_t guess = static_cast<size_t>(after + 1 - entries_.front().offset);
  if (guess < entries_.size() && entries_[guess].offset == after + 1) {
    return entries_.begin() + static_cast<std::ptrdiff_t>(guess);
  }
  return std::upper_bound(entries_.begin(), entries_.end(), after,
                          [](Offset offset, const LogEntry& entry) { return offset < entry.offset; });
}

absl::StatusOr<PartitionTail::Found> PartitionTail::Read(Offset after, size_t bytes_max, Listener* listener,
                                                         std::vector<LogEntry>* out, Offset* end) const {
  std::lock_guard lock(mutex_);
  if (!broken_.ok()) return broken_;
  *end = end_;
  if (after >= end_) {
    listener->Arm();
    return Found::kEnd;
  }
  if (after < floor_) {
    *end = floor_;
    return Found::kOlder;
  }
  size_t bytes = 0;
  auto at = FirstAfter(after);
  do {
    bytes += at->bytes->size();
    out->push_back(*at);
  } while (++at != entries_.end() && bytes < bytes_max);
  return Found::kEntries;
}

std::optional<LogEntry> PartitionTail::Find(Offset offset) const {
  std::lock_guard lock(mutex_);
  if (entries_.empty() || offset <= floor_ || offset > end_) return std::nullopt;
  const auto at = FirstAfter(offset - 1);
  if (at == entries_.end() || at->offset != offset) return std::nullopt;
  return *at;
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
