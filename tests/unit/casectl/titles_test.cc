#include "services/ops/casectl/titles.h"

#include <gtest/gtest.h>

#include "casehub/ingest/v1/ingest_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "services/ops/casectl/print.h"

namespace casehub::casectl {
namespace {

bool IsChinese(const std::string& text) { return DisplayWidth(text) != text.size() || text.empty(); }

// What a clerk sees of cases, offices and imports has a Chinese title, column by column.
TEST(Titles, RowsThatClerksReadHaveChineseColumns) {
  for (const auto* type :
       {intake::v1::Case::descriptor(), registry::v1::Office::descriptor(), registry::v1::SourceSystem::descriptor(),
        registry::v1::Policy::descriptor(), intake::v1::ImportRun::descriptor()}) {
    for (const Column& column : PlainColumns(*type, Language::kChinese)) {
      EXPECT_TRUE(IsChinese(column.title)) << type->name() << "." << column.path << " has no Chinese title";
    }
    for (const Column& column : PlainColumns(*type, Language::kEnglish)) EXPECT_EQ(column.title, column.path);
  }
}

TEST(Titles, ValuesOfEnumsAreSaidInTheLanguage) {
  intake::v1::Case shown;
  shown.set_status(intake::v1::CASE_STATUS_WITHDRAWN);
  shown.set_channel(common::v1::CHANNEL_HOTLINE);
  EXPECT_EQ(Cell(shown, "status", Language::kChinese), "已撤回");
  EXPECT_EQ(Cell(shown, "status", Language::kEnglish), "withdrawn");
  EXPECT_EQ(Cell(shown, "channel", Language::kChinese), "热线");
  EXPECT_EQ(Cell(shown, "kind", Language::kChinese), "") << "not set";
  for (const auto* type : {intake::v1::CaseStatus_descriptor(), intake::v1::ClockStatus_descriptor(),
                           intake::v1::CaseKind_descriptor(), common::v1::Channel_descriptor()}) {
    for (int i = 1; i < type->value_count(); ++i) {
      EXPECT_TRUE(IsChinese(ValueTitle(*type->value(i), Language::kChinese))) << type->value(i)->name();
    }
  }
}

TEST(Titles, AFieldWithoutOneKeepsItsName) {
  EXPECT_EQ(FieldTitle(*ingest::v1::ImportCasesRequest::descriptor()->FindFieldByName("import"), Language::kChinese),
            "import");
}

// Chinese cells count two columns each, so that what follows them lines up.
TEST(Titles, ChineseTablesLineUp) {
  const std::string text = FormatTable({"办件", "状态"}, {{"a", "办理中"}, {"甲乙丙", "x"}});
  EXPECT_EQ(text, "办件    状态\na       办理中\n甲乙丙  x\n");
}

}  // namespace
}  // namespace casehub::casectl
