#include "services/evaluation/domain/review.h"

#include "services/evaluation/domain/rating.h"
#include "services/evaluation/domain/rectification.h"
#include "services/model/civil_time.h"

namespace casehub::evaluation {
namespace {

using R = common::v1::Refusal;

std::optional<Refused> CheckAppeal(const v1::AppealRatingRequest& request) {
  if (auto refusal = CheckText("actor.staff_id", request.actor().staff_id(), kIdBytesMax, true)) return refusal;
  if (auto refusal = CheckPersonalText("reasons", request.reasons(), true)) return refusal;
  if (request.documents_size() > kAppealDocumentsMax) return RefuseTooMany("documents", kAppealDocumentsMax);
  for (int i = 0; i < request.documents_size(); ++i) {
    const std::string field = "documents[" + std::to_string(i) + "]";
    if (auto refusal = CheckDocument(field, request.documents(i))) return refusal;
  }
  return std::nullopt;
}

// The days of the review are not counted; a clock that had run out before it stays as it was.
void CountAgain(const v1::RectificationState& state, const Context& context, v1::ReviewDecided* decided) {
  if (state.status_before_review() != v1::RECTIFICATION_STATUS_OPEN || state.pauses_size() == 0) return;
  decided->set_paused_from(state.pauses(state.pauses_size() - 1).from());
  decided->set_paused_to(FormatDate(DateAt(context.received_at)));
  if (state.overdue()) return;
  v1::RectificationState resumed = state;
  resumed.mutable_pauses(resumed.pauses_size() - 1)->set_to(decided->paused_to());
  *decided->mutable_deadline() = context.rules->CountAgain(state.deadline(), PausesOf(resumed));
}

}  // namespace

void Evolve(const v1::EvaluationEvent& event, Instant recorded_at, v1::ReviewState* state) {
  if (event.has_review_opened()) {
    state->set_review_id(event.review_opened().review_id());
    *state->mutable_appellant() = event.review_opened().appellant();
    *state->mutable_opened_at() = ToTimestamp(recorded_at);
  } else if (event.has_review_decided()) {
    state->set_outcome(event.review_decided().outcome());
    state->set_reason_code(event.review_decided().reason_code());
    *state->mutable_decider() = event.review_decided().decider();
    *state->mutable_decided_at() = ToTimestamp(recorded_at);
  }
}

Result<v1::AppealRatingResponse> Decide(const AppealView& appeal, const v1::AppealRatingRequest& request,
                                        const Context& context) {
  if (auto refusal = CheckAppeal(request)) return *std::move(refusal);
  if (auto refusal = CheckHolding(appeal.view)) return *std::move(refusal);
  if (!appeal.view.slot || !appeal.rectification) return Refuse(R::REFUSAL_NO_BAD_RATING);
  const v1::RectificationState& rectification = *appeal.rectification;
  if (!IsRatedSide(request.actor(), rectification.office_id(), rectification.practitioner_id())) {
    return Refuse(R::REFUSAL_APPEAL_NOT_BY_RATED_SIDE);
  }
  if (appeal.review) return Refuse(R::REFUSAL_APPEALED_BEFORE);
  if (IsClosed(rectification)) return Refuse(R::REFUSAL_RECTIFICATION_CLOSED);
  if (context.received_at >= ToInstant(rectification.appeal_until())) {
    return Refuse(R::REFUSAL_APPEAL_LATE, {{"until", FormatInstant(ToInstant(rectification.appeal_until()))}});
  }
  Decided<v1::AppealRatingResponse> decided;
  v1::ReviewOpened* opened =
      decided.events.emplace_back(NewEvent(rectification.case_id(), context.received_at)).mutable_review_opened();
  opened->set_review_id(Uuid::Parse(rectification.case_id())->Derive("review", 0).ToString());
  *opened->mutable_appellant() = request.actor();
  *opened->mutable_reasons() = request.reasons();
  *opened->mutable_documents() = request.documents();
  decided.reply.set_case_id(rectification.case_id());
  decided.reply.set_review_id(opened->review_id());
  return decided;
}

Result<v1::DecideReviewResponse> Decide(const AppealView& appeal, const v1::DecideReviewRequest& request,
                                        const Context& context) {
  if (auto refusal = CheckText("actor.staff_id", request.actor().staff_id(), kIdBytesMax, true)) {
    return *std::move(refusal);
  }
  const bool sets_aside = request.outcome() == v1::REVIEW_OUTCOME_SET_ASIDE;
  if (!sets_aside && request.outcome() != v1::REVIEW_OUTCOME_UPHELD) {
    return RefuseField("outcome", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  }
  if (auto refusal = CheckText("reason_code", request.reason_code(), kIdBytesMax, sets_aside)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckPersonalText("reasons", request.reasons(), false)) return *std::move(refusal);
  if (auto refusal = CheckHolding(appeal.view)) return *std::move(refusal);
  if (!appeal.view.slot || !appeal.rectification || !appeal.review ||
      appeal.review->outcome() != v1::REVIEW_OUTCOME_UNSPECIFIED) {
    return Refuse(R::REFUSAL_NO_REVIEW_PENDING);
  }
  const v1::RectificationState& rectification = *appeal.rectification;
  if (IsRatedSide(request.actor(), rectification.office_id(), rectification.practitioner_id()) ||
      request.actor().staff_id() == appeal.review->appellant().staff_id()) {
    return Refuse(R::REFUSAL_REVIEWER_NOT_INDEPENDENT);
  }
  Decided<v1::DecideReviewResponse> decided;
  v1::ReviewDecided record;
  record.set_review_id(appeal.review->review_id());
  record.set_outcome(request.outcome());
  record.set_reason_code(request.reason_code());
  *record.mutable_decider() = request.actor();
  if (request.has_reasons()) *record.mutable_reasons() = request.reasons();
  if (!sets_aside) CountAgain(rectification, context, &record);
  *decided.events.emplace_back(NewEvent(rectification.case_id(), context.received_at)).mutable_review_decided() =
      std::move(record);
  if (sets_aside) {
    // Elsewhere the fact follows by mailbox, into the log that counted the rating.
    if (appeal.view.slot->counted_in() == context.here.ToString()) {
      *decided.events.emplace_back(NewEvent(rectification.case_id(), context.received_at)).mutable_rating_set_aside() =
          SetAside(*appeal.view.slot, appeal.review->review_id(), context.here);
    }
    v1::RectificationClosed* closed =
        decided.events.emplace_back(NewEvent(rectification.case_id(), context.received_at))
            .mutable_rectification_closed();
    closed->set_rectification_id(rectification.rectification_id());
    closed->set_round(rectification.round());
    closed->set_end(v1::RECTIFICATION_END_SET_ASIDE);
  }
  decided.reply.set_case_id(rectification.case_id());
  decided.reply.set_review_id(appeal.review->review_id());
  return decided;
}

Events DecideSetAside(const v1::EvaluationMessage& message, bool counted, const Context& context) {
  if (!counted) return {};
  v1::EvaluationEvent event = NewEvent(message.case_id(), context.now);
  *event.mutable_rating_set_aside() = message.rating_set_aside();
  return {std::move(event)};
}

v1::RatingSetAside SetAside(const v1::SlotState& slot, const std::string& review_id, Municipality here) {
  v1::RatingSetAside fact;
  *fact.mutable_rating() = ToCounted(slot);
  fact.set_review_id(review_id);
  fact.set_reviewed_by(here.ToString());
  return fact;
}

}  // namespace casehub::evaluation
