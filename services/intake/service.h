// Intake as a service of the runtime.
#pragma once

#include <memory>

#include "services/runtime/service.h"

namespace casehub::intake {

std::unique_ptr<runtime::Service> MakeIntakeService();

}  // namespace casehub::intake
