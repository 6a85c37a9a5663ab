// Given(events).When(command).Then(events, reply) for one service, without log, threads or clock.
//
//   Scenario s(MakeIntakeService({}), Municipality(330800), At("2025-03-03T09:00:00+08:00"));
//   s.Given(office_registered);                       // an event of any service, already in the log
//   const auto& result = s.When(request);             // decided, and applied if accepted
//   EXPECT_THAT(result.events, ElementsAre("CaseOpened", ...));
//   EXPECT_EQ(s.When(bad).refusal, Refusal::REFUSAL_FIELD_MISSING);
//   s.RunDue();                                       // works off what is due now
//   EXPECT_TRUE(s.ReplayEqualsLive());
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/runtime/service.h"
#include "tests/support/memory_state.h"

namespace casehub::testing {

// RFC 3339; aborts on a bad literal.
Instant At(std::string_view text);

struct Result {
  std::vector<std::string> events;            // names of what was recorded, in order
  std::vector<runtime::MessagePtr> messages;  // the <Service>Event messages themselves
  runtime::MessagePtr reply;                  // null if refused, and for reactions
  runtime::Refusal refusal = runtime::Refusal::REFUSAL_UNSPECIFIED;
  std::map<std::string, std::string> metadata;  // of the refusal
  std::string defect;
  std::vector<storage::Subject> relies_on;

  template <typename Reply>
  const Reply& As() const {
    return dynamic_cast<const Reply&>(*reply);
  }
  template <typename Event>
  const Event& EventAt(size_t index) const {
    return dynamic_cast<const Event&>(*messages.at(index));
  }
};

class Scenario {
 public:
  Scenario(std::unique_ptr<runtime::Service> service, Municipality municipality, Instant now);

  // An event that stands in the log: recorded by `by` for `municipality` (the scenario's own by default).
  void Given(ServiceId by, const google::protobuf::Message& event, Municipality municipality = {});
  // Decides a command, or answers a query, at the current time. A fresh command id each time, the same in every run.
  const Result& When(const google::protobuf::Message& request);
  // Works off all due work up to now, one record a row. Returns the names of all events recorded.
  std::vector<std::string> RunDue();
  // Takes the next message of the mailbox from another municipality.
  const Result& Receive(Municipality from, std::string_view payload);
  const Result& last() const { return results_.back(); }

  void SetNow(Instant now) { now_ = now; }
  Instant now() const { return now_; }
  const MemoryState& state() const { return state_; }
  const runtime::Service& service() const { return *service_; }
  // Applies every record again to an empty state.
  bool ReplayEqualsLive() const;

 private:
  struct Kept {
    storage::Record header;
    std::vector<runtime::MessagePtr> events;
  };
  void Apply(storage::Record header, std::vector<runtime::MessagePtr> events);
  Result Take(runtime::Outcome outcome, storage::Record header);

  std::unique_ptr<runtime::Service> service_;
  Municipality municipality_;
  Instant now_;
  uint64_t next_command_ = 1;
  std::map<Municipality, uint64_t> received_;
  MemoryState state_;
  std::deque<Kept> records_;
  std::deque<Result> results_;
};

}  // namespace casehub::testing
