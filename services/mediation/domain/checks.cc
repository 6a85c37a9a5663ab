#include "services/mediation/domain/checks.h"

#include "absl/strings/str_cat.h"

namespace casehub::mediation {

using R = common::v1::Refusal;

v1::MediationEvent NewEvent(const std::string& case_id, Instant occurred_at) {
  v1::MediationEvent event;
  event.set_case_id(case_id);
  *event.mutable_occurred_at() = ToTimestamp(occurred_at);
  return event;
}

std::string Etag(const v1::MediationState& state) { return absl::StrCat(state.version()); }

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
