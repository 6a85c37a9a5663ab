#include "services/transfer/reactions.h"

#include <utility>

#include "services/legalclock/rules.h"
#include "services/transfer/domain/addressee.h"
#include "services/transfer/domain/origin.h"
#include "services/transfer/domain/receive.h"
#include "services/transfer/rpc.h"
#include "services/transfer/tables.h"

namespace casehub::transfer {
namespace {

// Nothing if the offer was decided meanwhile or the calendar says the same.
Events Restate(const v1::CustodyState& state, uint64_t hop, const runtime::StateReader& rows, const Context& context) {
  if (!IsOffered(state) || state.offered_hop() != hop) return {};
  auto restated = legalclock::RulesIn(rows, tables::RulesKey(context.here))->Restate(state.respond_by());
  if (!restated) return {};
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::RespondRestated* again = event.mutable_respond_restated();
  again->set_hop(hop);
  *again->mutable_before() = state.respond_by();
  *again->mutable_after() = std::move(restated->after);
  *again->mutable_why_before() = legalclock::ToExplanation(restated->before);
  *again->mutable_why_after() = legalclock::ToExplanation(restated->now);
  return {event};
}

}  // namespace

runtime::Outcome ReactTo(const runtime::DueRow& row, const TransferConfig& config,
                         const runtime::DecideContext& context, const runtime::StateReader& rows) {
  const auto due = tables::DecodeDueHop(row.work.payload);
  if (!due) return runtime::Defect{"due work of transfer does not parse", std::nullopt};
  const auto state = tables::LoadState(rows, context.municipality, due->case_id);
  if (!state) return runtime::Defect{"due work of transfer for a case without a row", due->case_id};
  const Context here{context.municipality, context.now};
  switch (row.work.kind) {
    case tables::kOffer:
      return Recorded(DecideOffer(*state, due->hop, here));
    case tables::kRespond: {
      const auto from = Municipality::Parse(state->offered_from());
      if (!from) return runtime::Decision();
      return Recorded(DecideSilence(*state, due->hop, SuperiorOf(config, *from, context.municipality), here));
    }
    case tables::kRestate:
      return Recorded(Restate(*state, due->hop, rows, here));
    default:
      return runtime::Defect{"due work of transfer of an unknown kind", due->case_id};
  }
}

runtime::Outcome ReceiveMessage(const runtime::Incoming& incoming, const TransferConfig& config,
                                const runtime::DecideContext& context, const runtime::StateReader& rows) {
  v1::TransferMessage message;
  if (!message.ParseFromArray(incoming.payload.data(), static_cast<int>(incoming.payload.size()))) {
    return runtime::Defect{"a custody message does not parse", std::nullopt};
  }
  const auto case_id = Uuid::Parse(message.case_id());
  if (!case_id) return runtime::Defect{"a custody message names no case", std::nullopt};
  auto state = tables::LoadState(rows, context.municipality, *case_id);
  if (!state) {
    state.emplace();
    state->set_case_id(message.case_id());
    state->set_municipality(context.municipality.ToString());
  }
  common::v1::Deadline respond_by;
  if (message.has_offer()) {
    const auto rules = rows.Get(tables::RulesKey(context.municipality));
    respond_by = config.deadline(rules.value_or(std::string()), kRespondPolicy, context.now);
  }
  auto received = Receive(*state, incoming.from, message, respond_by, {context.municipality, context.now});
  if (auto* broken = std::get_if<Broken>(&received)) return runtime::Defect{std::move(broken->what), *case_id};
  return Recorded(std::get<Events>(std::move(received)));
}

}  // namespace casehub::transfer
