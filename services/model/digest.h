// SHA-256, for versions of data that are named by their digest.
#pragma once

#include <string>
#include <string_view>

namespace casehub {

std::string Sha256Hex(std::string_view bytes);  // 64 lower-case digits

}  // namespace casehub
