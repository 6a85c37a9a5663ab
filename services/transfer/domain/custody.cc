#include "services/transfer/domain/custody.h"

#include <algorithm>

namespace casehub::transfer {
namespace {

void Raise(uint64_t hop, v1::CustodyState* state) {
  state->set_highest_hop(std::max<uint64_t>(state->highest_hop(), hop));
}

// The addressee has nothing in hand any more; what it was offered stays readable, its parts do not.
void DropOffer(v1::AddresseeState next, v1::CustodyState* state) {
  state->set_addressee(next);
  state->clear_staged();
  state->clear_staged_hop();
  state->clear_respond_by();
  state->clear_due_offset();
  state->clear_due_event();
  state->clear_due_n();
}

void On(const v1::CaseFrozen& event, v1::CustodyState* state) {
  state->set_origin(v1::ORIGIN_STATE_EXPORTING);
  state->set_hop(event.hop());
  Raise(event.hop(), state);
  state->set_to(event.to());
  state->set_binding(event.binding());
  state->set_recall_open(false);
  state->clear_exported();
  state->clear_superior();
  state->clear_onward();
  state->clear_decline_reason();
  state->clear_received_there_at();
  state->set_outside(false);
}

void On(const v1::CaseThawed& event, v1::CustodyState* state) {
  state->set_origin(v1::ORIGIN_STATE_ACTIVE);
  state->set_declines(event.declines());
  state->set_onward(event.onward());
  state->set_decline_reason(event.reason());
  state->set_bound(state->bound() || event.why() == kWhyRuled);
  state->set_binding(false);
  state->set_recall_open(false);
  state->clear_exported();
  state->clear_superior();
}

void On(const v1::CustodyLearned& event, v1::CustodyState* state) {
  state->set_origin(v1::ORIGIN_STATE_GONE);
  state->set_to(event.custodian());
  state->set_outside(event.outside());
  if (event.has_received_there_at()) *state->mutable_received_there_at() = event.received_there_at();
  state->set_recall_open(false);
  state->set_binding(false);
  state->clear_superior();
}

void On(const v1::PartStaged& event, v1::CustodyState* state) {
  if (state->staged_hop() != event.hop()) state->clear_staged();
  state->set_staged_hop(event.hop());
  for (auto& part : *state->mutable_staged()) {
    if (part.service() == event.part().service()) {
      part = event.part();
      return;
    }
  }
  *state->add_staged() = event.part();
}

void On(const v1::OfferReceived& event, Instant now, v1::CustodyState* state) {
  if (state->staged_hop() != event.hop()) state->clear_staged();
  state->set_staged_hop(event.hop());
  state->set_addressee(v1::ADDRESSEE_STATE_OFFERED);
  state->set_offered_hop(event.hop());
  Raise(event.hop(), state);
  state->set_offered_from(event.from());
  state->set_offered_declines(event.declines());
  state->set_offered_digest(event.document_digest());
  if (event.has_respond_by()) *state->mutable_respond_by() = event.respond_by();
  *state->mutable_offer_received_at() = ToTimestamp(now);
  state->set_home_municipality(event.home_municipality());
  if (event.has_received_at_origin()) *state->mutable_received_at_origin() = event.received_at_origin();
}

void On(const v1::CustodyMoved& event, const google::protobuf::Timestamp& at, v1::CustodyState* state) {
  state->set_origin(v1::ORIGIN_STATE_ACTIVE);
  state->set_hop(event.hop());
  Raise(event.hop(), state);
  state->set_declines(state->offered_declines());
  state->set_bound(event.by_ruling());
  state->set_binding(false);
  state->set_recall_open(false);
  state->clear_to();
  state->clear_superior();
  state->clear_exported();
  state->clear_onward();
  state->clear_decline_reason();
  state->set_home_municipality(event.home_municipality());
  if (event.has_received_at_origin()) *state->mutable_received_at_origin() = event.received_at_origin();
  *state->mutable_received_there_at() = at;
  state->set_acquired_hop(event.hop());
  state->set_acquired_from(event.from());
  state->set_outside(false);
  state->set_ready(true);
  state->set_document_digest(state->offered_digest());
  state->set_closed(false);
  state->set_withdrawn(false);
  DropOffer(v1::ADDRESSEE_STATE_UNSPECIFIED, state);
}

void On(const v1::TransferDeclined& event, v1::CustodyState* state) {
  state->set_offered_declines(event.declines());
  state->set_declined_here(state->declined_here() + 1);
  state->set_declined_here_reason(event.reason());
  DropOffer(v1::ADDRESSEE_STATE_UNSPECIFIED, state);
}

void On(const v1::TransferRecalled& event, v1::CustodyState* state) {
  if (IsOffered(*state) && state->offered_hop() == event.hop()) {
    DropOffer(v1::ADDRESSEE_STATE_UNSPECIFIED, state);
    return;
  }
  for (auto& ruling : *state->mutable_rulings()) {
    if (ruling.hop() == event.hop()) ruling.set_open(false);
  }
}

void On(const v1::RulingOpened& event, v1::CustodyState* state) {
  v1::RulingState* ruling = state->add_rulings();
  ruling->set_hop(event.hop());
  ruling->set_origin(event.origin());
  ruling->set_addressee(event.addressee());
  ruling->set_why(event.why());
  ruling->set_declines(event.declines());
  ruling->set_open(true);
}

// By the custodian itself, frozen in the same record; or by the addressee, which gives the hop up.
void On(const v1::RulingRequested& event, v1::CustodyState* state) {
  if (event.from() != state->municipality()) return DropOffer(v1::ADDRESSEE_STATE_AT_SUPERIOR, state);
  state->set_origin(v1::ORIGIN_STATE_AT_SUPERIOR);
  state->set_superior(event.superior());
}

void On(const v1::JurisdictionRuled& event, v1::CustodyState* state) {
  for (auto& ruling : *state->mutable_rulings()) {
    if (ruling.hop() != event.hop()) continue;
    ruling.set_open(false);
    ruling.set_custodian(event.custodian());
  }
}

// The timer is moved by the fold, which knows its row.
void On(const v1::RespondRestated& event, v1::CustodyState* state) {
  if (IsOffered(*state) && state->offered_hop() == event.hop()) *state->mutable_respond_by() = event.after();
}

void On(const v1::RulingAwaited& event, v1::CustodyState* state) {
  state->set_origin(v1::ORIGIN_STATE_AT_SUPERIOR);
  state->set_declines(event.declines());
  state->set_superior(event.superior());
}

}  // namespace

std::optional<Refused> CheckReason(const std::string& reason) {
  constexpr size_t kReasonBytesMax = 1000;
  if (reason.empty()) return Refuse(common::v1::REFUSAL_FIELD_MISSING, {{"field", "reason"}});
  if (reason.size() <= kReasonBytesMax) return std::nullopt;
  return Refuse(
      common::v1::REFUSAL_FIELD_TOO_LONG,
      {{"field", "reason"}, {"size", std::to_string(reason.size())}, {"limit", std::to_string(kReasonBytesMax)}});
}

v1::TransferEvent NewEvent(const std::string& case_id, Instant now) {
  v1::TransferEvent event;
  event.set_case_id(case_id);
  *event.mutable_occurred_at() = ToTimestamp(now);
  return event;
}

bool IsCustodian(const v1::CustodyState& state) {
  return state.origin() != v1::ORIGIN_STATE_UNSPECIFIED && state.origin() != v1::ORIGIN_STATE_GONE;
}

bool IsFrozen(const v1::CustodyState& state) {
  return state.origin() == v1::ORIGIN_STATE_EXPORTING || state.origin() == v1::ORIGIN_STATE_PENDING ||
         state.origin() == v1::ORIGIN_STATE_AT_SUPERIOR;
}

bool AwaitsPaper(const v1::CustodyState& state) {
  return state.origin() == v1::ORIGIN_STATE_AT_SUPERIOR && state.superior().empty();
}

bool IsOffered(const v1::CustodyState& state) { return state.addressee() == v1::ADDRESSEE_STATE_OFFERED; }

const v1::RulingState* FindRuling(const v1::CustodyState& state, uint64_t hop) {
  for (const auto& ruling : state.rulings()) {
    if (ruling.hop() == hop) return &ruling;
  }
  return nullptr;
}

std::string Custodian(const v1::CustodyState& state) {
  // A frozen origin of an older hop may not have heard yet that the case went on; an offer of a newer hop says so.
  if (state.offered_hop() > state.hop()) return state.offered_from();
  if (IsCustodian(state)) return state.municipality();
  if (state.origin() == v1::ORIGIN_STATE_GONE) return state.to();
  return state.rulings().empty() ? std::string() : state.rulings().rbegin()->origin();
}

v1::CustodyState OpenedHere(std::string_view case_id, Municipality here) {
  v1::CustodyState state;
  state.set_case_id(std::string(case_id));
  state.set_municipality(here.ToString());
  state.set_origin(v1::ORIGIN_STATE_ACTIVE);
  state.set_home_municipality(here.ToString());
  state.set_ready(true);
  return state;
}

void Evolve(const v1::TransferEvent& event, v1::CustodyState* state) {
  switch (event.event_case()) {
    case v1::TransferEvent::kCaseFrozen:
      return On(event.case_frozen(), state);
    case v1::TransferEvent::kTransferOffered:
      state->set_origin(v1::ORIGIN_STATE_PENDING);
      state->clear_exported();
      return;
    case v1::TransferEvent::kRecallRequested:
      state->set_recall_open(true);
      return;
    case v1::TransferEvent::kCaseThawed:
      return On(event.case_thawed(), state);
    case v1::TransferEvent::kCustodyLearned:
      return On(event.custody_learned(), state);
    case v1::TransferEvent::kPartStaged:
      return On(event.part_staged(), state);
    case v1::TransferEvent::kOfferReceived:
      return On(event.offer_received(), ToInstant(event.occurred_at()), state);
    case v1::TransferEvent::kCustodyMoved:
      return On(event.custody_moved(), event.occurred_at(), state);
    case v1::TransferEvent::kTransferDeclined:
      return On(event.transfer_declined(), state);
    case v1::TransferEvent::kTransferRecalled:
      return On(event.transfer_recalled(), state);
    case v1::TransferEvent::kRulingRequested:
      return On(event.ruling_requested(), state);
    case v1::TransferEvent::kJurisdictionRuled:
      return On(event.jurisdiction_ruled(), state);
    case v1::TransferEvent::kPaperRulingRecorded:
      state->set_bound(state->bound() || event.paper_ruling_recorded().custodian() == state->municipality());
      return;
    case v1::TransferEvent::kRespondRestated:
      return On(event.respond_restated(), state);
    case v1::TransferEvent::kRulingOpened:
      return On(event.ruling_opened(), state);
    case v1::TransferEvent::kRulingAwaited:
      return On(event.ruling_awaited(), state);
    case v1::TransferEvent::kTransferAcceptedByRuling:
    case v1::TransferEvent::kCustodyMessageIgnored:
    case v1::TransferEvent::EVENT_NOT_SET:
      return;
  }
}

bool AddExported(uint64_t hop, ServiceId service, const std::string& part, v1::CustodyState* state) {
  if (state->origin() != v1::ORIGIN_STATE_EXPORTING || state->hop() != hop) return false;
  const auto number = static_cast<uint32_t>(service);
  for (const auto& exported : state->exported()) {
    if (exported.service() == number) return false;
  }
  v1::Part* added = state->add_exported();
  added->set_service(number);
  added->set_state(part);
  return true;
}

bool AllExported(const v1::CustodyState& state) {
  return std::all_of(std::begin(kExportingServices), std::end(kExportingServices), [&](ServiceId service) {
    return std::any_of(state.exported().begin(), state.exported().end(),
                       [&](const v1::Part& part) { return part.service() == static_cast<uint32_t>(service); });
  });
}

}  // namespace casehub::transfer
