#include "services/transfer/domain/custody.h"

namespace casehub::transfer {
namespace {

// Collects messages of one case and hop.
class Outbox {
 public:
  Outbox(const std::string& case_id, uint64_t hop) : case_id_(case_id), hop_(hop) {}
  v1::TransferMessage* To(const std::string& municipality) {
    Outgoing& outgoing = messages_.emplace_back();
    outgoing.to = Municipality::Parse(municipality).value_or(Municipality());
    outgoing.message.set_case_id(case_id_);
    outgoing.message.set_hop(hop_);
    return &outgoing.message;
  }
  std::vector<Outgoing> Take() { return std::move(messages_); }

 private:
  const std::string& case_id_;
  uint64_t hop_;
  std::vector<Outgoing> messages_;
};

// Parts go ahead of the offer, in one mailbox, so that whoever takes the offer has them all. A service that holds
// nothing sends nothing.
std::vector<Outgoing> OfferMessages(const v1::CustodyState& before, const std::string& case_id,
                                    const v1::TransferOffered& event) {
  Outbox outbox(case_id, event.hop());
  uint32_t parts = 0;
  for (const v1::Part& part : before.exported()) {
    if (part.state().empty()) continue;
    *outbox.To(event.to())->mutable_part() = part;
    ++parts;
  }
  v1::Offer* offer = outbox.To(event.to())->mutable_offer();
  offer->set_declines(event.declines());
  offer->set_binding(event.binding());
  offer->set_document_digest(event.document_digest());
  offer->set_home_municipality(before.home_municipality());
  if (before.has_received_at_origin()) *offer->mutable_received_at_origin() = before.received_at_origin();
  offer->set_parts(parts);
  return outbox.Take();
}

std::vector<Outgoing> RecalledMessages(const v1::CustodyState& before, const std::string& case_id, uint64_t hop) {
  Outbox outbox(case_id, hop);
  if (IsOffered(before) && before.offered_hop() == hop) {
    outbox.To(before.offered_from())->mutable_recalled();
  } else if (const v1::RulingState* ruling = FindRuling(before, hop)) {
    outbox.To(ruling->origin())->mutable_recalled();
  }
  return outbox.Take();
}

std::vector<Outgoing> RulingMessages(const v1::CustodyState& before, const std::string& case_id,
                                     const v1::RulingRequested& event) {
  Outbox outbox(case_id, event.hop());
  const bool by_origin = event.from() == before.municipality();
  const uint32_t declines = by_origin ? before.declines() : before.offered_declines();
  if (event.superior().empty()) {  // nobody above keeps a log here: the origin's own decides from here on
    v1::EscalatedToSuperior* escalated = outbox.To(event.from())->mutable_escalated();
    escalated->set_declines(declines);
    escalated->set_on_paper(true);
    return outbox.Take();
  }
  v1::RulingRequest* request = outbox.To(event.superior())->mutable_ruling_request();
  request->set_why(event.why());
  request->set_origin(event.from());
  request->set_declines(declines);
  return outbox.Take();
}

}  // namespace

std::vector<Outgoing> MessagesOf(const v1::CustodyState& before, const v1::TransferEvent& event) {
  const std::string& case_id = event.case_id();
  switch (event.event_case()) {
    case v1::TransferEvent::kTransferOffered:
      return OfferMessages(before, case_id, event.transfer_offered());
    case v1::TransferEvent::kRecallRequested: {
      Outbox outbox(case_id, event.recall_requested().hop());
      const bool above = before.origin() == v1::ORIGIN_STATE_AT_SUPERIOR;
      outbox.To(above ? before.superior() : before.to())->mutable_recall();
      return outbox.Take();
    }
    case v1::TransferEvent::kCustodyMoved: {
      Outbox outbox(case_id, event.custody_moved().hop());
      *outbox.To(event.custody_moved().from())->mutable_accepted()->mutable_received_at() = event.occurred_at();
      return outbox.Take();
    }
    case v1::TransferEvent::kTransferDeclined: {
      const v1::TransferDeclined& declined = event.transfer_declined();
      if (declined.declines() >= kDeclinesMax) return {};  // upward: the superior tells the origin
      Outbox outbox(case_id, declined.hop());
      v1::Declined* message = outbox.To(declined.from())->mutable_declined();
      message->set_reason(declined.reason());
      message->set_onward(declined.onward());
      message->set_declines(declined.declines());
      return outbox.Take();
    }
    case v1::TransferEvent::kTransferRecalled:
      return RecalledMessages(before, case_id, event.transfer_recalled().hop());
    case v1::TransferEvent::kRulingRequested:
      return RulingMessages(before, case_id, event.ruling_requested());
    case v1::TransferEvent::kRulingOpened: {
      Outbox outbox(case_id, event.ruling_opened().hop());
      outbox.To(event.ruling_opened().origin())->mutable_escalated()->set_declines(event.ruling_opened().declines());
      return outbox.Take();
    }
    case v1::TransferEvent::kJurisdictionRuled: {
      // To the frozen custodian, which alone knows the parts: never straight to whom it names.
      Outbox outbox(case_id, event.jurisdiction_ruled().hop());
      v1::Ruled* ruled = outbox.To(event.jurisdiction_ruled().origin())->mutable_ruled();
      ruled->set_custodian(event.jurisdiction_ruled().custodian());
      ruled->set_reason(event.jurisdiction_ruled().reason());
      return outbox.Take();
    }
    case v1::TransferEvent::kRulingAwaited: {
      if (!before.recall_open() || event.ruling_awaited().superior().empty()) return {};
      // The addressee was idle when the recall reached it: it is asked again where the decision is now.
      Outbox outbox(case_id, event.ruling_awaited().hop());
      outbox.To(event.ruling_awaited().superior())->mutable_recall();
      return outbox.Take();
    }
    default:
      return {};
  }
}

}  // namespace casehub::transfer
