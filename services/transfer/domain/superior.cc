#include "services/transfer/domain/superior.h"

namespace casehub::transfer {

Events OnRulingRequest(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                       const Context& context) {
  if (FindRuling(state, message.hop()) != nullptr) return {};
  const v1::RulingRequest& request = message.ruling_request();
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::RulingOpened* opened = event.mutable_ruling_opened();
  opened->set_hop(message.hop());
  opened->set_why(request.why());
  opened->set_origin(request.origin());
  opened->set_addressee(from.ToString());
  opened->set_declines(request.declines());
  return {event};
}

Events OnRecallOfRuling(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                        const Context& context) {
  const v1::RulingState* ruling = FindRuling(state, message.hop());
  if (ruling == nullptr || !ruling->open() || ruling->origin() != from.ToString()) return {};
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  event.mutable_transfer_recalled()->set_hop(message.hop());
  return {event};
}

}  // namespace casehub::transfer
