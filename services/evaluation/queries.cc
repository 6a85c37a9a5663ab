#include "services/evaluation/queries.h"

#include <memory>

#include "services/evaluation/domain/rating.h"
#include "services/evaluation/tables.h"
#include "services/model/page_token.h"

namespace casehub::evaluation {
namespace {

runtime::QueryResult RefuseCaseId() { return RefuseField("case_id", Phrase::PHRASE_CASE_ID_IS_A_UUID); }

runtime::QueryResult RefuseMoved(const Holding& holding) {
  return runtime::Refuse(common::v1::REFUSAL_CASE_MOVED).With("to", holding.to.ToString());
}

}  // namespace

void AddQueries(runtime::QueryTable* queries) {
  queries->Add<v1::GetRatingSlotRequest>(&GetRatingSlot);
  queries->Add<v1::GetRectificationsRequest>(&GetRectifications);
  queries->Add<v1::ListRectificationsRequest>(&ListRectifications);
  queries->Add<v1::GetScoresRequest>(&GetScores);
}

runtime::QueryResult GetRatingSlot(const v1::GetRatingSlotRequest& request, const runtime::QueryContext& context,
                                   const runtime::StateReader& rows) {
  const auto case_id = Uuid::Parse(request.case_id());
  if (!case_id) return RefuseCaseId();
  CaseView view = tables::LoadCase(rows, context.municipality, *case_id);
  if (view.holding && view.holding->gone) return RefuseMoved(*view.holding);
  if (!view.slot || view.slot->status() == v1::SLOT_STATUS_AWAITED) {
    return runtime::Refuse(common::v1::REFUSAL_SLOT_UNKNOWN);
  }
  view.slot->clear_due_offset();
  view.slot->clear_due_event();
  view.slot->clear_due_n();
  if (view.holding) view.slot->set_frozen_hop(view.holding->hop);
  auto response = std::make_unique<v1::GetRatingSlotResponse>();
  response->set_slot_id(view.slot->slot_id());
  *response->mutable_slot() = *std::move(view.slot);
  return response;
}

runtime::QueryResult GetRectifications(const v1::GetRectificationsRequest& request,
                                       const runtime::QueryContext& context, const runtime::StateReader& rows) {
  const auto case_id = Uuid::Parse(request.case_id());
  if (!case_id) return RefuseCaseId();
  CaseRows found = tables::LoadCaseRows(rows, context.municipality, *case_id);
  if (found.view.holding && found.view.holding->gone) return RefuseMoved(*found.view.holding);
  if (found.rectifications.empty()) return runtime::Refuse(common::v1::REFUSAL_RECTIFICATION_UNKNOWN);
  auto response = std::make_unique<v1::GetRectificationsResponse>();
  for (v1::RectificationState& one : found.rectifications) {
    one.clear_due();
    *response->add_rectifications() = std::move(one);
  }
  if (found.review) *response->mutable_review() = *std::move(found.review);
  return response;
}

runtime::QueryResult ListRectifications(const v1::ListRectificationsRequest& request,
                                        const runtime::QueryContext& context, const runtime::StateReader& rows) {
  const auto page_size = PageSize(request.page_size());
  if (!page_size) return RefuseField("page_size", Phrase::PHRASE_PAGE_SIZE);
  const std::string prefix = tables::Prefix(tables::kTask, context.municipality);
  std::string from = prefix;
  if (!request.page_token().empty()) {
    const auto last = DecodePageToken(request.page_token(), "rectifications");
    if (!last) return runtime::Refuse(common::v1::REFUSAL_PAGE_TOKEN_INVALID);
    from.append(*last).push_back('\0');
  }
  auto response = std::make_unique<v1::ListRectificationsResponse>();
  std::vector<std::string> tasks;
  rows.Scan(from, tables::End(tables::kTask, context.municipality), [&](std::string_view key, std::string_view) {
    if (tasks.size() == *page_size) {
      response->set_next_page_token(EncodePageToken(tasks.back(), "rectifications"));
      return false;
    }
    tasks.emplace_back(key.substr(prefix.size()));
    return true;
  });
  for (const std::string& task : tasks) {
    const std::string key = tables::Prefix(tables::kRectification, context.municipality) + task;
    auto state = rows.Load<v1::RectificationState>(key);
    if (!state) continue;
    state->clear_due();
    *response->add_rectifications() = *std::move(state);
  }
  return response;
}

}  // namespace casehub::evaluation
