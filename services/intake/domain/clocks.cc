#include "services/intake/domain/clocks.h"

#include <utility>

#include "services/model/timestamps.h"

namespace casehub::intake {
namespace {

bool IsOpen(const v1::Clock& clock) {
  return clock.status() == v1::CLOCK_STATUS_RUNNING || clock.status() == v1::CLOCK_STATUS_PAUSED ||
         clock.status() == v1::CLOCK_STATUS_MISSED;
}

void Cancel(Instant at, v1::Clock* clock) {
  clock->set_status(v1::CLOCK_STATUS_CANCELLED);
  *clock->mutable_ended_at() = ToTimestamp(at);
}

}  // namespace

const v1::Clock* FindClock(std::string_view policy, const v1::CaseState& state) {
  for (const v1::Clock& clock : state.clocks()) {
    if (IsOpen(clock) && clock.deadline().policy() == policy) return &clock;
  }
  return nullptr;
}

v1::Clock* FindClock(std::string_view policy, v1::CaseState* state) {
  return const_cast<v1::Clock*>(FindClock(policy, std::as_const(*state)));
}

const v1::Clock* FindAwaited(std::string_view policy, const v1::CaseState& state) {
  for (const v1::Clock& clock : state.clocks()) {
    if (clock.status() == v1::CLOCK_STATUS_UNSPECIFIED && clock.deadline().policy() == policy) return &clock;
  }
  return nullptr;
}

void AddClock(const common::v1::Deadline& deadline, v1::CaseState* state) {
  v1::Clock* clock = state->add_clocks();
  *clock->mutable_deadline() = deadline;
  clock->set_status(v1::CLOCK_STATUS_RUNNING);
}

void EndClock(std::string_view policy, Instant at, v1::CaseState* state) {
  v1::Clock* clock = FindClock(policy, state);
  if (clock == nullptr) return;
  // What was done in time is in time, also if it was recorded after the clock had fired. While it waits no time runs.
  const bool waits = clock->status() == v1::CLOCK_STATUS_PAUSED;
  const bool late = !waits && at >= ToInstant(clock->deadline().due_at());
  clock->set_status(late ? v1::CLOCK_STATUS_MET_LATE : v1::CLOCK_STATUS_MET);
  *clock->mutable_ended_at() = ToTimestamp(at);
}

void CancelClock(std::string_view policy, Instant at, v1::CaseState* state) {
  if (v1::Clock* clock = FindClock(policy, state)) Cancel(at, clock);
}

void CancelClocks(Instant at, v1::CaseState* state) {
  for (v1::Clock& clock : *state->mutable_clocks()) {
    if (IsOpen(clock)) Cancel(at, &clock);
  }
}

void DropAwaited(v1::CaseState* state) {
  auto* clocks = state->mutable_clocks();
  for (int i = clocks->size() - 1; i >= 0; --i) {
    if (clocks->Get(i).status() == v1::CLOCK_STATUS_UNSPECIFIED) clocks->DeleteSubrange(i, 1);
  }
}

}  // namespace casehub::intake
