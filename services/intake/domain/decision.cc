#include "services/intake/domain/decision.h"

#include "absl/strings/str_cat.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

Phrase NameOf(v1::CaseKind kind) {
  switch (kind) {
    case v1::CASE_KIND_CONTACT:
      return Phrase::PHRASE_KIND_CONTACT;
    case v1::CASE_KIND_LEGAL_AID:
      return Phrase::PHRASE_KIND_LEGAL_AID;
    case v1::CASE_KIND_CONSULTATION:
      return Phrase::PHRASE_KIND_CONSULTATION;
    case v1::CASE_KIND_IMPORTED:
      return Phrase::PHRASE_KIND_IMPORTED;
    case v1::CASE_KIND_DEFENCE:
      return Phrase::PHRASE_KIND_DEFENCE;
    case v1::CASE_KIND_MEDIATION:
      return Phrase::PHRASE_KIND_MEDIATION;
    default:
      return Phrase::PHRASE_UNSPECIFIED;
  }
}

}  // namespace

v1::IntakeEvent NewEvent(const std::string& case_id, Instant occurred_at) {
  v1::IntakeEvent event;
  event.set_case_id(case_id);
  *event.mutable_occurred_at() = ToTimestamp(occurred_at);
  return event;
}

Refused WrongKind(const v1::CaseState& state, Phrase action) {
  return Refuse(R::REFUSAL_WRONG_KIND).With("kind", NameOf(state.kind())).With("action", action);
}

std::string Etag(const v1::CaseState& state) { return absl::StrCat(state.version()); }

std::optional<Refused> CheckEtag(const v1::CaseState& state, const std::string& etag) {
  if (etag.empty() || etag == Etag(state)) return std::nullopt;
  return Refuse(R::REFUSAL_STALE_ETAG, {{"etag", Etag(state)}});
}

std::optional<Refused> CheckActing(const v1::CaseState& state) {
  if (state.frozen_hop() > 0) return Refuse(R::REFUSAL_CASE_FROZEN, {{"to", state.frozen_to()}});
  switch (state.status()) {
    case v1::CASE_STATUS_MOVED_AWAY:
      return Refuse(R::REFUSAL_CASE_MOVED, {{"to", state.frozen_to()}});
    case v1::CASE_STATUS_WITHDRAWN:
      return Refuse(R::REFUSAL_CASE_WITHDRAWN);
    case v1::CASE_STATUS_CLOSED:
    case v1::CASE_STATUS_ARCHIVED:
      return Refuse(R::REFUSAL_CASE_CLOSED);
    default:
      return std::nullopt;
  }
}

std::optional<Refused> CheckOffice(const std::string& field, const std::string& office_id, const OfficeFact& office,
                                   Municipality here, bool must_be_open) {
  if (auto refusal = CheckText(field, office_id, 64, must_be_open)) return refusal;
  if (office_id.empty()) return std::nullopt;
  if (!office.known) {
    return Refuse(R::REFUSAL_OFFICE_UNKNOWN, {{"office_id", office_id}, {"municipality", here.ToString()}});
  }
  if (must_be_open && !office.open) {
    return Refuse(R::REFUSAL_OFFICE_CLOSED, {{"office_id", office_id}, {"since", office.closed_since}});
  }
  return std::nullopt;
}

}  // namespace casehub::intake
