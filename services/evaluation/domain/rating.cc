#include "services/evaluation/domain/rating.h"

#include "absl/time/time.h"
#include "services/model/channels.h"

namespace casehub::evaluation {
namespace {

using common::v1::REFUSAL_CASE_FROZEN;
using common::v1::REFUSAL_CASE_MOVED;
using common::v1::REFUSAL_FIELD_MISSING;
using common::v1::REFUSAL_GRADE_INVALID;
using common::v1::REFUSAL_RATED_SIDE;
using common::v1::REFUSAL_SLOT_EXPIRED;
using common::v1::REFUSAL_SLOT_UNKNOWN;
using common::v1::REFUSAL_SLOT_USED;

std::string Rfc3339(const google::protobuf::Timestamp& timestamp) {
  return absl::FormatTime(absl::RFC3339_sec, absl::FromUnixSeconds(timestamp.seconds()), absl::FixedTimeZone(8 * 3600));
}

v1::EvaluationEvent NewEvent(std::string case_id, Instant at) {
  v1::EvaluationEvent event;
  event.set_case_id(std::move(case_id));
  *event.mutable_occurred_at() = ToTimestamp(at);
  return event;
}

std::optional<Refused> CheckGrades(const v1::SubmitRatingRequest& request) {
  if (!request.has_grades()) return Refuse(REFUSAL_FIELD_MISSING, {{"field", "grades"}});
  const v1::Grades& grades = request.grades();
  const std::pair<const char*, uint32_t> named[] = {{"grades.attitude", grades.attitude()},
                                                    {"grades.efficiency", grades.efficiency()},
                                                    {"grades.policy_execution", grades.policy_execution()},
                                                    {"grades.professional_level", grades.professional_level()},
                                                    {"grades.overall", grades.overall()}};
  for (const auto& [field, grade] : named) {
    if (grade < kGradeMin || grade > kGradeMax) return Refuse(REFUSAL_GRADE_INVALID, {{"field", field}});
  }
  if (request.channel() == common::v1::CHANNEL_UNSPECIFIED) {
    return Refuse(REFUSAL_FIELD_MISSING, {{"field", "channel"}});
  }
  if (!IsContactChannel(request.channel())) return RefuseField("channel", Phrase::PHRASE_CHANNEL);
  return std::nullopt;
}

// Whoever answered, and whoever sits in the office that is rated, is the rated side (E1).
bool IsRatedSide(const common::v1::Actor& actor, const v1::SlotState& slot) {
  return (!actor.staff_id().empty() && actor.staff_id() == slot.practitioner_id()) ||
         (!actor.office_id().empty() && actor.office_id() == slot.office_id());
}

// The order of the answers: what the case is, then what the slot is, then who asks.
std::optional<Refused> CheckSlot(const CaseView& view, const v1::SubmitRatingRequest& request, const Context& context) {
  if (view.holding) {
    return Refuse(view.holding->gone ? REFUSAL_CASE_MOVED : REFUSAL_CASE_FROZEN, {{"to", view.holding->to.ToString()}});
  }
  if (!view.slot) return Refuse(REFUSAL_SLOT_UNKNOWN);
  if (view.slot->status() == v1::SLOT_STATUS_RATED) return Refuse(REFUSAL_SLOT_USED);
  // In time is what was received in time, even if it is decided later.
  if (view.slot->status() == v1::SLOT_STATUS_EXPIRED || context.received_at >= ToInstant(view.slot->expires_at())) {
    return Refuse(REFUSAL_SLOT_EXPIRED, {{"expired_at", Rfc3339(view.slot->expires_at())}});
  }
  if (IsRatedSide(request.actor(), *view.slot)) return Refuse(REFUSAL_RATED_SIDE);
  return std::nullopt;
}

}  // namespace

std::string SlotId(const Uuid& case_id) { return case_id.Derive("rating-slot", 0).ToString(); }

void Evolve(const v1::EvaluationEvent& event, Instant recorded_at, v1::SlotState* slot) {
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
      return;
    }
    case v1::EvaluationEvent::kRatingSlotExpired:
      slot->set_status(v1::SLOT_STATUS_EXPIRED);
      return;
    case v1::EvaluationEvent::kPartExported:
    case v1::EvaluationEvent::EVENT_NOT_SET:
      return;
  }
}

Result<v1::SubmitRatingResponse> Decide(const CaseView& view, const v1::SubmitRatingRequest& request,
                                        const Context& context) {
  if (auto refusal = CheckGrades(request)) return *std::move(refusal);
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
  decided.reply.set_case_id(slot.case_id());
  decided.reply.set_slot_id(slot.slot_id());
  return decided;
}

Events DecideOpening(const CaseView& view, const Uuid& case_id, const v1::RatingSlotOpened& rated,
                     const Context& context) {
  if (view.slot) return {};
  v1::EvaluationEvent event = NewEvent(case_id.ToString(), context.now);
  v1::RatingSlotOpened* opened = event.mutable_rating_slot_opened();
  *opened = rated;
  opened->set_slot_id(SlotId(case_id));
  *opened->mutable_expires_at() = ToTimestamp({context.now.micros + kSlotMicros});
  return {event};
}

Events DecideExpiry(const CaseView& view, const Context& context) {
  if (!view.slot || view.slot->status() != v1::SLOT_STATUS_OPEN || view.holding) return {};
  v1::EvaluationEvent event = NewEvent(view.slot->case_id(), context.now);
  event.mutable_rating_slot_expired()->set_slot_id(view.slot->slot_id());
  return {event};
}

Events DecideExport(const CaseView& view, const Uuid& case_id, uint64_t hop, const Context& context) {
  if (!view.holding || view.holding->gone || view.holding->hop != hop) return {};
  v1::EvaluationEvent event = NewEvent(case_id.ToString(), context.now);
  v1::PartExported* part = event.mutable_part_exported();
  part->set_hop(hop);
  part->set_to(view.holding->to.ToString());
  if (view.slot) {
    v1::SlotState travels = *view.slot;
    travels.clear_due_offset();
    travels.clear_due_event();
    travels.clear_due_n();
    part->set_state(travels.SerializeAsString());
  }
  return {event};
}

}  // namespace casehub::evaluation
