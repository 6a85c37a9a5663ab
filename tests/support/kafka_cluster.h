// A real Kafka for a test: nodes as children that can be killed, frozen and started again (tools/kafka.sh).
//
// Threads     One at a time, of the test's main thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/support/child_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {

class KafkaCluster {
 public:
  // Makes and starts the nodes; ok() says whether they answer.
  KafkaCluster(int brokers, const std::string& version);

  const absl::Status& ok() const { return status_; }
  const std::string& addresses() const { return addresses_; }  // HOST:PORT,HOST:PORT
  int nodes() const { return static_cast<int>(nodes_.size()); }

  // `node` from 1. SIGKILL; Start brings it back with its data and waits until it answers.
  void Kill(int node);
  void Start(int node);
  void Freeze(int node, bool frozen);

 private:
  std::unique_ptr<ChildProcess> Script(const std::vector<std::string>& arguments) const;

  const host::TestFolder folder_;
  std::string addresses_;
  absl::Status status_;
  std::vector<std::unique_ptr<ChildProcess>> nodes_;
};

}  // namespace casehub::testing
