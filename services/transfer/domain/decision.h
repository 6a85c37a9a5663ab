// What decisions of transfer take and give. Plain values: the rpc, fold and reactions files carry them to the runtime.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "casehub/common/v1/common.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "casehub/transfer/v1/transfer_state.pb.h"
#include "services/model/ids.h"
#include "services/model/outcome.h"
#include "services/model/timestamps.h"

namespace casehub::transfer {

// The municipality whose log is decided on, and the time of the decision.
struct Context {
  Municipality here;
  Instant now;
};

// A broken invariant: the case is set aside with this reason.
struct Broken {
  std::string what;
};

using Events = std::vector<v1::TransferEvent>;

// No events: nothing to do, the reply stands all the same.
template <typename Reply>
using Decided = Accepted<v1::TransferEvent, Reply>;
template <typename Reply>
using Result = DomainOutcome<v1::TransferEvent, Reply>;

// 1 to 1,000 bytes.
std::optional<Refused> CheckReason(const std::string& reason);

v1::TransferEvent NewEvent(const std::string& case_id, Instant now);

}  // namespace casehub::transfer
