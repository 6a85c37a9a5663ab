#include "services/ops/casectl/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"

namespace casehub::casectl {
namespace {

using ::testing::HasSubstr;
using Args = std::vector<std::string>;

TEST(FlagsTest, FillsEveryKindOfField) {
  intake::v1::RegisterContactRequest request;
  const auto wrong = ApplyFlags(
      {"--municipality", "330800", "--applicant.particulars.name", "王芳",
       "--applicant.particulars.identity-kind=resident", "--channel", "window", "--note", "--looks like a flag",
       "--occurred_at", "2024-05-06T09:30:00+08:00", "--actor.staff-id", "s1", "--actor", R"({"office_id":"o1"})"},
      &request);
  ASSERT_FALSE(wrong.has_value()) << wrong->en;
  EXPECT_EQ(request.municipality(), "330800");
  EXPECT_EQ(request.applicant().particulars().name(), "王芳");
  EXPECT_EQ(request.applicant().particulars().identity_kind(), common::v1::IDENTITY_KIND_RESIDENT);
  EXPECT_EQ(request.channel(), common::v1::CHANNEL_WINDOW);
  EXPECT_EQ(request.note().text(), "--looks like a flag");
  EXPECT_EQ(request.occurred_at().seconds(), 1714959000);
  EXPECT_EQ(request.actor().staff_id(), "s1") << "a later object adds to what is there";
  EXPECT_EQ(request.actor().office_id(), "o1");
}

TEST(FlagsTest, RepeatedFieldsBoolsNumbersAndBytes) {
  intake::v1::SubmitAidApplicationRequest aid;
  ASSERT_FALSE(ApplyFlags({"--documents", R"({"name":"身份证","sha256":"00FF","size_bytes":9223372036854775807})",
                           "--documents", R"({"name":"收入证明"})", "--statement.text", "{not json}"},
                          &aid));
  ASSERT_EQ(aid.documents_size(), 2);
  EXPECT_EQ(aid.documents(0).sha256(), std::string("\0\xff", 2));
  EXPECT_EQ(aid.documents(0).size_bytes(), 9223372036854775807);
  EXPECT_EQ(aid.statement().text(), "{not json}");

  intake::v1::AgreeMaterialListRequest list;
  ASSERT_FALSE(ApplyFlags({"--items", "a", "--items=b=c"}, &list));
  EXPECT_EQ(list.items(1), "b=c");

  intake::v1::RegisterCallRequest call;
  ASSERT_FALSE(ApplyFlags({"--urgent", "--call-id", "c1"}, &call));
  EXPECT_TRUE(call.urgent());
  EXPECT_EQ(call.call_id(), "c1");
  ASSERT_FALSE(ApplyFlags({"--urgent", "false"}, &call));
  EXPECT_FALSE(call.urgent());

  transfer::v1::AcceptTransferRequest accept;
  ASSERT_FALSE(ApplyFlags({"--hop", "18446744073709551615"}, &accept));
  EXPECT_EQ(accept.hop(), 18446744073709551615u);
}

TEST(FlagsTest, SaysWhatIsWrongAndWhere) {
  const struct {
    Args args;
    const char* text;
  } rows[] = {
      {{"--nonsense", "1"}, "unknown option --nonsense"},
      {{"--applicant.particulars.nme", "x"}, "unknown option --applicant.particulars.nme"},
      {{"--channel", "pigeon"}, "--channel must be one of window|online|hotline|import, not \"pigeon\""},
      {{"--occurred-at", "yesterday"}, "must be a time with its zone"},
      {{"--occurred-at", "2024-05-06"}, "must be a time with its zone"},
      {{"--municipality"}, "--municipality needs a value"},
      {{"330800"}, "stray argument \"330800\""},
      {{"--municipality.code", "x"}, "municipality has no fields below it"},
      {{"--applicant", "王芳"}, "takes a JSON object"},
      {{"--applicant", R"({"particulars":{"nme":"x"}})"}, "has no field particulars.nme"},
      {{"--applicant.sealed", "xyz"}, "must be hexadecimal"},
  };
  for (const auto& row : rows) {
    intake::v1::RegisterContactRequest request;
    const auto wrong = ApplyFlags(row.args, &request);
    ASSERT_TRUE(wrong.has_value()) << row.args[0];
    EXPECT_THAT(wrong->en, HasSubstr(row.text));
    EXPECT_FALSE(wrong->zh.empty());
  }
  transfer::v1::AcceptTransferRequest accept;
  for (const char* text : {"-1", "1.5", "abc", "", "18446744073709551616", " 1"}) {
    EXPECT_TRUE(ApplyFlags({"--hop", text}, &accept).has_value()) << text;
  }
}

TEST(FlagsTest, HelpNamesEveryFieldWithItsType) {
  const std::string help = DescribeFlags(*intake::v1::RegisterContactRequest::descriptor());
  for (const char* line :
       {"--municipality TEXT", "--applicant.particulars.name TEXT", "--channel window|online|hotline|import",
        "--note TEXT", "--occurred-at TIME", "--applicant.sealed HEX"}) {
    EXPECT_THAT(help, HasSubstr(line));
  }
  EXPECT_THAT(DescribeFlags(*intake::v1::AgreeMaterialListRequest::descriptor()), HasSubstr("…"));
}

}  // namespace
}  // namespace casehub::casectl
