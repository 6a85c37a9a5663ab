#include "tests/simulation/services.h"

#include <utility>

#include "services/assignment/service.h"
#include "services/evaluation/service.h"
#include "services/intake/service.h"
#include "services/ledger/service.h"
#include "services/mediation/service.h"
#include "services/model/regions.h"
#include "services/registry/service.h"
#include "services/transfer/service.h"
#include "tests/simulation/planted_service.h"

namespace casehub::simulation {
namespace {

google::protobuf::Timestamp ToTimestamp(Instant at) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(at.micros / kMicrosPerSecond);
  timestamp.set_nanos(static_cast<int32_t>(at.micros % kMicrosPerSecond * 1000));
  return timestamp;
}

// Days would be too long for a world that lives a minute: an addressee has half a second to 45 seconds.
common::v1::Deadline RespondBy(std::string_view, std::string_view policy, Instant start) {
  const int64_t spans[] = {500'000, 2'000'000, 9'000'000, 45'000'000};
  const auto index = static_cast<size_t>(start.micros / 1000) % std::size(spans);
  common::v1::Deadline deadline;
  deadline.set_policy(std::string(policy));
  *deadline.mutable_started_at() = ToTimestamp(start);
  *deadline.mutable_due_at() = ToTimestamp({start.micros + spans[index]});
  return deadline;
}

}  // namespace

std::vector<std::unique_ptr<runtime::Service>> MakeServices(storage::EventLog* log, PartitionId partition,
                                                            const DomainPlants& plants) {
  transfer::TransferConfig transfer;
  transfer.is_municipality = [](Municipality one) { return RegionTable::Default().Find(one) != nullptr; };
  transfer.common_superior = [](Municipality a, Municipality b) { return RegionTable::Default().CommonSuperior(a, b); };
  transfer.deadline = &RespondBy;
  static const std::shared_ptr<const ledger::Signer> signer = *ledger::SignerFromSeed(std::string(32, '\x07'));
  std::vector<std::unique_ptr<runtime::Service>> inner;
  inner.push_back(intake::MakeIntakeService());
  inner.push_back(assignment::MakeAssignmentService());
  inner.push_back(mediation::MakeMediationService());
  inner.push_back(evaluation::MakeEvaluationService());
  inner.push_back(transfer::MakeTransferService(std::move(transfer)));
  inner.push_back(registry::MakeRegistryService());
  inner.push_back(
      ledger::MakeLedgerService({[log, partition](Offset offset) { return log->ReadAt(partition, offset); }, signer}));
  std::vector<std::unique_ptr<runtime::Service>> services;
  for (auto& service : inner) services.push_back(MakePlantedService(std::move(service), plants));
  return services;
}

}  // namespace casehub::simulation
