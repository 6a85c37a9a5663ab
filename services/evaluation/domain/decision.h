// What decisions of evaluation take and give. Plain values: the rpc, fold and reactions files carry them to the
// runtime.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "services/model/ids.h"
#include "services/model/outcome.h"
#include "services/model/timestamps.h"

namespace casehub::evaluation {

struct Context {
  Instant now;          // of the decision
  Instant received_at;  // of the command
};

using casehub::Refused;
inline Refused Refuse(common::v1::Refusal reason, std::map<std::string, std::string> metadata = {}) {
  return {reason, std::move(metadata)};
}

using Events = std::vector<v1::EvaluationEvent>;

// No events: nothing to do, the reply stands all the same.
template <typename Reply>
using Decided = Accepted<v1::EvaluationEvent, Reply>;
template <typename Reply>
using Result = DomainOutcome<v1::EvaluationEvent, Reply>;

}  // namespace casehub::evaluation
