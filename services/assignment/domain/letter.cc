#include "services/assignment/domain/letter.h"

#include "services/assignment/domain/case.h"

namespace casehub::assignment {

using R = common::v1::Refusal;

namespace {

// The deadline of the assignment is met; nothing where no clock was started, or it was met before.
void AddClockMet(const v1::AssignmentState& state, Instant at, const Context& context, Events* events) {
  if (state.assign_met() || !state.assign().has_deadline()) return;
  v1::AssignmentEvent met = NewEvent(state.case_id(), context.received_at);
  *met.mutable_assign_clock_met()->mutable_deadline() = state.assign().deadline();
  *met.mutable_assign_clock_met()->mutable_met_at() = ToTimestamp(at);
  met.mutable_assign_clock_met()->set_late(at >= ToInstant(state.assign().deadline().due_at()));
  events->push_back(std::move(met));
}

bool IsEmpty(const common::v1::PersonalText& text) { return text.sealed().empty() && text.text().empty(); }

}  // namespace

EventsOrRefusal DecideIssueLetter(const v1::AssignmentState& state, const v1::IssueAssignmentLetterRequest& request,
                                  const OfficeFact& office, const RosterView& roster, const Context& context) {
  if (auto refusal = CheckUnderWay(state, request.etag())) return *std::move(refusal);
  if (HasLetter(state)) return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_LETTER);
  if (state.status() != v1::ASSIGNMENT_STATUS_ACCEPTED) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_ACCEPTANCE);
  }
  if (auto refusal = CheckCentre(request.actor().office_id(), office, context.here)) return *std::move(refusal);
  if (auto refusal = CheckStillFits(state, roster, context)) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  v1::PractitionerAssigned* assigned = events[0].mutable_practitioner_assigned();
  assigned->set_practitioner_id(state.offer().practitioner().practitioner_id());
  assigned->set_lent_from(state.offer().practitioner().lent_from());
  assigned->set_office_id(request.actor().office_id());
  assigned->set_letter_id(context.new_id);
  assigned->set_village(state.offer().village());
  // In mandatory defence the authority has to know, too (decision 3).
  if (state.kind() != intake::v1::CASE_KIND_DEFENCE) AddClockMet(state, context.received_at, context, &events);
  return events;
}

EventsOrRefusal DecideNotifyAuthority(const v1::AssignmentState& state, const v1::NotifyAuthorityRequest& request,
                                      const Context& context) {
  if (request.has_document()) {
    if (auto refusal = CheckDocument("document", request.document())) return *std::move(refusal);
  }
  auto time = ReadTime("notified_at", request.has_notified_at(), request.notified_at(), context);
  if (auto* refusal = std::get_if<Refused>(&time)) return std::move(*refusal);
  const Instant notified_at = std::get<Instant>(time);
  if (auto refusal = CheckAssigned(state, request.etag())) return *std::move(refusal);
  if (state.kind() != intake::v1::CASE_KIND_DEFENCE) {
    return Refuse(R::REFUSAL_WRONG_KIND)
        .With("kind", Phrase::PHRASE_KIND_LEGAL_AID)
        .With("action", Phrase::PHRASE_AUTHORITY_NOTICE);
  }
  if (state.authority_notified()) {
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_AUTHORITY_NOTICE);
  }
  if (notified_at < ToInstant(state.letter().issued_at())) {
    return RefuseField("notified_at", Phrase::PHRASE_BEFORE_LETTER);
  }
  Events events{NewEvent(state.case_id(), notified_at)};
  v1::AuthorityNotified* notified = events[0].mutable_authority_notified();
  notified->set_letter_id(state.letter().letter_id());
  *notified->mutable_notified_at() = ToTimestamp(notified_at);
  if (request.has_document()) *notified->mutable_document() = request.document();
  AddClockMet(state, notified_at, context, &events);
  return events;
}

EventsOrRefusal DecideRequestReplacement(const v1::AssignmentState& state, const v1::RequestReplacementRequest& request,
                                         const Context& context) {
  if (IsEmpty(request.reasons())) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "reasons.text"}});
  if (auto refusal = CheckAssigned(state, request.etag())) return *std::move(refusal);
  if (state.replacement_requested()) {
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_REPLACEMENT_REQUEST);
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  events[0].mutable_replacement_requested()->set_letter_id(state.letter().letter_id());
  *events[0].mutable_replacement_requested()->mutable_reasons() = request.reasons();
  return events;
}

EventsOrRefusal DecideRefuseReplacement(const v1::AssignmentState& state, const v1::RefuseReplacementRequest& request,
                                        const Context& context) {
  if (auto refusal = CheckText("reason_code", request.reason_code(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckAssigned(state, request.etag())) return *std::move(refusal);
  if (!state.replacement_requested()) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_REPLACEMENT_REQUEST);
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  v1::ReplacementRefused* refused = events[0].mutable_replacement_refused();
  refused->set_letter_id(state.letter().letter_id());
  refused->set_reason_code(request.reason_code());
  *refused->mutable_decider() = request.actor();
  return events;
}

EventsOrRefusal DecideReplace(const v1::AssignmentState& state, const v1::ReplacePractitionerRequest& request,
                              const Context& context) {
  if (auto refusal = CheckText("reason_code", request.reason_code(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckAssigned(state, request.etag())) return *std::move(refusal);
  if (state.status() == v1::ASSIGNMENT_STATUS_SUBMITTED) {  // the work is done: its file is decided on
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_CLOSING_FILE);
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  v1::PractitionerReplaced* replaced = events[0].mutable_practitioner_replaced();
  replaced->set_letter_id(state.letter().letter_id());
  replaced->set_practitioner_id(state.letter().practitioner().practitioner_id());
  replaced->set_lent_from(state.letter().practitioner().lent_from());
  replaced->set_reason_code(request.reason_code());
  *replaced->mutable_replaced_by() = request.actor();
  if (request.has_reasons()) *replaced->mutable_reasons() = request.reasons();
  return events;
}

EventsOrRefusal DecideTerminate(const v1::AssignmentState& state, const v1::TerminateAidRequest& request,
                                const Context& context) {
  if (auto refusal = CheckText("reason_code", request.reason_code(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckUnderWay(state, request.etag())) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  events[0].mutable_aid_terminated()->set_reason_code(request.reason_code());
  *events[0].mutable_aid_terminated()->mutable_decider() = request.actor();
  return events;
}

EventsOrRefusal DecideRecordConflict(const v1::AssignmentState& state, const v1::RecordConflictRequest& request,
                                     const Context& context) {
  if (auto refusal = CheckText("practitioner_id", request.practitioner_id(), 64, true)) return *std::move(refusal);
  if (request.conflict() == v1::CONFLICT_KIND_UNSPECIFIED) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "conflict"}});
  }
  if (!v1::ConflictKind_IsValid(request.conflict())) {
    return RefuseField("conflict", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  }
  if (auto refusal = CheckUnderWay(state, request.etag())) return *std::move(refusal);
  v1::PractitionerRef practitioner;
  practitioner.set_practitioner_id(request.practitioner_id());
  practitioner.set_lent_from(request.lent_from());
  if (IsBarred(state, practitioner, v1::CHOICE_RULE_CONFLICT)) {
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_CONFLICT_ON_RECORD);
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  v1::ConflictRecorded* recorded = events[0].mutable_conflict_recorded();
  recorded->set_practitioner_id(request.practitioner_id());
  recorded->set_lent_from(request.lent_from());
  recorded->set_conflict(request.conflict());
  return events;
}

EventsOrRefusal DecideLinkCoDefendants(const v1::AssignmentState& state, const v1::LinkCoDefendantsRequest& request,
                                       bool other_known, const Context& context) {
  if (request.other_case_id() == state.case_id()) {
    return RefuseField("other_case_id", Phrase::PHRASE_OWN_CO_DEFENDANT);
  }
  if (auto refusal = CheckUnderWay(state, request.etag())) return *std::move(refusal);
  if (!other_known) return Refuse(R::REFUSAL_CASE_UNKNOWN);
  v1::AssignmentState linked = state;
  if (!AddCoDefendant(request.other_case_id(), &linked)) return Events();
  Events events{NewEvent(state.case_id(), context.received_at)};
  events[0].mutable_co_defendants_linked()->set_other_case_id(request.other_case_id());
  return events;
}

}  // namespace casehub::assignment
