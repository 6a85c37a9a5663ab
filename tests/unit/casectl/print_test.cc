#include "services/ops/casectl/print.h"

#include <gtest/gtest.h>

#include "casehub/intake/v1/intake_service.pb.h"

namespace casehub::casectl {
namespace {

TEST(PrintTest, WideCharactersTakeTwoColumns) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("衢州市"), 6u);
  EXPECT_EQ(DisplayWidth("a衢—b"), 5u);
  EXPECT_EQ(DisplayWidth("🙂"), 2u);
  EXPECT_EQ(FormatTable({"市", "n"}, {{"衢州", "1"}, {"x", "22"}}), "市    n\n衢州  1\nx     22\n");
}

TEST(PrintTest, CellsFollowPathsAndStayOnALine) {
  intake::v1::GetCaseResponse response;
  auto& shown = *response.mutable_case_();
  shown.set_status(intake::v1::CASE_STATUS_CLOSED);
  shown.mutable_opened_at()->set_seconds(0);
  shown.mutable_question()->set_text("第一行\n第二行");
  EXPECT_EQ(Cell(response, "case.status"), "closed");
  EXPECT_EQ(Cell(response, "case.opened_at"), "1970-01-01T08:00:00+08:00");
  EXPECT_EQ(Cell(response, "case.question.text"), "第一行 第二行");
  EXPECT_EQ(Cell(response, "case.answer.text"), "");
  EXPECT_EQ(Cell(response, "case.nonsense"), "");
}

}  // namespace
}  // namespace casehub::casectl
