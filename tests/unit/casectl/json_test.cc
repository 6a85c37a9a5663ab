#include "services/ops/casectl/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "google/protobuf/descriptor.h"

namespace casehub::casectl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::HasSubstr;

TEST(JsonTest, ShowsFieldsTheWayCasectlPromises) {
  ledger::v1::HeadSealed seal;
  seal.set_municipality("330800");
  seal.set_sequence(18446744073709551615u);
  seal.set_head(std::string("\x00\xff", 2));
  seal.mutable_sealed_at()->set_seconds(1714959000);
  EXPECT_EQ(ToJson(seal), R"({"municipality":"330800","sequence":18446744073709551615,"head":"00ff","signature":"",)"
                          R"("key_id":"","sealed_at":"2024-05-06T01:30:00Z"})");
  EXPECT_EQ(
      ToJson(seal, {.defaults = false}),
      R"({"municipality":"330800","sequence":18446744073709551615,"head":"00ff","sealed_at":"2024-05-06T01:30:00Z"})");
  intake::v1::IntakeEvent event;
  event.mutable_claim_code_issued();
  EXPECT_EQ(ToJson(event, {.defaults = false}), R"({"claim_code_issued":{}})")
      << "an empty message that is there is shown";
  intake::v1::CaseOpened opened;
  opened.set_channel(common::v1::CHANNEL_HOTLINE);
  EXPECT_THAT(ToJson(opened), HasSubstr(R"("channel":"hotline")"));
}

TEST(JsonTest, TextIsEscapedAndStaysValid) {
  std::string out;
  AppendJsonString("\"\\\n\t\r\x01 衢州 \xF0\x9F\x98\x80 \xff\xc0\x80 \xed\xa0\x80", &out);
  const auto parsed = nlohmann::json::parse(out, nullptr, false);
  ASSERT_FALSE(parsed.is_discarded()) << out;
  const std::string text = parsed.get<std::string>();
  EXPECT_THAT(text, HasSubstr("\"\\\n\t\r\x01 衢州 \xF0\x9F\x98\x80 \xEF\xBF\xBD"));
}

TEST(JsonTest, WrongJsonIsNamedByPath) {
  const struct {
    const char* json;
    const char* text;
  } rows[] = {
      {R"([])", "must be an object"},
      {R"({"nonsense":1})", "has no field nonsense"},
      {R"({"applicant":{"particulars":{"name":7,"x":1}}})", "has no field applicant.particulars.x"},
      {R"({"applicant":"x"})", "applicant must be an object"},
      {R"({"channel":"pigeon"})", "channel must be one of"},
      {R"({"channel":{}})", "channel must be"},
      {R"({"occurred_at":"x"})", "occurred_at must be a time"},
      {R"({"municipality":{"a":1}})", "municipality must be"},
  };
  for (const auto& row : rows) {
    intake::v1::RegisterContactRequest request;
    const auto wrong = MergeJson(nlohmann::json::parse(row.json), &request);
    ASSERT_TRUE(wrong.has_value()) << row.json;
    EXPECT_THAT(wrong->en, HasSubstr(row.text));
  }
  intake::v1::AgreeMaterialListRequest list;
  EXPECT_THAT(MergeJson(nlohmann::json::parse(R"({"items":"a"})"), &list)->en, HasSubstr("items must be a list"));
  EXPECT_THAT(MergeJson(nlohmann::json::parse(R"({"items":["a",{}]})"), &list)->en, HasSubstr("items[1]"));
}

// Fills a message with random values, some of them absent.
void Fill(Message* message, std::mt19937& random, int depth) {
  const auto* type = message->GetDescriptor();
  const auto* reflection = message->GetReflection();
  const auto text = [&] {
    static const char* kTexts[] = {"", "plain", "“法律援助” 与\n换行\t", "\"quoted\\\"", "\x01\x1f", "🙂"};
    return std::string(kTexts[random() % 6]);
  };
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    if (random() % 3 == 0) continue;
    if (IsTimestamp(*field)) {
      if (field->is_repeated()) continue;
      Message* time = reflection->MutableMessage(message, field);
      time->GetReflection()->SetInt64(time, time->GetDescriptor()->FindFieldByNumber(1),
                                      static_cast<int64_t>(random()) - (1ll << 31));
      const int32_t nanos[] = {0, 1, 1'000, 123'000'000, 999'999'999};
      time->GetReflection()->SetInt32(time, time->GetDescriptor()->FindFieldByNumber(2), nanos[random() % 5]);
      continue;
    }
    const int count = field->is_repeated() ? static_cast<int>(random() % 3) : 1;
    for (int n = 0; n < count; ++n) {
      const bool many = field->is_repeated();
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE:
          if (depth > 5) break;
          Fill(many ? reflection->AddMessage(message, field) : reflection->MutableMessage(message, field), random,
               depth + 1);
          break;
        case FieldDescriptor::CPPTYPE_STRING: {
          std::string value = field->type() == FieldDescriptor::TYPE_BYTES ? std::string("\x00\x80\xff z", 5) : text();
          many ? reflection->AddString(message, field, value) : reflection->SetString(message, field, value);
          break;
        }
        case FieldDescriptor::CPPTYPE_ENUM: {
          const int value = random() % 5 == 0 ? 9999 : static_cast<int>(random() % 3);  // also one of a newer version
          many ? reflection->AddEnumValue(message, field, value) : reflection->SetEnumValue(message, field, value);
          break;
        }
        case FieldDescriptor::CPPTYPE_BOOL:
          many ? reflection->AddBool(message, field, true) : reflection->SetBool(message, field, true);
          break;
        case FieldDescriptor::CPPTYPE_INT64:
          many ? reflection->AddInt64(message, field, -1)
               : reflection->SetInt64(message, field, std::numeric_limits<int64_t>::min());
          break;
        case FieldDescriptor::CPPTYPE_UINT64:
          many ? reflection->AddUInt64(message, field, 1) : reflection->SetUInt64(message, field, ~0ull);
          break;
        case FieldDescriptor::CPPTYPE_INT32:
          many ? reflection->AddInt32(message, field, 1) : reflection->SetInt32(message, field, -5);
          break;
        case FieldDescriptor::CPPTYPE_UINT32:
          many ? reflection->AddUInt32(message, field, 1) : reflection->SetUInt32(message, field, ~0u);
          break;
        default:
          break;
      }
    }
  }
}

template <typename M>
void CheckRoundTrips(uint32_t seed) {
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    M message;
    Fill(&message, random, 0);
    for (const bool defaults : {false, true}) {
      const std::string json = ToJson(message, {.defaults = defaults});
      M again;
      const auto parsed = nlohmann::json::parse(json, nullptr, false);
      ASSERT_FALSE(parsed.is_discarded()) << json;
      const auto wrong = MergeJson(parsed, &again);
      ASSERT_FALSE(wrong.has_value()) << wrong->en << "\n" << json;
      ASSERT_EQ(again.SerializeAsString(), message.SerializeAsString()) << "seed " << seed << " round " << round << "\n"
                                                                        << json;
    }
  }
}

TEST(JsonTest, WhatIsWrittenIsReadBackToTheSameBytes) {
  CheckRoundTrips<intake::v1::IntakeEvent>(1);
  CheckRoundTrips<transfer::v1::TransferEvent>(2);
  CheckRoundTrips<intake::v1::GetCaseResponse>(3);
}

}  // namespace
}  // namespace casehub::casectl
