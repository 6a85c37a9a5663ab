// The line between the edge and whatever decides and answers: parsed, checked and sealed calls go in, answers come out.
// No gRPC, no engine on either side of it.
//
// Threads     Post may be called from any thread and never waits. `done` may be called from another thread, or from
//             within Post; it only hands bytes on.
// Promise     If Post answers kAccepted, `done` is called exactly once, whatever happens, shutdown included. If it
//             answers anything else, `done` is never called.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/model/ids.h"
#include "services/runtime/service.h"
#include "storage/log/event_log.h"

namespace casehub::host {

// What every response stands on; a query may ask for at least this much.
struct MinPosition {
  PartitionId partition = 0;
  Offset offset = kNoOffset;
};

// A response, serialized, position included.
struct Answered {
  std::string reply_bytes;
};
struct Answer {
  std::variant<Answered, runtime::Refused> result;
  PartitionId partition = 0;
  Offset offset = kNoOffset;
  // A command whose own record, with its side rows, is durable now. False for refusals, for the answer to a repeat and
  // for commands that had nothing to record: the key ring then still carries the rows with the next command.
  bool recorded = false;
};

struct Call {
  const google::protobuf::MethodDescriptor* method = nullptr;
  const google::protobuf::Descriptor* request_type = nullptr;
  std::shared_ptr<const google::protobuf::Message> request;
  // The stream's service. Calls of OperationsService (`is_operation`) are about the process and have none.
  ServiceId service = ServiceId::kIntake;
  bool is_operation = false;
  bool is_command = false;    // its request has a request_id
  bool is_bulk = false;       // an import
  Municipality municipality;  // none for operations and for requests that name none
  Uuid request_id;            // nil for queries
  Hash128 fingerprint;        // zero for queries
  Instant received_at;
  Instant deadline;  // decided no later than this; the edge always sets one
  std::vector<storage::SideRow> side_rows;
  std::optional<MinPosition> min_position;
  std::function<void(Answer)> done;
};

enum class Posted { kAccepted, kFull, kShuttingDown };

class Backend {
 public:
  virtual ~Backend() = default;
  virtual Posted Post(Call call) = 0;
  // The process is about to stop: calls that wait for something new (long polls) are answered with what there is, at
  // once and from now on. Everything else goes on.
  virtual void StopWaiting() {}
};

}  // namespace casehub::host
