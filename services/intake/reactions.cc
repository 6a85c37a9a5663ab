#include "services/intake/reactions.h"

#include "services/intake/domain/aid.h"
#include "services/intake/domain/deadlines.h"
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
  const auto found = state.Load<v1::CaseState>(tables::CaseKey(context.municipality, *case_id));
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
    default:
      return runtime::Defect{"a row of due work of an unknown kind", *case_id};
  }
  return runtime::Recorded(std::move(events), {storage::CaseSubject(*case_id)});
}

}  // namespace casehub::intake
