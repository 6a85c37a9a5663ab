// How the events of legal aid change a case.
#include "services/intake/domain/aid_review.h"
#include "services/intake/domain/clocks.h"
#include "services/model/civil_time.h"

namespace casehub::intake {
namespace {

constexpr std::string_view kSupplement = "aid.supplement";

v1::Notice* FirstNotice(v1::CaseState* state) {
  return state->aid().notices().empty() ? nullptr : state->mutable_aid()->mutable_notices(0);
}

void Pause(const v1::ClockPaused& paused, v1::CaseState* state) {
  if (v1::Notice* notice = FirstNotice(state)) *notice->mutable_delivered_at() = paused.delivered_at();
  AddClock(paused.lapse(), state);
  v1::Clock* clock = FindClock(paused.policy(), state);
  if (clock == nullptr || !IsRunning(*clock)) return;  // overdue already: nothing is left to stop
  clock->set_status(v1::CLOCK_STATUS_PAUSED);
  clock->add_pauses()->set_from(FormatDate(DateAt(ToInstant(paused.delivered_at()))));
}

void Complete(const v1::SupplementsCompleted& completed, v1::CaseState* state) {
  if (v1::Notice* notice = FirstNotice(state)) {
    notice->mutable_received()->MergeFrom(completed.items());
    *notice->mutable_completed_at() = completed.completed_at();
  }
  state->mutable_documents()->MergeFrom(completed.documents());
  EndClock(kSupplement, ToInstant(completed.completed_at()), state);
}

void Resume(const v1::ClockResumed& resumed, v1::CaseState* state) {
  v1::Clock* clock = FindClock(resumed.policy(), state);
  if (clock == nullptr || clock->pauses().empty()) return;
  clock->mutable_pauses(clock->pauses_size() - 1)->set_to(resumed.paused_to());
  *clock->mutable_deadline() = resumed.deadline();
  clock->set_status(v1::CLOCK_STATUS_RUNNING);
}

void CloseAs(v1::AidDecision decision, const std::string& reason_code, Instant at, v1::CaseState* state) {
  state->mutable_aid()->set_decision(decision);
  state->mutable_aid()->set_reason_code(reason_code);
  CancelClocks(at, state);
  state->set_status(v1::CASE_STATUS_CLOSED);
}

// After a refusal nothing is decided any more; after a termination the aid is granted as it was.
void Reopen(v1::CaseState* state) {
  v1::Aid* aid = state->mutable_aid();
  const bool terminated = aid->decision() == v1::AID_DECISION_TERMINATED;
  aid->set_decision(terminated ? v1::AID_DECISION_GRANTED : v1::AID_DECISION_UNSPECIFIED);
  aid->clear_reason_code();
  aid->set_objected(false);  // a new decision may be objected to anew
  state->set_status(v1::CASE_STATUS_OPEN);
}

}  // namespace

void EvolveAid(const v1::IntakeEvent& event, Instant recorded_at, v1::CaseState* state) {
  v1::Aid* aid = state->mutable_aid();
  switch (event.event_case()) {
    case v1::IntakeEvent::kHardshipPledged:
      aid->set_pledge(v1::PLEDGE_STATUS_GIVEN);
      break;
    case v1::IntakeEvent::kVerificationDue:
      aid->set_verify_by(event.verification_due().verify_by());
      break;
    case v1::IntakeEvent::kPledgeVerified:
      aid->set_pledge(v1::PLEDGE_STATUS_VERIFIED);
      break;
    case v1::IntakeEvent::kPledgeFalse:
      aid->set_pledge(v1::PLEDGE_STATUS_FALSE);
      break;
    case v1::IntakeEvent::kPreliminaryReviewed:
      *aid->mutable_reviewer() = event.preliminary_reviewed().reviewer();
      aid->set_recommendation(event.preliminary_reviewed().recommendation());
      break;
    case v1::IntakeEvent::kResponsibilityHandedOver:
      state->set_responsible_office_id(event.responsibility_handed_over().to_office_id());
      state->clear_responsible_staff_id();
      break;
    case v1::IntakeEvent::kNoticeIssued: {
      v1::Notice* notice = aid->add_notices();
      notice->set_ordinal(event.notice_issued().ordinal());
      *notice->mutable_items() = event.notice_issued().items();
      *notice->mutable_issued_at() = event.occurred_at();
      break;
    }
    case v1::IntakeEvent::kClockPaused:
      Pause(event.clock_paused(), state);
      break;
    case v1::IntakeEvent::kSupplementsReceived:
      if (v1::Notice* notice = FirstNotice(state)) {
        notice->mutable_received()->MergeFrom(event.supplements_received().items());
      }
      break;
    case v1::IntakeEvent::kSupplementsCompleted:
      Complete(event.supplements_completed(), state);
      break;
    case v1::IntakeEvent::kClockResumed:
      Resume(event.clock_resumed(), state);
      break;
    case v1::IntakeEvent::kDeemedWithdrawn:
      CancelClocks(recorded_at, state);
      state->set_status(v1::CASE_STATUS_WITHDRAWN);
      break;
    case v1::IntakeEvent::kAidGranted:
      aid->set_decision(v1::AID_DECISION_GRANTED);
      EndClock("aid.decide", recorded_at, state);
      break;
    case v1::IntakeEvent::kAidRefused:
      EndClock("aid.decide", recorded_at, state);
      CloseAs(v1::AID_DECISION_REFUSED, event.aid_refused().reason_code(), recorded_at, state);
      break;
    case v1::IntakeEvent::kUrgentAidFlagged:
      aid->set_urgent(event.urgent_aid_flagged().ground());
      break;
    case v1::IntakeEvent::kObjectionFiled:
      aid->set_objection_open(true);
      AddClock(event.objection_filed().deadline(), state);
      break;
    case v1::IntakeEvent::kObjectionDecided:
      aid->set_objection_open(false);
      aid->set_objected(true);
      EndClock("objection.decide", recorded_at, state);
      break;
    case v1::IntakeEvent::kCaseReopened:
      Reopen(state);
      break;
    case v1::IntakeEvent::kAidTerminated:
      CloseAs(v1::AID_DECISION_TERMINATED, event.aid_terminated().reason_code(), recorded_at, state);
      break;
    default:
      break;
  }
}

}  // namespace casehub::intake
