#include "services/evaluation/rpc.h"

#include <utility>

#include "services/evaluation/domain/rating.h"
#include "services/evaluation/tables.h"
#include "services/runtime/dispatch.h"

namespace casehub::evaluation {

runtime::Outcome SubmitRating(const v1::SubmitRatingRequest& request, const runtime::DecideContext& context,
                              const runtime::StateReader& rows) {
  if (request.case_id().empty()) {
    return runtime::Refuse(common::v1::REFUSAL_FIELD_MISSING).With("field", "case_id");
  }
  const auto case_id = Uuid::Parse(request.case_id());
  if (!case_id) {
    return RefuseField("case_id", Phrase::PHRASE_CASE_ID_IS_A_UUID);
  }
  auto result =
      Decide(tables::LoadCase(rows, context.municipality, *case_id), request, {context.now, context.received_at});
  if (auto* refusal = std::get_if<Refused>(&result)) {
    return std::move(*refusal);
  }
  auto& decided = std::get<Decided<v1::SubmitRatingResponse>>(result);
  // A freeze in between overtakes it: the slot travels as it was at the freeze.
  return runtime::Decided(std::move(decided.events), std::move(decided.reply), {storage::CaseSubject(*case_id)});
}

}  // namespace casehub::evaluation
