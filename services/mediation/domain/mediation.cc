#include "services/mediation/domain/mediation.h"

#include "services/mediation/domain/after.h"
#include "services/mediation/domain/terms.h"
#include "services/model/timestamps.h"

namespace casehub::mediation {
namespace {

void Conclude(v1::MediationStatus status, Instant at, v1::MediationState* state) {
  state->set_status(status);
  *state->mutable_concluded_at() = ToTimestamp(at);
}

void Hold(const v1::SessionHeld& held, v1::MediationState* state) {
  v1::Session* session = state->add_sessions();
  session->set_ordinal(held.ordinal());
  session->set_mode(held.mode());
  *session->mutable_held_at() = held.held_at();
  *session->mutable_present() = held.present();
  session->set_mediator_id(held.mediator_id());  // its record has a row of its own
}

void Agree(const v1::AgreementEffective& effective, v1::MediationState* state) {
  v1::Agreement* agreement = state->mutable_agreement();
  for (const v1::AgreementTerm& term : effective.terms()) *agreement->add_terms()->mutable_term() = term;
  *agreement->mutable_effective_at() = effective.effective_at();
  End(ToInstant(effective.effective_at()), state->mutable_mediation_term());
  state->set_status(v1::MEDIATION_STATUS_AGREED);
}

void Restate(const v1::DeadlineRestated& restated, Instant recorded_at, v1::MediationState* state) {
  if (restated.after().policy() != kConfirmation) {
    Move(restated.after(), recorded_at, state->mutable_mediation_term());
    return;
  }
  Move(restated.after(), recorded_at, state->mutable_confirmation_term());
  state->mutable_agreement()->set_remind_on(restated.remind_on());
}

void Follow(const v1::MediationEvent& fact, Instant recorded_at, v1::MediationState* state) {
  v1::Agreement* agreement = state->mutable_agreement();
  if (fact.has_joint_application_recorded()) {
    *agreement->mutable_applied_at() = fact.joint_application_recorded().applied_at();
    agreement->set_court(fact.joint_application_recorded().court());
    End(ToInstant(agreement->applied_at()), state->mutable_confirmation_term());
  } else if (fact.has_court_outcome_recorded()) {
    agreement->set_outcome(fact.court_outcome_recorded().outcome());
    agreement->set_outcome_reference(fact.court_outcome_recorded().reference());
    *agreement->mutable_outcome_at() = fact.court_outcome_recorded().decided_at();
    Cancel(recorded_at, state->mutable_confirmation_term());  // nothing is left to apply for
  } else if (fact.has_performance_recorded()) {
    const v1::PerformanceRecorded& recorded = fact.performance_recorded();
    if (recorded.term() < 1 || recorded.term() > static_cast<uint32_t>(agreement->terms_size())) return;
    v1::AgreedTerm* term = agreement->mutable_terms(static_cast<int>(recorded.term()) - 1);
    term->set_performance(recorded.performance());
    *term->mutable_performance_at() = recorded.at();
  }
}

}  // namespace

v1::MediationState OpenedBy(const intake::v1::IntakeEvent& opened, Municipality here) {
  v1::MediationState state;
  state.set_case_id(opened.case_id());
  state.set_municipality(here.ToString());
  state.set_status(v1::MEDIATION_STATUS_REFERRED);
  state.set_matter_type(opened.case_opened().matter_type());
  *state.mutable_received_at() = opened.occurred_at();
  return state;
}

void Refer(const intake::v1::IntakeEvent& received, v1::MediationState* state) {
  const intake::v1::ReferralReceived& referral = received.referral_received();
  state->set_source(referral.source());
  state->set_source_organ(referral.source_organ());
  state->set_source_reference(referral.source_reference());
  *state->mutable_dispute() = referral.dispute();
  for (const common::v1::Person& person : referral.parties()) *state->add_parties()->mutable_person() = person;
  if (referral.has_files_signed_at()) *state->mutable_files_signed_at() = referral.files_signed_at();
}

void Withdraw(Instant recorded_at, v1::MediationState* state) {
  Cancel(recorded_at, state->mutable_mediation_term());
  Conclude(v1::MEDIATION_STATUS_WITHDRAWN, recorded_at, state);
  state->set_version(state->version() + 1);
  *state->mutable_changed_at() = ToTimestamp(recorded_at);
}

void Evolve(const v1::MediationEvent& event, Instant recorded_at, v1::MediationState* state) {
  state->set_version(state->version() + 1);
  *state->mutable_changed_at() = ToTimestamp(recorded_at);
  switch (event.event_case()) {
    case v1::MediationEvent::kConsentRecorded: {
      const v1::ConsentRecorded& answer = event.consent_recorded();
      if (answer.party() < 1 || answer.party() > static_cast<uint32_t>(state->parties_size())) return;
      state->mutable_parties(static_cast<int>(answer.party()) - 1)
          ->set_consent(answer.consented() ? v1::CONSENT_GIVEN : v1::CONSENT_REFUSED);
      return;
    }
    case v1::MediationEvent::kReferralReturned:
      state->set_reason_code(event.referral_returned().reason_code());
      return Conclude(v1::MEDIATION_STATUS_RETURNED, recorded_at, state);
    case v1::MediationEvent::kDisputeAccepted:
      state->set_office_id(event.dispute_accepted().office_id());
      if (state->status() != v1::MEDIATION_STATUS_REFERRED) return;  // again, where custody moved to
      *state->mutable_accepted_at() = event.occurred_at();
      state->set_status(v1::MEDIATION_STATUS_ACCEPTED);
      return;
    case v1::MediationEvent::kMediationClockStarted:
      return Start(event.mediation_clock_started().deadline(), state->mutable_mediation_term());
    case v1::MediationEvent::kMediatorAssigned:
      state->set_mediator_id(event.mediator_assigned().mediator_id());
      return;
    case v1::MediationEvent::kMediatorReplaced:
      state->set_mediator_id(event.mediator_replaced().mediator_id());
      return;
    case v1::MediationEvent::kSessionHeld:
      return Hold(event.session_held(), state);
    case v1::MediationEvent::kMediationExtended:
      return Move(event.mediation_extended().deadline(), recorded_at, state->mutable_mediation_term());
    case v1::MediationEvent::kAgreementEffective:
      return Agree(event.agreement_effective(), state);
    case v1::MediationEvent::kConfirmationClockStarted:
      state->mutable_agreement()->set_remind_on(event.confirmation_clock_started().remind_on());
      return Start(event.confirmation_clock_started().deadline(), state->mutable_confirmation_term());
    case v1::MediationEvent::kConfirmationReminded:
      state->mutable_agreement()->set_reminded(true);
      return;
    case v1::MediationEvent::kConfirmationLapsed:
      state->mutable_confirmation_term()->set_status(v1::TERM_STATUS_LAPSED);
      return;
    case v1::MediationEvent::kResultReturned:
      state->set_result_returned(event.result_returned().result());
      return;
    case v1::MediationEvent::kMediationSucceeded:
      return Conclude(v1::MEDIATION_STATUS_SUCCEEDED, recorded_at, state);
    case v1::MediationEvent::kMediationFailed:
      state->set_onward_path(event.mediation_failed().onward_path());
      state->set_reason_code(event.mediation_failed().reason_code());
      End(recorded_at, state->mutable_mediation_term());
      return Conclude(v1::MEDIATION_STATUS_FAILED, recorded_at, state);
    case v1::MediationEvent::kMediatorSubsidyPayable:
      state->set_subsidy_payable(true);
      return;
    case v1::MediationEvent::kDeadlineMissed:
      state->mutable_mediation_term()->set_status(v1::TERM_STATUS_MISSED);
      return;
    case v1::MediationEvent::kDeadlineRestated:
      return Restate(event.deadline_restated(), recorded_at, state);
    case v1::MediationEvent::kJointApplicationRecorded:
    case v1::MediationEvent::kCourtOutcomeRecorded:
    case v1::MediationEvent::kPerformanceRecorded:
      if (state->frozen_hop() > 0) {
        *state->add_held() = event;
      } else {
        Follow(event, recorded_at, state);
      }
      return;
    case v1::MediationEvent::kPartExported:
    case v1::MediationEvent::EVENT_NOT_SET:
      return;
  }
}

}  // namespace casehub::mediation
