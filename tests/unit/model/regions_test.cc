#include "services/model/regions.h"

#include <gtest/gtest.h>

namespace casehub {
namespace {

TEST(Regions, TheTableCompiledInIsSound) {
  const RegionTable& table = RegionTable::Default();
  ASSERT_NE(table.Find(Municipality(330800)), nullptr);
  EXPECT_EQ(table.Find(Municipality(330800))->name, "衢州市");
  EXPECT_EQ(table.Find(Municipality(330800))->superior, Municipality(330000));
  EXPECT_EQ(table.Find(Municipality(220581))->superior, Municipality(220000)) << "run by the province";
  EXPECT_EQ(table.Find(Municipality(999999)), nullptr);
  for (const auto& [code, region] : table.regions()) {
    EXPECT_TRUE(region.superior.IsNone() || table.Find(region.superior) != nullptr) << code.ToString();
  }
}

TEST(Regions, TheCommonSuperiorIsTheLowestAboveBoth) {
  const RegionTable& table = RegionTable::Default();
  EXPECT_EQ(table.CommonSuperior(Municipality(330800), Municipality(330100)), Municipality(330000));
  EXPECT_EQ(table.CommonSuperior(Municipality(410105), Municipality(410300)), Municipality(410000));
  EXPECT_EQ(table.CommonSuperior(Municipality(410105), Municipality(410100)), Municipality(410000));
  EXPECT_TRUE(table.CommonSuperior(Municipality(330800), Municipality(420100)).IsNone());
  EXPECT_TRUE(table.CommonSuperior(Municipality(330800), Municipality(330000)).IsNone());
  EXPECT_TRUE(table.CommonSuperior(Municipality(330800), Municipality(999999)).IsNone());
}

TEST(Regions, BadTablesNameTheLine) {
  const struct {
    const char* text;
    const char* says;
  } kCases[] = {
      {"", "the table is empty"},
      {"name,code\n", "line 1: the header must be code,name,superior"},
      {"code,name,superior\n330000,浙江省\n", "line 2: 3 fields expected, found 2"},
      {"code,name,superior\n33,浙江省,\n", "line 2: \"33\" is not a code of six digits"},
      {"# regions\n\ncode,name,superior\n330000,,\n", "line 4: a name of 1 to 100 bytes expected"},
      {"code,name,superior\n330800,衢州市,330000\n", "line 2: superior 330000 does not stand before this line"},
      {"code,name,superior\n330000,浙江省,\n330800,衢州市,abc\n", "line 3: \"abc\" is not a code"},
      {"code,name,superior\n330000,浙江省,\n330000,浙江省,\n", "line 3: 330000 stands twice"},
  };
  for (const auto& test : kCases) {
    auto table = RegionTable::FromCsv(test.text);
    ASSERT_FALSE(table.ok()) << test.text;
    EXPECT_NE(std::string(table.status().message()).find(test.says), std::string::npos) << table.status();
  }
  EXPECT_TRUE(RegionTable::FromCsv("code,name,superior\r\n330000,浙江省,\r\n").ok());
}

}  // namespace
}  // namespace casehub
