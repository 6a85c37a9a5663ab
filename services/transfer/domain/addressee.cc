#include "services/transfer/domain/addressee.h"

namespace casehub::transfer {
namespace {

using common::v1::Refusal::REFUSAL_FIELD_MISSING;
using common::v1::Refusal::REFUSAL_MUNICIPALITY_UNKNOWN;
using common::v1::Refusal::REFUSAL_NO_OFFER_PENDING;
using common::v1::Refusal::REFUSAL_TRANSFER_UNKNOWN;

// The guard on late copies: what was handled, minted or acquired before is never taken again.
bool IsNew(const v1::CustodyState& state, uint64_t hop) { return hop > state.highest_hop() && !IsOffered(state); }

bool IsPending(const v1::CustodyState& state, uint64_t hop) { return IsOffered(state) && state.offered_hop() == hop; }

std::optional<Refused> CheckPending(const v1::CustodyState* state, uint64_t hop) {
  if (hop == 0) return Refuse(REFUSAL_FIELD_MISSING, {{"field", "hop"}});
  if (state == nullptr) return Refuse(REFUSAL_TRANSFER_UNKNOWN);
  if (!IsPending(*state, hop)) return Refuse(REFUSAL_NO_OFFER_PENDING, {{"hop", std::to_string(hop)}});
  return std::nullopt;
}

v1::TransferEvent RulingRequested(const v1::CustodyState& state, std::string_view why, Municipality superior,
                                  const Context& context) {
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::RulingRequested* requested = event.mutable_ruling_requested();
  requested->set_hop(state.offered_hop());
  requested->set_why(std::string(why));
  if (!superior.IsNone()) requested->set_superior(superior.ToString());
  requested->set_from(state.offered_from());
  return event;
}

struct Acquisition {
  uint64_t hop;
  const std::string& from;
  const std::string& home;
  const google::protobuf::Timestamp& received_at_origin;
  const std::string& document_digest;
  bool by_ruling;
};

v1::TransferEvent Moved(const v1::CustodyState& state, const Acquisition& acquisition, const Context& context) {
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::CustodyMoved* moved = event.mutable_custody_moved();
  moved->set_hop(acquisition.hop);
  moved->set_from(acquisition.from);
  if (state.staged_hop() == acquisition.hop) *moved->mutable_parts() = state.staged();
  moved->set_by_ruling(acquisition.by_ruling);
  moved->set_document_digest(acquisition.document_digest);
  moved->set_home_municipality(acquisition.home);
  *moved->mutable_received_at_origin() = acquisition.received_at_origin;
  return event;
}

v1::TransferEvent Received(const v1::CustodyState& state, Municipality from, uint64_t hop, const v1::Offer& offer,
                           const common::v1::Deadline& respond_by, const Context& context) {
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::OfferReceived* received = event.mutable_offer_received();
  received->set_hop(hop);
  received->set_from(from.ToString());
  received->set_declines(offer.declines());
  received->set_binding(offer.binding());
  received->set_document_digest(offer.document_digest());
  *received->mutable_respond_by() = respond_by;
  received->set_home_municipality(offer.home_municipality());
  if (offer.has_received_at_origin()) *received->mutable_received_at_origin() = offer.received_at_origin();
  return event;
}

}  // namespace

Result<v1::AcceptTransferResponse> Decide(const v1::CustodyState* state, const v1::AcceptTransferRequest& request,
                                          const Context& context) {
  if (auto refusal = CheckPending(state, request.hop())) return *std::move(refusal);
  Decided<v1::AcceptTransferResponse> decided;
  decided.events.push_back(Moved(*state,
                                 {request.hop(), state->offered_from(), state->home_municipality(),
                                  state->received_at_origin(), state->offered_digest(), /*by_ruling=*/false},
                                 context));
  decided.reply.set_case_id(state->case_id());
  decided.reply.set_hop(request.hop());
  return decided;
}

Result<v1::DeclineTransferResponse> Decide(const v1::CustodyState* state, const v1::DeclineTransferRequest& request,
                                           Municipality superior, bool onward_known, const Context& context) {
  if (auto refusal = CheckReason(request.reason())) return *std::move(refusal);
  if (!onward_known) return Refuse(REFUSAL_MUNICIPALITY_UNKNOWN, {{"municipality", request.onward()}});
  if (auto refusal = CheckPending(state, request.hop())) return *std::move(refusal);
  Decided<v1::DeclineTransferResponse> decided;
  v1::TransferDeclined* declined =
      decided.events.emplace_back(NewEvent(state->case_id(), context.now)).mutable_transfer_declined();
  declined->set_hop(request.hop());
  declined->set_from(state->offered_from());
  declined->set_reason(request.reason());
  declined->set_onward(request.onward());
  declined->set_declines(state->offered_declines() + 1);
  const bool upward = declined->declines() >= kDeclinesMax;
  if (upward) decided.events.push_back(RulingRequested(*state, kWhySecondDecline, superior, context));
  decided.reply.set_case_id(state->case_id());
  decided.reply.set_hop(request.hop());
  decided.reply.set_escalated(upward);
  return decided;
}

Events DecideSilence(const v1::CustodyState& state, uint64_t hop, Municipality superior, const Context& context) {
  if (!IsPending(state, hop)) return {};
  return {RulingRequested(state, kWhySilence, superior, context)};
}

Events OnPart(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
              const Context& context) {
  if (!IsNew(state, message.hop())) return {};
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::PartStaged* staged = event.mutable_part_staged();
  staged->set_hop(message.hop());
  staged->set_from(from.ToString());
  *staged->mutable_part() = message.part();
  return {event};
}

std::variant<Events, Broken> OnOffer(const v1::CustodyState& state, Municipality from,
                                     const v1::TransferMessage& message, const common::v1::Deadline& respond_by,
                                     const Context& context) {
  if (!IsNew(state, message.hop())) return Events();
  if (state.origin() == v1::ORIGIN_STATE_ACTIVE || state.origin() == v1::ORIGIN_STATE_EXPORTING) {
    return Broken{"a newer hop than the one that gave custody here was offered by " + from.ToString()};
  }
  const v1::Offer& offer = message.offer();
  const auto staged = state.staged_hop() == message.hop() ? static_cast<uint32_t>(state.staged_size()) : 0u;
  if (staged != offer.parts()) {
    return Broken{"the offer of hop " + std::to_string(message.hop()) + " names " + std::to_string(offer.parts()) +
                  " parts, " + std::to_string(staged) + " came ahead of it"};
  }
  Events events;
  events.push_back(Received(state, from, message.hop(), offer, respond_by, context));
  if (offer.binding()) {
    // By the superior's ruling: nothing to decide, custody is here from this record on.
    events.emplace_back(NewEvent(state.case_id(), context.now))
        .mutable_transfer_accepted_by_ruling()
        ->set_hop(message.hop());
    events.push_back(Moved(state,
                           {message.hop(), events.front().offer_received().from(), offer.home_municipality(),
                            offer.received_at_origin(), offer.document_digest(), /*by_ruling=*/true},
                           context));
  }
  return events;
}

Events OnRecallOfOffer(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                       const Context& context) {
  if (!IsPending(state, message.hop()) || state.offered_from() != from.ToString()) return {};
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  event.mutable_transfer_recalled()->set_hop(message.hop());
  return {event};
}

}  // namespace casehub::transfer
