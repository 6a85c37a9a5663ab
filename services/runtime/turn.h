// What goes into a turn of a partition and what comes out of it (design 4, Runtime). The simulator and the threads of
// production hand over the same structures; nothing in them waits or knows a clock.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "services/runtime/decoded.h"
#include "services/runtime/service.h"
#include "storage/log/event_log.h"
#include "storage/projection/projection.h"

namespace casehub::runtime {

// A command or query, parsed, checked and sealed at the edge. `ticket` is the edge's own number; each gets one Reply.
struct CommandInput {
  uint64_t ticket = 0;
  ServiceId service = ServiceId::kIntake;
  Municipality municipality;
  Uuid command_id;  // the request id
  std::shared_ptr<const google::protobuf::Message> request;
  Hash128 fingerprint;
  Instant received_at;
  Instant deadline;  // zero: none; decided no later than this
  std::vector<storage::SideRow> side_rows;
  bool bulk = false;  // an import: callers go before it (BulkPace)
};
struct QueryInput {
  uint64_t ticket = 0;
  ServiceId service = ServiceId::kIntake;
  Municipality municipality;
  std::shared_ptr<const google::protobuf::Message> request;
  Offset min_offset = kNoOffset;  // answer only when this is applied
  Instant deadline;
};

// Message n of the mailbox `from` -> `to` of one service, on its way.
struct Mail {
  ServiceId service = ServiceId::kTransfer;
  Municipality from;
  Municipality to;
  uint64_t n = 0;
  Hash128 stream_hash;  // over messages 1..n
  std::string payload;
};
struct MailAck {
  ServiceId service = ServiceId::kTransfer;
  Municipality from;  // the sender of the messages, to whom the ack goes
  Municipality to;
  uint64_t up_to = 0;
};

struct Answered {
  std::string bytes;  // serialized response, position included
};
struct Reply {
  uint64_t ticket = 0;
  std::variant<Answered, Refused> result;
  Offset offset = kNoOffset;  // where the answer stands
  bool recorded = false;      // a command whose record is effective now (not a repeat's answer)
};

// Rows of one service on their way to its store. The partition hands it out; whoever took it calls Run, on any thread,
// and gives it back with a later turn. While it is under way no other of the same service is handed out.
struct WriteBack {
  size_t service = 0;  // index in PartitionConfig::services
  storage::Keyspace* store = nullptr;
  std::shared_ptr<const std::vector<storage::RowChange>> rows;
  std::string position;
  Offset offset = kNoOffset;  // what the store stands on afterwards
  absl::Status status;        // of Run

  void Run() { status = store->Write(*rows, position); }  // blocks
};

struct TurnInput {
  Instant now;
  Instant callers_at;  // when a call that is no import last came to this process; imports make way for a while
  std::vector<storage::LogEntry> entries;  // what the reader returned, in order
  std::span<DecodedEntry> decoded;  // the same, taken apart by another thread; behind `entries` if both are given
  bool at_end = false;              // the reader had no more
  std::vector<std::shared_ptr<CommandInput>> commands;
  std::vector<QueryInput> queries;
  std::vector<Mail> mail;
  std::vector<MailAck> acks;
  std::vector<std::unique_ptr<WriteBack>> written;
  absl::Status log_writable;
};

struct TurnOutput {
  storage::AppendBatch append;  // hand to the log; if it refuses, call Partition::OnAppendRefused
  std::vector<Reply> replies;
  // May be set by who calls Turn: takes the answer to a command whose record was read back before the record is folded,
  // instead of `replies` after it. Folding is for those who ask next, and they wait for the turn to end.
  std::function<void(Reply)> answer_first;
  std::vector<Mail> mail;
  std::vector<MailAck> acks;
  std::vector<std::unique_ptr<WriteBack>> write_backs;
  Instant wake_at{INT64_MAX};  // turn again by then, even if nothing comes in
  bool more = false;           // there is work left that waits for nothing
  // Not OK: this partition cannot go on (damaged store, a record it cannot apply, a log that contradicts itself).
  absl::Status fatal;
};

}  // namespace casehub::runtime
