// What decisions of assignment take and give. Plain values: rpc.cc and reactions.cc carry them to the runtime.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/assignment/v1/assignment_state.pb.h"
#include "services/legalclock/rules.h"
#include "services/model/checks.h"
#include "services/model/ids.h"
#include "services/model/outcome.h"
#include "services/model/timestamps.h"

namespace casehub::assignment {

// Where and when is decided, and the id of what is made: an offer, a letter, a loan.
struct Context {
  Municipality here;
  Instant now;
  Instant received_at;
  std::string new_id;
  std::shared_ptr<const legalclock::Rules> rules;  // by which the municipality counts deadlines
};

using Events = std::vector<v1::AssignmentEvent>;
using EventsOrRefusal = std::variant<Events, Refused>;

v1::AssignmentEvent NewEvent(const std::string& case_id, Instant occurred_at);

// The office of the actor, as the registry has it.
struct OfficeFact {
  bool known = false;
  bool open = false;
  bool is_centre = false;
  std::string closed_since;
  std::string region_code;
};

// --- state
std::string Etag(const v1::AssignmentState& state);
// A letter is in force: from its issue until it is replaced or the case ends.
bool HasLetter(const v1::AssignmentState& state);
// From grant or notice to the end.
bool IsUnderWay(const v1::AssignmentState& state);
// Who counts the case against its capacity now; null if nobody does.
const v1::PractitionerRef* Occupied(const v1::AssignmentState& state);
v1::CaseNeeds NeedsOf(const v1::AssignmentState& state, const std::string& region_code);

// --- checks that most commands share; nullopt is "nothing wrong"
std::optional<Refused> CheckEtag(const v1::AssignmentState& state, const std::string& etag);
// Granted or notified, here, not frozen and not ended.
std::optional<Refused> CheckUnderWay(const v1::AssignmentState& state, const std::string& etag);
// The same, with a letter in force.
std::optional<Refused> CheckAssigned(const v1::AssignmentState& state, const std::string& etag);
std::optional<Refused> CheckCentre(const std::string& office_id, const OfficeFact& office, Municipality here);
// A time that the caller may leave out, then it is when the command came in; never in the future.
std::variant<Instant, Refused> ReadTime(const std::string& field, bool given, const google::protobuf::Timestamp& time,
                                        const Context& context);

// Words for a rule that excludes.
Phrase WordsOf(v1::ChoiceRule rule);

}  // namespace casehub::assignment
