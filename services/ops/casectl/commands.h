// The commands of casectl. Each Add… puts its subcommands into the parser and sets `context.run` when one is chosen.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "casehub/intake/v1/intake_service.pb.h"
#include "google/protobuf/descriptor.h"
#include "services/ops/casectl/context.h"

namespace CLI {
class App;
}  // namespace CLI

namespace casehub::casectl {

void AddImportCommand(CLI::App& app, Context& context);
// casectl import report | runs | same-matters.
void AddImportReportCommands(CLI::App* import, Context& context);
void AddCaseCommands(CLI::App& app, Context& context);
void AddDeadlineCommand(CLI::App& app, Context& context);
void AddLedgerCommands(CLI::App& app, Context& context);
void AddScoreCommand(CLI::App& app, Context& context);
void AddTransferCommands(CLI::App& app, Context& context);
void AddOperationsCommands(CLI::App& app, Context& context);
// casectl log inspect; casectl topics create | check.
void AddLogCommands(CLI::App& app, Context& context);

// Any RPC: `args` are its flags, and --json FILE|-. Returns the exit status.
int RunMethod(Context& context, const google::protobuf::MethodDescriptor& method, std::vector<std::string> args);
// `named`: commands of the same group that are more than a method.
int ListMethods(const Context& context, const google::protobuf::ServiceDescriptor& service,
                const std::vector<std::string>& named);

// --municipality, or CASEHUB_MUNICIPALITY; empty if neither is set.
std::string GivenMunicipality(const std::string& option);
// The same, or every municipality the server knows. Returns an exit status if they cannot be had.
std::optional<int> ChosenMunicipalities(Context& context, const std::string& option, std::vector<std::string>* codes);
// The case, in the municipality given or in the one that has it. Returns an exit status if it is not found.
std::optional<int> FindCase(Context& context, const std::string& municipality, const std::string& case_id,
                            intake::v1::GetCaseResponse* found);
// Calls `ask(page_token, &next)` until it returns an exit status or there is no next page.
std::optional<int> EachPage(const std::function<std::optional<int>(const std::string& token, std::string* next)>& ask);

}  // namespace casehub::casectl
