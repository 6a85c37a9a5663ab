// The unified case ledger (统一办件库, A1): numbers and chains what the log holds, seals its heads. Start reading at
// README.md.
#pragma once

#include <memory>

#include "services/ledger/queries.h"
#include "services/ledger/signer.h"
#include "services/runtime/service.h"

namespace casehub::ledger {

struct LedgerConfig {
  ReadLog read_log;  // of the partition this service is for
  std::shared_ptr<const Signer> signer;
};

class LedgerService : public runtime::Service {
 public:
  explicit LedgerService(LedgerConfig config);

  ServiceId id() const override { return ServiceId::kLedger; }
  const google::protobuf::Message& event_prototype() const override;
  // Of others it takes what ViewOf sees in the bytes.
  bool ReadsEventsOf(ServiceId writer) const override { return writer == ServiceId::kLedger; }
  bool Takes(const google::protobuf::Descriptor& request) const override;
  runtime::Outcome Decide(const google::protobuf::Message& request, const runtime::DecideContext& context,
                          const runtime::StateReader& state) const override;
  runtime::Outcome React(const runtime::DueRow& row, const runtime::DecideContext& context,
                         const runtime::StateReader& state) const override;
  runtime::Outcome Receive(const runtime::Incoming& message, const runtime::DecideContext& context,
                           const runtime::StateReader& state) const override;
  void Apply(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& state) const override;
  runtime::QueryResult Query(const google::protobuf::Message& request, const runtime::QueryContext& context,
                             const runtime::StateReader& state) const override;

 private:
  LedgerConfig config_;
};

std::unique_ptr<runtime::Service> MakeLedgerService(LedgerConfig config);

}  // namespace casehub::ledger
