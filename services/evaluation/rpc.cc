#include "services/evaluation/rpc.h"

#include <utility>

#include "services/evaluation/domain/rating.h"
#include "services/evaluation/domain/rectification.h"
#include "services/evaluation/domain/review.h"
#include "services/evaluation/domain/scores.h"
#include "services/evaluation/domain/voices.h"
#include "services/evaluation/tables.h"

namespace casehub::evaluation {

using runtime::DecideContext;
using runtime::Outcome;
using runtime::StateReader;

Context ToContext(const DecideContext& context, const StateReader& rows) {
  return {context.now, context.received_at, context.municipality, context.command_id,
          legalclock::RulesIn(rows, tables::Prefix(tables::kRules, context.municipality))};
}

namespace {

template <typename Reply>
Outcome Map(Result<Reply> result, std::vector<storage::Subject> relies_on) {
  if (auto* refusal = std::get_if<Refused>(&result)) return std::move(*refusal);
  auto& decided = std::get<Decided<Reply>>(result);
  return runtime::Decided(std::move(decided.events), std::move(decided.reply), std::move(relies_on));
}

// Commands about a case: a freeze in between overtakes them, since the case travels as it was at the freeze.
template <typename Reply, typename Request, typename Decision>
Outcome OnCase(const Request& request, const Decision& decide) {
  if (request.case_id().empty()) {
    return runtime::Refuse(common::v1::REFUSAL_FIELD_MISSING).With("field", "case_id");
  }
  const auto case_id = Uuid::Parse(request.case_id());
  if (!case_id) return RefuseField("case_id", Phrase::PHRASE_CASE_ID_IS_A_UUID);
  return Map<Reply>(decide(*case_id), {storage::CaseSubject(*case_id)});
}

template <typename Reply, typename Request>
Outcome OnRectification(const Request& request, const DecideContext& context, const StateReader& rows) {
  return OnCase<Reply>(request, [&](const Uuid& case_id) -> Result<Reply> {
    Uuid id = RatingRectificationId(case_id);
    if (!request.rectification_id().empty()) id = Uuid::Parse(request.rectification_id()).value_or(Uuid());
    const auto state =
        rows.Load<v1::RectificationState>(tables::TaskKey(tables::kRectification, context.municipality, case_id, id));
    return Decide(tables::LoadCase(rows, context.municipality, case_id), state ? &*state : nullptr, request,
                  ToContext(context, rows));
  });
}

template <typename Reply, typename Request>
Outcome OnVoice(const Request& request, const DecideContext& context, const StateReader& rows) {
  return OnCase<Reply>(request, [&](const Uuid& case_id) {
    return Decide(tables::LoadCase(rows, context.municipality, case_id),
                  tables::LoadRectifications(rows, context.municipality, case_id), request, ToContext(context, rows));
  });
}

template <typename Reply, typename Request>
Outcome OnReview(const Request& request, const DecideContext& context, const StateReader& rows) {
  return OnCase<Reply>(request, [&](const Uuid& case_id) {
    return Decide(tables::LoadAppeal(rows, context.municipality, case_id), request, ToContext(context, rows));
  });
}

Outcome SubmitRating(const v1::SubmitRatingRequest& request, const DecideContext& context, const StateReader& rows) {
  return OnCase<v1::SubmitRatingResponse>(request, [&](const Uuid& case_id) {
    return Decide(tables::LoadCase(rows, context.municipality, case_id), request, ToContext(context, rows));
  });
}

// A fact of another system: it relies on nothing.
Outcome ImportRating(const v1::ImportRatingRequest& request, const DecideContext& context, const StateReader& rows) {
  const bool present =
      rows.Get(tables::ImportedKey(context.municipality, request.source_system(), request.external_reference()))
          .has_value();
  return Map(Decide(present, request, ToContext(context, rows)), {});
}

Outcome SetLowCountLimit(const v1::SetLowCountLimitRequest& request, const DecideContext& context,
                         const StateReader& rows) {
  const auto limits = rows.Load<v1::LowCountLimits>(tables::Prefix(tables::kLimits, context.municipality));
  return Map(Decide(limits.value_or(v1::LowCountLimits()), request, ToContext(context, rows)), {});
}

}  // namespace

void AddCommands(runtime::CommandTable* commands) {
  commands->Add<v1::SubmitRatingRequest>(&SubmitRating);
  commands->Add<v1::RecordOpinionRequest>(&OnVoice<v1::RecordOpinionResponse, v1::RecordOpinionRequest>);
  commands->Add<v1::RecordFeedbackRequest>(&OnVoice<v1::RecordFeedbackResponse, v1::RecordFeedbackRequest>);
  commands->Add<v1::RecordRectificationRequest>(
      &OnRectification<v1::RecordRectificationResponse, v1::RecordRectificationRequest>);
  commands->Add<v1::RecordRevisitRequest>(&OnRectification<v1::RecordRevisitResponse, v1::RecordRevisitRequest>);
  commands->Add<v1::AppealRatingRequest>(&OnReview<v1::AppealRatingResponse, v1::AppealRatingRequest>);
  commands->Add<v1::DecideReviewRequest>(&OnReview<v1::DecideReviewResponse, v1::DecideReviewRequest>);
  commands->Add<v1::ImportRatingRequest>(&ImportRating);
  commands->Add<v1::SetLowCountLimitRequest>(&SetLowCountLimit);
}

}  // namespace casehub::evaluation
