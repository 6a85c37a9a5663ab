#include "services/evaluation/domain/rating.h"

#include "services/evaluation/domain/rectification.h"
#include "services/model/civil_time.h"

namespace casehub::evaluation {
namespace {

using R = common::v1::Refusal;

std::optional<Refused> CheckGrades(const v1::SubmitRatingRequest& request) {
  if (!request.has_grades()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "grades"}});
  const v1::Grades& grades = request.grades();
  const std::pair<const char*, uint32_t> named[] = {{"grades.attitude", grades.attitude()},
                                                    {"grades.efficiency", grades.efficiency()},
                                                    {"grades.policy_execution", grades.policy_execution()},
                                                    {"grades.professional_level", grades.professional_level()},
                                                    {"grades.overall", grades.overall()}};
  for (const auto& [field, grade] : named) {
    if (auto refusal = CheckGrade(field, grade)) return refusal;
  }
  return CheckTakenDown(request.channel(), request.actor(), request.call_id());
}

std::optional<Refused> CheckPaper(const v1::SubmitRatingRequest& request) {
  if (!request.has_paper()) return std::nullopt;
  if (request.channel() != common::v1::CHANNEL_WINDOW) return RefuseField("channel", Phrase::PHRASE_PAPER_AT_A_WINDOW);
  if (auto refusal = CheckText("paper.facility", request.paper().facility(), kReferenceBytesMax, true)) return refusal;
  return CheckDocument("paper.form", request.paper().form());
}

// The order of the answers: what the case is, then what the slot is, then who asks.
std::optional<Refused> CheckSlot(const CaseView& view, const v1::SubmitRatingRequest& request, const Context& context) {
  if (auto refusal = CheckHolding(view)) return refusal;
  const v1::SlotStatus status = view.slot ? view.slot->status() : v1::SLOT_STATUS_UNSPECIFIED;
  if (status == v1::SLOT_STATUS_AWAITED) return Refuse(R::REFUSAL_CASE_NOT_CLOSED);  // about to be open
  if (status == v1::SLOT_STATUS_UNSPECIFIED) {
    return Refuse(view.known ? R::REFUSAL_CASE_NOT_CLOSED : R::REFUSAL_SLOT_UNKNOWN);
  }
  if (status == v1::SLOT_STATUS_RATED) return Refuse(R::REFUSAL_SLOT_USED);
  // In time is what was received in time, even if it is decided later.
  if (status == v1::SLOT_STATUS_EXPIRED || context.received_at >= ToInstant(view.slot->expires_at())) {
    return Refuse(R::REFUSAL_SLOT_EXPIRED, {{"expired_at", FormatInstant(ToInstant(view.slot->expires_at()))}});
  }
  if (IsRatedSide(request.actor(), view.slot->office_id(), view.slot->practitioner_id())) {
    return Refuse(R::REFUSAL_RATED_SIDE);
  }
  return std::nullopt;
}

}  // namespace

std::string SlotId(const Uuid& case_id) { return case_id.Derive("rating-slot", 0).ToString(); }

v1::SlotState AwaitedSlot(const Uuid& case_id, const std::string& office_id, const std::string& practitioner_id,
                          const std::string& matter_type) {
  v1::SlotState slot;
  slot.set_slot_id(SlotId(case_id));
  slot.set_case_id(case_id.ToString());
  slot.set_status(v1::SLOT_STATUS_AWAITED);
  slot.set_office_id(office_id);
  slot.set_practitioner_id(practitioner_id);
  slot.set_matter_type(matter_type);
  return slot;
}

v1::CountedRating ToCounted(const v1::SlotState& rated) {
  v1::CountedRating rating;
  *rating.mutable_rated_at() = rated.rated_at();
  *rating.mutable_grades() = rated.grades();
  rating.set_office_id(rated.office_id());
  rating.set_practitioner_id(rated.practitioner_id());
  rating.set_matter_type(rated.matter_type());
  return rating;
}

void Evolve(const v1::EvaluationEvent& event, Instant recorded_at, Municipality here, v1::SlotState* slot) {
  switch (event.event_case()) {
    case v1::EvaluationEvent::kRatingSlotOpened: {
      const v1::RatingSlotOpened& opened = event.rating_slot_opened();
      slot->set_slot_id(opened.slot_id());
      slot->set_case_id(event.case_id());
      slot->set_status(v1::SLOT_STATUS_OPEN);
      slot->set_office_id(opened.office_id());
      slot->set_practitioner_id(opened.practitioner_id());
      slot->set_matter_type(opened.matter_type());
      *slot->mutable_opened_at() = event.occurred_at();
      *slot->mutable_expires_at() = opened.expires_at();
      return;
    }
    case v1::EvaluationEvent::kRatingRecorded: {
      const v1::RatingRecorded& recorded = event.rating_recorded();
      slot->set_status(v1::SLOT_STATUS_RATED);
      *slot->mutable_rated_at() = ToTimestamp(recorded_at);
      *slot->mutable_grades() = recorded.grades();
      if (recorded.has_comment()) *slot->mutable_comment() = recorded.comment();
      slot->set_channel(recorded.channel());
      slot->set_counted_in(here.ToString());
      return;
    }
    case v1::EvaluationEvent::kRatingSlotExpired:
      slot->set_status(v1::SLOT_STATUS_EXPIRED);
      return;
    case v1::EvaluationEvent::kReviewDecided:
      if (event.review_decided().outcome() == v1::REVIEW_OUTCOME_SET_ASIDE) {
        *slot->mutable_set_aside_at() = ToTimestamp(recorded_at);
      }
      return;
    default:
      return;
  }
}

Result<v1::SubmitRatingResponse> Decide(const CaseView& view, const v1::SubmitRatingRequest& request,
                                        const Context& context) {
  if (auto refusal = CheckGrades(request)) return *std::move(refusal);
  if (auto refusal = CheckPaper(request)) return *std::move(refusal);
  if (auto refusal = CheckSlot(view, request, context)) return *std::move(refusal);
  const v1::SlotState& slot = *view.slot;
  Decided<v1::SubmitRatingResponse> decided;
  v1::RatingRecorded* recorded =
      decided.events.emplace_back(NewEvent(slot.case_id(), context.received_at)).mutable_rating_recorded();
  recorded->set_slot_id(slot.slot_id());
  *recorded->mutable_grades() = request.grades();
  if (request.has_comment()) *recorded->mutable_comment() = request.comment();
  recorded->set_channel(request.channel());
  if (request.has_actor()) *recorded->mutable_operator_() = request.actor();
  recorded->set_call_id(request.call_id());
  recorded->set_office_id(slot.office_id());
  recorded->set_practitioner_id(slot.practitioner_id());
  recorded->set_matter_type(slot.matter_type());
  if (request.has_paper()) *recorded->mutable_paper() = request.paper();
  decided.reply.set_case_id(slot.case_id());
  decided.reply.set_slot_id(slot.slot_id());
  if (IsBad(request.grades().overall())) {
    const std::string id = RatingRectificationId(*Uuid::Parse(slot.case_id())).ToString();
    decided.events.push_back(OpenRectification(
        slot.case_id(), {id, v1::RECTIFICATION_GROUND_RATING, slot.office_id(), slot.practitioner_id()}, context));
    decided.reply.set_rectification_id(id);
  }
  return decided;
}

Events DecideOpening(const CaseView& view, const Context& context) {
  if (!view.slot || view.slot->status() != v1::SLOT_STATUS_AWAITED || view.holding) return {};
  v1::EvaluationEvent event = NewEvent(view.slot->case_id(), context.now);
  v1::RatingSlotOpened* opened = event.mutable_rating_slot_opened();
  opened->set_slot_id(view.slot->slot_id());
  opened->set_office_id(view.slot->office_id());
  opened->set_practitioner_id(view.slot->practitioner_id());
  opened->set_matter_type(view.slot->matter_type());
  *opened->mutable_expires_at() = ToTimestamp({context.now.micros + kSlotMicros});
  return {event};
}

Events DecideExpiry(const CaseView& view, const Context& context) {
  if (!view.slot || view.slot->status() != v1::SLOT_STATUS_OPEN || view.holding) return {};
  v1::EvaluationEvent event = NewEvent(view.slot->case_id(), context.now);
  event.mutable_rating_slot_expired()->set_slot_id(view.slot->slot_id());
  return {event};
}

}  // namespace casehub::evaluation
