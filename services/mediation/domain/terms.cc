#include "services/mediation/domain/terms.h"

#include <algorithm>

#include "services/model/civil_time.h"

namespace casehub::mediation {
namespace {

// Here and not on its way elsewhere. A closed case still is: its confirmation runs on.
bool IsHere(const v1::MediationState& state) {
  return state.frozen_hop() == 0 && state.status() != v1::MEDIATION_STATUS_MOVED_AWAY;
}

bool IsDue(const v1::Term& term, Instant now) {
  return term.status() == v1::TERM_STATUS_RUNNING && ToInstant(term.deadline().due_at()) <= now;
}

bool IsCounting(const v1::Term& term) { return IsOpen(term) || term.status() == v1::TERM_STATUS_LAPSED; }

}  // namespace

std::string RemindOn(const common::v1::Deadline& confirmation, const legalclock::Rules& rules) {
  const auto last = ParseDate(confirmation.due_date());
  if (!last) return {};
  const CivilDate first = DateAt(ToInstant(confirmation.started_at()));
  return FormatDate(std::max(first, legalclock::WorkingDaysBefore(*last, kReminderWorkingDays, rules.calendar())));
}

Instant ReminderAt(const v1::Agreement& agreement) {
  const auto day = ParseDate(agreement.remind_on());
  return day ? StartOf(*day) : Instant{INT64_MAX};
}

bool IsOpen(const v1::Term& term) {
  return term.status() == v1::TERM_STATUS_RUNNING || term.status() == v1::TERM_STATUS_MISSED;
}

const common::v1::Deadline* FindProvisional(const v1::MediationState& state) {
  for (const v1::Term* term : {&state.mediation_term(), &state.confirmation_term()}) {
    if (IsCounting(*term) && term->deadline().provisional()) return &term->deadline();
  }
  return nullptr;
}

void Start(const common::v1::Deadline& deadline, v1::Term* term) {
  *term->mutable_deadline() = deadline;
  term->set_status(v1::TERM_STATUS_RUNNING);
}

void End(Instant at, v1::Term* term) {
  if (!IsCounting(*term)) return;
  const bool late = at >= ToInstant(term->deadline().due_at());
  term->set_status(late ? v1::TERM_STATUS_MET_LATE : v1::TERM_STATUS_MET);
  *term->mutable_ended_at() = ToTimestamp(at);
}

void Cancel(Instant at, v1::Term* term) {
  if (!IsOpen(*term)) return;
  term->set_status(v1::TERM_STATUS_CANCELLED);
  *term->mutable_ended_at() = ToTimestamp(at);
}

void Move(const common::v1::Deadline& deadline, Instant recorded_at, v1::Term* term) {
  *term->mutable_deadline() = deadline;
  if (recorded_at < ToInstant(deadline.due_at())) term->set_status(v1::TERM_STATUS_RUNNING);
}

Events DecideTermOver(const v1::MediationState& state, std::string_view policy, const Context& context) {
  if (!IsHere(state)) return {};
  if (policy == kConfirmation) {
    const v1::Term& term = state.confirmation_term();
    if (!IsDue(term, context.now)) return {};
    Events events{NewEvent(state.case_id(), ToInstant(term.deadline().due_at()))};
    *events[0].mutable_confirmation_lapsed()->mutable_deadline() = term.deadline();
    return events;
  }
  const v1::Term& term = state.mediation_term();
  if (term.deadline().policy() != policy || !IsDue(term, context.now)) return {};
  Events events{NewEvent(state.case_id(), ToInstant(term.deadline().due_at()))};
  events[0].mutable_deadline_missed()->set_policy(term.deadline().policy());
  *events[0].mutable_deadline_missed()->mutable_due_at() = term.deadline().due_at();
  return events;
}

Events DecideReminder(const v1::MediationState& state, const Context& context) {
  const v1::Term& term = state.confirmation_term();
  if (!IsHere(state) || state.agreement().reminded() || term.status() != v1::TERM_STATUS_RUNNING ||
      ReminderAt(state.agreement()) > context.now || ToInstant(term.deadline().due_at()) <= context.now) {
    return {};
  }
  Events events{NewEvent(state.case_id(), context.now)};
  *events[0].mutable_confirmation_reminded()->mutable_deadline() = term.deadline();
  return events;
}

Events DecideRestate(const v1::MediationState& state, const Context& context) {
  Events events;
  if (!IsHere(state)) return events;
  for (const v1::Term* term : {&state.mediation_term(), &state.confirmation_term()}) {
    if (!IsCounting(*term)) continue;
    auto restated = context.rules->Restate(term->deadline());
    if (!restated) continue;
    auto* event = events.emplace_back(NewEvent(state.case_id(), context.now)).mutable_deadline_restated();
    *event->mutable_before() = term->deadline();
    *event->mutable_after() = std::move(restated->after);
    *event->mutable_why_before() = legalclock::ToExplanation(restated->before);
    *event->mutable_why_after() = legalclock::ToExplanation(restated->now);
    if (event->after().policy() == kConfirmation) event->set_remind_on(RemindOn(event->after(), *context.rules));
  }
  return events;
}

}  // namespace casehub::mediation
