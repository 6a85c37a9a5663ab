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
using common::v1::Refusal::REFUSAL_MUNICIPALITY_UNKNOWN;
using common::v1::Refusal::REFUSAL_NO_COMMON_SUPERIOR;
using common::v1::Refusal::REFUSAL_NOT_CUSTODIAN;
using common::v1::Refusal::REFUSAL_NOT_DECLINED_TWICE;
using common::v1::Refusal::REFUSAL_NOTHING_TO_RECALL;
using common::v1::Refusal::REFUSAL_RULED_NO_RECALL;
using common::v1::Refusal::REFUSAL_TRANSFER_TO_SELF;

std::optional<Refused> CheckOffer(const v1::OfferTransferRequest& request, bool to_known, const Context& context) {
  if (request.to().empty()) return Refuse(REFUSAL_FIELD_MISSING, {{"field", "to"}});
  if (auto refusal = CheckReason(request.reason())) return refusal;
  if (request.to() == context.here.ToString()) return Refuse(REFUSAL_TRANSFER_TO_SELF);
  if (!to_known) return Refuse(REFUSAL_MUNICIPALITY_UNKNOWN, {{"municipality", request.to()}});
  return std::nullopt;
}

}  // namespace

std::optional<Refused> CheckHere(const v1::CustodyState* state, const Context& context) {
  if (state == nullptr) return Refuse(REFUSAL_CASE_UNKNOWN);
  if (state->origin() == v1::ORIGIN_STATE_GONE) return Refuse(REFUSAL_CASE_MOVED, {{"to", state->to()}});
  if (!IsCustodian(*state)) return Refuse(REFUSAL_NOT_CUSTODIAN, {{"municipality", context.here.ToString()}});
  if (state->withdrawn()) return Refuse(REFUSAL_CASE_WITHDRAWN);
  if (state->closed()) return Refuse(REFUSAL_CASE_CLOSED);
  if (state->bound()) return Refuse(REFUSAL_BOUND_BY_RULING);
  return std::nullopt;
}

std::optional<Refused> CheckLeaving(const v1::CustodyState* state, const Context& context) {
  if (state != nullptr && IsFrozen(*state)) return Refuse(REFUSAL_CASE_FROZEN, {{"to", state->to()}});
  if (auto refusal = CheckHere(state, context)) return refusal;
  if (!state->ready()) return Refuse(REFUSAL_CONSENT_MISSING);
  return std::nullopt;
}

namespace {

v1::TransferEvent Thawed(const v1::CustodyState& state, std::string_view why, const Context& context) {
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::CaseThawed* thawed = event.mutable_case_thawed();
  thawed->set_hop(state.hop());
  thawed->set_why(std::string(why));
  thawed->set_declines(state.declines());
  return event;
}

}  // namespace

Events RuledFor(const v1::CustodyState& state, const std::string& custodian, const std::string& reason,
                const Context& context) {
  if (custodian == context.here.ToString()) return {Thawed(state, kWhyRuled, context)};
  // A new hop: whoever it names may have handled the old one already. With fresh parts, and nobody can refuse it.
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::CaseFrozen* frozen = event.mutable_case_frozen();
  frozen->set_hop(state.highest_hop() + 1);
  frozen->set_to(custodian);
  frozen->set_binding(true);
  frozen->set_reason(reason);
  return {event};
}

namespace {

// The answer of the addressee to the offer that is out.
bool AnswersOffer(const v1::CustodyState& state, Municipality from, uint64_t hop) {
  return state.origin() == v1::ORIGIN_STATE_PENDING && state.hop() == hop && state.to() == from.ToString();
}

}  // namespace

Result<v1::OfferTransferResponse> Decide(const v1::CustodyState* state, const v1::OfferTransferRequest& request,
                                         bool to_known, const Context& context) {
  if (auto refusal = CheckOffer(request, to_known, context)) return *std::move(refusal);
  if (auto refusal = CheckLeaving(state, context)) return *std::move(refusal);
  if (state->declines() >= kDeclinesMax) return Refuse(REFUSAL_DECLINED_TWICE);
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

Result<v1::RequestRulingResponse> Decide(const v1::CustodyState* state, const v1::RequestRulingRequest& request,
                                         Municipality superior, const Context& context) {
  if (auto refusal = CheckReason(request.reason())) return *std::move(refusal);
  if (auto refusal = CheckLeaving(state, context)) return *std::move(refusal);
  if (state->declines() < kDeclinesMax) {
    return Refuse(REFUSAL_NOT_DECLINED_TWICE, {{"declines", std::to_string(state->declines())}});
  }
  if (superior.IsNone()) return Refuse(REFUSAL_NO_COMMON_SUPERIOR);
  Decided<v1::RequestRulingResponse> decided;
  const uint64_t hop = state->highest_hop() + 1;
  v1::CaseFrozen* frozen = decided.events.emplace_back(NewEvent(state->case_id(), context.now)).mutable_case_frozen();
  frozen->set_hop(hop);
  frozen->set_to(superior.ToString());
  frozen->set_reason(request.reason());
  v1::RulingRequested* requested =
      decided.events.emplace_back(NewEvent(state->case_id(), context.now)).mutable_ruling_requested();
  requested->set_hop(hop);
  requested->set_why(std::string(kWhyDeclinedTwice));
  requested->set_superior(superior.ToString());
  requested->set_from(context.here.ToString());
  requested->set_reason(request.reason());
  decided.reply.set_case_id(state->case_id());
  decided.reply.set_hop(hop);
  decided.reply.set_superior(superior.ToString());
  return decided;
}

Result<v1::RecallTransferResponse> Decide(const v1::CustodyState* state, const v1::RecallTransferRequest&,
                                          const Context& context) {
  if (state == nullptr) return Refuse(REFUSAL_CASE_UNKNOWN);
  if (state->origin() == v1::ORIGIN_STATE_GONE) return Refuse(REFUSAL_CASE_MOVED, {{"to", state->to()}});
  if (!IsCustodian(*state)) return Refuse(REFUSAL_NOT_CUSTODIAN, {{"municipality", context.here.ToString()}});
  if (!IsFrozen(*state)) return Refuse(REFUSAL_NOTHING_TO_RECALL);
  if (state->binding()) return Refuse(REFUSAL_RULED_NO_RECALL);
  Decided<v1::RecallTransferResponse> decided;
  decided.reply.set_case_id(state->case_id());
  decided.reply.set_hop(state->hop());
  if (state->origin() == v1::ORIGIN_STATE_EXPORTING || AwaitsPaper(*state)) {
    // The offer has not left, or nobody else's log can decide it any more: the decider is this log.
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
  const bool on_paper = message.escalated().on_paper();
  if (on_paper && state.to() != from.ToString()) return {};
  Events events{NewEvent(state.case_id(), context.now)};
  v1::RulingAwaited* awaited = events[0].mutable_ruling_awaited();
  awaited->set_hop(message.hop());
  awaited->set_declines(message.escalated().declines());
  if (!on_paper) awaited->set_superior(from.ToString());
  if (on_paper && state.recall_open()) {
    // The recall stands in this log, which decides from here on: it was the first.
    events.push_back(Thawed(state, kWhyRecalled, context));
    events.back().mutable_case_thawed()->set_declines(message.escalated().declines());
  }
  return events;
}

Events OnRuled(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
               const Context& context) {
  if (state.origin() != v1::ORIGIN_STATE_AT_SUPERIOR || state.hop() != message.hop() ||
      state.superior() != from.ToString()) {
    return {};
  }
  return RuledFor(state, message.ruled().custodian(), message.ruled().reason(), context);
}

}  // namespace casehub::transfer
