#include "services/intake/domain/objection.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

// It is here, and closed but not archived.
std::optional<Refused> CheckEnded(const v1::CaseState& state, const std::string& etag) {
  if (auto refusal = CheckEtag(state, etag)) return refusal;
  if (state.kind() != v1::CASE_KIND_LEGAL_AID && state.kind() != v1::CASE_KIND_DEFENCE) {
    return WrongKind(state, Phrase::PHRASE_OBJECTION);
  }
  if (state.status() == v1::CASE_STATUS_CLOSED && state.frozen_hop() == 0) return std::nullopt;
  if (auto refusal = CheckActing(state)) return refusal;
  return Refuse(R::REFUSAL_NOTHING_TO_OBJECT_TO);
}

}  // namespace

EventsOrRefusal DecideFileObjection(const v1::CaseState& state, const v1::FileObjectionRequest& request,
                                    const Context& context) {
  if (request.grounds().sealed().empty() && request.grounds().text().empty()) {
    return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "grounds.text"}});
  }
  if (auto refusal = CheckEnded(state, request.etag())) return *std::move(refusal);
  const bool refused = state.aid().decision() == v1::AID_DECISION_REFUSED;
  if (!refused && state.aid().decision() != v1::AID_DECISION_TERMINATED) {
    return Refuse(R::REFUSAL_NOTHING_TO_OBJECT_TO);
  }
  if (state.aid().objection_open()) return Refuse(R::REFUSAL_OBJECTION_OPEN);
  if (state.aid().objected()) return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_OBJECTION);
  Events events{NewEvent(state.case_id(), context.received_at)};
  auto* filed = events[0].mutable_objection_filed();
  filed->set_against(refused ? v1::AID_DECISION_KIND_REFUSAL : v1::AID_DECISION_KIND_TERMINATION);
  *filed->mutable_grounds() = request.grounds();
  *filed->mutable_deadline() = context.rules->StartClock("objection.decide", context.received_at);
  *filed->mutable_receiver() = request.actor();
  return events;
}

EventsOrRefusal DecideDecideObjection(const v1::CaseState& state, const v1::DecideObjectionRequest& request,
                                      const Context& context) {
  if (auto refusal = CheckText("bureau", request.bureau(), 200, true)) return *std::move(refusal);
  if (auto refusal = CheckText("reason_code", request.reason_code(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckEnded(state, request.etag())) return *std::move(refusal);
  if (!state.aid().objection_open()) return Refuse(R::REFUSAL_NO_OBJECTION);
  Events events{NewEvent(state.case_id(), context.received_at)};
  auto* decided = events[0].mutable_objection_decided();
  decided->set_upheld(request.upheld());
  decided->set_bureau(request.bureau());
  decided->set_reason_code(request.reason_code());
  if (!request.upheld()) return events;
  events.emplace_back(NewEvent(state.case_id(), context.received_at)).mutable_case_reopened();
  if (state.aid().decision() == v1::AID_DECISION_REFUSED) {
    *events.emplace_back(NewEvent(state.case_id(), context.received_at))
         .mutable_decision_clock_started()
         ->mutable_deadline() = context.rules->StartClock("aid.decide", context.received_at);
  }
  return events;
}

}  // namespace casehub::intake
