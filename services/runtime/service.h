// What a service gives to the runtime: how it decides, how it folds, how it answers. The runtime gives it everything
// else: time, ids, dedup, due work, mailboxes, ownership, the log. No business word on this side of the line.
//
// Threads     All calls come from the one thread of the partition; a Service is stateless and const.
// Purity      Decide, React, Receive and Apply are pure functions of their arguments: no clock, random or I/O of their
//             own. Apply runs over every effective record of the partition, of all services, in the order of the log,
//             on every replica: the same log gives the same rows.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "services/model/ids.h"
#include "services/model/outcome.h"
#include "storage/codec/record.h"

namespace casehub::runtime {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;
// A business refusal: a coded reason, and what its text needs (services/model/outcome.h).
using casehub::Refusal;
using casehub::Refuse;
using casehub::Refused;

// A broken invariant: the row or command it concerns is parked with this reason, the partition goes on.
struct Defect {
  std::string what;
  std::optional<Uuid> case_id;
};

// What was decided. Events are <Service>Event messages of the deciding service.
struct Decision {
  std::vector<MessagePtr> events;
  MessagePtr reply;  // null for reactions and messages
  // Subjects whose standing the decision relies on; leave empty for facts that must be taken whatever happened.
  std::vector<storage::Subject> relies_on;
};

// A decision with no event is recorded only for its settlement or receipt (a reaction that is pointless, a message
// that changes nothing); for a command it means "nothing to do": its reply is given behind a barrier.
using Outcome = std::variant<Decision, Refused, Defect>;

// Rows of one service, as of the records applied (and, for decisions, of those pending). Values are copies.
// An I/O error is latched: reads then answer "nothing", status() tells, and the runtime throws the result away.
class StateReader {
 public:
  virtual ~StateReader() = default;
  virtual std::optional<std::string> Get(std::string_view key) const = 0;
  // Rows with from <= key < to in order, until `visit` returns false.
  virtual void Scan(std::string_view from, std::string_view to,
                    const std::function<bool(std::string_view key, std::string_view value)>& visit) const = 0;
  virtual absl::Status status() const = 0;

  template <typename M>
  std::optional<M> Load(std::string_view key) const {
    auto bytes = Get(key);
    if (!bytes) return std::nullopt;
    M message;
    if (!message.ParseFromString(*bytes)) return std::nullopt;
    return message;
  }
};

// What due work is for. `kind` is the service's own number (its tables.h), `payload` small.
struct DueWork {
  uint16_t kind = 0;
  Municipality municipality;
  std::string payload;
};
struct DueRow {
  storage::DueId id;
  DueWork work;
};

class StateWriter : public StateReader {
 public:
  virtual void Put(std::string_view key, std::string value) = 0;
  virtual void Delete(std::string_view key) = 0;
  // Due at a time, or at once (kImmediately). Call only from Apply; the id comes from the record being applied.
  virtual storage::DueId AddDue(Instant due_at, DueWork work) = 0;
  virtual void CancelDue(const storage::DueId& id) = 0;
  // The next message of the mailbox from `from` (a municipality of this partition) to `to`, this service at both ends.
  virtual void Send(Municipality from, Municipality to, const google::protobuf::Message& message) = 0;

  void Save(std::string_view key, const google::protobuf::Message& message) { Put(key, message.SerializeAsString()); }
};

struct DecideContext {
  Instant now;          // decision time, monotone in the stream
  Instant received_at;  // of the command; `now` for reactions
  Uuid command_id;
  Municipality municipality;
  // Ids are derived from the command's: deciding again gives them again.
  Uuid NewId(std::string_view purpose, uint64_t index = 0) const { return command_id.Derive(purpose, index); }
};

struct Incoming {  // a message taken from a mailbox
  Municipality from;
  uint64_t n = 0;
  std::string_view payload;
};

// One effective record, its events parsed once for all folds of the process that read them.
struct AppliedRecord {
  const storage::Record* header = nullptr;
  Offset offset = kNoOffset;
  Instant append_time;
  std::vector<const google::protobuf::Message*> events;  // <Service>Event of header->service, as many as it has
};

struct QueryContext {
  Municipality municipality;
  Instant now;
};
using QueryResult = std::variant<MessagePtr, Refused>;

class Service {
 public:
  virtual ~Service() = default;
  virtual ServiceId id() const = 0;
  // An empty <Service>Event.
  virtual const google::protobuf::Message& event_prototype() const = 0;
  // Whether Apply looks into the parsed events of this writer. Where it does not, they may be null.
  virtual bool ReadsEventsOf(ServiceId /*writer*/) const { return true; }

  // The commands and queries this service takes, by request type.
  virtual bool Takes(const google::protobuf::Descriptor& request) const = 0;
  virtual Outcome Decide(const google::protobuf::Message& request, const DecideContext& context,
                         const StateReader& state) const = 0;
  virtual Outcome React(const DueRow& row, const DecideContext& context, const StateReader& state) const = 0;
  // Always can: applied, refused (an event that says so, or none) or a defect (parked). Never Refused.
  virtual Outcome Receive(const Incoming& message, const DecideContext& context, const StateReader& state) const = 0;
  // `event_index` is set by the runtime through StateWriter for AddDue: Apply is called once per event of the record.
  virtual void Apply(const AppliedRecord& record, size_t event_index, StateWriter& state) const = 0;
  // Answers from applied rows only.
  virtual QueryResult Query(const google::protobuf::Message& request, const QueryContext& context,
                            const StateReader& state) const = 0;
};

}  // namespace casehub::runtime
