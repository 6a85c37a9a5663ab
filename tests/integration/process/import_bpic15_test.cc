// The permits of two Dutch municipalities, imported with kills anywhere (../shared/data/README.md counts them).
#include <gtest/gtest.h>

#include <csignal>

#include "tests/integration/process/imports.h"
#include "tests/integration/process/shared_data.h"

namespace casehub::testing {
namespace {

void ImportIfThere(const Source& source) {
  if (!std::filesystem::exists(source.file)) GTEST_SKIP() << "no real data: " << source.file << " does not exist";
  ImportUndisturbedAndKilled(source, 1, 6);
}

TEST(ImportBpic15, OneIsCompleteAndSurvivesKills) {
  ImportIfThere({SharedData("bpic15/BPIC15_1.xes.gz"), "330800", "bpic15", 1199, 52217, 0, 0});
}

TEST(ImportBpic15, ThreeIsCompleteAndSurvivesKills) {
  ImportIfThere({SharedData("bpic15/BPIC15_3.xes.gz"), "330700", "bpic15", 1409, 59681, 11, 0});
}

}  // namespace
}  // namespace casehub::testing
