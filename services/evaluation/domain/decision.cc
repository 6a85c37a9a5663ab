#include "services/evaluation/domain/decision.h"

#include "services/model/channels.h"

namespace casehub::evaluation {

using R = common::v1::Refusal;

v1::EvaluationEvent NewEvent(std::string case_id, Instant at) {
  v1::EvaluationEvent event;
  event.set_case_id(std::move(case_id));
  *event.mutable_occurred_at() = ToTimestamp(at);
  return event;
}

std::optional<Refused> CheckPersonalText(const std::string& field, const common::v1::PersonalText& text, bool needed) {
  return CheckText(field, text.sealed(), kTextBytesMax, needed);
}

std::optional<Refused> CheckGrade(const std::string& field, uint32_t grade) {
  if (grade >= kGradeMin && grade <= kGradeMax) return std::nullopt;
  return Refuse(R::REFUSAL_GRADE_INVALID, {{"field", field}});
}

std::optional<Refused> CheckTakenDown(common::v1::Channel channel, const common::v1::Actor& actor,
                                      const std::string& call_id) {
  if (channel == common::v1::CHANNEL_UNSPECIFIED) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "channel"}});
  if (!IsContactChannel(channel)) return RefuseField("channel", Phrase::PHRASE_CHANNEL);
  if (channel != common::v1::CHANNEL_ONLINE && actor.staff_id().empty()) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "actor.staff_id"}});
  }
  return CheckText("call_id", call_id, kIdBytesMax, channel == common::v1::CHANNEL_HOTLINE);
}

std::optional<Refused> CheckHolding(const CaseView& view) {
  if (!view.holding) return std::nullopt;
  return Refuse(view.holding->gone ? R::REFUSAL_CASE_MOVED : R::REFUSAL_CASE_FROZEN,
                {{"to", view.holding->to.ToString()}});
}

bool IsRatedSide(const common::v1::Actor& actor, const std::string& office_id, const std::string& practitioner_id) {
  return (!actor.staff_id().empty() && actor.staff_id() == practitioner_id) ||
         (!actor.office_id().empty() && actor.office_id() == office_id);
}

}  // namespace casehub::evaluation
