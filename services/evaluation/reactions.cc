#include "services/evaluation/reactions.h"

#include "services/evaluation/domain/rating.h"
#include "services/evaluation/domain/rectification.h"
#include "services/evaluation/rpc.h"
#include "services/evaluation/score_rows.h"
#include "services/evaluation/tables.h"
#include "services/runtime/dispatch.h"

namespace casehub::evaluation {
namespace {

using runtime::Outcome;

// Of a clock, or of a date that is counted again.
Outcome OnRectification(const Uuid& case_id, std::string_view id, uint16_t kind, const Context& context,
                        const runtime::StateReader& rows) {
  const auto rectification_id = Uuid::FromBytes(id);
  if (!rectification_id) return runtime::Defect{"due work of evaluation does not parse", case_id};
  const CaseView view = tables::LoadCase(rows, context.here, case_id);
  const auto state = rows.Load<v1::RectificationState>(
      tables::TaskKey(tables::kRectification, context.here, case_id, *rectification_id));
  Events events;  // none where the case has gone since
  if (state && kind == tables::kRectify) events = DecideFiring(view, *state, context);
  if (state && kind == tables::kRestate) events = DecideRestate(view, *state, context);
  return runtime::Recorded(std::move(events), {storage::CaseSubject(case_id)});
}

}  // namespace

Outcome ReactTo(const runtime::DueRow& row, const runtime::DecideContext& context, const runtime::StateReader& rows) {
  const auto case_id = tables::DueCase(row.work.payload);
  if (!case_id) return runtime::Defect{"due work of evaluation does not parse", std::nullopt};
  const std::string_view rest = tables::DueRest(row.work.payload);
  const Context domain = ToContext(context, rows);
  switch (row.work.kind) {
    case tables::kOpenSlot:
      return runtime::Recorded(DecideOpening(tables::LoadCase(rows, domain.here, *case_id), domain),
                               {storage::CaseSubject(*case_id)});
    case tables::kExpire:
      return runtime::Recorded(DecideExpiry(tables::LoadCase(rows, domain.here, *case_id), domain),
                               {storage::CaseSubject(*case_id)});
    case tables::kExport:
      // The part is what a frozen case is: it relies on nothing, a thaw makes it pointless and harmless.
      return runtime::Recorded(
          DecideExport(tables::LoadCaseRows(rows, domain.here, *case_id), *case_id, tables::DecodeHop(rest), domain));
    case tables::kRectify:
    case tables::kRestate:
      return OnRectification(*case_id, rest, row.work.kind, domain, rows);
    default:
      return runtime::Defect{"due work of evaluation of an unknown kind", *case_id};
  }
}

Outcome ReceiveMessage(const runtime::Incoming& message, const runtime::DecideContext& context,
                       const runtime::StateReader& rows) {
  v1::EvaluationMessage received;
  const bool parsed = received.ParseFromArray(message.payload.data(), static_cast<int>(message.payload.size()));
  const auto case_id = Uuid::Parse(received.case_id());
  if (!parsed || !case_id || !received.has_rating_set_aside()) {
    return runtime::Defect{"a message of evaluation does not parse", std::nullopt};
  }
  const Instant rated_at = ToInstant(received.rating_set_aside().rating().rated_at());
  // A fact that must be taken, wherever the case is: it relies on nothing.
  return runtime::Recorded(
      DecideSetAside(received, IsCounted(context.municipality, *case_id, rated_at, rows), ToContext(context, rows)));
}

}  // namespace casehub::evaluation
