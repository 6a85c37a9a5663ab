#include "tests/support/kafka_cluster.h"

#include <csignal>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace casehub::testing {
namespace {

constexpr std::chrono::seconds kPatience{180};  // the first time, the jars are fetched

}  // namespace

KafkaCluster::KafkaCluster(int brokers, const std::string& version) {
  const std::string folder = folder_.path().string();
  auto make = Script({"make", folder, "--brokers", absl::StrCat(brokers), "--version", version});
  if (make->Wait(kPatience) != 0) {
    status_ = absl::UnavailableError(absl::StrCat("no Kafka could be made: ", make->err()));
    return;
  }
  addresses_ = std::string(absl::StripAsciiWhitespace(make->out()));
  addresses_.erase(0, addresses_.rfind(' ') + 1);
  nodes_.resize(static_cast<size_t>(brokers));
  for (int node = 1; node <= brokers; ++node) {
    nodes_[static_cast<size_t>(node - 1)] = Script({"run", folder, absl::StrCat(node)});
  }
  for (int node = 1; node <= brokers && status_.ok(); ++node) {
    auto wait = Script({"wait", folder, absl::StrCat(node)});
    if (wait->Wait(kPatience) != 0)
      status_ = absl::UnavailableError(absl::StrCat("Kafka does not answer: ", wait->err()));
  }
}

std::unique_ptr<ChildProcess> KafkaCluster::Script(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {"/bin/bash", SourcePath("tools/kafka.sh")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return std::make_unique<ChildProcess>(command);
}

void KafkaCluster::Kill(int node) { nodes_[static_cast<size_t>(node - 1)]->Kill(); }

void KafkaCluster::Start(int node) {
  const std::string folder = folder_.path().string();
  nodes_[static_cast<size_t>(node - 1)] = Script({"run", folder, absl::StrCat(node)});
  auto wait = Script({"wait", folder, absl::StrCat(node)});
  if (wait->Wait(kPatience) != 0)
    status_ = absl::UnavailableError(absl::StrCat("Kafka does not come back: ", wait->err()));
}

void KafkaCluster::Freeze(int node, bool frozen) {
  nodes_[static_cast<size_t>(node - 1)]->Signal(frozen ? SIGSTOP : SIGCONT);
}

}  // namespace casehub::testing
