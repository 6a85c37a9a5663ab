// Which services one process of all of them runs, and what they take from outside.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "services/ledger/service.h"
#include "services/runtime/partition.h"
#include "services/runtime/service.h"

namespace casehub::standalone {

// The services of one partition. The ledger reads entries back through `read_log`.
std::vector<std::unique_ptr<runtime::Service>> MakeServices(
    std::function<absl::StatusOr<storage::LogEntry>(Offset)> read_log, std::shared_ptr<ledger::Signer> signer);

// Municipalities that have a case or an office in the partition.
std::vector<Municipality> MunicipalitiesIn(const runtime::Partition& partition);

}  // namespace casehub::standalone
