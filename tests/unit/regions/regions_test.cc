#include "services/model/regions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace casehub {
namespace {

using ::testing::HasSubstr;

Municipality M(uint32_t code) { return Municipality(code); }

TEST(Regions, DefaultHasTheMunicipalitiesOfThePlans) {
  const RegionTable& table = RegionTable::Default();
  struct Row {
    uint32_t code;
    const char* name;
    uint32_t superior;
  };
  const Row rows[] = {
      {330800, "衢州市", 330000},   {330000, "浙江省", 100000},           {420100, "武汉市", 420000},
      {220581, "梅河口市", 220000}, {410105, "金水区", 410000},           {110000, "北京市", 100000},
      {500000, "重庆市", 100000},   {222400, "延边朝鲜族自治州", 220000},
  };
  for (const Row& row : rows) {
    const Region* region = table.Find(M(row.code));
    ASSERT_NE(region, nullptr) << row.code;
    EXPECT_EQ(region->code, M(row.code));
    EXPECT_EQ(region->name, row.name);
    EXPECT_EQ(region->superior, M(row.superior));
  }
  EXPECT_EQ(table.Find(M(330900 + 50)), nullptr);
  EXPECT_EQ(table.Find(kStateCouncil), nullptr);
  EXPECT_EQ(table.Find(Municipality()), nullptr);
}

TEST(Regions, AllIsAscendingAndEveryChainEndsAboveTheProvinces) {
  const RegionTable& table = RegionTable::Default();
  const std::vector<Municipality> all = table.All();
  EXPECT_EQ(all.size(), 204u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  for (Municipality code : all) {
    int steps = 0;
    for (Municipality at = code; at != kStateCouncil; at = table.Find(at)->superior) {
      ASSERT_NE(table.Find(at), nullptr);
      ASSERT_LT(++steps, 5) << code.ToString();
    }
  }
}

TEST(Regions, CommonSuperior) {
  const RegionTable& table = RegionTable::Default();
  struct Row {
    const char* why;
    uint32_t a;
    uint32_t b;
    uint32_t superior;
  };
  const Row rows[] = {
      {"two cities of a province", 330800, 330100, 330000},
      {"a city and one run by the province", 220581, 220500, 220000},
      {"two provinces", 330800, 420100, 100000},
      {"two provinces themselves", 330000, 420000, 100000},
      {"a city and its province", 330800, 330000, 330000},
      {"a city with itself", 330800, 330800, 330000},
      {"a province with itself", 330000, 330000, 100000},
      {"a direct municipality and a city", 310000, 330800, 100000},
      {"one that is not in the table", 330800, 999999, 100000},
      {"the same unknown twice", 999999, 999999, 100000},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(table.CommonSuperior(M(row.a), M(row.b)), M(row.superior)) << row.why;
    EXPECT_EQ(table.CommonSuperior(M(row.b), M(row.a)), M(row.superior)) << row.why;
  }
}

TEST(Regions, SuperiorIsARowAndNotARuleAboutDigits) {
  auto table = RegionTable::FromCsv(
      "code,name,superior\n"
      "330000,浙江省,100000\n"
      "330800,衢州市,330000\n"
      "330881,江山市,330800\n"
      "330802,柯城区,330800\n"
      "420101,飞地,330800\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->CommonSuperior(M(330881), M(330802)), M(330800));
  EXPECT_EQ(table->CommonSuperior(M(420101), M(330881)), M(330800));
  EXPECT_EQ(table->Find(M(420101))->name, "飞地");
}

TEST(Regions, AMovedTableKeepsItsNames) {
  auto parsed = RegionTable::FromCsv("code,name,superior\n330000,a,100000\n");
  ASSERT_TRUE(parsed.ok());
  const RegionTable moved = *std::move(parsed);
  EXPECT_EQ(moved.Find(M(330000))->name, "a");
}

TEST(Regions, CsvTakesByteOrderMarkCarriageReturnsAndEmptyLines) {
  auto table = RegionTable::FromCsv(
      "\xef\xbb\xbf"
      "code,name,superior\r\n\r\n330000,浙江省,100000\r\n\r\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->All().size(), 1u);
  EXPECT_EQ(table->Find(M(330000))->name, "浙江省");
}

TEST(Regions, CsvErrorsNameTheLine) {
  struct Row {
    const char* text;
    const char* line;
    const char* what;
  };
  const Row rows[] = {
      {"", "line 1:", "heading"},
      {"330000,浙江省,100000\n", "line 1:", "heading"},
      {"code,name,superior\n330000,浙江省\n", "line 2:", "3 columns"},
      {"code,name,superior\n330000,浙江省,100000,x\n", "line 2:", "3 columns"},
      {"code,name,superior\n\n33000,浙江省,100000\n", "line 3:", "six digits"},
      {"code,name,superior\n33000x,浙江省,100000\n", "line 2:", "six digits"},
      {"code,name,superior\n030000,浙江省,100000\n", "line 2:", "six digits"},
      {"code,name,superior\n330000,浙江省,\n", "line 2:", "superior"},
      {"code,name,superior\n330000,,100000\n", "line 2:", "name is empty"},
      {"code,name,superior\n100000,国务院,100000\n", "line 2:", "100000"},
      {"code,name,superior\n330000,a,100000\n330000,b,100000\n", "line 3:", "line 2 already"},
      {"code,name,superior\n330000,a,100000\n330800,b,340000\n", "line 3:", "340000 is not in the table"},
      {"code,name,superior\n330000,a,100000\n330100,b,330100\n", "line 3:", "circle"},
      {"code,name,superior\n330100,a,330200\n330200,b,330100\n", "line 2:", "circle"},
  };
  for (const Row& row : rows) {
    const auto table = RegionTable::FromCsv(row.text);
    ASSERT_EQ(table.status().code(), absl::StatusCode::kInvalidArgument) << row.text;
    EXPECT_THAT(std::string(table.status().message()), HasSubstr(row.line)) << row.text;
    EXPECT_THAT(std::string(table.status().message()), HasSubstr(row.what)) << row.text;
  }
}

}  // namespace
}  // namespace casehub
