#include "services/model/uuid.h"

#include <gtest/gtest.h>

namespace casehub {
namespace {

TEST(UuidTest, RoundTripsTextAndBytes) {
  const auto id = Uuid::Parse("0190A5b2-7c3d-7e4f-8a1b-2c3d4e5f6071");
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->ToString(), "0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f6071");
  EXPECT_EQ(Uuid::FromBytes(id->Bytes()), id);
  EXPECT_EQ(id->version(), 7);
}

TEST(UuidTest, RefusesWhatIsNotCanonical) {
  for (const char* text : {"", "0190a5b27c3d7e4f8a1b2c3d4e5f6071", "0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f607",
                           "0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f607g", "{190a5b2-7c3d-7e4f-8a1b-2c3d4e5f6071",
                           "0190a5b2+7c3d-7e4f-8a1b-2c3d4e5f6071"}) {
    EXPECT_EQ(Uuid::Parse(text), std::nullopt) << text;
  }
  EXPECT_EQ(Uuid::FromBytes("short"), std::nullopt);
}

TEST(UuidTest, DerivedIdsKeepTheTimeAndDifferByPurposeAndIndex) {
  const Uuid id = Uuid::V7(1764000000123, 1, 2);
  EXPECT_EQ(id.version(), 7);
  EXPECT_EQ(id.UnixMillis(), 1764000000123);
  const Uuid case_id = id.Derive("case", 0);
  EXPECT_EQ(case_id.version(), 8);
  EXPECT_EQ(case_id.UnixMillis(), 1764000000123);
  EXPECT_EQ(case_id, id.Derive("case", 0));
  EXPECT_NE(case_id, id.Derive("case", 1));
  EXPECT_NE(case_id, id.Derive("contact", 0));
}

}  // namespace
}  // namespace casehub
