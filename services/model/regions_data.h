// The region table that the product comes with, as CSV.
#pragma once

#include <string_view>

namespace casehub {

std::string_view DefaultRegionsCsv();

}  // namespace casehub
