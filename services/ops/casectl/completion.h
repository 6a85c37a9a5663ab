// The completion of casectl for bash, out of the commands as they are: named ones from the parser, RPCs and their
// fields from the descriptors. Nothing is listed by hand.
#pragma once

#include <string>

#include "services/ops/casectl/context.h"

namespace CLI {
class App;
}  // namespace CLI

namespace casehub::casectl {

// A script for bash 4.2 or newer.
std::string BashCompletion(const CLI::App& app);
void AddCompletionCommand(CLI::App& app, Context& context);

}  // namespace casehub::casectl
