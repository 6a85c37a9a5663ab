#include "services/transfer/domain/facts.h"

#include "services/model/digest.h"

namespace casehub::transfer {
namespace {

using intake::v1::IntakeEvent;

google::protobuf::Timestamp HappenedAt(const IntakeEvent& event, Instant recorded_at) {
  return event.has_occurred_at() ? event.occurred_at() : ToTimestamp(recorded_at);
}

}  // namespace

bool ConcernsCustody(const IntakeEvent& event) {
  switch (event.event_case()) {
    case IntakeEvent::kCaseOpened:
    case IntakeEvent::kApplicationReceived:
    case IntakeEvent::kTransferConsentRecorded:
    case IntakeEvent::kReceivedAtOrigin:
    case IntakeEvent::kConsultationClosed:
    case IntakeEvent::kAidRefused:
    case IntakeEvent::kAidTerminated:
    case IntakeEvent::kCaseWithdrawn:
    case IntakeEvent::kDeemedWithdrawn:
    case IntakeEvent::kPartExported:
    case IntakeEvent::kCaseReopened:
      return true;
    default:
      return false;
  }
}

v1::CustodyState OpenedBy(const IntakeEvent& event, Instant recorded_at, Municipality here) {
  v1::CustodyState state = OpenedHere(event.case_id(), here);
  *state.mutable_received_at_origin() = HappenedAt(event, recorded_at);
  state.set_imported(event.case_opened().kind() == intake::v1::CASE_KIND_IMPORTED);
  return state;
}

bool Evolve(const IntakeEvent& event, Instant recorded_at, v1::CustodyState* state) {
  switch (event.event_case()) {
    case IntakeEvent::kApplicationReceived:
      // Home is where the applicant asked; competent is somewhere else, and to go there takes consent.
      state->set_ready(!event.application_received().away_from_home());
      state->set_document_digest(DocumentSetDigest(event.application_received().documents()));
      return true;
    case IntakeEvent::kTransferConsentRecorded:
      state->set_ready(true);
      return true;
    case IntakeEvent::kReceivedAtOrigin:
      *state->mutable_received_at_origin() = event.received_at_origin().has_received_at()
                                                 ? event.received_at_origin().received_at()
                                                 : HappenedAt(event, recorded_at);
      return true;
    case IntakeEvent::kConsultationClosed:
    case IntakeEvent::kAidRefused:
    case IntakeEvent::kAidTerminated:
      state->set_closed(true);
      return true;
    case IntakeEvent::kCaseReopened:
      state->set_closed(false);
      return true;
    case IntakeEvent::kCaseWithdrawn:
    case IntakeEvent::kDeemedWithdrawn:
      state->set_withdrawn(true);
      return true;
    case IntakeEvent::kPartExported:
      return AddExported(event.part_exported().hop(), ServiceId::kIntake, event.part_exported().state(), state);
    default:
      return false;
  }
}

bool ConcernsCustody(const assignment::v1::AssignmentEvent& event) {
  return event.has_case_closed() || event.has_aid_terminated() || event.has_part_exported();
}

bool Evolve(const assignment::v1::AssignmentEvent& event, v1::CustodyState* state) {
  if (!ConcernsCustody(event)) return false;
  if (event.has_part_exported()) {
    return AddExported(event.part_exported().hop(), ServiceId::kAssignment, event.part_exported().state(), state);
  }
  state->set_closed(true);
  return true;
}

bool ConcernsCustody(const mediation::v1::MediationEvent& event) {
  return event.has_referral_returned() || event.has_mediation_succeeded() || event.has_mediation_failed() ||
         event.has_part_exported();
}

bool Evolve(const mediation::v1::MediationEvent& event, v1::CustodyState* state) {
  if (!ConcernsCustody(event)) return false;
  if (event.has_part_exported()) {
    return AddExported(event.part_exported().hop(), ServiceId::kMediation, event.part_exported().state(), state);
  }
  state->set_closed(true);
  return true;
}

}  // namespace casehub::transfer
