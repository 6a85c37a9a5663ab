#include "services/intake/domain/case.h"

#include "services/intake/domain/aid_review.h"
#include "services/intake/domain/clocks.h"
#include "services/intake/domain/decision.h"
#include "services/intake/domain/promise.h"

namespace casehub::intake {
namespace {

// After a transfer the days of the decision start with custody; those of the former custodian end (decision 2).
void AwaitDecisionClock(Instant at, v1::CaseState* state) {
  DropAwaited(state);
  if (!state->application_received() || state->aid().decision() != v1::AID_DECISION_UNSPECIFIED) return;
  CancelClock("aid.decide", at, state);
  v1::Clock* awaited = state->add_clocks();
  awaited->mutable_deadline()->set_policy("aid.decide");
  *awaited->mutable_deadline()->mutable_started_at() = ToTimestamp(at);
}

void Open(const v1::IntakeEvent& event, Municipality here, v1::CaseState* state) {
  const v1::CaseOpened& opened = event.case_opened();
  state->set_case_id(event.case_id());
  state->set_municipality(here.ToString());
  state->set_home_municipality(here.ToString());
  state->set_kind(opened.kind());
  state->set_status(v1::CASE_STATUS_OPEN);
  state->set_channel(opened.channel());
  state->set_matter_type(opened.matter_type());
  state->set_source_system(opened.source_system());
  state->set_external_reference(opened.external_reference());
  if (opened.has_applicant()) *state->mutable_applicant() = opened.applicant();
  *state->mutable_opened_at() = event.occurred_at();
}

void Receive(const v1::ApplicationReceived& received, v1::CaseState* state) {
  state->set_kind(v1::CASE_KIND_LEGAL_AID);
  state->set_application_received(true);
  state->set_away_from_home(received.away_from_home());
  state->set_competent_municipality(received.competent_municipality());
  *state->mutable_documents() = received.documents();
  if (received.has_statement()) *state->mutable_question() = received.statement();
}

void CloseConsultation(Instant at, v1::CaseState* state) {
  EndClock(kPromisePolicy, at, state);  // what was promised is the answer
  CancelClocks(at, state);              // answered by the first receiver: nothing is left to hand over
  state->set_status(v1::CASE_STATUS_CLOSED);
}

// What was missed by the provisional date may be in time by the final one.
void Restate(const v1::DeadlineRestated& restated, Instant recorded_at, v1::CaseState* state) {
  v1::Clock* clock = FindClock(restated.before().policy(), state);
  if (clock == nullptr) return;
  *clock->mutable_deadline() = restated.after();
  if (recorded_at < ToInstant(restated.after().due_at())) clock->set_status(v1::CLOCK_STATUS_RUNNING);
}

void TakeOver(const transfer::v1::CustodyMoved& moved, Instant at, Municipality here, v1::CaseState* state) {
  const std::string case_id = state->case_id();
  const uint64_t version = state->version();
  for (const transfer::v1::Part& part : moved.parts()) {
    if (part.service() != static_cast<uint32_t>(ServiceId::kIntake)) continue;
    state->ParseFromString(part.state());
  }
  state->set_case_id(case_id);
  state->set_version(std::max(state->version(), version));
  state->set_municipality(here.ToString());
  // An empty one would be taken for here (case_rows.h).
  if (state->home_municipality().empty()) {
    state->set_home_municipality(moved.home_municipality().empty() ? moved.from() : moved.home_municipality());
  }
  state->set_frozen_hop(0);
  state->clear_frozen_to();
  // Offices and staff are the origin's own; here the case waits for its first office.
  state->clear_responsible_office_id();
  state->clear_responsible_staff_id();
  state->clear_pending_office_id();
  // Whoever has custody is competent, by its own acceptance or by ruling.
  if (state->application_received()) state->set_competent_municipality(here.ToString());
  state->set_acquired_from(moved.from());
  state->set_offered_digest(moved.document_digest());
  state->clear_document_set();
  state->set_moved_outside(false);
  EndClock("transfer.forward", at, state);
  // Notices of the former custodian stand in its ledger; what is missing is asked for anew.
  CancelClock("aid.supplement", at, state);
  if (state->has_aid()) state->mutable_aid()->clear_notices();
  for (v1::Clock& clock : *state->mutable_clocks()) {
    clock.clear_due_offset();
    clock.clear_due_event();
    clock.clear_due_n();
  }
  AwaitDecisionClock(at, state);
}

// The superior, or its paper, says that the case stays: then this municipality is competent, and decides in time.
void StayByRuling(Instant at, Municipality here, v1::CaseState* state) {
  if (!state->away_from_home() || state->competent_municipality() == here.ToString()) return;
  state->set_competent_municipality(here.ToString());
  AwaitDecisionClock(at, state);
}

void Receive(const v1::NoticeReceived& notice, v1::CaseState* state) {
  v1::Defence* defence = state->mutable_defence();
  defence->set_ground(notice.ground());
  defence->set_stage(notice.stage());
  defence->set_maximum_penalty(notice.maximum_penalty());
  defence->set_authority(notice.authority());
  defence->set_authority_reference(notice.authority_reference());
  defence->set_need_found_on(notice.need_found_on());
  defence->set_linked_case_id(notice.linked_case_id());
}

}  // namespace

void Evolve(const v1::IntakeEvent& event, Instant recorded_at, Municipality here, v1::CaseState* state) {
  state->set_version(state->version() + 1);
  *state->mutable_changed_at() = ToTimestamp(recorded_at);
  switch (event.event_case()) {
    case v1::IntakeEvent::kCaseOpened:
      Open(event, here, state);
      break;
    case v1::IntakeEvent::kFirstReceiverFixed:
      *state->mutable_first_receiver() = event.first_receiver_fixed().receiver();
      state->set_responsible_office_id(event.first_receiver_fixed().receiver().office_id());
      state->set_responsible_staff_id(event.first_receiver_fixed().receiver().staff_id());
      break;
    case v1::IntakeEvent::kContactRegistered:
      state->set_contacts(event.contact_registered().ordinal());
      if (state->kind() == v1::CASE_KIND_CONSULTATION && event.contact_registered().ordinal() == 1) {
        *state->mutable_question() = event.contact_registered().note();
        state->set_calls(1);
      }
      break;
    case v1::IntakeEvent::kApplicationReceived:
      Receive(event.application_received(), state);
      break;
    case v1::IntakeEvent::kReferralReceived:
      *state->mutable_question() = event.referral_received().dispute();
      break;
    case v1::IntakeEvent::kDecisionClockStarted:
      DropAwaited(state);
      AddClock(event.decision_clock_started().deadline(), state);
      break;
    case v1::IntakeEvent::kMaterialListAgreed:
      *state->mutable_materials() = event.material_list_agreed().items();
      break;
    case v1::IntakeEvent::kInterviewRecorded:
      state->set_interview_recorded(true);
      break;
    case v1::IntakeEvent::kTransferConsentRecorded:
      state->set_transfer_consent(true);
      *state->mutable_consent() = event.transfer_consent_recorded().consent();
      break;
    case v1::IntakeEvent::kForwardClockStarted:
      AddClock(event.forward_clock_started().deadline(), state);
      break;
    case v1::IntakeEvent::kHandOverClockStarted:
      AddClock(event.hand_over_clock_started().deadline(), state);
      break;
    case v1::IntakeEvent::kAnswerClockStarted:
      AddClock(event.answer_clock_started().deadline(), state);
      break;
    case v1::IntakeEvent::kHandedOver:
      state->set_pending_office_id(event.handed_over().to_office_id());
      break;
    case v1::IntakeEvent::kResponsibilityMoved:
      state->clear_pending_office_id();
      state->set_responsible_office_id(event.responsibility_moved().office_id());
      state->set_responsible_staff_id(event.responsibility_moved().staff_id());
      EndClock("hotline.hand_over", recorded_at, state);
      break;
    case v1::IntakeEvent::kRepeatCallCounted:
      state->set_calls(event.repeat_call_counted().calls());
      break;
    case v1::IntakeEvent::kEscalated:
      state->set_escalated(true);
      break;
    case v1::IntakeEvent::kAnswerRecorded:
      state->set_answered(true);
      *state->mutable_answer() = event.answer_recorded().answer();
      state->set_answer_staff_id(event.answer_recorded().staff_id());
      break;
    case v1::IntakeEvent::kAnswerDelivered: {
      const Instant delivered_at = ToInstant(event.answer_delivered().delivered_at());
      EndClock("hotline.answer", delivered_at, state);
      EndClock("hotline.urgent", delivered_at, state);
      break;
    }
    case v1::IntakeEvent::kConsultationClosed:
      CloseConsultation(recorded_at, state);
      break;
    case v1::IntakeEvent::kCaseWithdrawn:
      CancelClocks(recorded_at, state);
      state->set_status(v1::CASE_STATUS_WITHDRAWN);
      break;
    case v1::IntakeEvent::kCaseArchived:
      state->set_status(v1::CASE_STATUS_ARCHIVED);
      break;
    case v1::IntakeEvent::kDeadlineMissed:
      if (v1::Clock* clock = FindClock(event.deadline_missed().policy(), state)) {
        clock->set_status(v1::CLOCK_STATUS_MISSED);
      }
      break;
    case v1::IntakeEvent::kDeadlineRestated:
      Restate(event.deadline_restated(), recorded_at, state);
      break;
    case v1::IntakeEvent::kLineEventRecorded:
      state->set_line_events(state->line_events() + 1);
      break;
    case v1::IntakeEvent::kLineCaseDescribed:
      *state->mutable_attributes() = event.line_case_described().attributes();
      break;
    case v1::IntakeEvent::kAssignClockStarted:
      AddClock(event.assign_clock_started().deadline(), state);
      break;
    case v1::IntakeEvent::kNoticeReceived:
      Receive(event.notice_received(), state);
      break;
    case v1::IntakeEvent::kAuthorityTimeliness:
      state->mutable_defence()->set_notified_late(event.authority_timeliness().late());
      break;
    case v1::IntakeEvent::kDocumentSetVerified:
      state->set_document_set(v1::DOCUMENT_SET_STATUS_VERIFIED);
      break;
    case v1::IntakeEvent::kDocumentSetDiffers:
      state->set_document_set(v1::DOCUMENT_SET_STATUS_DIFFERS);
      break;
    case v1::IntakeEvent::kApplicationLinked:
      state->set_duplicate_of(event.application_linked().first_case_id());
      break;
    case v1::IntakeEvent::kCaseParked:
      state->set_parked_reason(event.case_parked().reason());
      break;
    case v1::IntakeEvent::kSameMatterSuspected: {
      const v1::SameMatterSuspected& suspected = event.same_matter_suspected();
      v1::SameMatter* same = state->add_same_matters();
      same->set_case_id(suspected.other_case_id());
      same->set_source_system(suspected.other_source_system());
      same->set_rule(suspected.rule());
      break;
    }
    case v1::IntakeEvent::kDatePromised:
    case v1::IntakeEvent::kPromiseKept:
      EvolvePromise(event, recorded_at, state);
      break;
    case v1::IntakeEvent::kImportRunRecorded:   // not about a case
    case v1::IntakeEvent::kClaimCodeIssued:     // derived, never stored
    case v1::IntakeEvent::kVersionsPinned:      // stands in the ledger
    case v1::IntakeEvent::kReceivedAtOrigin:    // transfer keeps it
    case v1::IntakeEvent::kPartExported:        // changes nothing here
    case v1::IntakeEvent::kCostRecoveryOpened:  // stands in the ledger
    case v1::IntakeEvent::kDetaineeForwarded:   // stands in the ledger
    case v1::IntakeEvent::EVENT_NOT_SET:
      break;
    default:
      EvolveAid(event, recorded_at, state);
      break;
  }
}

void Evolve(const mediation::v1::MediationEvent&, Instant recorded_at, v1::CaseState* state) {
  CancelClocks(recorded_at, state);
  state->clear_pending_office_id();
  state->set_status(v1::CASE_STATUS_CLOSED);
  state->set_version(state->version() + 1);
  *state->mutable_changed_at() = ToTimestamp(recorded_at);
}

void Evolve(const transfer::v1::TransferEvent& event, Instant recorded_at, Municipality here, v1::CaseState* state) {
  using transfer::v1::TransferEvent;
  switch (event.event_case()) {
    case TransferEvent::kCaseFrozen:
      state->set_frozen_hop(event.case_frozen().hop());
      state->set_frozen_to(event.case_frozen().to());
      break;
    case TransferEvent::kTransferOffered:
      EndClock("transfer.forward", recorded_at, state);
      break;
    case TransferEvent::kCaseThawed:
      state->set_frozen_hop(0);
      state->clear_frozen_to();
      if (event.case_thawed().why() == "ruled") StayByRuling(recorded_at, here, state);
      break;
    case TransferEvent::kPaperRulingRecorded:
      if (event.paper_ruling_recorded().custodian() != here.ToString()) return;
      StayByRuling(recorded_at, here, state);
      break;
    case TransferEvent::kCustodyLearned:
      state->set_frozen_hop(0);
      state->set_frozen_to(event.custody_learned().custodian());
      state->set_status(v1::CASE_STATUS_MOVED_AWAY);
      state->set_moved_outside(event.custody_learned().outside());
      CancelClocks(recorded_at, state);
      break;
    case TransferEvent::kCustodyMoved:
      state->set_case_id(event.case_id());
      TakeOver(event.custody_moved(), recorded_at, here, state);
      break;
    default:
      return;
  }
  state->set_version(state->version() + 1);
  *state->mutable_changed_at() = ToTimestamp(recorded_at);
}

}  // namespace casehub::intake
