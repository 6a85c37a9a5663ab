// What decisions of mediation take and give, and the checks that most of them share. Plain values: rpc.cc and
// reactions.cc carry them to the runtime.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "casehub/common/v1/common.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/mediation/v1/mediation_state.pb.h"
#include "services/legalclock/rules.h"
#include "services/model/checks.h"
#include "services/model/ids.h"
#include "services/model/outcome.h"
#include "services/model/timestamps.h"

namespace casehub::mediation {

// Where and when is decided, and by which rules the municipality counts deadlines.
struct Context {
  Municipality here;
  Instant now;          // of the decision
  Instant received_at;  // of the command
  std::shared_ptr<const legalclock::Rules> rules;
};

using Events = std::vector<v1::MediationEvent>;
using EventsOrRefusal = std::variant<Events, Refused>;

v1::MediationEvent NewEvent(const std::string& case_id, Instant occurred_at);
std::string Etag(const v1::MediationState& state);

inline constexpr size_t kReasonCodeBytesMax = 64;

// Nullopt is "nothing wrong".
std::optional<Refused> CheckEtag(const v1::MediationState& state, const std::string& etag);
// Frozen, moved, withdrawn, returned and concluded disputes take no commands.
std::optional<Refused> CheckActing(const v1::MediationState& state);
// The etag, and that it acts: what a command on an open dispute begins with.
std::optional<Refused> CheckOpen(const v1::MediationState& state, const std::string& etag);
inline Refused NotReached(Phrase missing) {
  return casehub::Refuse(common::v1::REFUSAL_STAGE_NOT_REACHED).With("missing", missing);
}
inline Refused AlreadyDone(Phrase what) { return casehub::Refuse(common::v1::REFUSAL_ALREADY_DONE).With("what", what); }

// When something happened that the caller may date; default: when the command was received.
inline google::protobuf::Timestamp When(bool given, const google::protobuf::Timestamp& time, const Context& context) {
  return given ? time : ToTimestamp(context.received_at);
}

}  // namespace casehub::mediation
