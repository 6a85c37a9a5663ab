// Real data that lies beside the project and is not part of it: the folder CASEHUB_SHARED, else ../shared of the
// sources.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/child_process.h"

namespace casehub::testing {

inline std::filesystem::path SharedData(const std::string& relative) {
  const char* shared = std::getenv("CASEHUB_SHARED");
  const std::filesystem::path root = shared != nullptr && *shared != '\0' ? shared : SourcePath("../shared");
  return root / "data" / relative;
}

}  // namespace casehub::testing
