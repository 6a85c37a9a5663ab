// Carries the chunks of an import to the server over one stream and survives its interruptions.
//
// Order       Chunks of one case go one after the other: the next leaves when the one before is durable. Cases overlap.
// Refusals    A case whose first chunk is refused is refused whole: what follows would open it without what it is.
// Window      At most kWindow chunks are unanswered; Submit waits while too much is queued, so that memory is bounded.
// Repeats     A chunk that was refused for want of capacity, or whose stream broke, goes again with the same request_id
//             until it is answered. Without any answer for `retry_for` the import gives up.
// Threads     One thread of its own writes; gRPC's threads bring the answers. Submit, Finish and totals are for the one
//             thread that reads the files.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "casehub/ingest/v1/ingest_service.pb.h"
#include "services/ops/casectl/client.h"

namespace casehub::casectl {

// What a chunk stands for in the file, to report it if it is refused.
struct ChunkOrigin {
  std::string file;
  uint64_t line = 0;  // of its trace
  std::string external_reference;
  uint32_t events = 0;
  bool opens = false;  // the first chunk of its case
};

struct Chunk {
  grpc::Slice request;  // a serialized ImportCasesRequest without its sequence
  ChunkOrigin origin;
};

struct ChunkRefusal {
  ChunkOrigin origin;
  std::string reason;
  std::string message;
};

struct ImportTotals {
  uint64_t cases_new = 0;
  uint64_t events_new = 0;
  uint64_t already_present = 0;
  uint64_t duplicates = 0;
};

class ImportSender {
 public:
  static constexpr size_t kWindow = 64;
  static constexpr size_t kQueuedChunksMax = 256;  // submitted and not answered

  // `refused` is called from a thread of gRPC, one at a time.
  ImportSender(Client& client, std::chrono::milliseconds retry_for, std::function<void(const ChunkRefusal&)> refused);
  ~ImportSender();
  ImportSender(const ImportSender&) = delete;
  ImportSender& operator=(const ImportSender&) = delete;

  // All chunks of one case (or its next ones), in order. False: the import cannot go on, see failure().
  bool Submit(std::vector<Chunk> chunks);
  // Waits until every chunk is answered, or the import cannot go on.
  void Finish();

  // After Finish.
  const std::optional<CallFailure>& failure() const { return failure_; }
  const ImportTotals& totals() const { return totals_; }

 private:
  class Stream;
  using Clock = std::chrono::steady_clock;
  struct Case {
    std::deque<Chunk> chunks;
    int attempts = 0;  // of the first chunk
  };
  using CasePtr = std::shared_ptr<Case>;

  void Run();
  void OpenStream(std::unique_lock<std::mutex>& lock);
  void EndStream(std::unique_lock<std::mutex>& lock, bool politely);
  void WriteOne();
  void Waken(Clock::time_point now);
  void StreamEnded(const grpc::Status& status);
  void GiveUpIfStuck(Clock::time_point now);
  Clock::time_point NextWake(Clock::time_point now) const;
  void Answered(const ingest::v1::ImportCasesResponse& response);
  void Settle(const CasePtr& owner);
  void Refuse(const CasePtr& owner, const ingest::v1::ImportCasesResponse& response);

  Client& client_;
  const std::chrono::milliseconds retry_for_;
  const std::function<void(const ChunkRefusal&)> refused_;

  std::mutex mutex_;
  std::condition_variable changed_;  // for the writing thread
  std::condition_variable room_;     // for Submit and Finish
  std::deque<CasePtr> ready_;
  std::multimap<Clock::time_point, CasePtr> waiting_;  // until it is time to try again
  std::map<uint64_t, CasePtr> in_flight_;              // by sequence of this stream
  size_t queued_ = 0;                                  // chunks not answered yet
  uint64_t sequence_ = 0;
  std::unique_ptr<Stream> stream_;
  bool write_busy_ = false;
  bool closing_ = false;
  int failed_connects_ = 0;
  Clock::time_point connect_at_;
  Clock::time_point last_progress_;
  std::string last_reason_, last_message_;
  bool reached_ = false;  // the server has been spoken to
  std::optional<CallFailure> failure_;
  ImportTotals totals_;
  std::thread thread_;
};

}  // namespace casehub::casectl
