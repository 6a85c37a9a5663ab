// What decisions of intake take and give. Plain values: rpc.cc and reactions.cc carry them to the runtime.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "casehub/common/v1/common.pb.h"
#include "casehub/common/v1/refusal.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/intake/v1/intake_state.pb.h"
#include "services/legalclock/rules.h"
#include "services/model/checks.h"
#include "services/model/ids.h"
#include "services/model/outcome.h"
#include "services/model/timestamps.h"

namespace casehub::intake {

// Where and when is decided, and the id a new case gets.
struct Context {
  Municipality here;
  Instant now;
  Instant received_at;
  std::string new_case_id;
  std::shared_ptr<const legalclock::Rules> rules;  // by which the municipality counts deadlines
};

using Events = std::vector<v1::IntakeEvent>;

// An office named in a request: whether the municipality has it, and whether it is open on the day.
struct OfficeFact {
  bool known = false;
  bool open = false;
  bool is_centre = false;  // the district or city's, which decides on legal aid (C1)
  std::string closed_since;
};

v1::IntakeEvent NewEvent(const std::string& case_id, Instant occurred_at);

// Checks that most commands share; nullopt is "nothing wrong".
std::optional<Refused> CheckEtag(const v1::CaseState& state, const std::string& etag);
// Frozen, moved, withdrawn, closed or archived cases take no commands.
std::optional<Refused> CheckActing(const v1::CaseState& state);
// A case of this kind has no such action.
Refused WrongKind(const v1::CaseState& state, Phrase action);
std::optional<Refused> CheckOffice(const std::string& field, const std::string& office_id, const OfficeFact& office,
                                   Municipality here, bool must_be_open);
std::string Etag(const v1::CaseState& state);

}  // namespace casehub::intake
