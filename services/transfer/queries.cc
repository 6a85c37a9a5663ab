#include "services/transfer/queries.h"

#include <algorithm>
#include <memory>

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/transfer/domain/custody.h"
#include "services/transfer/domain/ledger_view.h"
#include "services/transfer/tables.h"

namespace casehub::transfer {
namespace {

constexpr int kPageSizeDefault = 100;
constexpr int kPageSizeMax = 1000;
constexpr int kCountedPerPage = 20'000;

// What is nobody's business outside: parts in transit, rows of due work.
v1::CustodyState Shown(v1::CustodyState state) {
  state.clear_exported();
  state.clear_staged();
  state.clear_due_offset();
  state.clear_due_event();
  state.clear_due_n();
  return state;
}

runtime::QueryResult Get(const v1::GetTransferRequest& request, const runtime::QueryContext& context,
                         const runtime::StateReader& rows) {
  const auto case_id = Uuid::Parse(request.case_id());
  if (!case_id) {
    return RefuseField("case_id", Phrase::PHRASE_CASE_ID_IS_A_UUID);
  }
  auto state = tables::LoadState(rows, context.municipality, *case_id);
  if (!state) return runtime::Refuse(common::v1::REFUSAL_TRANSFER_UNKNOWN);
  auto response = std::make_unique<v1::GetTransferResponse>();
  response->set_custodian(Custodian(*state));
  if (ViewOf(*state) != v1::LEDGER_VIEW_UNSPECIFIED) *response->mutable_row() = RowOf(*state);
  *response->mutable_transfer() = Shown(*std::move(state));
  return response;
}

runtime::QueryResult List(const v1::ListTransfersRequest& request, const runtime::QueryContext& context,
                          const runtime::StateReader& rows) {
  if (request.page_size() < 0) {
    return RefuseField("page_size", Phrase::PHRASE_NOT_NEGATIVE);
  }
  if (!v1::LedgerView_IsValid(request.view())) return RefuseField("view", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  const int page_size = request.page_size() == 0 ? kPageSizeDefault : std::min(request.page_size(), kPageSizeMax);
  std::string from = tables::TransferStart(context.municipality);
  if (!request.page_token().empty()) {
    const auto last = Uuid::Parse(request.page_token());
    if (!last) return runtime::Refuse(common::v1::REFUSAL_PAGE_TOKEN_INVALID);
    from = tables::TransferKey(context.municipality, *last).append(1, '\0');
  }
  auto response = std::make_unique<v1::ListTransfersResponse>();
  rows.Scan(from, tables::TransferEnd(context.municipality), [&](std::string_view key, std::string_view) {
    if (response->transfers_size() == page_size) {
      response->set_next_page_token(response->transfers().rbegin()->case_id());
      return false;
    }
    const auto case_id = tables::CaseOfKey(key);
    if (!case_id) return true;
    auto state = tables::LoadState(rows, context.municipality, *case_id);
    if (!state) return true;
    const bool wanted = request.view() == v1::LEDGER_VIEW_UNSPECIFIED || request.view() == ViewOf(*state);
    if (!wanted) return true;
    *response->add_rows() = RowOf(*state);
    *response->add_transfers() = Shown(*std::move(state));
    return true;
  });
  return response;
}

void Count(const v1::CustodyState& state, v1::CountCustodyResponse* counts) {
  if (IsCustodian(state)) {
    counts->set_in_custody(counts->in_custody() + 1);
    if (state.acquired_hop() > 0) counts->set_moved_in(counts->moved_in() + 1);
  } else if (state.origin() == v1::ORIGIN_STATE_GONE) {
    counts->set_moved_out(counts->moved_out() + 1);
  } else if (state.declined_here() > 0) {
    counts->set_declined(counts->declined() + 1);
  }
}

runtime::QueryResult CountCases(const v1::CountCustodyRequest& request, const runtime::QueryContext& context,
                                const runtime::StateReader& rows) {
  std::string from = tables::TableStart(tables::kCase, context.municipality);
  if (!request.page_token().empty()) {
    const auto last = Uuid::Parse(request.page_token());
    if (!last) return runtime::Refuse(common::v1::REFUSAL_PAGE_TOKEN_INVALID);
    from = tables::CaseKey(context.municipality, *last).append(1, '\0');
  }
  auto response = std::make_unique<v1::CountCustodyResponse>();
  int looked_at = 0;
  std::string last;
  rows.Scan(from, tables::TableEnd(tables::kCase, context.municipality),
            [&](std::string_view key, std::string_view value) {
              if (looked_at++ == kCountedPerPage) {
                response->set_next_page_token(last);
                return false;
              }
              const auto case_id = tables::CaseOfKey(key);
              if (!case_id) return true;
              last = case_id->ToString();
              if (const auto state = tables::DecodeState(value, context.municipality, *case_id)) {
                Count(*state, response.get());
              }
              return true;
            });
  return response;
}

}  // namespace

runtime::QueryResult AnswerQuery(const google::protobuf::Message& request, const runtime::QueryContext& context,
                                 const runtime::StateReader& rows) {
  const auto* type = request.GetDescriptor();
  if (type == v1::GetTransferRequest::descriptor()) {
    return Get(static_cast<const v1::GetTransferRequest&>(request), context, rows);
  }
  if (type == v1::ListTransfersRequest::descriptor()) {
    return List(static_cast<const v1::ListTransfersRequest&>(request), context, rows);
  }
  if (type == v1::CountCustodyRequest::descriptor()) {
    return CountCases(static_cast<const v1::CountCustodyRequest&>(request), context, rows);
  }
  return runtime::Refuse(common::v1::REFUSAL_METHOD_UNKNOWN).With("method", type->full_name());
}

}  // namespace casehub::transfer
