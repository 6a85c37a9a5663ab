// Reads a log and takes its entries apart on a thread of its own, a few batches ahead of who folds them.
//
// Threads     Next and Return from one thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "services/runtime/decoded.h"
#include "storage/log/event_log.h"

namespace casehub::runtime {

class ReadAhead {
 public:
  using Batch = std::vector<DecodedEntry>;
  // The service that wrote a record; null: its events stay unparsed.
  using Writer = std::function<const Service*(ServiceId)>;

  // Up to and including the record at `up_to`.
  ReadAhead(std::unique_ptr<storage::LogReader> reader, Offset up_to, Writer writer);
  ~ReadAhead();

  // The next entries, in order; empty at the end. Not to be called again after that, or after an error.
  absl::StatusOr<Batch> Next();
  // Freed on the other thread.
  void Return(Batch batch);

 private:
  static constexpr size_t kBatchBytes = 1 << 20;
  static constexpr size_t kBatchesMax = 4;

  void Loop();
  absl::StatusOr<Batch> Read();

  std::unique_ptr<storage::LogReader> reader_;
  const Offset up_to_;
  const Writer writer_;
  bool at_end_ = false;  // the thread's

  std::mutex mutex_;
  std::condition_variable taken_, ready_;
  std::deque<absl::StatusOr<Batch>> ready_batches_;  // the last one of all is empty or an error
  std::vector<Batch> returned_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace casehub::runtime
