#include "services/intake/domain/hotline.h"

#include "services/intake/domain/case.h"
#include "services/model/channels.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

bool IsConsultation(const v1::CaseState& state) {
  return state.kind() == v1::CASE_KIND_CONSULTATION || state.kind() == v1::CASE_KIND_CONTACT;
}

bool HasText(const common::v1::PersonalText& text) { return !text.sealed().empty() || !text.text().empty(); }

EventsOrRefusal AnotherCall(const v1::CaseState& state, const v1::RegisterCallRequest& request,
                            const Context& context) {
  if (state.kind() != v1::CASE_KIND_CONSULTATION) {
    return WrongKind(state, Phrase::PHRASE_HOTLINE_CALL);
  }
  if (auto refusal = CheckActing(state)) return *std::move(refusal);
  Events events(2, NewEvent(state.case_id(), context.received_at));
  auto* counted = events[0].mutable_repeat_call_counted();
  counted->set_call_id(request.call_id());
  counted->set_calls(state.calls() + 1);
  events[1].mutable_escalated()->set_reason("repeat_call");
  if (HasText(request.question())) {  // what was said again is a contact of its own, so that it is kept
    v1::IntakeEvent contact = NewEvent(state.case_id(), context.received_at);
    contact.mutable_contact_registered()->set_channel(common::v1::CHANNEL_HOTLINE);
    *contact.mutable_contact_registered()->mutable_receiver() = request.actor();
    *contact.mutable_contact_registered()->mutable_note() = request.question();
    contact.mutable_contact_registered()->set_ordinal(state.contacts() + 1);
    events.push_back(std::move(contact));
  }
  return events;
}

}  // namespace

EventsOrRefusal DecideRegisterCall(const v1::CaseState* state, const v1::RegisterCallRequest& request,
                                   const OfficeFact& office, const Context& context) {
  if (auto refusal = CheckText("call_id", request.call_id(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckOffice("actor.office_id", request.actor().office_id(), office, context.here, false)) {
    return *std::move(refusal);
  }
  if (state != nullptr) return AnotherCall(*state, request, context);
  if (auto refusal = CheckText("matter_type", request.matter_type(), 64, true)) return *std::move(refusal);
  if (!HasText(request.question())) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "question.text"}});
  Opening opening;
  opening.kind = v1::CASE_KIND_CONSULTATION;
  opening.channel = common::v1::CHANNEL_HOTLINE;
  opening.matter_type = request.matter_type();
  opening.applicant = request.has_applicant() ? &request.applicant() : nullptr;
  opening.receiver = request.actor();
  opening.note = &request.question();
  opening.occurred_at = context.received_at;
  Events events = Open(opening, context);
  v1::IntakeEvent hand_over = NewEvent(context.new_case_id, context.received_at);
  *hand_over.mutable_hand_over_clock_started()->mutable_deadline() =
      context.rules->StartClock("hotline.hand_over", context.received_at);
  v1::IntakeEvent answer = NewEvent(context.new_case_id, context.received_at);
  *answer.mutable_answer_clock_started()->mutable_deadline() =
      context.rules->StartClock(request.urgent() ? "hotline.urgent" : "hotline.answer", context.received_at);
  events.push_back(std::move(hand_over));
  events.push_back(std::move(answer));
  return events;
}

EventsOrRefusal DecideHandOver(const v1::CaseState& state, const v1::HandOverToOfficeRequest& request,
                               const OfficeFact& to_office, const OfficeFact& pending_office, const Context& context) {
  if (auto refusal = CheckOffice("to_office_id", request.to_office_id(), to_office, context.here, true)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckEtag(state, request.etag())) return *std::move(refusal);
  if (state.kind() == v1::CASE_KIND_IMPORTED) {
    return WrongKind(state, Phrase::PHRASE_HAND_OVER);
  }
  if (auto refusal = CheckActing(state)) return *std::move(refusal);
  // An office that closed before it acknowledged never will: the case goes on to another (A3).
  if (!state.pending_office_id().empty() && pending_office.open) {
    return Refuse(R::REFUSAL_HAND_OVER_PENDING, {{"office_id", state.pending_office_id()}});
  }
  if (state.responsible_office_id() == request.to_office_id()) {
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_HAND_OVER);
  }
  v1::IntakeEvent event = NewEvent(state.case_id(), context.received_at);
  auto* handed = event.mutable_handed_over();
  handed->set_from_office_id(state.responsible_office_id());
  handed->set_to_office_id(request.to_office_id());
  handed->set_by_staff_id(request.actor().staff_id());
  return Events{std::move(event)};
}

EventsOrRefusal DecideAcknowledge(const v1::CaseState& state, const v1::AcknowledgeHandOverRequest& request,
                                  const Context& context) {
  if (auto refusal = CheckText("actor.office_id", request.actor().office_id(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckEtag(state, request.etag())) return *std::move(refusal);
  if (auto refusal = CheckActing(state)) return *std::move(refusal);
  if (state.pending_office_id().empty()) return Refuse(R::REFUSAL_NO_HAND_OVER);
  if (state.pending_office_id() != request.actor().office_id()) {
    return Refuse(R::REFUSAL_NOT_THE_RESPONSIBLE_OFFICE, {{"office_id", request.actor().office_id()}});
  }
  v1::IntakeEvent event = NewEvent(state.case_id(), context.received_at);
  event.mutable_responsibility_moved()->set_office_id(request.actor().office_id());
  event.mutable_responsibility_moved()->set_staff_id(request.actor().staff_id());
  return Events{std::move(event)};
}

EventsOrRefusal DecideAnswer(const v1::CaseState& state, const v1::AnswerConsultationRequest& request,
                             const OfficeFact& office, const Context& context) {
  if (!HasText(request.answer())) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "answer.text"}});
  if (auto refusal = CheckOffice("actor.office_id", request.actor().office_id(), office, context.here, false)) {
    return *std::move(refusal);
  }
  if (auto refusal = CheckEtag(state, request.etag())) return *std::move(refusal);
  if (!IsConsultation(state)) {
    return WrongKind(state, Phrase::PHRASE_ANSWER);
  }
  if (auto refusal = CheckActing(state)) return *std::move(refusal);
  if (!state.pending_office_id().empty()) {
    return Refuse(R::REFUSAL_HAND_OVER_PENDING, {{"office_id", state.pending_office_id()}});
  }
  if (!request.actor().office_id().empty() && !state.responsible_office_id().empty() &&
      request.actor().office_id() != state.responsible_office_id()) {
    return Refuse(R::REFUSAL_NOT_THE_RESPONSIBLE_OFFICE, {{"office_id", request.actor().office_id()}});
  }
  if (state.answered()) return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_ANSWER);
  v1::IntakeEvent event = NewEvent(state.case_id(), context.received_at);
  auto* recorded = event.mutable_answer_recorded();
  *recorded->mutable_answer() = request.answer();
  recorded->set_staff_id(request.actor().staff_id());
  recorded->set_office_id(state.responsible_office_id());
  return Events{std::move(event)};
}

EventsOrRefusal DecideConfirmDelivered(const v1::CaseState& state, const v1::ConfirmAnswerDeliveredRequest& request,
                                       const Context& context) {
  if (request.channel() != common::v1::CHANNEL_UNSPECIFIED && !IsContactChannel(request.channel())) {
    return RefuseField("channel", Phrase::PHRASE_CHANNEL);
  }
  if (auto refusal = CheckEtag(state, request.etag())) return *std::move(refusal);
  if (!IsConsultation(state)) {
    return WrongKind(state, Phrase::PHRASE_ANSWER);
  }
  if (auto refusal = CheckActing(state)) return *std::move(refusal);
  if (!state.answered()) return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_ANSWER);
  if (request.has_delivered_at()) {
    if (auto refusal = CheckNotInFuture("delivered_at", request.delivered_at(), context.now)) {
      return *std::move(refusal);
    }
  }
  Events events(2, NewEvent(state.case_id(), context.received_at));
  auto* delivered = events[0].mutable_answer_delivered();
  delivered->set_channel(request.channel());
  *delivered->mutable_delivered_at() =
      request.has_delivered_at() ? request.delivered_at() : ToTimestamp(context.received_at);
  auto* closed = events[1].mutable_consultation_closed();
  closed->set_office_id(state.responsible_office_id());
  closed->set_staff_id(state.answer_staff_id());
  closed->set_matter_type(state.matter_type());
  return events;
}

}  // namespace casehub::intake
