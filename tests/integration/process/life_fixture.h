// A server of its own, prepared, on which a test lives lives undisturbed.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/process/lives.h"
#include "tests/support/ledger_export.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {

class LifeTest : public ::testing::Test {
 protected:
  void SetUp() override;

  // Takes one step of the life that `progress_` is of; fails the test if it is refused.
  void Take(const Step& step);
  // Lives all of it on a new case.
  void Live(const std::vector<Step>& life);

  Ledger LedgerOf(const std::string& municipality);
  // What a municipality's ledger tells of a case: types of its events in order, by service.
  std::map<std::string, std::string> Told(const std::string& municipality, const std::string& case_id);

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {"--partitions", "3"}}};
  std::unique_ptr<Caller> caller_;
  Progress progress_;
};

}  // namespace casehub::testing
