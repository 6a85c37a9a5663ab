// Imports with kills anywhere in them, repeated, end in the same ledger, and once more adds nothing.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "tests/integration/process/imports.h"
#include "tests/integration/process/shared_data.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

// Made up for the project.
TEST(Import, OfTheProjectsPermitsSurvivesKills) {
  ImportUndisturbedAndKilled({SourcePath("tools/demo/permits.xes"), "330800", "permits", 20, 91, 1, 1}, 2, 4);
}

// Rows of 300 cases in any order, four of them twice and three of no use.
TEST(Import, OfATableSurvivesKills) {
  const host::TestFolder folder;
  const std::string map = folder.path() / "map.yaml";
  std::ofstream(map) << "row_order: any\n"
                        "case: {key: id, running_number: n, attributes: [area]}\n"
                        "event: {activity: step, time: {column: at, format: \"%Y/%m/%d %H:%M\"}}\n";
  const std::string file = folder.path() / "table.csv";
  std::ofstream table(file);
  table << "id,n,area,step,at\n";
  for (int step = 0; step < 9; ++step) {
    for (int i = 0; i < 300; ++i) {
      table << "C-" << i << "," << i << ",area " << i % 7 << ",\"step, " << step << "\",2024/" << 1 + i % 12 << "/"
            << 1 + (i + step) % 28 << " 9:0" << step << "\n";
    }
  }
  for (int i = 0; i < 4; ++i)
    table << "C-" << i << "," << i << ",area " << i << ",\"step, 0\",2024/" << 1 + i << "/" << 1 + i << " 9:00\n";
  table << "C-1,1,a,later,2999/1/1 9:00\nC-2,2,a\n,3,a,b,2024/1/1 9:00\n";
  table.close();
  ImportUndisturbedAndKilled({file, "330800", "table", 300, 2707, 4, 3, "csv", map}, 1, 6);
}

TEST(Import, OfTheReceiptPhaseIsCompleteAndSurvivesKills) {
  const Source source{SharedData("receipt/receipt.xes.gz"), "220581", "receipt", 1434, 8577, 0, 0};
  if (!std::filesystem::exists(source.file)) GTEST_SKIP() << "no real data: " << source.file << " does not exist";
  ImportUndisturbedAndKilled(source, 1, 8);
}

}  // namespace
}  // namespace casehub::testing
