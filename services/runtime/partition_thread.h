// Runs one Partition on a thread of its own: collects what came in, calls Turn, hands out what came out. Rows are
// written back on a second thread.
//
// Threads     Every public function may be called from any thread. Callbacks (replies, mail) are called from the
//             partition's thread and must only post.
// Limits      What waits is bounded, wherever in here it waits: Post says so when no more is taken in.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "services/runtime/partition.h"
#include "services/runtime/store_writer.h"
#include "storage/log/event_log.h"

namespace casehub::runtime {

class PartitionThread {
 public:
  struct Options {
    size_t unanswered_calls_max = 4096;  // commands and queries
    size_t queued_mail_max = 4096;       // messages, and acknowledgements; more are dropped, their sender repeats them
    size_t read_bytes_per_turn = 1 << 20;
    std::function<Instant()> clock;
    std::function<Instant()> callers_at;  // TurnInput::callers_at; may be empty
    std::function<void(Reply)> on_reply;
    std::function<void(Mail)> on_mail;
    std::function<void(MailAck)> on_ack;
    // Called with the log's offset after every turn that applied something; for long polls. May be empty.
    std::function<void(Offset)> on_applied;
    // A store takes no rows for the moment (not OK), or takes them again. May be empty.
    std::function<void(PartitionId, const absl::Status&)> on_store;
    // The partition cannot go on; called once, the thread then refuses everything.
    std::function<void(PartitionId, absl::Status)> on_fatal;
  };

  // `log` and what the partition's config points to must outlive this.
  static absl::StatusOr<std::unique_ptr<PartitionThread>> Start(storage::EventLog* log, PartitionConfig config,
                                                                Options options);
  ~PartitionThread();

  enum class Posted { kAccepted, kFull, kStopping };
  Posted Post(std::shared_ptr<CommandInput> command);
  Posted Post(QueryInput query);
  void Post(Mail mail);
  void Post(MailAck ack);
  // Runs `work` on the partition's thread between two turns, and waits for it. False if the thread has stopped.
  bool Run(std::function<void(Partition*)> work);

  // Decides nothing new, waits until nothing is pending or `deadline` has passed, refuses the rest, flushes, joins.
  absl::Status Stop(Instant deadline);

 private:
  PartitionThread(storage::EventLog* log, Options options, PartitionId partition)
      : log_(log), options_(std::move(options)), partition_id_(partition), writer_([this] { OnWritten(); }) {}

  struct Inbox {
    std::vector<std::shared_ptr<CommandInput>> commands;
    std::vector<QueryInput> queries;
    std::vector<Mail> mail;
    std::vector<MailAck> acks;
    std::vector<std::function<void(Partition*)>> work;
    bool empty() const { return commands.empty() && queries.empty() && mail.empty() && acks.empty() && work.empty(); }
  };

  template <typename Call>
  Posted PostCall(std::vector<Call>* calls, Call call);
  void Loop();
  bool WaitForWork(Instant wake_at, bool more, Inbox* inbox);
  void Answer(Reply reply);
  void HandOut(TurnOutput* out);
  // `taken`: out of the inbox, and not seen by a turn.
  void Fail(const absl::Status& status, Inbox taken = {});
  void Wake();
  void OnWritten();
  // Waits for the writer and tells the partition.
  absl::Status FinishWrites();
  void TellOfStores();
  bool NothingElseToDo(const TurnOutput& out);
  void ShutDown(TurnOutput* out);

  storage::EventLog* log_;
  Options options_;
  PartitionId partition_id_;
  std::unique_ptr<Partition> partition_;  // touched by the thread only, once it runs
  std::unique_ptr<storage::LogReader> reader_;
  bool store_takes_rows_ = true;  // as told

  std::mutex mutex_;
  std::condition_variable wake_;
  Inbox inbox_;
  size_t unanswered_ = 0;  // calls taken in by Post
  bool readable_ = true;   // the reader may have more
  bool written_ = false;   // the writer has something to give back
  bool stopping_ = false;
  Instant stop_by_;
  bool stopped_ = false;
  bool failed_ = false;
  absl::Status final_status_;
  StoreWriter writer_;
  std::thread thread_;
};

}  // namespace casehub::runtime
