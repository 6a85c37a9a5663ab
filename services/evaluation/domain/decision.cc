#include "services/evaluation/domain/decision.h"

#include "services/model/channels.h"
#include "services/model/civil_time.h"

namespace casehub::evaluation {

using R = common::v1::Refusal;

v1::EvaluationEvent NewEvent(std::string case_id, Instant at) {
  v1::EvaluationEvent event;
  event.set_case_id(std::move(case_id));
  *event.mutable_occurred_at() = ToTimestamp(at);
  return event;
}

std::optional<Refused> CheckLength(const std::string& field, const std::string& text, size_t limit, bool needed) {
  if (text.empty() && needed) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", field}});
  if (text.size() <= limit) return std::nullopt;
  return Refuse(R::REFUSAL_FIELD_TOO_LONG,
                {{"field", field}, {"size", std::to_string(text.size())}, {"limit", std::to_string(limit)}});
}

std::optional<Refused> CheckPersonalText(const std::string& field, const common::v1::PersonalText& text, bool needed) {
  return CheckLength(field, text.sealed(), kTextBytesMax, needed);
}

std::optional<Refused> CheckDocument(const std::string& field, const common::v1::DocumentRef& document) {
  if (auto refusal = CheckLength(field + ".name", document.name(), kReferenceBytesMax, true)) return refusal;
  if (document.sha256().size() != 32) return RefuseField(field + ".sha256", Phrase::PHRASE_SHA256_BYTES);
  if (document.size_bytes() < 0) return RefuseField(field + ".size_bytes", Phrase::PHRASE_NOT_NEGATIVE);
  return std::nullopt;
}

std::optional<Refused> CheckNotInFuture(const std::string& field, const google::protobuf::Timestamp& time,
                                        Instant now) {
  if (!IsInCalendar(time)) return RefuseField(field, Phrase::PHRASE_YEARS_OF_TIMES);
  if (ToInstant(time).micros <= now.micros + kFutureToleranceMicros) return std::nullopt;
  return Refuse(R::REFUSAL_TIME_IN_FUTURE, {{"field", field}, {"time", FormatInstant(ToInstant(time))}});
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
  return CheckLength("call_id", call_id, kIdBytesMax, channel == common::v1::CHANNEL_HOTLINE);
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
