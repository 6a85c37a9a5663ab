// All services of a partition, as a process of the simulation runs them.
#pragma once

#include <memory>
#include <vector>

#include "services/runtime/service.h"
#include "storage/log/event_log.h"
#include "tests/simulation/plants.h"

namespace casehub::simulation {

// Two municipalities in each of the two partitions.
inline constexpr Municipality kMunicipalities[] = {Municipality(330800), Municipality(330700), Municipality(220581),
                                                   Municipality(420100)};

std::vector<std::unique_ptr<runtime::Service>> MakeServices(storage::EventLog* log, PartitionId partition,
                                                            const DomainPlants& plants);

}  // namespace casehub::simulation
