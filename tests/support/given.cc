#include "tests/support/given.h"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <variant>

#include "absl/time/time.h"
#include "services/runtime/event_info.h"

namespace casehub::testing {

Instant At(std::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, {text.data(), text.size()}, &time, &error)) {
    std::fprintf(stderr, "bad time in a test: %s\n", error.c_str());
    std::abort();
  }
  return {absl::ToUnixMicros(time)};
}

Scenario::Scenario(std::unique_ptr<runtime::Service> service, Municipality municipality, Instant now)
    : service_(std::move(service)), municipality_(municipality), now_(now) {}

void Scenario::Given(ServiceId by, const google::protobuf::Message& event, Municipality municipality) {
  storage::Record header;
  header.service = by;
  header.municipality = municipality.IsNone() ? municipality_ : municipality;
  header.decided_at = now_;
  std::vector<runtime::MessagePtr> events;
  events.emplace_back(event.New());
  events.back()->CopyFrom(event);
  Apply(header, std::move(events));
}

void Scenario::Apply(storage::Record header, std::vector<runtime::MessagePtr> events) {
  std::vector<const google::protobuf::Message*> pointers;
  for (const auto& event : events) pointers.push_back(event.get());
  state_.Apply(*service_, header, pointers);
  records_.push_back({std::move(header), std::move(events)});
}

Result Scenario::Take(runtime::Outcome outcome, storage::Record header) {
  Result result;
  if (auto* refused = std::get_if<runtime::Refused>(&outcome)) {
    result.refusal = refused->reason;
    result.metadata = refused->metadata;
    return result;
  }
  if (auto* defect = std::get_if<runtime::Defect>(&outcome)) {
    result.defect = defect->what;
    return result;
  }
  auto& decision = std::get<runtime::Decision>(outcome);
  result.reply = std::move(decision.reply);
  result.relies_on = decision.relies_on;
  for (const auto& event : decision.events) {
    result.events.emplace_back(runtime::EventTypeName(*event));
    result.messages.emplace_back(event->New());
    result.messages.back()->CopyFrom(*event);
  }
  if (!decision.events.empty() || !header.settles.empty()) Apply(std::move(header), std::move(decision.events));
  return result;
}

const Result& Scenario::When(const google::protobuf::Message& request) {
  const auto* id_field = request.GetDescriptor()->FindFieldByName("request_id");
  if (id_field == nullptr) {
    auto answer = service_->Query(request, {municipality_, now_}, state_);
    Result result;
    if (auto* refused = std::get_if<runtime::Refused>(&answer)) {
      result.refusal = refused->reason;
      result.metadata = refused->metadata;
    } else {
      result.reply = std::get<runtime::MessagePtr>(std::move(answer));
    }
    results_.push_back(std::move(result));
    return results_.back();
  }
  const Uuid command_id = Uuid::V7(now_.micros / 1000, 0, next_command_++);
  storage::Record header;
  header.service = service_->id();
  header.municipality = municipality_;
  header.command_id = command_id;
  header.decided_at = now_;
  const runtime::DecideContext context{now_, now_, command_id, municipality_};
  results_.push_back(Take(service_->Decide(request, context, state_), std::move(header)));
  return results_.back();
}

std::vector<std::string> Scenario::RunDue() {
  std::vector<std::string> names;
  for (auto rows = state_.Due(now_); !rows.empty(); rows = state_.Due(now_)) {
    const runtime::DueRow& row = rows.front();
    const Uuid command_id = Uuid::V7(now_.micros / 1000, 1, next_command_++);
    storage::Record header;
    header.service = service_->id();
    header.municipality = row.work.municipality;
    header.command_id = command_id;
    header.decided_at = now_;
    header.settles.push_back({row.id, storage::SettledAs::kDone});
    const runtime::DecideContext context{now_, now_, command_id, row.work.municipality};
    results_.push_back(Take(service_->React(row, context, state_), std::move(header)));
    const auto& events = results_.back().events;
    names.insert(names.end(), events.begin(), events.end());
    if (results_.back().reply == nullptr && results_.back().refusal != runtime::Refusal::REFUSAL_UNSPECIFIED) break;
    if (!results_.back().defect.empty()) break;
  }
  return names;
}

const Result& Scenario::Receive(Municipality from, std::string_view payload) {
  const Uuid command_id = Uuid::V7(now_.micros / 1000, 2, next_command_++);
  storage::Record header;
  header.service = service_->id();
  header.municipality = municipality_;
  header.command_id = command_id;
  header.decided_at = now_;
  const runtime::DecideContext context{now_, now_, command_id, municipality_};
  results_.push_back(Take(service_->Receive({from, ++received_[from], payload}, context, state_), std::move(header)));
  return results_.back();
}

bool Scenario::ReplayEqualsLive() const {
  MemoryState again;
  for (const Kept& record : records_) {
    std::vector<const google::protobuf::Message*> pointers;
    for (const auto& event : record.events) pointers.push_back(event.get());
    again.Apply(*service_, record.header, pointers);
  }
  return again == state_;
}

}  // namespace casehub::testing
