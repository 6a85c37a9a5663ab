#include "services/assignment/domain/decision.h"

#include "absl/strings/str_cat.h"

namespace casehub::assignment {

using R = common::v1::Refusal;

namespace {

uint32_t PriorityOf(const v1::AssignmentState& state) {
  if (state.maximum_penalty() == intake::v1::MAXIMUM_PENALTY_LIFE ||
      state.maximum_penalty() == intake::v1::MAXIMUM_PENALTY_DEATH) {
    return 2;
  }
  const bool of_a_group =
      state.age_group() == common::v1::AGE_GROUP_MINOR || state.age_group() == common::v1::AGE_GROUP_SENIOR ||
      state.age_group() == common::v1::AGE_GROUP_SENIOR_75 || state.ground() == intake::v1::DEFENCE_GROUND_MINOR ||
      state.ground() == intake::v1::DEFENCE_GROUND_DISABILITY ||
      state.ground() == intake::v1::DEFENCE_GROUND_LIMITED_CAPACITY;
  return of_a_group ? 1 : 0;
}

}  // namespace

v1::AssignmentEvent NewEvent(const std::string& case_id, Instant occurred_at) {
  v1::AssignmentEvent event;
  event.set_case_id(case_id);
  *event.mutable_occurred_at() = ToTimestamp(occurred_at);
  return event;
}

std::string Etag(const v1::AssignmentState& state) { return absl::StrCat(state.version()); }

bool HasLetter(const v1::AssignmentState& state) {
  return state.status() == v1::ASSIGNMENT_STATUS_ASSIGNED || state.status() == v1::ASSIGNMENT_STATUS_SUBMITTED;
}

bool IsUnderWay(const v1::AssignmentState& state) {
  switch (state.status()) {
    case v1::ASSIGNMENT_STATUS_QUEUED:
    case v1::ASSIGNMENT_STATUS_OFFERED:
    case v1::ASSIGNMENT_STATUS_ACCEPTED:
    case v1::ASSIGNMENT_STATUS_ASSIGNED:
    case v1::ASSIGNMENT_STATUS_SUBMITTED:
      return true;
    default:
      return false;
  }
}

const v1::PractitionerRef* Occupied(const v1::AssignmentState& state) {
  if (HasLetter(state)) return &state.letter().practitioner();
  const bool asked =
      state.status() == v1::ASSIGNMENT_STATUS_OFFERED || state.status() == v1::ASSIGNMENT_STATUS_ACCEPTED;
  return asked ? &state.offer().practitioner() : nullptr;
}

v1::CaseNeeds NeedsOf(const v1::AssignmentState& state, const std::string& region_code) {
  v1::CaseNeeds needs;
  needs.set_kind(state.kind());
  needs.set_matter_type(state.matter_type());
  needs.set_maximum_penalty(state.maximum_penalty());
  needs.set_priority(PriorityOf(state));
  needs.set_office_id(state.office_id());
  needs.set_region_code(region_code);
  return needs;
}

std::optional<Refused> CheckEtag(const v1::AssignmentState& state, const std::string& etag) {
  if (etag.empty() || etag == Etag(state)) return std::nullopt;
  return Refuse(R::REFUSAL_STALE_ETAG, {{"etag", Etag(state)}});
}

std::optional<Refused> CheckUnderWay(const v1::AssignmentState& state, const std::string& etag) {
  if (auto refusal = CheckEtag(state, etag)) return refusal;
  if (state.frozen_hop() > 0) return Refuse(R::REFUSAL_CASE_FROZEN, {{"to", state.frozen_to()}});
  switch (state.status()) {
    case v1::ASSIGNMENT_STATUS_MOVED_AWAY:
      return Refuse(R::REFUSAL_CASE_MOVED, {{"to", state.frozen_to()}});
    case v1::ASSIGNMENT_STATUS_WITHDRAWN:
      return Refuse(R::REFUSAL_CASE_WITHDRAWN);
    case v1::ASSIGNMENT_STATUS_TERMINATED:
      return Refuse(R::REFUSAL_AID_TERMINATED);
    case v1::ASSIGNMENT_STATUS_CLOSED:
    case v1::ASSIGNMENT_STATUS_REFUSED:
      return Refuse(R::REFUSAL_CASE_CLOSED);
    default:
      break;
  }
  if (IsUnderWay(state)) return std::nullopt;
  if (state.kind() == intake::v1::CASE_KIND_CONSULTATION) {
    return Refuse(R::REFUSAL_WRONG_KIND)
        .With("kind", Phrase::PHRASE_KIND_CONSULTATION)
        .With("action", Phrase::PHRASE_ASSIGNMENT);
  }
  if (state.kind() == intake::v1::CASE_KIND_MEDIATION) {
    return Refuse(R::REFUSAL_WRONG_KIND)
        .With("kind", Phrase::PHRASE_KIND_MEDIATION)
        .With("action", Phrase::PHRASE_ASSIGNMENT);
  }
  return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_GRANT);
}

std::optional<Refused> CheckAssigned(const v1::AssignmentState& state, const std::string& etag) {
  if (auto refusal = CheckUnderWay(state, etag)) return refusal;
  if (HasLetter(state)) return std::nullopt;
  return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_LETTER);
}

std::optional<Refused> CheckCentre(const std::string& office_id, const OfficeFact& office, Municipality here) {
  if (auto refusal = CheckText("actor.office_id", office_id, 64, true)) return refusal;
  if (!office.known) {
    return Refuse(R::REFUSAL_OFFICE_UNKNOWN, {{"office_id", office_id}, {"municipality", here.ToString()}});
  }
  if (!office.open) {
    return Refuse(R::REFUSAL_OFFICE_CLOSED, {{"office_id", office_id}, {"since", office.closed_since}});
  }
  if (!office.is_centre) return Refuse(R::REFUSAL_OFFICE_MAY_NOT_DECIDE, {{"office_id", office_id}});
  return std::nullopt;
}

std::variant<Instant, Refused> ReadTime(const std::string& field, bool given, const google::protobuf::Timestamp& time,
                                        const Context& context) {
  if (!given) return context.received_at;
  if (auto refusal = CheckNotInFuture(field, time, context.now)) return *std::move(refusal);
  return ToInstant(time);
}

Phrase WordsOf(v1::ChoiceRule rule) {
  switch (rule) {
    case v1::CHOICE_RULE_SUSPENDED:
      return Phrase::PHRASE_SUSPENDED;
    case v1::CHOICE_RULE_QUALIFICATION:
      return Phrase::PHRASE_QUALIFICATION;
    case v1::CHOICE_RULE_YEARS:
      return Phrase::PHRASE_YEARS;
    case v1::CHOICE_RULE_CONFLICT:
      return Phrase::PHRASE_CONFLICT;
    case v1::CHOICE_RULE_CO_DEFENDANT:
      return Phrase::PHRASE_CO_DEFENDANT;
    case v1::CHOICE_RULE_REPLACED:
      return Phrase::PHRASE_REPLACED;
    case v1::CHOICE_RULE_CAPACITY:
      return Phrase::PHRASE_CAPACITY;
    case v1::CHOICE_RULE_VILLAGES:
      return Phrase::PHRASE_VILLAGES;
    case v1::CHOICE_RULE_ASKED_BEFORE:
      return Phrase::PHRASE_ASKED_BEFORE;
    default:
      return Phrase::PHRASE_NOT_ON_ROSTER;
  }
}

}  // namespace casehub::assignment
