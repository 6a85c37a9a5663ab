// What several commands need: whose case it is, and pages.
#include <cstdlib>

#include "casehub/operations/v1/operations_service.pb.h"
#include "services/ops/casectl/commands.h"

namespace casehub::casectl {

std::string GivenMunicipality(const std::string& option) {
  if (!option.empty()) return option;
  const char* variable = std::getenv("CASEHUB_MUNICIPALITY");
  return variable == nullptr ? "" : variable;
}

std::optional<int> ChosenMunicipalities(Context& context, const std::string& option, std::vector<std::string>* codes) {
  const std::string given = GivenMunicipality(option);
  if (!given.empty()) {
    codes->push_back(given);
    return std::nullopt;
  }
  operations::v1::GetStatusResponse status;
  if (auto failure = context.Call(operations::v1::GetStatusRequest(), &status)) return context.Report(*failure);
  codes->assign(status.municipalities().begin(), status.municipalities().end());
  return std::nullopt;
}

std::optional<int> FindCase(Context& context, const std::string& municipality, const std::string& case_id,
                            intake::v1::GetCaseResponse* found) {
  std::vector<std::string> codes;
  if (auto status = ChosenMunicipalities(context, municipality, &codes)) return status;
  std::optional<CallFailure> last;
  bool moved = false;
  for (const auto& code : codes) {
    intake::v1::GetCaseRequest request;
    request.set_municipality(code);
    request.set_case_id(case_id);
    intake::v1::GetCaseResponse response;
    if (auto failure = context.Call(request, &response)) {
      if (failure->failure.code != grpc::StatusCode::NOT_FOUND) return context.Report(*failure);
      last = std::move(failure);
      continue;
    }
    // A municipality the case left still shows it; the one that has it now is what is asked for.
    if (response.case_().status() != intake::v1::CASE_STATUS_MOVED_AWAY) {
      *found = std::move(response);
      return std::nullopt;
    }
    if (!moved) *found = std::move(response);
    moved = true;
  }
  if (moved) return std::nullopt;
  if (last) return context.Report(*last);
  return context.Usage(context.Say("服务端没有任何市的数据:请用 --municipality 指定",
                                   "the server knows no municipality yet: name one with --municipality"));
}

std::optional<int> EachPage(const std::function<std::optional<int>(const std::string& token, std::string* next)>& ask) {
  std::string token;
  do {
    std::string next;
    if (auto status = ask(token, &next)) return status;
    token = std::move(next);
  } while (!token.empty());
  return std::nullopt;
}

}  // namespace casehub::casectl
