#include "services/model/page_token.h"

#include <gtest/gtest.h>

namespace casehub {
namespace {

TEST(PageToken, ComesBackOnlyWithTheFiltersItWasGivenFor) {
  const std::string last("\x00\xff key", 6);
  const std::string token = EncodePageToken(last, "status=1");
  EXPECT_EQ(DecodePageToken(token, "status=1"), last);
  EXPECT_EQ(DecodePageToken(token, "status=2"), std::nullopt);
  EXPECT_EQ(DecodePageToken("", ""), std::nullopt);
  EXPECT_EQ(DecodePageToken("not a token", ""), std::nullopt);
  std::string changed = token;
  changed[1] = changed[1] == 'A' ? 'B' : 'A';
  EXPECT_EQ(DecodePageToken(changed, "status=1"), std::nullopt);
}

TEST(PageToken, PageSizesHaveLimits) {
  EXPECT_EQ(PageSize(0), 100u);
  EXPECT_EQ(PageSize(1), 1u);
  EXPECT_EQ(PageSize(1000), 1000u);
  EXPECT_EQ(PageSize(1001), std::nullopt);
  EXPECT_EQ(PageSize(-1), std::nullopt);
}

}  // namespace
}  // namespace casehub
