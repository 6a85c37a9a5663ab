// A server under load that is killed again and again, and what must hold afterwards: nothing acknowledged is lost,
// nothing happens twice, and every repeat gets the first reply.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/integration/process/audit.h"
#include "tests/integration/process/mixed_load.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {

class UnderLoad : public ::testing::Test {
 protected:
  // `flags` of the server besides its folder and address.
  explicit UnderLoad(std::vector<std::string> flags = {}) : server_({folder_.path() / "data", std::move(flags)}) {}

  void SetUp() override;
  LoadOptions Load(uint32_t seed, int commands_per_second) const;
  // The ledgers of all municipalities, verified.
  std::vector<Ledger> Ledgers() const;
  // All that must hold once the load has ended, whatever happened meanwhile. Restarts the server.
  void Audit(MixedLoad* load);
  // Kills and starts the server so many times, with at least `commands_between` commands between two kills
  void KillAndStart(MixedLoad* load, int kills, int commands_between);

  const host::TestFolder folder_;
  ServerProcess server_;

 private:
  static void ExpectHeadsKept(const std::vector<SeenHead>& heads, const std::vector<Ledger>& ledgers);
};

}  // namespace casehub::testing
