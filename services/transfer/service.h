// Transfer: custody of cases between municipalities (C4). What the runtime sees of it; start reading at README.md.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "casehub/common/v1/common.pb.h"
#include "services/runtime/service.h"

namespace casehub::transfer {

// What decisions take from outside their rows. Pure functions: the same arguments give the same answer in a run of the
// process; what they answer is recorded in events, so that folds never call them.
struct TransferConfig {
  // Whether the region table has this municipality.
  std::function<bool(Municipality)> is_municipality;
  std::function<Municipality(Municipality a, Municipality b)> common_superior;
  // Due date of a policy of the legal clock (transfer.respond), from the row of the municipality's rules.
  std::function<common::v1::Deadline(std::string_view rules, std::string_view policy, Instant start)> deadline;
};

inline constexpr std::string_view kRespondPolicy = "transfer.respond";

class TransferService : public runtime::Service {
 public:
  explicit TransferService(TransferConfig config);

  ServiceId id() const override { return ServiceId::kTransfer; }
  const google::protobuf::Message& event_prototype() const override;
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
  TransferConfig config_;
};

std::unique_ptr<runtime::Service> MakeTransferService(TransferConfig config);

}  // namespace casehub::transfer
