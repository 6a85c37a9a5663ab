#include "services/intake/reactions.h"

#include "services/intake/case_rows.h"
#include "services/intake/domain/aid.h"
#include "services/intake/domain/deadlines.h"
#include "services/intake/domain/facts.h"
#include "services/intake/domain/hotline.h"
#include "services/intake/rpc.h"
#include "services/intake/tables.h"
#include "services/runtime/dispatch.h"

namespace casehub::intake {

using runtime::DecideContext;
using runtime::DueRow;
using runtime::Outcome;

namespace {

// The state of the case at its freeze. Clocks of this log do not travel: they are armed again where the case arrives.
Events ExportPart(const v1::CaseState& state, const Context& context) {
  if (state.frozen_hop() == 0) return {};
  v1::CaseState part = state;
  part.clear_facts_held();  // they are sent on by themselves, or folded in here
  for (v1::Clock& clock : *part.mutable_clocks()) {
    clock.clear_due_offset();
    clock.clear_due_event();
    clock.clear_due_n();
  }
  v1::IntakeEvent event = NewEvent(state.case_id(), context.now);
  event.mutable_part_exported()->set_hop(state.frozen_hop());
  event.mutable_part_exported()->set_to(state.frozen_to());
  event.mutable_part_exported()->set_state(part.SerializeAsString());
  return {std::move(event)};
}

}  // namespace

Outcome React(const DueRow& row, const DecideContext& context, const runtime::StateReader& state) {
  const auto case_id = Uuid::FromBytes(std::string_view(row.work.payload).substr(0, Uuid::kBytes));
  if (!case_id) return runtime::Defect{"a row of due work names no case", std::nullopt};
  const auto found = LoadCase(state, tables::CaseKey(context.municipality, *case_id));
  if (!found) return runtime::Defect{"a row of due work names a case that is not here", *case_id};
  const Context own = ToContext(context, state);
  Events events;
  switch (row.work.kind) {
    case tables::kClockFired:
      events = DecideClockFired(*found, row.work.payload.substr(Uuid::kBytes), own);
      break;
    case tables::kExportPart:
      events = ExportPart(*found, own);
      break;
    case tables::kStartDecisionClock:
      events = DecideStartDecisionClock(*found, own);
      break;
    case tables::kRestate:
      events = DecideRestate(*found, own);
      break;
    case tables::kLink: {
      const auto other_id = Uuid::FromBytes(std::string_view(row.work.payload).substr(Uuid::kBytes));
      const auto other =
          other_id ? LoadCase(state, tables::CaseKey(context.municipality, *other_id)) : std::optional<v1::CaseState>();
      if (!other) return runtime::Defect{"a row of due work links a case that is not here", *case_id};
      events = DecideLink(*found, *other, own);
      // On the later of the two, whichever that is.
      const auto later = events.empty() ? case_id : Uuid::Parse(events[0].case_id());
      return runtime::Recorded(std::move(events), {storage::CaseSubject(*later)});
    }
    default:
      return runtime::Defect{"a row of due work of an unknown kind", *case_id};
  }
  return runtime::Recorded(std::move(events), {storage::CaseSubject(*case_id)});
}

Outcome Receive(const runtime::Incoming& message, const DecideContext& context, const runtime::StateReader& state) {
  v1::FactsForwarded forwarded;
  if (!forwarded.ParseFromArray(message.payload.data(), static_cast<int>(message.payload.size()))) {
    return runtime::Defect{"forwarded facts do not parse", std::nullopt};
  }
  const auto case_id = Uuid::Parse(forwarded.case_id());
  if (!case_id) return runtime::Defect{"forwarded facts name no case", std::nullopt};
  // Custody came before: whoever sends knows it from the record by which it moved here.
  if (!state.Get(tables::CaseKey(context.municipality, *case_id))) {
    return runtime::Defect{"forwarded facts for a case that never was here", *case_id};
  }
  return runtime::Recorded(DecideForwarded(forwarded, message.from));
}

}  // namespace casehub::intake
