#include "services/transfer/service.h"

#include <utility>

#include "absl/base/macros.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/transfer/fold.h"
#include "services/transfer/queries.h"
#include "services/transfer/reactions.h"
#include "services/transfer/rpc.h"

namespace casehub::transfer {

TransferService::TransferService(TransferConfig config) : config_(std::move(config)) {
  ABSL_HARDENING_ASSERT(config_.is_municipality && config_.common_superior && config_.deadline);
}

const google::protobuf::Message& TransferService::event_prototype() const {
  return v1::TransferEvent::default_instance();
}

bool TransferService::Takes(const google::protobuf::Descriptor& request) const {
  return &request == v1::OfferTransferRequest::descriptor() || &request == v1::RecallTransferRequest::descriptor() ||
         &request == v1::AcceptTransferRequest::descriptor() || &request == v1::DeclineTransferRequest::descriptor() ||
         &request == v1::RequestRulingRequest::descriptor() || &request == v1::RuleJurisdictionRequest::descriptor() ||
         &request == v1::RecordPaperRulingRequest::descriptor() || &request == v1::GetTransferRequest::descriptor() ||
         &request == v1::ListTransfersRequest::descriptor() || &request == v1::CountCustodyRequest::descriptor();
}

runtime::Outcome TransferService::Decide(const google::protobuf::Message& request,
                                         const runtime::DecideContext& context,
                                         const runtime::StateReader& state) const {
  return DecideCommand(request, config_, context, state);
}

runtime::Outcome TransferService::React(const runtime::DueRow& row, const runtime::DecideContext& context,
                                        const runtime::StateReader& state) const {
  return ReactTo(row, config_, context, state);
}

runtime::Outcome TransferService::Receive(const runtime::Incoming& message, const runtime::DecideContext& context,
                                          const runtime::StateReader& state) const {
  return ReceiveMessage(message, config_, context, state);
}

void TransferService::Apply(const runtime::AppliedRecord& record, size_t event_index,
                            runtime::StateWriter& state) const {
  Fold(record, event_index, state);
}

runtime::QueryResult TransferService::Query(const google::protobuf::Message& request,
                                            const runtime::QueryContext& context,
                                            const runtime::StateReader& state) const {
  return AnswerQuery(request, context, state);
}

std::unique_ptr<runtime::Service> MakeTransferService(TransferConfig config) {
  return std::make_unique<TransferService>(std::move(config));
}

}  // namespace casehub::transfer
