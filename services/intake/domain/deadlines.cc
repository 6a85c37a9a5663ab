#include "services/intake/domain/deadlines.h"

namespace casehub::intake {
namespace {

bool IsOpen(const v1::Clock& clock) {
  return clock.status() == v1::CLOCK_STATUS_RUNNING || clock.status() == v1::CLOCK_STATUS_MISSED;
}

common::v1::Explanation ToExplanation(const legalclock::Explained& explained) {
  common::v1::Explanation explanation;
  for (const std::string& step : explained.steps_zh) explanation.add_steps_zh(step);
  for (const std::string& step : explained.steps_en) explanation.add_steps_en(step);
  return explanation;
}

}  // namespace

const v1::Clock* FindProvisional(const v1::CaseState& state) {
  for (const v1::Clock& clock : state.clocks()) {
    if (IsOpen(clock) && clock.deadline().provisional()) return &clock;
  }
  return nullptr;
}

Events DecideRestate(const v1::CaseState& state, const Context& context) {
  Events events;
  if (CheckActing(state)) return events;
  for (const v1::Clock& clock : state.clocks()) {
    if (!IsOpen(clock)) continue;
    auto restated = context.rules->Restate(clock.deadline());
    if (!restated) continue;
    auto* event = events.emplace_back(NewEvent(state.case_id(), context.now)).mutable_deadline_restated();
    *event->mutable_before() = clock.deadline();
    *event->mutable_after() = std::move(restated->after);
    *event->mutable_why_before() = ToExplanation(restated->before);
    *event->mutable_why_after() = ToExplanation(restated->now);
  }
  return events;
}

}  // namespace casehub::intake
