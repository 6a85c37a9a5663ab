#include "services/mediation/reactions.h"

#include "services/mediation/domain/after.h"
#include "services/mediation/domain/custody.h"
#include "services/mediation/domain/terms.h"
#include "services/mediation/rpc.h"
#include "services/mediation/tables.h"
#include "services/runtime/dispatch.h"

namespace casehub::mediation {
namespace {

// The part is what a frozen case is: it relies on nothing, a thaw makes it pointless and harmless.
runtime::Outcome Export(const Uuid& case_id, std::string_view rest, const v1::MediationState* state,
                        const Context& context) {
  const auto due = tables::DecodeExport(rest);
  if (!due) return runtime::Defect{"due work of mediation does not parse", case_id};
  return runtime::Recorded(DecideExport(state, case_id.ToString(), due->hop, due->to, context));
}

}  // namespace

runtime::Outcome ReactTo(const runtime::DueRow& row, const runtime::DecideContext& context,
                         const runtime::StateReader& rows) {
  const auto case_id = tables::DueCase(row.work.payload);
  if (!case_id) return runtime::Defect{"due work of mediation does not parse", std::nullopt};
  const auto found = rows.Load<v1::MediationState>(tables::MediationKey(context.municipality, *case_id));
  const Context own = ToContext(context, rows);
  const std::string_view rest = tables::DueRest(row.work.payload);
  if (row.work.kind == tables::kExport) return Export(*case_id, rest, found ? &*found : nullptr, own);
  if (!found) return runtime::Recorded(Events());  // it left with its case
  Events events;
  switch (row.work.kind) {
    case tables::kTermOver:
      events = DecideTermOver(*found, rest, own);
      break;
    case tables::kRemind:
      events = DecideReminder(*found, own);
      break;
    case tables::kRestate:
      events = DecideRestate(*found, own);
      break;
    default:
      return runtime::Defect{"due work of mediation of an unknown kind", *case_id};
  }
  return runtime::Recorded(std::move(events), {storage::CaseSubject(*case_id)});
}

runtime::Outcome TakeFact(const runtime::Incoming& message, const runtime::DecideContext& context,
                          const runtime::StateReader& rows) {
  v1::HeldFact held;
  if (!held.ParseFromArray(message.payload.data(), static_cast<int>(message.payload.size()))) {
    return runtime::Defect{"a message of mediation does not parse", std::nullopt};
  }
  const auto found = tables::LoadMediation(rows, context.municipality, held.fact().case_id());
  if (!found) {
    return runtime::Defect{"a fact was sent where its case never was", Uuid::Parse(held.fact().case_id())};
  }
  return runtime::Recorded(DecideTakeFact(*found, held.fact()));
}

}  // namespace casehub::mediation
