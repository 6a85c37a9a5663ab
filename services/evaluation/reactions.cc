#include "services/evaluation/reactions.h"

#include "services/evaluation/domain/rating.h"
#include "services/evaluation/tables.h"
#include "services/runtime/dispatch.h"

namespace casehub::evaluation {
namespace {

runtime::Outcome OpenSlot(const Uuid& case_id, std::string_view payload, const CaseView& view, const Context& context) {
  // A closed case is offered to nobody and a frozen one is not closed: the log would have skipped one of the two.
  if (view.holding) return runtime::Defect{"a case was closed while it did not act here", case_id};
  v1::RatingSlotOpened rated;
  if (!rated.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return runtime::Defect{"due work of evaluation does not parse", case_id};
  }
  return runtime::Recorded(DecideOpening(view, case_id, rated, context), {storage::CaseSubject(case_id)});
}

}  // namespace

runtime::Outcome ReactTo(const runtime::DueRow& row, const runtime::DecideContext& context,
                         const runtime::StateReader& rows) {
  const auto case_id = tables::DueCase(row.work.payload);
  if (!case_id) return runtime::Defect{"due work of evaluation does not parse", std::nullopt};
  const std::string_view rest = tables::DueRest(row.work.payload);
  const CaseView view = tables::LoadCase(rows, context.municipality, *case_id);
  const Context domain{context.now, context.received_at};
  switch (row.work.kind) {
    case tables::kOpenSlot:
      return OpenSlot(*case_id, rest, view, domain);
    case tables::kExpire:
      return runtime::Recorded(DecideExpiry(view, domain), {storage::CaseSubject(*case_id)});
    case tables::kExport:
      // The part is what a frozen case is: it relies on nothing, a thaw makes it pointless and harmless.
      return runtime::Recorded(DecideExport(view, *case_id, tables::DecodeHop(rest), domain));
    default:
      return runtime::Defect{"due work of evaluation of an unknown kind", *case_id};
  }
}

}  // namespace casehub::evaluation
