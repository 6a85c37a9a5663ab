// A service as it is, but for what is planted in it; and for one defect that clients of the simulator can ask for, so
// that parking is exercised.
#pragma once

#include <memory>

#include "services/runtime/service.h"
#include "tests/simulation/plants.h"

namespace casehub::simulation {

// A contact with this as its sealed note makes intake's decision report a defect of the case.
inline constexpr char kDefectNote[] = "defect";

std::unique_ptr<runtime::Service> MakePlantedService(std::unique_ptr<runtime::Service> inner, DomainPlants plants);

}  // namespace casehub::simulation
