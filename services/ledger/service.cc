#include "services/ledger/service.h"

#include <utility>

#include "absl/base/macros.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "services/ledger/fold.h"
#include "services/ledger/reactions.h"

namespace casehub::ledger {

LedgerService::LedgerService(LedgerConfig config) : config_(std::move(config)) {
  ABSL_HARDENING_ASSERT(config_.read_log && config_.signer);
}

const google::protobuf::Message& LedgerService::event_prototype() const { return v1::LedgerEvent::default_instance(); }

bool LedgerService::Takes(const google::protobuf::Descriptor& request) const {
  return &request == v1::ListEntriesRequest::descriptor() || &request == v1::ListCaseEntriesRequest::descriptor() ||
         &request == v1::ListSealsRequest::descriptor() || &request == v1::GetHeadRequest::descriptor() ||
         &request == v1::GetKeyRequest::descriptor() || &request == v1::VerifyEntriesRequest::descriptor();
}

runtime::Outcome LedgerService::Decide(const google::protobuf::Message& request, const runtime::DecideContext&,
                                       const runtime::StateReader&) const {
  return runtime::Refuse(common::v1::REFUSAL_METHOD_UNKNOWN).With("method", request.GetDescriptor()->full_name());
}

runtime::Outcome LedgerService::React(const runtime::DueRow& row, const runtime::DecideContext& context,
                                      const runtime::StateReader& state) const {
  return ReactTo(row, *config_.signer, context, state);
}

runtime::Outcome LedgerService::Receive(const runtime::Incoming&, const runtime::DecideContext&,
                                        const runtime::StateReader&) const {
  return runtime::Defect{"the ledger has no mailbox", std::nullopt};
}

void LedgerService::Apply(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& state) const {
  Fold(record, event_index, state);
}

runtime::QueryResult LedgerService::Query(const google::protobuf::Message& request,
                                          const runtime::QueryContext& context,
                                          const runtime::StateReader& state) const {
  return AnswerQuery(request, config_.read_log, *config_.signer, context, state);
}

std::unique_ptr<runtime::Service> MakeLedgerService(LedgerConfig config) {
  return std::make_unique<LedgerService>(std::move(config));
}

}  // namespace casehub::ledger
