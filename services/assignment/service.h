// Assignment as a service of the runtime. Start reading at README.md.
#pragma once

#include <memory>

#include "services/runtime/service.h"

namespace casehub::assignment {

std::unique_ptr<runtime::Service> MakeAssignmentService();

}  // namespace casehub::assignment
