// Typed tables of a service's commands and queries, by request type: one line each.
#pragma once

#include <functional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/runtime/service.h"

namespace casehub::runtime {

class CommandTable {
 public:
  using Handler = std::function<Outcome(const google::protobuf::Message&, const DecideContext&, const StateReader&)>;

  template <typename Request>
  void Add(Outcome (*decide)(const Request&, const DecideContext&, const StateReader&)) {
    handlers_[Request::descriptor()] = [decide](const google::protobuf::Message& request, const DecideContext& context,
                                                const StateReader& state) {
      return decide(static_cast<const Request&>(request), context, state);
    };
  }
  const Handler* Find(const google::protobuf::Descriptor& request) const {
    auto it = handlers_.find(&request);
    return it == handlers_.end() ? nullptr : &it->second;
  }

 private:
  absl::flat_hash_map<const google::protobuf::Descriptor*, Handler> handlers_;
};

class QueryTable {
 public:
  using Handler = std::function<QueryResult(const google::protobuf::Message&, const QueryContext&, const StateReader&)>;

  template <typename Request>
  void Add(QueryResult (*answer)(const Request&, const QueryContext&, const StateReader&)) {
    handlers_[Request::descriptor()] = [answer](const google::protobuf::Message& request, const QueryContext& context,
                                                const StateReader& state) {
      return answer(static_cast<const Request&>(request), context, state);
    };
  }
  const Handler* Find(const google::protobuf::Descriptor& request) const {
    auto it = handlers_.find(&request);
    return it == handlers_.end() ? nullptr : &it->second;
  }

 private:
  absl::flat_hash_map<const google::protobuf::Descriptor*, Handler> handlers_;
};

// Convenience for handlers: a Decision out of events of one <Service>Event type and a reply.
template <typename Event, typename Reply>
Decision Decided(std::vector<Event> events, Reply reply, std::vector<storage::Subject> relies_on = {}) {
  Decision decision;
  for (auto& event : events) decision.events.push_back(std::make_unique<Event>(std::move(event)));
  decision.reply = std::make_unique<Reply>(std::move(reply));
  decision.relies_on = std::move(relies_on);
  return decision;
}
template <typename Event>
Decision Recorded(std::vector<Event> events, std::vector<storage::Subject> relies_on = {}) {
  Decision decision;
  for (auto& event : events) decision.events.push_back(std::make_unique<Event>(std::move(event)));
  decision.relies_on = std::move(relies_on);
  return decision;
}

}  // namespace casehub::runtime
