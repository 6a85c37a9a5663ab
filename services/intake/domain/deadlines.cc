#include "services/intake/domain/deadlines.h"

#include "services/model/civil_time.h"

namespace casehub::intake {
namespace {

// One that waits is counted again anyway, when it goes on.
bool IsCounting(const v1::Clock& clock) {
  return clock.status() == v1::CLOCK_STATUS_RUNNING || clock.status() == v1::CLOCK_STATUS_MISSED;
}

}  // namespace

bool MayFire(const v1::CaseState& state, const v1::Clock& clock) {
  if (state.frozen_hop() > 0) return false;
  if (state.status() == v1::CASE_STATUS_OPEN) return true;
  return state.status() == v1::CASE_STATUS_CLOSED && clock.deadline().policy() == "objection.decide";
}

Events DecideClockFired(const v1::CaseState& state, const std::string& policy, const Context& context) {
  const v1::Clock* clock = FindClock(policy, state);
  if (clock == nullptr || !IsRunning(*clock) || ToInstant(clock->deadline().due_at()) > context.now ||
      !MayFire(state, *clock)) {
    return {};
  }
  if (policy == "aid.supplement") {  // what was asked for did not come (Legal Aid Law 43)
    v1::IntakeEvent lapsed = NewEvent(state.case_id(), ToInstant(clock->deadline().due_at()));
    *lapsed.mutable_deemed_withdrawn()->mutable_lapse() = clock->deadline();
    return {std::move(lapsed)};
  }
  Events events;
  v1::IntakeEvent missed = NewEvent(state.case_id(), ToInstant(clock->deadline().due_at()));
  missed.mutable_deadline_missed()->set_policy(policy);
  *missed.mutable_deadline_missed()->mutable_due_at() = clock->deadline().due_at();
  events.push_back(std::move(missed));
  if (policy == "hotline.answer" || policy == "hotline.urgent") {
    v1::IntakeEvent escalated = NewEvent(state.case_id(), context.now);
    escalated.mutable_escalated()->set_reason("overdue");
    events.push_back(std::move(escalated));
  }
  return events;
}

std::vector<legalclock::Pause> PausesOf(const v1::Clock& clock) {
  std::vector<legalclock::Pause> pauses;
  for (const v1::ClockPause& pause : clock.pauses()) {
    const auto from = ParseDate(pause.from());
    const auto to = ParseDate(pause.to());
    if (from && to) pauses.push_back({*from, *to});
  }
  return pauses;
}

const v1::Clock* FindProvisional(const v1::CaseState& state) {
  for (const v1::Clock& clock : state.clocks()) {
    if (IsCounting(clock) && clock.deadline().provisional()) return &clock;
  }
  return nullptr;
}

Events DecideRestate(const v1::CaseState& state, const Context& context) {
  Events events;
  for (const v1::Clock& clock : state.clocks()) {
    if (!IsCounting(clock) || !MayFire(state, clock)) continue;
    auto restated = context.rules->Restate(clock.deadline(), PausesOf(clock));
    if (!restated) continue;
    auto* event = events.emplace_back(NewEvent(state.case_id(), context.now)).mutable_deadline_restated();
    *event->mutable_before() = clock.deadline();
    *event->mutable_after() = std::move(restated->after);
    *event->mutable_why_before() = legalclock::ToExplanation(restated->before);
    *event->mutable_why_after() = legalclock::ToExplanation(restated->now);
  }
  return events;
}

}  // namespace casehub::intake
