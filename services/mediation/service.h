// Mediation as a service of the runtime. Start reading at README.md.
#pragma once

#include <memory>

#include "services/runtime/service.h"

namespace casehub::mediation {

std::unique_ptr<runtime::Service> MakeMediationService();

}  // namespace casehub::mediation
