// Imports with kills anywhere in them, repeated, end in the same ledger, and once more adds nothing.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/integration/process/imports.h"
#include "tests/integration/process/shared_data.h"

namespace casehub::testing {
namespace {

// Made up for the project.
TEST(Import, OfTheProjectsPermitsSurvivesKills) {
  ImportUndisturbedAndKilled({SourcePath("tools/demo/permits.xes"), "330800", "permits", 20, 91, 1, 1}, 2, 4);
}

TEST(Import, OfTheReceiptPhaseIsCompleteAndSurvivesKills) {
  const Source source{SharedData("receipt/receipt.xes.gz"), "220581", "receipt", 1434, 8577, 0, 0};
  if (!std::filesystem::exists(source.file)) GTEST_SKIP() << "no real data: " << source.file << " does not exist";
  ImportUndisturbedAndKilled(source, 1, 8);
}

}  // namespace
}  // namespace casehub::testing
