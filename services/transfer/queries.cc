#include "services/transfer/queries.h"

#include <algorithm>
#include <memory>

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/transfer/domain/custody.h"
#include "services/transfer/tables.h"

namespace casehub::transfer {
namespace {

constexpr int kPageSizeDefault = 100;
constexpr int kPageSizeMax = 1000;

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
  *response->mutable_transfer() = Shown(*std::move(state));
  return response;
}

runtime::QueryResult List(const v1::ListTransfersRequest& request, const runtime::QueryContext& context,
                          const runtime::StateReader& rows) {
  if (request.page_size() < 0) {
    return RefuseField("page_size", Phrase::PHRASE_NOT_NEGATIVE);
  }
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
    if (auto state = tables::LoadState(rows, context.municipality, *case_id)) {
      *response->add_transfers() = Shown(*std::move(state));
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
  return runtime::Refuse(common::v1::REFUSAL_METHOD_UNKNOWN).With("method", type->full_name());
}

}  // namespace casehub::transfer
