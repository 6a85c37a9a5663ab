// A service whose commands and queries stand in typed tables: it fills them in its constructor and is left with what is
// its own, its reactions, its messages and its fold.
#pragma once

#include <string>

#include "services/runtime/dispatch.h"

namespace casehub::runtime {

class TableService : public Service {
 public:
  bool Takes(const google::protobuf::Descriptor& request) const final {
    return commands_.Find(request) != nullptr || queries_.Find(request) != nullptr;
  }
  Outcome Decide(const google::protobuf::Message& request, const DecideContext& context,
                 const StateReader& state) const final {
    const auto* handler = commands_.Find(*request.GetDescriptor());
    if (handler == nullptr) return Defect{std::string(ServiceName(id())) + " has no such command", std::nullopt};
    return (*handler)(request, context, state);
  }
  QueryResult Query(const google::protobuf::Message& request, const QueryContext& context,
                    const StateReader& state) const final {
    const auto* handler = queries_.Find(*request.GetDescriptor());
    if (handler == nullptr) return Refuse(Refusal::REFUSAL_METHOD_UNKNOWN);
    return (*handler)(request, context, state);
  }

 protected:
  CommandTable commands_;
  QueryTable queries_;
};

}  // namespace casehub::runtime
