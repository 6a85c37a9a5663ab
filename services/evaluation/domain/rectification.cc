#include "services/evaluation/domain/rectification.h"

#include "services/model/civil_time.h"

namespace casehub::evaluation {
namespace {

using R = common::v1::Refusal;

// A new round begins: nothing of the last one counts.
void StartRound(uint32_t round, const common::v1::Deadline& deadline, v1::RectificationState* state) {
  state->set_status(v1::RECTIFICATION_STATUS_OPEN);
  state->set_round(round);
  *state->mutable_deadline() = deadline;
  state->set_due_soon(false);
  state->set_overdue(false);
  state->clear_pauses();
}

void Resume(const v1::ReviewDecided& decided, v1::RectificationState* state) {
  if (state->status() != v1::RECTIFICATION_STATUS_IN_REVIEW) return;
  state->set_status(state->status_before_review());
  state->clear_status_before_review();
  if (decided.has_deadline()) *state->mutable_deadline() = decided.deadline();
  if (state->pauses_size() > 0 && !decided.paused_to().empty()) {
    state->mutable_pauses(state->pauses_size() - 1)->set_to(decided.paused_to());
  }
}

// What every command on a rectification asks first.
std::optional<Refused> CheckState(const CaseView& view, const v1::RectificationState* state, uint32_t expected_round) {
  if (auto refusal = CheckHolding(view)) return refusal;
  if (state == nullptr) return Refuse(R::REFUSAL_RECTIFICATION_UNKNOWN);
  if (expected_round != 0 && expected_round != state->round()) {
    return Refuse(R::REFUSAL_ROUND_CHANGED, {{"round", std::to_string(state->round())}});
  }
  if (IsClosed(*state)) return Refuse(R::REFUSAL_RECTIFICATION_CLOSED);
  if (state->status() == v1::RECTIFICATION_STATUS_IN_REVIEW) return Refuse(R::REFUSAL_REVIEW_PENDING);
  return std::nullopt;
}

}  // namespace

Uuid RatingRectificationId(const Uuid& case_id) { return case_id.Derive("rectification", 0); }

bool IsCounting(const v1::RectificationState& state) {
  return state.status() == v1::RECTIFICATION_STATUS_OPEN && !state.overdue();
}

Instant NextFiring(const v1::RectificationState& state) {
  const Instant due = ToInstant(state.deadline().due_at());
  return state.due_soon() ? due : Instant{due.micros - kWarnDays * kMicrosPerDay};
}

std::vector<legalclock::Pause> PausesOf(const v1::RectificationState& state) {
  std::vector<legalclock::Pause> pauses;
  for (const v1::ReviewPause& pause : state.pauses()) {
    const auto from = ParseDate(pause.from());
    const auto to = ParseDate(pause.to());
    if (from && to) pauses.push_back({*from, *to});
  }
  return pauses;
}

void Evolve(const v1::EvaluationEvent& event, Instant recorded_at, v1::RectificationState* state) {
  switch (event.event_case()) {
    case v1::EvaluationEvent::kRectificationOpened: {
      const v1::RectificationOpened& opened = event.rectification_opened();
      state->set_rectification_id(opened.rectification_id());
      state->set_case_id(event.case_id());
      state->set_ground(opened.ground());
      state->set_office_id(opened.office_id());
      state->set_practitioner_id(opened.practitioner_id());
      if (opened.has_appeal_until()) *state->mutable_appeal_until() = opened.appeal_until();
      *state->mutable_opened_at() = event.occurred_at();
      return StartRound(1, opened.deadline(), state);
    }
    case v1::EvaluationEvent::kRectificationRecorded: {
      const v1::RectificationRecorded& recorded = event.rectification_recorded();
      state->set_status(v1::RECTIFICATION_STATUS_RECORDED);
      *state->mutable_measures() = recorded.measures();
      *state->mutable_called_back_at() = recorded.called_back_at();
      state->set_late(state->late() || recorded.late());
      return;
    }
    case v1::EvaluationEvent::kRectificationClosed:
      state->set_status(v1::RECTIFICATION_STATUS_CLOSED);
      state->set_end(event.rectification_closed().end());
      *state->mutable_ended_at() = ToTimestamp(recorded_at);
      return;
    case v1::EvaluationEvent::kRectificationReopened:
      return StartRound(event.rectification_reopened().round(), event.rectification_reopened().deadline(), state);
    case v1::EvaluationEvent::kRectificationDueSoon:
      state->set_due_soon(true);
      return;
    case v1::EvaluationEvent::kRectificationOverdue:
      state->set_due_soon(true);
      state->set_overdue(true);
      return;
    case v1::EvaluationEvent::kDeadlineRestated:
      *state->mutable_deadline() = event.deadline_restated().after();
      return;
    case v1::EvaluationEvent::kReviewOpened:
      if (state->status() == v1::RECTIFICATION_STATUS_OPEN) {
        state->add_pauses()->set_from(FormatDate(DateAt(ToInstant(event.occurred_at()))));
      }
      state->set_status_before_review(state->status());
      state->set_status(v1::RECTIFICATION_STATUS_IN_REVIEW);
      return;
    case v1::EvaluationEvent::kReviewDecided:
      return Resume(event.review_decided(), state);
    default:
      return;
  }
}

v1::EvaluationEvent OpenRectification(const std::string& case_id, const NewRectification& opened,
                                      const Context& context) {
  v1::EvaluationEvent event = NewEvent(case_id, context.received_at);
  v1::RectificationOpened* record = event.mutable_rectification_opened();
  record->set_rectification_id(opened.id);
  record->set_ground(opened.ground);
  record->set_office_id(opened.office_id);
  record->set_practitioner_id(opened.practitioner_id);
  *record->mutable_deadline() = context.rules->StartClock(kRectifyPolicy, context.received_at);
  if (opened.ground == v1::RECTIFICATION_GROUND_RATING) {
    // The day of the rating is not counted; a day ends at 24:00.
    *record->mutable_appeal_until() = ToTimestamp(StartOf(DateAt(context.received_at) + kAppealDays + 1));
  }
  return event;
}

Result<v1::RecordRectificationResponse> Decide(const CaseView& view, const v1::RectificationState* state,
                                               const v1::RecordRectificationRequest& request, const Context& context) {
  if (auto refusal = CheckPersonalText("measures", request.measures(), true)) return *std::move(refusal);
  if (!request.has_called_back_at()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "called_back_at"}});
  if (auto refusal = CheckNotInFuture("called_back_at", request.called_back_at(), context.now)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckText("actor.staff_id", request.actor().staff_id(), kIdBytesMax, true)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckState(view, state, request.expected_round())) return *std::move(refusal);
  if (request.actor().office_id() != state->office_id()) {
    return Refuse(R::REFUSAL_NOT_THE_RATED_OFFICE, {{"office_id", state->office_id()}});
  }
  if (state->status() == v1::RECTIFICATION_STATUS_RECORDED) {
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_RECTIFICATION);
  }
  Decided<v1::RecordRectificationResponse> decided;
  v1::RectificationRecorded* recorded =
      decided.events.emplace_back(NewEvent(state->case_id(), context.received_at)).mutable_rectification_recorded();
  recorded->set_rectification_id(state->rectification_id());
  recorded->set_round(state->round());
  *recorded->mutable_by() = request.actor();
  *recorded->mutable_measures() = request.measures();
  *recorded->mutable_called_back_at() = request.called_back_at();
  // In time is what was received in time, also if the clock had fired when it was decided.
  recorded->set_late(context.received_at >= ToInstant(state->deadline().due_at()));
  decided.reply.set_case_id(state->case_id());
  decided.reply.set_rectification_id(state->rectification_id());
  return decided;
}

Result<v1::RecordRevisitResponse> Decide(const CaseView& view, const v1::RectificationState* state,
                                         const v1::RecordRevisitRequest& request, const Context& context) {
  if (auto refusal = CheckPersonalText("comment", request.comment(), false)) return *std::move(refusal);
  if (auto refusal = CheckTakenDown(request.channel(), request.actor(), request.call_id())) return *std::move(refusal);
  if (auto refusal = CheckText("actor.staff_id", request.actor().staff_id(), kIdBytesMax, true)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckState(view, state, request.expected_round())) return *std::move(refusal);
  if (IsRatedSide(request.actor(), state->office_id(), state->practitioner_id())) {
    return Refuse(R::REFUSAL_REVISIT_BY_RATED_SIDE);
  }
  if (state->status() != v1::RECTIFICATION_STATUS_RECORDED) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_RECTIFICATION);
  }
  v1::Revisit revisit;
  *revisit.mutable_by() = request.actor();
  revisit.set_channel(request.channel());
  revisit.set_call_id(request.call_id());
  revisit.set_satisfied(request.satisfied());
  if (request.has_comment()) *revisit.mutable_comment() = request.comment();
  Decided<v1::RecordRevisitResponse> decided;
  v1::EvaluationEvent event = NewEvent(state->case_id(), context.received_at);
  if (request.satisfied()) {
    v1::RectificationClosed* closed = event.mutable_rectification_closed();
    closed->set_rectification_id(state->rectification_id());
    closed->set_round(state->round());
    closed->set_end(v1::RECTIFICATION_END_SATISFIED);
    *closed->mutable_revisit() = std::move(revisit);
  } else {
    v1::RectificationReopened* reopened = event.mutable_rectification_reopened();
    reopened->set_rectification_id(state->rectification_id());
    reopened->set_round(state->round() + 1);
    *reopened->mutable_revisit() = std::move(revisit);
    *reopened->mutable_deadline() = context.rules->StartClock(kRectifyPolicy, context.received_at);
  }
  decided.events.push_back(std::move(event));
  decided.reply.set_case_id(state->case_id());
  decided.reply.set_rectification_id(state->rectification_id());
  decided.reply.set_round(request.satisfied() ? state->round() : state->round() + 1);
  return decided;
}

Events DecideFiring(const CaseView& view, const v1::RectificationState& state, const Context& context) {
  if (view.holding || !IsCounting(state) || NextFiring(state) > context.now) return {};
  if (context.now < ToInstant(state.deadline().due_at())) {
    v1::EvaluationEvent event = NewEvent(state.case_id(), context.now);
    event.mutable_rectification_due_soon()->set_rectification_id(state.rectification_id());
    *event.mutable_rectification_due_soon()->mutable_due_at() = state.deadline().due_at();
    return {std::move(event)};
  }
  v1::EvaluationEvent overdue = NewEvent(state.case_id(), ToInstant(state.deadline().due_at()));
  overdue.mutable_rectification_overdue()->set_rectification_id(state.rectification_id());
  overdue.mutable_rectification_overdue()->set_round(state.round());
  *overdue.mutable_rectification_overdue()->mutable_due_at() = state.deadline().due_at();
  v1::EvaluationEvent escalated = NewEvent(state.case_id(), context.now);
  escalated.mutable_escalated()->set_reason("overdue");
  escalated.mutable_escalated()->set_rectification_id(state.rectification_id());
  return {std::move(overdue), std::move(escalated)};
}

Events DecideRestate(const CaseView& view, const v1::RectificationState& state, const Context& context) {
  // One that waits is counted again anyway, when it goes on.
  if (view.holding || state.status() != v1::RECTIFICATION_STATUS_OPEN) return {};
  auto restated = context.rules->Restate(state.deadline(), PausesOf(state));
  if (!restated) return {};
  v1::EvaluationEvent event = NewEvent(state.case_id(), context.now);
  v1::DeadlineRestated* record = event.mutable_deadline_restated();
  record->set_rectification_id(state.rectification_id());
  *record->mutable_before() = state.deadline();
  *record->mutable_after() = std::move(restated->after);
  *record->mutable_why_before() = legalclock::ToExplanation(restated->before);
  *record->mutable_why_after() = legalclock::ToExplanation(restated->now);
  return {std::move(event)};
}

}  // namespace casehub::evaluation
