#include "services/mediation/domain/session.h"

#include "absl/strings/str_cat.h"
#include "services/mediation/domain/terms.h"
#include "services/model/civil_time.h"

namespace casehub::mediation {

using R = common::v1::Refusal;

namespace {

bool HasText(const common::v1::PersonalText& text) { return !text.sealed().empty() || !text.text().empty(); }

size_t BytesOf(const common::v1::PersonalText& text) {
  if (text.sealed().empty()) return text.text().size();
  return text.sealed().size() - std::min(text.sealed().size(), kSealedExtraBytes);
}

// Parties that came: ascending, each once.
std::optional<Refused> CheckPresent(const v1::MediationState& state, const v1::HoldSessionRequest& request) {
  if (request.present().empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "present"}});
  const auto parties = static_cast<uint32_t>(state.parties_size());
  std::vector<bool> seen(parties + 1);
  for (int i = 0; i < request.present_size(); ++i) {
    const std::string field = absl::StrCat("present[", i, "]");
    const uint32_t party = request.present(i);
    if (party < 1 || party > parties) {
      return RefuseField(field, Phrase::PHRASE_PARTY_NUMBER).With("limit", absl::StrCat(parties));
    }
    if (seen[party]) return RefuseField(field, Phrase::PHRASE_PARTY_TWICE);
    seen[party] = true;
  }
  return std::nullopt;
}

std::optional<Refused> CheckTerms(const v1::RecordAgreementRequest& request) {
  if (request.terms().empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "terms"}});
  if (request.terms_size() > kTermsMax) return RefuseTooMany("terms", kTermsMax);
  size_t bytes = 0;
  for (int i = 0; i < request.terms_size(); ++i) {
    const v1::AgreementTerm& term = request.terms(i);
    if (!HasText(term.text())) {
      return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", absl::StrCat("terms[", i, "].text.text")}});
    }
    if (!term.perform_by().empty() && !ParseDate(term.perform_by())) {
      return RefuseField(absl::StrCat("terms[", i, "].perform_by"), Phrase::PHRASE_DATE_FORMAT);
    }
    bytes += BytesOf(term.text());
  }
  if (bytes <= kTermsBytesMax) return std::nullopt;
  return Refuse(R::REFUSAL_FIELD_TOO_LONG,
                {{"field", "terms"}, {"size", absl::StrCat(bytes)}, {"limit", absl::StrCat(kTermsBytesMax)}});
}

// A session needs someone who holds it.
std::optional<Refused> CheckInHand(const v1::MediationState& state, const std::string& etag) {
  if (auto refusal = CheckOpen(state, etag)) return refusal;
  if (state.office_id().empty()) return NotReached(Phrase::PHRASE_DISPUTE_ACCEPTANCE);
  if (state.mediator_id().empty()) return NotReached(Phrase::PHRASE_MEDIATOR);
  return std::nullopt;
}

}  // namespace

EventsOrRefusal DecideHoldSession(const v1::MediationState& state, const v1::HoldSessionRequest& request,
                                  const Context& context) {
  if (request.mode() == v1::SESSION_MODE_UNSPECIFIED) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "mode"}});
  if (!v1::SessionMode_IsValid(request.mode())) return RefuseField("mode", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  if (request.has_held_at()) {
    if (auto refusal = CheckNotInFuture("held_at", request.held_at(), context.now)) return *std::move(refusal);
  }
  if (!HasText(request.record())) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "record.text"}});
  if (auto refusal = CheckPresent(state, request)) return *std::move(refusal);
  if (auto refusal = CheckInHand(state, request.etag())) return *std::move(refusal);
  if (state.sessions_size() >= kSessionsMax) {
    return Refuse(R::REFUSAL_TOO_MANY_SESSIONS, {{"limit", absl::StrCat(kSessionsMax)}});
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  auto* held = events[0].mutable_session_held();
  held->set_ordinal(static_cast<uint32_t>(state.sessions_size()) + 1);
  held->set_mode(request.mode());
  *held->mutable_held_at() = When(request.has_held_at(), request.held_at(), context);
  *held->mutable_present() = request.present();
  std::sort(held->mutable_present()->begin(), held->mutable_present()->end());
  held->set_mediator_id(state.mediator_id());
  *held->mutable_record() = request.record();
  return events;
}

EventsOrRefusal DecideExtend(const v1::MediationState& state, const v1::ExtendMediationRequest& request,
                             const Context& context) {
  if (auto refusal = CheckText("reason_code", request.reason_code(), kReasonCodeBytesMax, true)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckOpen(state, request.etag())) return *std::move(refusal);
  if (state.office_id().empty()) return NotReached(Phrase::PHRASE_DISPUTE_ACCEPTANCE);
  if (state.has_agreement()) return AlreadyDone(Phrase::PHRASE_AGREEMENT);
  const common::v1::Deadline& deadline = state.mediation_term().deadline();
  if (deadline.extended()) return AlreadyDone(Phrase::PHRASE_EXTENSION);
  // In time is what was received in time, also if it is decided after the term has run out.
  if (context.received_at >= ToInstant(deadline.due_at())) {
    return Refuse(R::REFUSAL_TERM_OVER, {{"due_date", deadline.due_date()}});
  }
  const auto longer = context.rules->Extend(deadline);
  if (!longer) return Refuse(R::REFUSAL_NO_EXTENSION, {{"policy", deadline.policy()}});
  Events events{NewEvent(state.case_id(), context.received_at)};
  *events[0].mutable_mediation_extended()->mutable_deadline() = *longer;
  events[0].mutable_mediation_extended()->set_reason_code(request.reason_code());
  return events;
}

EventsOrRefusal DecideAgreement(const v1::MediationState& state, const v1::RecordAgreementRequest& request,
                                const Context& context) {
  if (auto refusal = CheckTerms(request)) return *std::move(refusal);
  if (request.has_effective_at()) {
    if (auto refusal = CheckNotInFuture("effective_at", request.effective_at(), context.now)) {
      return *std::move(refusal);
    }
  }
  if (auto refusal = CheckInHand(state, request.etag())) return *std::move(refusal);
  if (state.sessions().empty()) return NotReached(Phrase::PHRASE_SESSION);
  if (state.has_agreement()) return AlreadyDone(Phrase::PHRASE_AGREEMENT);
  if (state.result_returned() == v1::MEDIATION_RESULT_FAILED) return Refuse(R::REFUSAL_FAILURE_RETURNED);
  Events events(2, NewEvent(state.case_id(), context.received_at));
  auto* effective = events[0].mutable_agreement_effective();
  *effective->mutable_terms() = request.terms();
  *effective->mutable_effective_at() = When(request.has_effective_at(), request.effective_at(), context);
  auto* clock = events[1].mutable_confirmation_clock_started();
  *clock->mutable_deadline() = context.rules->StartClock(kConfirmation, ToInstant(effective->effective_at()));
  clock->set_remind_on(RemindOn(clock->deadline(), *context.rules));
  return events;
}

}  // namespace casehub::mediation
