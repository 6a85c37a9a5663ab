// The newest records of a partition in memory, and who waits for more: readers that keep up share the bytes of the
// writer and never touch the disk.
//
// Threads     All functions may be called from any thread; Publish from one.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "storage/log/event_log.h"

namespace casehub::storage {

class PartitionTail {
 public:
  // A reader's place among those to be told. Armed: it has seen the end since it was last told.
  class Listener {
   public:
    explicit Listener(std::function<void()> on_ready) : on_ready_(std::move(on_ready)) {}
    void Arm() { armed_.store(true); }

   private:
    friend class PartitionTail;
    std::function<void()> on_ready_;
    std::atomic<bool> armed_{true};
  };

  PartitionTail(Offset end, size_t bytes_max) : bytes_max_(bytes_max), end_(end) {}

  Offset end() const;
  // Adds durable records, in order, and tells whoever is armed.
  void Publish(std::vector<LogEntry> entries);

  enum class Found { kEntries, kEnd, kOnDisk };
  // Entries after `after` up to about `bytes_max`; at the end arms `listener`; kOnDisk with `end` set to how far the
  // disk may be read, if the memory starts later.
  Found Read(Offset after, size_t bytes_max, Listener* listener, std::vector<LogEntry>* out, Offset* end) const;
  std::optional<LogEntry> Find(Offset offset) const;

  void Add(Listener* listener);
  // After this returns, on_ready of the listener is not called any more.
  void Remove(Listener* listener);

 private:
  const size_t bytes_max_;
  mutable std::mutex mutex_;
  Offset end_;
  std::deque<LogEntry> entries_;  // dense, the last one at end_
  size_t bytes_ = 0;

  std::mutex listeners_mutex_;  // held while on_ready is called
  std::vector<Listener*> listeners_;
};

}  // namespace casehub::storage
