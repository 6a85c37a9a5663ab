// The newest records of a partition in memory, and who waits for more: readers that keep up share the bytes of the
// writer and never ask the engine's store.
//
// Threads     All functions may be called from any thread; Publish and Break from one.
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
    // The store gave nothing in time: to be told at the next Nudge, too.
    void ArmForStore() {
      waits_for_store_.store(true);
      Arm();
    }

   private:
    friend class PartitionTail;
    std::function<void()> on_ready_;
    std::atomic<bool> waits_for_store_{false};
    std::atomic<bool> armed_{true};
  };

  // `end`: the last offset that the store holds already.
  PartitionTail(Offset end, size_t bytes_max) : bytes_max_(bytes_max), end_(end), floor_(end) {}

  Offset end() const;
  // Adds durable records, in order, and tells whoever is armed.
  void Publish(std::vector<LogEntry> entries);
  // The log is not what it was (its end was lost): every later Read gives this error. Tells whoever is armed.
  void Break(absl::Status why);
  // Tells readers that wait for the store to try again.
  void Nudge();

  enum class Found { kEntries, kEnd, kOlder };
  // Entries after `after` up to about `bytes_max`; at the end arms `listener`; kOlder with `end` set to how far the
  // store may be read, if the memory starts later. An error is that of Break.
  absl::StatusOr<Found> Read(Offset after, size_t bytes_max, Listener* listener, std::vector<LogEntry>* out,
                             Offset* end) const;
  std::optional<LogEntry> Find(Offset offset) const;

  void Add(Listener* listener);
  // After this returns, on_ready of the listener is not called any more.
  void Remove(Listener* listener);

 private:
  void Tell(bool all);
  std::deque<LogEntry>::const_iterator FirstAfter(Offset after) const;

  const size_t bytes_max_;
  mutable std::mutex mutex_;
  Offset end_;
  Offset floor_;                  // every record behind it is in entries_
  std::deque<LogEntry> entries_;  // by offset, the last one at end_
  size_t bytes_ = 0;
  absl::Status broken_;

  std::mutex listeners_mutex_;  // held while on_ready is called
  std::vector<Listener*> listeners_;
};

}  // namespace casehub::storage
