#include "services/mediation/domain/dispute.h"

#include "absl/strings/str_cat.h"
#include "services/model/civil_time.h"

namespace casehub::mediation {

using R = common::v1::Refusal;
using intake::v1::ReferralSource;

namespace {

constexpr size_t kIdBytesMax = 64;

std::optional<Refused> CheckCommittee(const std::string& office_id, const OfficeFact& office, const Context& context) {
  if (auto refusal = CheckText("office_id", office_id, kIdBytesMax, true)) return refusal;
  if (!office.known) {
    return Refuse(R::REFUSAL_OFFICE_UNKNOWN, {{"office_id", office_id}, {"municipality", context.here.ToString()}});
  }
  if (!office.is_committee) return Refuse(R::REFUSAL_NOT_A_COMMITTEE, {{"office_id", office_id}});
  if (!office.open) {
    return Refuse(R::REFUSAL_OFFICE_CLOSED, {{"office_id", office_id}, {"since", office.closed_since}});
  }
  return std::nullopt;
}

std::optional<Refused> CheckMediator(const v1::MediationState& state, const std::string& mediator_id,
                                     const MediatorFact& mediator, const Context& context) {
  const std::map<std::string, std::string> who{{"practitioner_id", mediator_id}};
  if (!mediator.known) {
    return Refuse(R::REFUSAL_PRACTITIONER_UNKNOWN,
                  {{"practitioner_id", mediator_id}, {"municipality", context.here.ToString()}});
  }
  if (!mediator.is_mediator) return Refuse(R::REFUSAL_NOT_A_MEDIATOR, who);
  if (!mediator.in_office) {
    return Refuse(R::REFUSAL_MEDIATOR_NOT_IN_OFFICE, who).With("date", FormatDate(DateAt(context.now)));
  }
  if (mediator.suspended) return Refuse(R::REFUSAL_MEDIATOR_SUSPENDED, who);
  for (const v1::Party& party : state.parties()) {
    if (mediator.person_id.empty() || party.person().person_id() != mediator.person_id) continue;
    return Refuse(R::REFUSAL_MEDIATOR_IS_PARTY, who);
  }
  return std::nullopt;
}

}  // namespace

EventsOrRefusal DecideConsent(const v1::MediationState& state, const v1::RecordConsentRequest& request,
                              const Context& context) {
  const auto parties = static_cast<uint32_t>(state.parties_size());
  if (request.party() < 1 || request.party() > parties) {
    return RefuseField("party", Phrase::PHRASE_PARTY_NUMBER).With("limit", absl::StrCat(parties));
  }
  if (auto refusal = CheckText("reason_code", request.reason_code(), kReasonCodeBytesMax, !request.consented())) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckOpen(state, request.etag())) return *std::move(refusal);
  if (state.status() != v1::MEDIATION_STATUS_REFERRED) return AlreadyDone(Phrase::PHRASE_DISPUTE_ACCEPTANCE);
  // Who has consented may still think better of it until a committee has accepted.
  const v1::Party& party = state.parties(static_cast<int>(request.party()) - 1);
  if (request.consented() && party.consent() == v1::CONSENT_GIVEN) return AlreadyDone(Phrase::PHRASE_PARTY_CONSENT);
  Events events{NewEvent(state.case_id(), context.received_at)};
  events[0].mutable_consent_recorded()->set_party(request.party());
  events[0].mutable_consent_recorded()->set_consented(request.consented());
  if (request.consented()) return events;
  events.push_back(NewEvent(state.case_id(), context.received_at));
  events[1].mutable_referral_returned()->set_reason_code(request.reason_code());
  return events;
}

std::string_view PolicyOf(ReferralSource source) {
  switch (source) {
    case ReferralSource::REFERRAL_SOURCE_COURT_DELEGATED:
      return "mediation.court_delegated";
    case ReferralSource::REFERRAL_SOURCE_COURT_ENTRUSTED:
      return "mediation.court_entrusted";
    case ReferralSource::REFERRAL_SOURCE_COURT_ENTRUSTED_SIMPLIFIED:
      return "mediation.court_entrusted_simplified";
    default:
      return "mediation.ordinary";
  }
}

bool CountsFromFiles(ReferralSource source) {
  switch (source) {
    case ReferralSource::REFERRAL_SOURCE_COURT_DELEGATED:
    case ReferralSource::REFERRAL_SOURCE_COURT_ENTRUSTED:
    case ReferralSource::REFERRAL_SOURCE_COURT_ENTRUSTED_SIMPLIFIED:
    case ReferralSource::REFERRAL_SOURCE_COURT_ENFORCEMENT:
      return true;
    default:
      return false;
  }
}

EventsOrRefusal DecideAccept(const v1::MediationState& state, const v1::AcceptDisputeRequest& request,
                             const OfficeFact& office, const Context& context) {
  if (auto refusal = CheckCommittee(request.office_id(), office, context)) return *std::move(refusal);
  if (auto refusal = CheckOpen(state, request.etag())) return *std::move(refusal);
  if (!state.office_id().empty()) return AlreadyDone(Phrase::PHRASE_DISPUTE_ACCEPTANCE);
  for (int i = 0; i < state.parties_size(); ++i) {
    if (state.parties(i).consent() != v1::CONSENT_GIVEN) {
      return Refuse(R::REFUSAL_CONSENT_INCOMPLETE, {{"party", absl::StrCat(i + 1)}});
    }
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  events[0].mutable_dispute_accepted()->set_office_id(request.office_id());
  *events[0].mutable_dispute_accepted()->mutable_acceptor() = request.actor();
  // Custody may have come here after another committee had accepted: the term of the dispute runs on.
  if (state.mediation_term().status() != v1::TERM_STATUS_UNSPECIFIED) return events;
  events.push_back(NewEvent(state.case_id(), context.received_at));
  const bool from_files = CountsFromFiles(state.source()) && state.has_files_signed_at();
  const Instant start = from_files ? ToInstant(state.files_signed_at()) : context.received_at;
  *events[1].mutable_mediation_clock_started()->mutable_deadline() =
      context.rules->StartClock(PolicyOf(state.source()), start);
  return events;
}

EventsOrRefusal DecideAssign(const v1::MediationState& state, const v1::AssignMediatorRequest& request,
                             const MediatorFact& mediator, const Context& context) {
  if (auto refusal = CheckText("mediator_id", request.mediator_id(), kIdBytesMax, true)) return *std::move(refusal);
  if (auto refusal = CheckOpen(state, request.etag())) return *std::move(refusal);
  if (state.office_id().empty()) return NotReached(Phrase::PHRASE_DISPUTE_ACCEPTANCE);
  if (!state.mediator_id().empty()) return AlreadyDone(Phrase::PHRASE_MEDIATOR);
  if (auto refusal = CheckMediator(state, request.mediator_id(), mediator, context)) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  events[0].mutable_mediator_assigned()->set_mediator_id(request.mediator_id());
  *events[0].mutable_mediator_assigned()->mutable_assigner() = request.actor();
  return events;
}

EventsOrRefusal DecideReplace(const v1::MediationState& state, const v1::ReplaceMediatorRequest& request,
                              const MediatorFact& mediator, const Context& context) {
  if (auto refusal = CheckText("mediator_id", request.mediator_id(), kIdBytesMax, true)) return *std::move(refusal);
  if (auto refusal = CheckText("reason_code", request.reason_code(), kReasonCodeBytesMax, true)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckOpen(state, request.etag())) return *std::move(refusal);
  if (state.mediator_id().empty()) return NotReached(Phrase::PHRASE_MEDIATOR);
  if (state.mediator_id() == request.mediator_id()) return RefuseField("mediator_id", Phrase::PHRASE_SAME_MEDIATOR);
  if (auto refusal = CheckMediator(state, request.mediator_id(), mediator, context)) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  auto* replaced = events[0].mutable_mediator_replaced();
  replaced->set_from_mediator_id(state.mediator_id());
  replaced->set_mediator_id(request.mediator_id());
  replaced->set_reason_code(request.reason_code());
  *replaced->mutable_assigner() = request.actor();
  return events;
}

}  // namespace casehub::mediation
