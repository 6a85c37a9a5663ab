// What decisions of evaluation take and give, and the checks that several share. Plain values: the rpc, fold and
// reactions files carry them to the runtime.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "casehub/evaluation/v1/evaluation_state.pb.h"
#include "services/legalclock/rules.h"
#include "services/model/checks.h"
#include "services/model/ids.h"
#include "services/model/outcome.h"
#include "services/model/timestamps.h"

namespace casehub::evaluation {

struct Context {
  Instant now;          // of the decision
  Instant received_at;  // of the command
  Municipality here;
  Uuid command_id;
  std::shared_ptr<const legalclock::Rules> rules;  // by which the municipality counts deadlines
};

using Events = std::vector<v1::EvaluationEvent>;

// No events: nothing to do, the reply stands all the same.
template <typename Reply>
using Decided = Accepted<v1::EvaluationEvent, Reply>;
template <typename Reply>
using Result = DomainOutcome<v1::EvaluationEvent, Reply>;

// --- state of a case: its slot, and whether it acts here (custody.md)
struct Holding {
  bool gone = false;  // another municipality has custody; otherwise frozen
  uint64_t hop = 0;
  Municipality to;
};
struct CaseView {
  std::optional<v1::SlotState> slot;
  std::optional<Holding> holding;  // none: it acts here, or is not known
  bool known = false;              // opened here, or came here; looked up only where there is no slot
};

inline constexpr uint32_t kGradeMin = 1;
inline constexpr uint32_t kGradeMax = 5;
inline constexpr uint32_t kBadGradeMax = 2;  // the two lowest overall grades are bad (decision 5)
inline bool IsBad(uint32_t overall) { return overall <= kBadGradeMax; }

inline constexpr size_t kIdBytesMax = 64;
inline constexpr size_t kReferenceBytesMax = 200;
inline constexpr size_t kTextBytesMax = 8192;  // of what a row keeps beside the comment of the rating, sealed

v1::EvaluationEvent NewEvent(std::string case_id, Instant at);

// --- checks; nullopt is "nothing wrong"
std::optional<Refused> CheckPersonalText(const std::string& field, const common::v1::PersonalText& text, bool needed);
std::optional<Refused> CheckGrade(const std::string& field, uint32_t grade);
// How an answer reached us: at a window and over the hotline a member of staff took it down, in a call that is named.
std::optional<Refused> CheckTakenDown(common::v1::Channel channel, const common::v1::Actor& actor,
                                      const std::string& call_id);
// Frozen and moved cases take nothing.
std::optional<Refused> CheckHolding(const CaseView& view);
// Who served, and whoever sits in the office that is rated, is the rated side (E1).
bool IsRatedSide(const common::v1::Actor& actor, const std::string& office_id, const std::string& practitioner_id);

}  // namespace casehub::evaluation
