// The registry as a service of the runtime: offices, practitioners, calendars, and the explanation of a date.
#pragma once

#include <memory>

#include "services/runtime/service.h"

namespace casehub::registry {

std::unique_ptr<runtime::Service> MakeRegistryService();

}  // namespace casehub::registry
