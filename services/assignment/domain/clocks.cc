#include "services/assignment/domain/clocks.h"

#include <algorithm>

#include "services/model/civil_time.h"

namespace casehub::assignment {
namespace {

constexpr int64_t kWarningMicrosMax = 3 * kMicrosPerDay;  // before the end; a third of short terms

bool IsOpen(const v1::AssignmentClock& clock) {
  return IsRunning(clock) || clock.status() == v1::ASSIGNMENT_CLOCK_STATUS_MISSED;
}

Instant WarnAt(const common::v1::Deadline& deadline) {
  const Instant due = ToInstant(deadline.due_at());
  const int64_t term = due.micros - ToInstant(deadline.started_at()).micros;
  return {due.micros - std::min(kWarningMicrosMax, term / 3)};
}

}  // namespace

void StartClock(const common::v1::Deadline& deadline, v1::AssignmentClock* clock) {
  // A row of due work of the clock before stays in `due`, so that whoever arranges the rows can take it out.
  *clock->mutable_deadline() = deadline;
  clock->set_status(v1::ASSIGNMENT_CLOCK_STATUS_RUNNING);
  clock->set_warned(false);
}

void EndClock(Instant at, v1::AssignmentClock* clock) {
  if (!IsOpen(*clock)) return;
  const bool late = at >= ToInstant(clock->deadline().due_at());
  clock->set_status(late ? v1::ASSIGNMENT_CLOCK_STATUS_MET_LATE : v1::ASSIGNMENT_CLOCK_STATUS_MET);
}

void CancelClock(v1::AssignmentClock* clock) {
  if (IsOpen(*clock)) clock->set_status(v1::ASSIGNMENT_CLOCK_STATUS_CANCELLED);
}

std::optional<Instant> NextDue(const v1::AssignmentState& state, const v1::AssignmentClock& clock) {
  if (!IsRunning(clock) || !IsUnderWay(state) || state.frozen_hop() > 0) return std::nullopt;
  if (!clock.warned()) return WarnAt(clock.deadline());
  if (&clock == &state.assign()) return std::nullopt;
  return ToInstant(clock.deadline().due_at());
}

const v1::AssignmentClock* FindClock(const v1::AssignmentState& state, const std::string& policy) {
  for (const v1::AssignmentClock* clock : {&state.assign(), &state.closing_file(), &state.file_review()}) {
    if (clock->deadline().policy() == policy) return clock;
  }
  return nullptr;
}

Events DecideClockFired(const v1::AssignmentState& state, const std::string& policy, const Context& context) {
  const v1::AssignmentClock* clock = FindClock(state, policy);
  if (clock == nullptr) return {};
  const auto due = NextDue(state, *clock);
  if (!due || *due > context.now) return {};
  v1::AssignmentEvent event = NewEvent(state.case_id(), *due);
  if (context.now < ToInstant(clock->deadline().due_at())) {
    event.mutable_deadline_warned()->set_policy(policy);
    *event.mutable_deadline_warned()->mutable_due_at() = clock->deadline().due_at();
    return {std::move(event)};
  }
  // After an outage the end may have come before the warning: then no warning is left to give.
  if (clock == &state.assign()) return {};
  *event.mutable_occurred_at() = clock->deadline().due_at();
  event.mutable_deadline_missed()->set_policy(policy);
  *event.mutable_deadline_missed()->mutable_due_at() = clock->deadline().due_at();
  return {std::move(event)};
}

const v1::AssignmentClock* FindProvisional(const v1::AssignmentState& state) {
  for (const v1::AssignmentClock* clock : {&state.closing_file(), &state.file_review()}) {
    if (IsOpen(*clock) && clock->deadline().provisional()) return clock;
  }
  return nullptr;
}

Events DecideRestate(const v1::AssignmentState& state, const Context& context) {
  Events events;
  if (state.frozen_hop() > 0 || !IsUnderWay(state)) return events;
  for (const v1::AssignmentClock* clock : {&state.closing_file(), &state.file_review()}) {
    if (!IsOpen(*clock) || !clock->deadline().provisional()) continue;
    auto restated = context.rules->Restate(clock->deadline());
    if (!restated) continue;
    v1::DeadlineRestated* event =
        events.emplace_back(NewEvent(state.case_id(), context.now)).mutable_deadline_restated();
    *event->mutable_before() = clock->deadline();
    *event->mutable_after() = std::move(restated->after);
    *event->mutable_why_before() = legalclock::ToExplanation(restated->before);
    *event->mutable_why_after() = legalclock::ToExplanation(restated->now);
  }
  return events;
}

void Restate(const v1::DeadlineRestated& restated, Instant recorded_at, v1::AssignmentState* state) {
  for (v1::AssignmentClock* clock : {state->mutable_closing_file(), state->mutable_file_review()}) {
    if (!IsOpen(*clock) || clock->deadline().policy() != restated.before().policy()) continue;
    *clock->mutable_deadline() = restated.after();
    clock->set_warned(false);
    // What was missed by the provisional date may run again.
    const bool over = recorded_at >= ToInstant(restated.after().due_at());
    clock->set_status(over ? clock->status() : v1::ASSIGNMENT_CLOCK_STATUS_RUNNING);
  }
}

Events DecideOfferTimedOut(const v1::AssignmentState& state, const std::string& offer_id, const Context& context) {
  if (state.frozen_hop() > 0 || state.status() != v1::ASSIGNMENT_STATUS_OFFERED ||
      state.offer().offer_id() != offer_id || ToInstant(state.offer().respond_by().due_at()) > context.now) {
    return {};
  }
  v1::AssignmentEvent event = NewEvent(state.case_id(), ToInstant(state.offer().respond_by().due_at()));
  event.mutable_offer_timed_out()->set_offer_id(offer_id);
  event.mutable_offer_timed_out()->set_practitioner_id(state.offer().practitioner().practitioner_id());
  event.mutable_offer_timed_out()->set_lent_from(state.offer().practitioner().lent_from());
  return {std::move(event)};
}

}  // namespace casehub::assignment
