#include "services/ops/lines/case_spool.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace casehub::lines {
namespace {

Mapping Map() {
  return std::get<Mapping>(ParseMapping("row_order: any\ncase: {key: k}\nevent: {activity: a, time: t}", "map"));
}

// Rows of many cases in any order come back by case, each case in its order, none lost, in memory and on disk.
TEST(CaseSpool, GivesEveryRowBackByCase) {
  const Mapping map = Map();
  for (const size_t padding : {size_t{0}, size_t{20'000}}) {
    std::mt19937 random(7);
    CaseSpool spool(map);
    std::map<std::string, std::vector<uint64_t>> expected;
    for (uint64_t line = 1; line <= 3000; ++line) {
      Row row;
      row.Reset(map);
      row.line = line;
      const std::string key = "case-" + std::to_string(random() % 200);
      row.cells[0][0] = {Cell::Kind::kText, key};
      row.cells[1][0] = {Cell::Kind::kText, std::string(padding, 'x') + std::to_string(line)};
      if (line % 3 == 0) row.others.emplace_back("other", Cell{Cell::Kind::kDecimal, "1.50"});
      expected[key].push_back(line);
      ASSERT_TRUE(spool.Add(key, row));
    }
    std::map<std::string, std::vector<uint64_t>> seen;
    std::string last;
    EXPECT_TRUE(spool.Drain([&](const Row& row) {
      const std::string& key = row.At(Scope::kCase, 0).text;
      EXPECT_TRUE(key == last || seen.count(key) == 0) << "rows of " << key << " stand apart";
      last = key;
      seen[key].push_back(row.line);
      EXPECT_EQ(row.At(Scope::kEvent, 0).text, std::string(padding, 'x') + std::to_string(row.line));
      EXPECT_EQ(row.At(Scope::kEvent, 1).kind, Cell::Kind::kAbsent);
      EXPECT_EQ(row.others.size(), row.line % 3 == 0 ? 1u : 0u);
      if (!row.others.empty()) {
        EXPECT_EQ(row.others[0].second.text, "1.50");
      }
      return true;
    }));
    EXPECT_EQ(seen, expected);
  }
}

TEST(CaseSpool, TheTakerStopsIt) {
  const Mapping map = Map();
  CaseSpool spool(map);
  Row row;
  row.Reset(map);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(spool.Add(std::to_string(i), row));
  int seen = 0;
  EXPECT_TRUE(spool.Drain([&](const Row&) { return ++seen < 4; }));
  EXPECT_EQ(seen, 4);
}

}  // namespace
}  // namespace casehub::lines
