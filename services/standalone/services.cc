#include "services/standalone/services.h"

#include <set>

#include "services/assignment/service.h"
#include "services/evaluation/service.h"
#include "services/intake/service.h"
#include "services/intake/tables.h"
#include "services/legalclock/rules.h"
#include "services/mediation/service.h"
#include "services/model/key_bytes.h"
#include "services/model/regions.h"
#include "services/registry/service.h"
#include "services/runtime/rows.h"
#include "services/transfer/service.h"

namespace casehub::standalone {

std::vector<std::unique_ptr<runtime::Service>> MakeServices(
    std::function<absl::StatusOr<storage::LogEntry>(Offset)> read_log, std::shared_ptr<ledger::Signer> signer) {
  transfer::TransferConfig transfer;
  transfer.is_municipality = [](Municipality one) { return RegionTable::Default().Find(one) != nullptr; };
  transfer.common_superior = [](Municipality a, Municipality b) { return RegionTable::Default().CommonSuperior(a, b); };
  transfer.deadline = [](std::string_view rules, std::string_view policy, Instant start) {
    return legalclock::Rules::FromRow(rules)->StartClock(policy, start);
  };
  std::vector<std::unique_ptr<runtime::Service>> services;
  services.push_back(intake::MakeIntakeService());
  services.push_back(assignment::MakeAssignmentService());
  services.push_back(mediation::MakeMediationService());
  services.push_back(evaluation::MakeEvaluationService());
  services.push_back(transfer::MakeTransferService(std::move(transfer)));
  services.push_back(registry::MakeRegistryService());
  services.push_back(ledger::MakeLedgerService({std::move(read_log), std::move(signer)}));
  return services;
}

namespace {

// Goes from municipality to municipality, not from row to row.
void Collect(const runtime::StateReader& state, intake::tables::Table table, std::set<Municipality>* all) {
  Municipality next(1);
  const std::string end(1, static_cast<char>(table + 1));
  while (!next.IsNone()) {
    Municipality found;
    state.Scan(intake::tables::Prefix(table, next), end, [&](std::string_view key, std::string_view) {
      found = MunicipalityOfKey(key);
      return false;
    });
    if (!found.IsNone()) all->insert(found);
    next = found.IsNone() ? Municipality() : Municipality(found.code() + 1);
  }
}

}  // namespace

std::vector<Municipality> MunicipalitiesIn(const runtime::Partition& partition) {
  std::set<Municipality> all;
  for (size_t i = 0; i < partition.services(); ++i) {
    if (partition.rows(i).service->id() != ServiceId::kIntake) continue;
    const runtime::RowsReader reader(&partition.rows(i), runtime::Overlay::Level::kApplied);
    Collect(reader, intake::tables::kCase, &all);
    Collect(reader, intake::tables::kOffice, &all);
  }
  return {all.begin(), all.end()};
}

}  // namespace casehub::standalone
