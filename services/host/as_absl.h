// Debian 12 builds Abseil with a string_view of its own, Debian 13 with the standard one: both compile with this.
#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace casehub::host {

inline absl::string_view AsAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace casehub::host
