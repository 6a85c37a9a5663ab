#include "services/mediation/domain/checks.h"

#include "absl/strings/str_cat.h"
#include "services/model/civil_time.h"

namespace casehub::mediation {

using R = common::v1::Refusal;

v1::MediationEvent NewEvent(const std::string& case_id, Instant occurred_at) {
  v1::MediationEvent event;
  event.set_case_id(case_id);
  *event.mutable_occurred_at() = ToTimestamp(occurred_at);
  return event;
}

std::string Etag(const v1::MediationState& state) { return absl::StrCat(state.version()); }

std::optional<Refused> CheckText(const std::string& field, const std::string& text, size_t limit, bool needed) {
  if (text.empty() && needed) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", field}});
  if (text.size() <= limit) return std::nullopt;
  return Refuse(R::REFUSAL_FIELD_TOO_LONG,
                {{"field", field}, {"size", absl::StrCat(text.size())}, {"limit", absl::StrCat(limit)}});
}

std::optional<Refused> CheckNotInFuture(const std::string& field, const google::protobuf::Timestamp& time,
                                        Instant now) {
  if (!IsInCalendar(time)) return RefuseField(field, Phrase::PHRASE_YEARS_OF_TIMES);
  const Instant instant = ToInstant(time);
  if (instant.micros <= now.micros + kFutureToleranceMicros) return std::nullopt;
  return Refuse(R::REFUSAL_TIME_IN_FUTURE, {{"field", field}, {"time", FormatInstant(instant)}});
}

std::optional<Refused> CheckEtag(const v1::MediationState& state, const std::string& etag) {
  if (etag.empty() || etag == Etag(state)) return std::nullopt;
  return Refuse(R::REFUSAL_STALE_ETAG, {{"etag", Etag(state)}});
}

std::optional<Refused> CheckActing(const v1::MediationState& state) {
  if (state.status() == v1::MEDIATION_STATUS_MOVED_AWAY) {
    return Refuse(R::REFUSAL_CASE_MOVED, {{"to", state.frozen_to()}});
  }
  if (state.frozen_hop() > 0) return Refuse(R::REFUSAL_CASE_FROZEN, {{"to", state.frozen_to()}});
  switch (state.status()) {
    case v1::MEDIATION_STATUS_WITHDRAWN:
      return Refuse(R::REFUSAL_CASE_WITHDRAWN);
    case v1::MEDIATION_STATUS_SUCCEEDED:
    case v1::MEDIATION_STATUS_FAILED:
    case v1::MEDIATION_STATUS_RETURNED:
      return Refuse(R::REFUSAL_CASE_CLOSED);
    default:
      return std::nullopt;
  }
}

std::optional<Refused> CheckOpen(const v1::MediationState& state, const std::string& etag) {
  if (auto refusal = CheckEtag(state, etag)) return refusal;
  return CheckActing(state);
}

}  // namespace casehub::mediation
