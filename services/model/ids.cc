#include "services/model/ids.h"

namespace casehub {
namespace {
constexpr std::string_view kNames[] = {"unknown",    "intake",   "assignment", "mediation",
                                       "evaluation", "transfer", "registry",   "ledger"};
}  // namespace

std::optional<Municipality> Municipality::Parse(std::string_view text) {
  if (text.size() != 6 || text[0] == '0') return std::nullopt;
  uint32_t code = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    code = code * 10 + static_cast<uint32_t>(c - '0');
  }
  return Municipality(code);
}

std::string Municipality::ToString() const { return std::to_string(code_); }

std::string_view ServiceName(ServiceId service) {
  const auto number = static_cast<size_t>(service);
  return number < std::size(kNames) ? kNames[number] : kNames[0];
}

std::optional<ServiceId> ParseServiceName(std::string_view name) {
  for (ServiceId service : kAllServices) {
    if (ServiceName(service) == name) return service;
  }
  return std::nullopt;
}

}  // namespace casehub
