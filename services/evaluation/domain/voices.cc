#include "services/evaluation/domain/voices.h"

#include "services/evaluation/domain/rectification.h"

namespace casehub::evaluation {
namespace {

using R = common::v1::Refusal;

// The rectification that a bad voice belongs to, of the same office; if there is none, a new one goes into `events`.
// Empty where the case has had its share of them.
std::string Rectify(uint32_t overall, const std::vector<v1::RectificationState>& rectifications,
                    NewRectification wanted, const std::string& case_id, const Context& context, Events* events) {
  if (!IsBad(overall)) return {};
  for (const v1::RectificationState& one : rectifications) {
    if (one.ground() != v1::RECTIFICATION_GROUND_RATING && !IsClosed(one) && one.office_id() == wanted.office_id) {
      return one.rectification_id();
    }
  }
  if (rectifications.size() >= static_cast<size_t>(kRectificationsMax)) return {};
  wanted.id = context.command_id.Derive("rectification", 0).ToString();
  events->push_back(OpenRectification(case_id, wanted, context));
  return wanted.id;
}

// Events in the order in which they are so: what was said, then what it opened.
void Record(v1::EvaluationEvent said, Events opened, Events* events) {
  events->push_back(std::move(said));
  for (auto& event : opened) events->push_back(std::move(event));
}

}  // namespace

Result<v1::RecordOpinionResponse> Decide(const CaseView& view,
                                         const std::vector<v1::RectificationState>& rectifications,
                                         const v1::RecordOpinionRequest& request, const Context& context) {
  if (!request.has_party()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "party"}});
  if (auto refusal = CheckText("party_role", request.party_role(), kIdBytesMax, true)) return *std::move(refusal);
  if (auto refusal = CheckGrade("overall", request.overall())) return *std::move(refusal);
  if (auto refusal = CheckPersonalText("comment", request.comment(), false)) return *std::move(refusal);
  if (auto refusal = CheckTakenDown(request.channel(), request.actor(), request.call_id())) return *std::move(refusal);
  if (auto refusal = CheckHolding(view)) return *std::move(refusal);
  if (!view.slot) return Refuse(view.known ? R::REFUSAL_CASE_NOT_CLOSED : R::REFUSAL_CASE_UNKNOWN);
  const v1::SlotState& slot = *view.slot;
  if (IsRatedSide(request.actor(), slot.office_id(), slot.practitioner_id())) return Refuse(R::REFUSAL_RATED_SIDE);
  Decided<v1::RecordOpinionResponse> decided;
  v1::EvaluationEvent event = NewEvent(request.case_id(), context.received_at);
  v1::OpinionRecorded* recorded = event.mutable_opinion_recorded();
  *recorded->mutable_party() = request.party();
  recorded->set_party_role(request.party_role());
  recorded->set_overall(request.overall());
  if (request.has_comment()) *recorded->mutable_comment() = request.comment();
  recorded->set_channel(request.channel());
  if (request.has_actor()) *recorded->mutable_operator_() = request.actor();
  recorded->set_call_id(request.call_id());
  Events opened;
  recorded->set_rectification_id(
      Rectify(request.overall(), rectifications,
              {{}, v1::RECTIFICATION_GROUND_OPINION, slot.office_id(), slot.practitioner_id()}, request.case_id(),
              context, &opened));
  decided.reply.set_case_id(request.case_id());
  decided.reply.set_rectification_id(recorded->rectification_id());
  Record(std::move(event), std::move(opened), &decided.events);
  return decided;
}

Result<v1::RecordFeedbackResponse> Decide(const CaseView& view,
                                          const std::vector<v1::RectificationState>& rectifications,
                                          const v1::RecordFeedbackRequest& request, const Context& context) {
  if (auto refusal = CheckText("encounter_id", request.encounter_id(), kIdBytesMax, true)) return *std::move(refusal);
  if (auto refusal = CheckText("office_id", request.office_id(), kIdBytesMax, true)) return *std::move(refusal);
  if (auto refusal = CheckText("practitioner_id", request.practitioner_id(), kIdBytesMax, false)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckGrade("overall", request.overall())) return *std::move(refusal);
  if (auto refusal = CheckPersonalText("comment", request.comment(), false)) return *std::move(refusal);
  if (auto refusal = CheckTakenDown(request.channel(), request.actor(), request.call_id())) return *std::move(refusal);
  if (auto refusal = CheckHolding(view)) return *std::move(refusal);
  if (!view.slot && !view.known) return Refuse(R::REFUSAL_CASE_UNKNOWN);
  if (IsRatedSide(request.actor(), request.office_id(), request.practitioner_id()))
    return Refuse(R::REFUSAL_RATED_SIDE);
  Decided<v1::RecordFeedbackResponse> decided;
  v1::EvaluationEvent event = NewEvent(request.case_id(), context.received_at);
  v1::FeedbackRecorded* recorded = event.mutable_feedback_recorded();
  recorded->set_encounter_id(request.encounter_id());
  recorded->set_office_id(request.office_id());
  recorded->set_practitioner_id(request.practitioner_id());
  recorded->set_overall(request.overall());
  if (request.has_comment()) *recorded->mutable_comment() = request.comment();
  recorded->set_channel(request.channel());
  if (request.has_actor()) *recorded->mutable_operator_() = request.actor();
  recorded->set_call_id(request.call_id());
  Events opened;
  recorded->set_rectification_id(
      Rectify(request.overall(), rectifications,
              {{}, v1::RECTIFICATION_GROUND_FEEDBACK, request.office_id(), request.practitioner_id()},
              request.case_id(), context, &opened));
  decided.reply.set_case_id(request.case_id());
  decided.reply.set_rectification_id(recorded->rectification_id());
  Record(std::move(event), std::move(opened), &decided.events);
  return decided;
}

}  // namespace casehub::evaluation
