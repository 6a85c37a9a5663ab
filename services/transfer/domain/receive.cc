#include "services/transfer/domain/receive.h"

#include "services/transfer/domain/addressee.h"
#include "services/transfer/domain/origin.h"
#include "services/transfer/domain/superior.h"

namespace casehub::transfer {
namespace {

v1::TransferEvent Ignored(Municipality from, const v1::TransferMessage& message, const Context& context) {
  v1::TransferEvent event = NewEvent(message.case_id(), context.now);
  v1::CustodyMessageIgnored* ignored = event.mutable_custody_message_ignored();
  ignored->set_hop(message.hop());
  ignored->set_from(from.ToString());
  const auto* member = message.GetReflection()->GetOneofFieldDescriptor(
      message, v1::TransferMessage::descriptor()->FindOneofByName("message"));
  ignored->set_message(member == nullptr ? "unknown" : member->name());
  return event;
}

std::variant<Events, Broken> Dispatch(const v1::CustodyState& state, Municipality from,
                                      const v1::TransferMessage& message, const common::v1::Deadline& respond_by,
                                      const Context& context) {
  switch (message.message_case()) {
    case v1::TransferMessage::kPart:
      return OnPart(state, from, message, context);
    case v1::TransferMessage::kOffer:
      return OnOffer(state, from, message, respond_by, context);
    case v1::TransferMessage::kAccepted:
      return OnAccepted(state, from, message, context);
    case v1::TransferMessage::kDeclined:
      return OnDeclined(state, from, message, context);
    case v1::TransferMessage::kRecall: {
      // One municipality can be addressee and superior of one case; a hop has only one decider at a time.
      Events events = OnRecallOfOffer(state, from, message, context);
      return events.empty() ? OnRecallOfRuling(state, from, message, context) : events;
    }
    case v1::TransferMessage::kRecalled:
      return OnRecalled(state, from, message, context);
    case v1::TransferMessage::kRulingRequest:
      return OnRulingRequest(state, from, message, context);
    case v1::TransferMessage::kEscalated:
      return OnEscalated(state, from, message, context);
    case v1::TransferMessage::kRuled:
      return OnRuled(state, from, message, context);
    case v1::TransferMessage::MESSAGE_NOT_SET:
      return Events();
  }
  return Events();
}

}  // namespace

std::variant<Events, Broken> Receive(const v1::CustodyState& state, Municipality from,
                                     const v1::TransferMessage& message, const common::v1::Deadline& respond_by,
                                     const Context& context) {
  auto received = Dispatch(state, from, message, respond_by, context);
  if (auto* events = std::get_if<Events>(&received); events != nullptr && events->empty()) {
    events->push_back(Ignored(from, message, context));
  }
  return received;
}

}  // namespace casehub::transfer
