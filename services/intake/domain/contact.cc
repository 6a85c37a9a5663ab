#include "services/intake/domain/contact.h"

#include "services/intake/domain/aid_review.h"
#include "services/model/channels.h"

namespace casehub::intake {

using R = common::v1::Refusal;

Events Open(const Opening& opening, const Context& context) {
  Events events(4, NewEvent(context.new_case_id, opening.occurred_at));
  auto* opened = events[0].mutable_case_opened();
  opened->set_kind(opening.kind);
  opened->set_channel(opening.channel);
  opened->set_matter_type(opening.matter_type);
  opened->set_source_system(opening.source_system);
  opened->set_external_reference(opening.external_reference);
  if (opening.applicant != nullptr) *opened->mutable_applicant() = *opening.applicant;
  *events[1].mutable_first_receiver_fixed()->mutable_receiver() = opening.receiver;
  events[2].mutable_claim_code_issued();
  auto* contact = events[3].mutable_contact_registered();
  contact->set_channel(opening.channel);
  *contact->mutable_receiver() = opening.receiver;
  if (opening.note != nullptr) *contact->mutable_note() = *opening.note;
  contact->set_ordinal(1);
  return events;
}

namespace {

EventsOrRefusal AnotherContact(const v1::CaseState& state, const v1::RegisterContactRequest& request,
                               Instant occurred_at) {
  if (auto refusal = CheckEtag(state, request.etag())) return *std::move(refusal);
  if (auto refusal = CheckActing(state)) return *std::move(refusal);
  v1::IntakeEvent event = NewEvent(state.case_id(), occurred_at);
  auto* contact = event.mutable_contact_registered();
  contact->set_channel(request.channel());
  *contact->mutable_receiver() = request.actor();
  if (request.has_note()) *contact->mutable_note() = request.note();
  contact->set_ordinal(state.contacts() + 1);
  return Events{std::move(event)};
}

}  // namespace

EventsOrRefusal DecideRegisterContact(const v1::CaseState* state, const v1::RegisterContactRequest& request,
                                      const std::optional<std::string>& taken_by, const OfficeFact& office,
                                      const Context& context) {
  if (!IsContactChannel(request.channel())) return RefuseField("channel", Phrase::PHRASE_CHANNEL);
  if (auto refusal = CheckOffice("actor.office_id", request.actor().office_id(), office, context.here, false)) {
    return *std::move(refusal);
  }
  Instant occurred_at = context.received_at;
  if (request.has_occurred_at()) {
    if (auto refusal = CheckNotInFuture("occurred_at", request.occurred_at(), context.now)) return *std::move(refusal);
    occurred_at = ToInstant(request.occurred_at());
  }
  if (state != nullptr) return AnotherContact(*state, request, occurred_at);

  if (!request.has_applicant()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "applicant"}});
  if (auto refusal = CheckText("matter_type", request.matter_type(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckText("source_system", request.source_system(), 64, !request.external_reference().empty())) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckText("external_reference", request.external_reference(), 200, false)) {
    return *std::move(refusal);
  }
  if (taken_by) {
    return Refuse(R::REFUSAL_EXTERNAL_REFERENCE_TAKEN, {{"source_system", request.source_system()},
                                                        {"external_reference", request.external_reference()},
                                                        {"case_id", *taken_by}});
  }
  Opening opening;
  opening.kind = v1::CASE_KIND_CONTACT;
  opening.channel = request.channel();
  opening.matter_type = request.matter_type();
  opening.source_system = request.source_system();
  opening.external_reference = request.external_reference();
  opening.applicant = &request.applicant();
  opening.receiver = request.actor();
  opening.note = request.has_note() ? &request.note() : nullptr;
  opening.occurred_at = occurred_at;
  return Open(opening, context);
}

EventsOrRefusal DecideWithdraw(const v1::CaseState& state, const v1::WithdrawCaseRequest& request,
                               const Context& context) {
  if (auto refusal = CheckText("reason_code", request.reason_code(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckEtag(state, request.etag())) return *std::move(refusal);
  // A line system's case ends there; a mandatory defence is nobody's to withdraw (Legal Aid Law 25).
  if (state.kind() == v1::CASE_KIND_IMPORTED || state.kind() == v1::CASE_KIND_DEFENCE) {
    return WrongKind(state, Phrase::PHRASE_WITHDRAWAL);
  }
  if (auto refusal = CheckActing(state)) return *std::move(refusal);
  v1::IntakeEvent event = NewEvent(state.case_id(), context.received_at);
  event.mutable_case_withdrawn()->set_reason_code(request.reason_code());
  return Events{std::move(event)};
}

EventsOrRefusal DecideArchive(const v1::CaseState& state, const v1::ArchiveCaseRequest& request,
                              const Context& context) {
  if (auto refusal = CheckEtag(state, request.etag())) return *std::move(refusal);
  if (state.status() == v1::CASE_STATUS_ARCHIVED)
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_ARCHIVE);
  if (state.status() == v1::CASE_STATUS_OPEN && state.frozen_hop() == 0) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_CLOSING_OR_WITHDRAWAL);
  }
  if (state.frozen_hop() > 0) return Refuse(R::REFUSAL_CASE_FROZEN, {{"to", state.frozen_to()}});
  if (state.status() == v1::CASE_STATUS_MOVED_AWAY) return Refuse(R::REFUSAL_CASE_MOVED, {{"to", state.frozen_to()}});
  if (state.aid().objection_open()) return Refuse(R::REFUSAL_OBJECTION_OPEN);
  if (IsVerificationOwed(state)) return Refuse(R::REFUSAL_PLEDGE_UNVERIFIED);
  v1::IntakeEvent event = NewEvent(state.case_id(), context.received_at);
  event.mutable_case_archived();
  return Events{std::move(event)};
}

}  // namespace casehub::intake
