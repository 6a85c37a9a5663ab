#include "services/evaluation/queries.h"

#include <algorithm>
#include <map>
#include <memory>

#include "services/evaluation/domain/rating.h"
#include "services/evaluation/domain/scores.h"
#include "services/evaluation/tables.h"

namespace casehub::evaluation {
namespace {

constexpr int kPageSizeDefault = 100;
constexpr int kPageSizeMax = 1000;

using Page = std::map<std::string, v1::ScoreTotals, std::less<>>;

const std::string& SubjectOf(const v1::SlotState& rated, v1::ScoreSubject kind, const std::string& municipality) {
  switch (kind) {
    case v1::SCORE_SUBJECT_CASE:
      return rated.case_id();
    case v1::SCORE_SUBJECT_PRACTITIONER:
      return rated.practitioner_id();
    case v1::SCORE_SUBJECT_OFFICE:
      return rated.office_id();
    case v1::SCORE_SUBJECT_MATTER:
      return rated.matter_type();
    default:
      return municipality;
  }
}

// Totals as of then are those of now less what came after: exact, because they are integers.
void TakeBackAfter(Instant as_of, v1::ScoreSubject kind, Municipality municipality, const runtime::StateReader& rows,
                   Page* page) {
  const Instant first_after{std::max<int64_t>(as_of.micros + 1, 0)};
  const std::string code = municipality.ToString();
  rows.Scan(tables::RatingKey(municipality, first_after, Uuid()), tables::RatingEnd(municipality),
            [&](std::string_view, std::string_view value) {
              v1::SlotState rated;
              if (!rated.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
              auto found = page->find(SubjectOf(rated, kind, code));
              if (found != page->end()) Subtract(rated.grades(), &found->second);
              return true;
            });
}

}  // namespace

runtime::QueryResult GetRatingSlot(const v1::GetRatingSlotRequest& request, const runtime::QueryContext& context,
                                   const runtime::StateReader& rows) {
  const auto case_id = Uuid::Parse(request.case_id());
  if (!case_id) {
    return RefuseField("case_id", Phrase::PHRASE_CASE_ID_IS_A_UUID);
  }
  CaseView view = tables::LoadCase(rows, context.municipality, *case_id);
  if (view.holding && view.holding->gone) {
    return runtime::Refuse(common::v1::REFUSAL_CASE_MOVED).With("to", view.holding->to.ToString());
  }
  if (!view.slot) return runtime::Refuse(common::v1::REFUSAL_SLOT_UNKNOWN);
  view.slot->clear_due_offset();
  view.slot->clear_due_event();
  view.slot->clear_due_n();
  if (view.holding) view.slot->set_frozen_hop(view.holding->hop);
  auto response = std::make_unique<v1::GetRatingSlotResponse>();
  response->set_slot_id(view.slot->slot_id());
  *response->mutable_slot() = *std::move(view.slot);
  return response;
}

runtime::QueryResult GetScores(const v1::GetScoresRequest& request, const runtime::QueryContext& context,
                               const runtime::StateReader& rows) {
  if (request.page_size() < 0) {
    return RefuseField("page_size", Phrase::PHRASE_NOT_NEGATIVE);
  }
  if (request.has_as_of() && !IsInCalendar(request.as_of())) {
    return RefuseField("as_of", Phrase::PHRASE_YEARS_OF_TIMES);
  }
  if (!v1::ScoreSubject_IsValid(request.by())) {
    return RefuseField("by", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  }
  const size_t page_size =
      static_cast<size_t>(request.page_size() == 0 ? kPageSizeDefault : std::min(request.page_size(), kPageSizeMax));
  const v1::ScoreSubject kind =
      request.by() == v1::SCORE_SUBJECT_UNSPECIFIED ? v1::SCORE_SUBJECT_MUNICIPALITY : request.by();
  std::string from = tables::TotalsKey(context.municipality, kind, request.page_token());
  if (!request.page_token().empty()) from.push_back('\0');
  auto response = std::make_unique<v1::GetScoresResponse>();
  Page page;
  rows.Scan(from, tables::TotalsEnd(context.municipality, kind), [&](std::string_view key, std::string_view value) {
    if (page.size() == page_size) {
      response->set_next_page_token(page.rbegin()->first);
      return false;
    }
    page[std::string(tables::SubjectOfTotals(key))].ParseFromArray(value.data(), static_cast<int>(value.size()));
    return true;
  });
  if (request.has_as_of()) TakeBackAfter(ToInstant(request.as_of()), kind, context.municipality, rows, &page);
  for (auto& [subject, totals] : page) {
    if (totals.count() == 0) continue;  // not rated yet, as of then
    v1::Score* score = response->add_scores();
    score->set_subject(subject);
    score->set_count(totals.count());
    score->set_mean(Mean(totals));
    score->set_ranked(IsRanked(totals));
    *score->mutable_sum() = std::move(totals);
  }
  return response;
}

}  // namespace casehub::evaluation
