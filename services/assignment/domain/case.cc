#include "services/assignment/domain/case.h"

#include <algorithm>

#include "services/assignment/domain/choose.h"
#include "services/assignment/domain/clocks.h"
#include "services/model/civil_time.h"

namespace casehub::assignment {

using intake::v1::IntakeEvent;
using v1::AssignmentEvent;

namespace {

v1::PractitionerRef RefOf(const std::string& practitioner_id, const std::string& lent_from) {
  v1::PractitionerRef ref;
  ref.set_practitioner_id(practitioner_id);
  ref.set_lent_from(lent_from);
  return ref;
}

v1::Work* WorkOf(const v1::PractitionerRef& practitioner, v1::AssignmentState* state) {
  for (v1::Work& work : *state->mutable_work()) {
    if (SamePractitioner(work.practitioner(), practitioner)) return &work;
  }
  v1::Work* work = state->add_work();
  *work->mutable_practitioner() = practitioner;
  return work;
}

void On(const v1::OfferMade& made, v1::AssignmentState* state) {
  state->set_status(v1::ASSIGNMENT_STATUS_OFFERED);
  state->set_offers(state->offers() + 1);
  v1::PendingOffer* offer = state->mutable_offer();
  offer->set_offer_id(made.offer_id());
  *offer->mutable_practitioner() = RefOf(made.practitioner_id(), made.lent_from());
  *offer->mutable_respond_by() = made.respond_by();
  offer->set_village(made.explanation().needs().village());
  offer->set_villages_overridden(!made.villages_override_reason().empty());
}

// Declined or not answered: who was asked is not asked again, unless by name.
void DropOffer(v1::AssignmentState* state) {
  Bar(state->offer().practitioner(), v1::CHOICE_RULE_ASKED_BEFORE, state);
  state->clear_offer();
  state->set_status(v1::ASSIGNMENT_STATUS_QUEUED);
}

void On(const v1::PractitionerAssigned& assigned, Instant recorded_at, v1::AssignmentState* state) {
  state->set_status(v1::ASSIGNMENT_STATUS_ASSIGNED);
  state->clear_offer();
  v1::Letter* letter = state->mutable_letter();
  letter->set_letter_id(assigned.letter_id());
  *letter->mutable_practitioner() = RefOf(assigned.practitioner_id(), assigned.lent_from());
  letter->set_office_id(assigned.office_id());
  *letter->mutable_issued_at() = ToTimestamp(recorded_at);
  letter->set_village(assigned.village());
  if (state->first_assigned_on().empty()) state->set_first_assigned_on(FormatDate(DateAt(recorded_at)));
  WorkOf(letter->practitioner(), state);
  state->set_authority_notified(false);
  state->set_replacement_requested(false);
}

void Replace(v1::AssignmentState* state) {
  Bar(state->letter().practitioner(), v1::CHOICE_RULE_REPLACED, state);
  state->clear_letter();
  state->set_status(v1::ASSIGNMENT_STATUS_QUEUED);
  state->set_replacements(state->replacements() + 1);
  state->set_replacement_requested(false);
  state->set_authority_notified(false);
  state->set_concluded(false);
  CancelClock(state->mutable_closing_file());
}

void AddWork(v1::AssignmentState* state) {
  state->set_recorded(state->recorded() + 1);
  v1::Work* work = WorkOf(state->letter().practitioner(), state);
  work->set_recorded(work->recorded() + 1);
}

void Mark(const std::string& policy, bool missed, v1::AssignmentState* state) {
  for (v1::AssignmentClock* clock :
       {state->mutable_assign(), state->mutable_closing_file(), state->mutable_file_review()}) {
    if (clock->deadline().policy() != policy || !IsRunning(*clock)) continue;
    if (missed) {
      clock->set_status(v1::ASSIGNMENT_CLOCK_STATUS_MISSED);
    } else {
      clock->set_warned(true);
    }
  }
}

// Nothing runs on, nobody is asked any more.
void End(v1::AssignmentStatus status, v1::AssignmentState* state) {
  state->set_status(status);
  state->clear_offer();
  state->set_replacement_requested(false);
  CancelClock(state->mutable_assign());
  CancelClock(state->mutable_closing_file());
  CancelClock(state->mutable_file_review());
}

bool HasEnded(const v1::AssignmentState& state) {
  return !IsUnderWay(state) && state.status() != v1::ASSIGNMENT_STATUS_UNSPECIFIED;
}

void EvolveHandling(const AssignmentEvent& event, Instant recorded_at, v1::AssignmentState* state) {
  switch (event.event_case()) {
    case AssignmentEvent::kHandlingStepRecorded:
      AddWork(state);
      if (event.handling_step_recorded().step() == v1::HANDLING_STEP_CONCLUDED) state->set_concluded(true);
      break;
    case AssignmentEvent::kMeetingRecorded:
    case AssignmentEvent::kFileReadingRecorded:
    case AssignmentEvent::kHearingRecorded:
      AddWork(state);
      break;
    case AssignmentEvent::kClosingFileClockStarted:
      StartClock(event.closing_file_clock_started().deadline(), state->mutable_closing_file());
      break;
    case AssignmentEvent::kClosingFileSubmitted:
      state->set_status(v1::ASSIGNMENT_STATUS_SUBMITTED);
      state->set_closing_rounds(event.closing_file_submitted().round());
      EndClock(ToInstant(event.occurred_at()), state->mutable_closing_file());
      break;
    case AssignmentEvent::kFileReviewClockStarted:
      StartClock(event.file_review_clock_started().deadline(), state->mutable_file_review());
      break;
    case AssignmentEvent::kClosingFileReturned:
      state->set_status(v1::ASSIGNMENT_STATUS_ASSIGNED);
      EndClock(recorded_at, state->mutable_file_review());
      break;
    case AssignmentEvent::kCaseClosed:
      EndClock(recorded_at, state->mutable_file_review());
      End(v1::ASSIGNMENT_STATUS_CLOSED, state);
      break;
    default:
      break;
  }
}

void EvolveLetter(const AssignmentEvent& event, Instant recorded_at, v1::AssignmentState* state) {
  switch (event.event_case()) {
    case AssignmentEvent::kPractitionerAssigned:
      return On(event.practitioner_assigned(), recorded_at, state);
    case AssignmentEvent::kPractitionerReplaced:
      return Replace(state);
    case AssignmentEvent::kReplacementRequested:
      return state->set_replacement_requested(true);
    case AssignmentEvent::kReplacementRefused:
      return state->set_replacement_requested(false);
    case AssignmentEvent::kAuthorityNotified:
      return state->set_authority_notified(true);
    case AssignmentEvent::kAssignClockMet:
      state->set_assign_met(true);
      return EndClock(ToInstant(event.assign_clock_met().met_at()), state->mutable_assign());
    case AssignmentEvent::kAidTerminated:
      return End(v1::ASSIGNMENT_STATUS_TERMINATED, state);
    case AssignmentEvent::kConflictRecorded:
      return Bar(RefOf(event.conflict_recorded().practitioner_id(), event.conflict_recorded().lent_from()),
                 v1::CHOICE_RULE_CONFLICT, state);
    case AssignmentEvent::kCoDefendantsLinked:
      AddCoDefendant(event.co_defendants_linked().other_case_id(), state);
      return;
    case AssignmentEvent::kDeadlineWarned:
      return Mark(event.deadline_warned().policy(), false, state);
    case AssignmentEvent::kDeadlineMissed:
      return Mark(event.deadline_missed().policy(), true, state);
    case AssignmentEvent::kDeadlineRestated:
      return Restate(event.deadline_restated(), recorded_at, state);
    default:
      return EvolveHandling(event, recorded_at, state);
  }
}

}  // namespace

void Bar(const v1::PractitionerRef& practitioner, v1::ChoiceRule rule, v1::AssignmentState* state) {
  if (IsBarred(*state, practitioner, rule)) return;
  v1::Barred* barred = state->add_barred();
  *barred->mutable_practitioner() = practitioner;
  barred->set_rule(rule);
}

bool IsBarred(const v1::AssignmentState& state, const v1::PractitionerRef& practitioner, v1::ChoiceRule rule) {
  return std::any_of(state.barred().begin(), state.barred().end(), [&](const v1::Barred& barred) {
    return barred.rule() == rule && SamePractitioner(barred.practitioner(), practitioner);
  });
}

bool AddCoDefendant(const std::string& other_case_id, v1::AssignmentState* state) {
  const auto& known = state->co_defendants();
  if (std::find(known.begin(), known.end(), other_case_id) != known.end()) return false;
  state->add_co_defendants(other_case_id);
  return true;
}

void Evolve(const AssignmentEvent& event, Instant recorded_at, v1::AssignmentState* state) {
  state->set_version(state->version() + 1);
  switch (event.event_case()) {
    case AssignmentEvent::kOfferMade:
      return On(event.offer_made(), state);
    case AssignmentEvent::kOfferDeclined:
    case AssignmentEvent::kOfferTimedOut:
      return DropOffer(state);
    case AssignmentEvent::kOfferAccepted:
      return state->set_status(v1::ASSIGNMENT_STATUS_ACCEPTED);
    case AssignmentEvent::kLoanRequested:
      return state->add_loans(event.loan_requested().loan_id());
    default:
      return EvolveLetter(event, recorded_at, state);
  }
}

bool ConcernsAssignment(const IntakeEvent& event) {
  switch (event.event_case()) {
    case IntakeEvent::kCaseOpened:
      // Cases of line systems live elsewhere: nothing is assigned here.
      return event.case_opened().kind() != intake::v1::CASE_KIND_IMPORTED;
    case IntakeEvent::kFirstReceiverFixed:
    case IntakeEvent::kApplicationReceived:
    case IntakeEvent::kAidGranted:
    case IntakeEvent::kNoticeReceived:
    case IntakeEvent::kAssignClockStarted:
    case IntakeEvent::kDeadlineRestated:
    case IntakeEvent::kDeadlineMissed:
    case IntakeEvent::kAidRefused:
    case IntakeEvent::kAidTerminated:
    case IntakeEvent::kCaseWithdrawn:
    case IntakeEvent::kDeemedWithdrawn:
      return true;
    default:
      return false;
  }
}

bool Evolve(const IntakeEvent& event, v1::AssignmentState* state) {
  switch (event.event_case()) {
    case IntakeEvent::kCaseOpened:
      state->Clear();
      state->set_case_id(event.case_id());
      state->set_kind(event.case_opened().kind());
      state->set_matter_type(event.case_opened().matter_type());
      state->set_age_group(event.case_opened().applicant().age_group());
      break;
    case IntakeEvent::kFirstReceiverFixed:
      state->set_office_id(event.first_receiver_fixed().receiver().office_id());
      break;
    case IntakeEvent::kApplicationReceived:
      state->set_kind(intake::v1::CASE_KIND_LEGAL_AID);
      break;
    case IntakeEvent::kAidGranted:
      state->set_granted(true);
      state->set_status(v1::ASSIGNMENT_STATUS_QUEUED);
      break;
    case IntakeEvent::kNoticeReceived:
      state->set_granted(true);
      state->set_status(v1::ASSIGNMENT_STATUS_QUEUED);
      state->set_kind(intake::v1::CASE_KIND_DEFENCE);
      state->set_ground(event.notice_received().ground());
      state->set_maximum_penalty(event.notice_received().maximum_penalty());
      break;
    case IntakeEvent::kAssignClockStarted:
      StartClock(event.assign_clock_started().deadline(), state->mutable_assign());
      break;
    case IntakeEvent::kDeadlineRestated:
      if (event.deadline_restated().after().policy() != state->assign().deadline().policy()) return false;
      *state->mutable_assign()->mutable_deadline() = event.deadline_restated().after();
      break;
    case IntakeEvent::kDeadlineMissed:
      if (event.deadline_missed().policy() != state->assign().deadline().policy()) return false;
      Mark(event.deadline_missed().policy(), true, state);
      break;
    case IntakeEvent::kAidRefused:
      End(v1::ASSIGNMENT_STATUS_REFUSED, state);
      break;
    case IntakeEvent::kAidTerminated:
      if (HasEnded(*state)) return false;
      End(v1::ASSIGNMENT_STATUS_TERMINATED, state);
      break;
    case IntakeEvent::kCaseWithdrawn:
    case IntakeEvent::kDeemedWithdrawn:
      if (HasEnded(*state)) return false;
      End(v1::ASSIGNMENT_STATUS_WITHDRAWN, state);
      break;
    default:
      return false;
  }
  state->set_version(state->version() + 1);
  return true;
}

bool Evolve(const transfer::v1::TransferEvent& event, v1::AssignmentState* state) {
  if (event.has_case_frozen()) {
    state->set_frozen_hop(event.case_frozen().hop());
    state->set_frozen_to(event.case_frozen().to());
  } else if (event.has_case_thawed()) {
    state->set_frozen_hop(0);
    state->clear_frozen_to();
  } else if (event.has_custody_learned()) {
    End(v1::ASSIGNMENT_STATUS_MOVED_AWAY, state);
    state->set_frozen_hop(0);
    state->set_frozen_to(event.custody_learned().custodian());
  } else {
    return false;
  }
  state->set_version(state->version() + 1);
  return true;
}

v1::AssignmentState Exported(const v1::AssignmentState& state) {
  v1::AssignmentState part = state;
  part.clear_offer_due();
  for (v1::AssignmentClock* clock : {part.mutable_assign(), part.mutable_closing_file(), part.mutable_file_review()}) {
    clock->clear_due();
  }
  return part;
}

v1::AssignmentState Imported(const std::string& part, const std::string& case_id, Municipality from,
                             Municipality here) {
  v1::AssignmentState state;
  if (!state.ParseFromString(part)) state.Clear();
  state.set_case_id(case_id);
  const auto rename = [&](v1::PractitionerRef* ref) {
    if (ref->lent_from().empty()) {
      ref->set_lent_from(from.ToString());
    } else if (ref->lent_from() == here.ToString()) {
      ref->clear_lent_from();
    }
  };
  for (v1::Barred& barred : *state.mutable_barred()) rename(barred.mutable_practitioner());
  for (v1::Work& work : *state.mutable_work()) rename(work.mutable_practitioner());
  if (IsUnderWay(state)) state.set_status(v1::ASSIGNMENT_STATUS_QUEUED);
  state.clear_offer();
  state.clear_offer_due();
  state.clear_letter();
  state.clear_loans();
  state.clear_closing_file();
  state.clear_file_review();
  state.set_authority_notified(false);
  state.set_concluded(false);
  state.set_replacement_requested(false);
  state.set_frozen_hop(0);
  state.clear_frozen_to();
  state.mutable_assign()->clear_due();
  state.set_version(state.version() + 1);
  return state;
}

}  // namespace casehub::assignment
