#include "services/intake/domain/promise.h"

#include "services/intake/domain/clocks.h"
#include "services/model/civil_time.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

std::optional<Refused> CheckPromisable(const v1::CaseState& state, const std::string& etag) {
  if (auto refusal = CheckEtag(state, etag)) return refusal;
  if (state.kind() == v1::CASE_KIND_IMPORTED) return WrongKind(state, Phrase::PHRASE_PROMISE);
  return CheckActing(state);
}

}  // namespace

EventsOrRefusal DecideSetPromisedDate(const v1::CaseState& state, const v1::SetPromisedDateRequest& request,
                                      const Context& context) {
  const auto last_day = ParseDate(request.promised_date());
  if (!last_day) return RefuseField("promised_date", Phrase::PHRASE_DATE_FORMAT);
  if (last_day->year() < 2000 || last_day->year() > 2100) {
    return RefuseField("promised_date", Phrase::PHRASE_YEARS_OF_CALENDARS);
  }
  Instant promised_at = context.received_at;
  if (request.has_promised_at()) {
    if (auto refusal = CheckNotInFuture("promised_at", request.promised_at(), context.now)) return *std::move(refusal);
    promised_at = ToInstant(request.promised_at());
  }
  if (*last_day < DateAt(promised_at)) return RefuseField("promised_date", Phrase::PHRASE_BEFORE_PROMISE);
  if (auto refusal = CheckPromisable(state, request.etag())) return *std::move(refusal);
  if (const v1::Clock* clock = FindClock(kPromisePolicy, state)) {
    const common::v1::Deadline& before = clock->deadline();
    if (before.due_date() == request.promised_date()) {
      return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_PROMISE);
    }
    if (!IsRunning(*clock) || promised_at >= ToInstant(before.due_at())) {
      return Refuse(R::REFUSAL_PROMISE_MISSED, {{"promised_date", before.due_date()}});
    }
  }
  v1::IntakeEvent event = NewEvent(state.case_id(), promised_at);
  auto* promised = event.mutable_date_promised();
  promised->set_ordinal(state.promises() + 1);
  *promised->mutable_promiser() = request.actor();
  auto* deadline = promised->mutable_deadline();
  deadline->set_policy(kPromisePolicy);
  *deadline->mutable_started_at() = ToTimestamp(promised_at);
  *deadline->mutable_due_at() = ToTimestamp(StartOf(*last_day + 1));
  deadline->set_due_date(FormatDate(*last_day));
  return Events{std::move(event)};
}

EventsOrRefusal DecideRecordPromiseKept(const v1::CaseState& state, const v1::RecordPromiseKeptRequest& request,
                                        const Context& context) {
  Instant kept_at = context.received_at;
  if (request.has_kept_at()) {
    if (auto refusal = CheckNotInFuture("kept_at", request.kept_at(), context.now)) return *std::move(refusal);
    kept_at = ToInstant(request.kept_at());
  }
  if (auto refusal = CheckPromisable(state, request.etag())) return *std::move(refusal);
  const v1::Clock* clock = FindClock(kPromisePolicy, state);
  if (clock == nullptr) return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_PROMISE);
  if (kept_at < ToInstant(clock->deadline().started_at())) {
    return RefuseField("kept_at", Phrase::PHRASE_BEFORE_PROMISE);
  }
  v1::IntakeEvent event = NewEvent(state.case_id(), kept_at);
  *event.mutable_promise_kept()->mutable_kept_at() = ToTimestamp(kept_at);
  return Events{std::move(event)};
}

void EvolvePromise(const v1::IntakeEvent& event, Instant recorded_at, v1::CaseState* state) {
  if (event.has_date_promised()) {
    CancelClock(kPromisePolicy, recorded_at, state);
    AddClock(event.date_promised().deadline(), state);
    state->set_promises(event.date_promised().ordinal());
  } else if (event.has_promise_kept()) {
    EndClock(kPromisePolicy, ToInstant(event.promise_kept().kept_at()), state);
  }
}

}  // namespace casehub::intake
