#include "services/transfer/domain/origin.h"

namespace casehub::transfer {
namespace {

using common::v1::Refusal::REFUSAL_BOUND_BY_RULING;
using common::v1::Refusal::REFUSAL_CASE_CLOSED;
using common::v1::Refusal::REFUSAL_CASE_FROZEN;
using common::v1::Refusal::REFUSAL_CASE_MOVED;
using common::v1::Refusal::REFUSAL_CASE_UNKNOWN;
using common::v1::Refusal::REFUSAL_CASE_WITHDRAWN;
using common::v1::Refusal::REFUSAL_CONSENT_MISSING;
using common::v1::Refusal::REFUSAL_DECLINED_TWICE;
using common::v1::Refusal::REFUSAL_FIELD_MISSING;
using common::v1::Refusal::REFUSAL_FIELD_TOO_LONG;
using common::v1::Refusal::REFUSAL_MUNICIPALITY_UNKNOWN;
using common::v1::Refusal::REFUSAL_NOT_CUSTODIAN;
using common::v1::Refusal::REFUSAL_NOTHING_TO_RECALL;
using common::v1::Refusal::REFUSAL_TRANSFER_TO_SELF;
using common::v1::Refusal::REFUSAL_WRONG_KIND;

constexpr size_t kReasonBytesMax = 1000;

std::optional<Refused> CheckOffer(const v1::OfferTransferRequest& request, bool to_known, const Context& context) {
  if (request.to().empty()) return Refuse(REFUSAL_FIELD_MISSING, {{"field", "to"}});
  if (request.reason().empty()) return Refuse(REFUSAL_FIELD_MISSING, {{"field", "reason"}});
  if (request.reason().size() > kReasonBytesMax) {
    return Refuse(REFUSAL_FIELD_TOO_LONG, {{"field", "reason"},
                                           {"size", std::to_string(request.reason().size())},
                                           {"limit", std::to_string(kReasonBytesMax)}});
  }
  if (request.to() == context.here.ToString()) return Refuse(REFUSAL_TRANSFER_TO_SELF);
  if (!to_known) return Refuse(REFUSAL_MUNICIPALITY_UNKNOWN, {{"municipality", request.to()}});
  return std::nullopt;
}

// Whether the case may leave: it is here, acts, and nothing forbids another offer.
std::optional<Refused> CheckLeaving(const v1::CustodyState* state, const Context& context) {
  if (state == nullptr) return Refuse(REFUSAL_CASE_UNKNOWN);
  if (state->origin() == v1::ORIGIN_STATE_GONE) return Refuse(REFUSAL_CASE_MOVED, {{"to", state->to()}});
  if (!IsCustodian(*state)) return Refuse(REFUSAL_NOT_CUSTODIAN, {{"municipality", context.here.ToString()}});
  if (IsFrozen(*state)) return Refuse(REFUSAL_CASE_FROZEN, {{"to", state->to()}});
  if (state->withdrawn()) return Refuse(REFUSAL_CASE_WITHDRAWN);
  if (state->closed()) return Refuse(REFUSAL_CASE_CLOSED);
  if (state->imported())
    return Refuse(REFUSAL_WRONG_KIND)
        .With("kind", Phrase::PHRASE_KIND_IMPORTED)
        .With("action", Phrase::PHRASE_TRANSFER);
  if (state->bound()) return Refuse(REFUSAL_BOUND_BY_RULING);
  if (state->declines() >= kDeclinesMax) return Refuse(REFUSAL_DECLINED_TWICE);
  if (!state->ready()) return Refuse(REFUSAL_CONSENT_MISSING);
  return std::nullopt;
}

v1::TransferEvent Thawed(const v1::CustodyState& state, std::string_view why, const Context& context) {
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::CaseThawed* thawed = event.mutable_case_thawed();
  thawed->set_hop(state.hop());
  thawed->set_why(std::string(why));
  thawed->set_declines(state.declines());
  return event;
}

// The answer of the addressee to the offer that is out.
bool AnswersOffer(const v1::CustodyState& state, Municipality from, uint64_t hop) {
  return state.origin() == v1::ORIGIN_STATE_PENDING && state.hop() == hop && state.to() == from.ToString();
}

}  // namespace

Result<v1::OfferTransferResponse> Decide(const v1::CustodyState* state, const v1::OfferTransferRequest& request,
                                         bool to_known, const Context& context) {
  if (auto refusal = CheckOffer(request, to_known, context)) return *std::move(refusal);
  if (auto refusal = CheckLeaving(state, context)) return *std::move(refusal);
  Decided<v1::OfferTransferResponse> decided;
  const uint64_t hop = state->highest_hop() + 1;
  v1::CaseFrozen* frozen = decided.events.emplace_back(NewEvent(state->case_id(), context.now)).mutable_case_frozen();
  frozen->set_hop(hop);
  frozen->set_to(request.to());
  frozen->set_reason(request.reason());
  decided.reply.set_case_id(state->case_id());
  decided.reply.set_hop(hop);
  return decided;
}

Result<v1::RecallTransferResponse> Decide(const v1::CustodyState* state, const v1::RecallTransferRequest&,
                                          const Context& context) {
  if (state == nullptr) return Refuse(REFUSAL_CASE_UNKNOWN);
  if (state->origin() == v1::ORIGIN_STATE_GONE) return Refuse(REFUSAL_CASE_MOVED, {{"to", state->to()}});
  if (!IsCustodian(*state)) return Refuse(REFUSAL_NOT_CUSTODIAN, {{"municipality", context.here.ToString()}});
  if (!IsFrozen(*state)) return Refuse(REFUSAL_NOTHING_TO_RECALL);
  if (state->binding()) return Refuse(REFUSAL_BOUND_BY_RULING);
  Decided<v1::RecallTransferResponse> decided;
  decided.reply.set_case_id(state->case_id());
  decided.reply.set_hop(state->hop());
  if (state->origin() == v1::ORIGIN_STATE_EXPORTING) {
    // The offer has not left: the decider is this log.
    decided.events.push_back(Thawed(*state, kWhyRecalled, context));
    decided.reply.set_thawed(true);
  } else if (!state->recall_open()) {
    decided.events.emplace_back(NewEvent(state->case_id(), context.now))
        .mutable_recall_requested()
        ->set_hop(state->hop());
  }
  return decided;
}

Events DecideOffer(const v1::CustodyState& state, uint64_t hop, const Context& context) {
  if (state.origin() != v1::ORIGIN_STATE_EXPORTING || state.hop() != hop || !AllExported(state)) return {};
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::TransferOffered* offered = event.mutable_transfer_offered();
  offered->set_hop(hop);
  offered->set_to(state.to());
  offered->set_declines(state.declines());
  offered->set_binding(state.binding());
  offered->set_document_digest(state.document_digest());
  return {event};
}

Events OnAccepted(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                  const Context& context) {
  if (!AnswersOffer(state, from, message.hop())) return {};
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::CustodyLearned* learned = event.mutable_custody_learned();
  learned->set_hop(message.hop());
  learned->set_custodian(from.ToString());
  *learned->mutable_received_there_at() = message.accepted().received_at();
  return {event};
}

Events OnDeclined(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                  const Context& context) {
  if (!AnswersOffer(state, from, message.hop()) || state.binding()) return {};
  v1::TransferEvent event = Thawed(state, kWhyDeclined, context);
  event.mutable_case_thawed()->set_declines(state.declines() + 1);
  event.mutable_case_thawed()->set_onward(message.declined().onward());
  event.mutable_case_thawed()->set_reason(message.declined().reason());
  return {event};
}

Events OnRecalled(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                  const Context& context) {
  const bool by_superior = state.origin() == v1::ORIGIN_STATE_AT_SUPERIOR && state.hop() == message.hop() &&
                           state.superior() == from.ToString();
  if (state.binding() || !(AnswersOffer(state, from, message.hop()) || by_superior)) return {};
  return {Thawed(state, kWhyRecalled, context)};
}

Events OnEscalated(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                   const Context& context) {
  if (state.origin() != v1::ORIGIN_STATE_PENDING || state.hop() != message.hop() || state.binding()) return {};
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::RulingAwaited* awaited = event.mutable_ruling_awaited();
  awaited->set_hop(message.hop());
  awaited->set_declines(message.escalated().declines());
  awaited->set_superior(from.ToString());
  return {event};
}

}  // namespace casehub::transfer
