#include "services/ops/casectl/entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "casehub/intake/v1/intake_events.pb.h"
#include "services/ops/casectl/json.h"

namespace casehub::casectl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ledger::v1::Entry Opened() {
  intake::v1::IntakeEvent event;
  event.set_case_id("0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f6071");
  event.mutable_occurred_at()->set_seconds(1714959000);
  event.mutable_occurred_at()->set_nanos(120'000'000);
  event.mutable_case_opened()->set_channel(common::v1::CHANNEL_HOTLINE);
  event.mutable_case_opened()->mutable_applicant()->set_sealed(std::string("\0\x80\xff", 3));
  ledger::v1::Entry entry;
  entry.set_municipality("330800");
  entry.set_sequence(7);
  entry.set_case_id(event.case_id());
  entry.set_service("intake");
  entry.set_type("CaseOpened");
  *entry.mutable_occurred_at() = event.occurred_at();
  entry.mutable_recorded_at()->set_seconds(1714959001);
  entry.set_data(event.SerializeAsString());
  entry.set_previous_hash(std::string(32, '\x01'));
  entry.set_hash(std::string(32, '\x02'));
  return entry;
}

TEST(EntriesTest, AnEntryHasEveryFieldOfTheOutsideFace) {
  const auto json = nlohmann::json::parse(EntryJson(Opened()));
  for (const char* name : {"municipality", "sequence", "case_id", "service", "type", "occurred_at", "recorded_at",
                           "data", "previous_hash", "hash"}) {
    EXPECT_TRUE(json.contains(name)) << name;
  }
  EXPECT_EQ(json["sequence"], 7);
  EXPECT_EQ(json["occurred_at"], "2024-05-06T01:30:00.120Z");
  EXPECT_EQ(json["data"]["case_opened"]["channel"], "hotline");
  EXPECT_EQ(json["data"]["case_opened"]["applicant"]["sealed"], "0080ff");
  std::string hash;
  for (int i = 0; i < 32; ++i) hash += "02";
  EXPECT_EQ(json["hash"], hash);
  EXPECT_FALSE(json.contains("data_bytes"));
}

TEST(EntriesTest, ReadBackItIsTheSameEntry) {
  const auto entry = Opened();
  ledger::v1::Entry again;
  const auto wrong = ParseEntry(EntryJson(entry), &again);
  ASSERT_FALSE(wrong.has_value()) << wrong->en;
  EXPECT_EQ(again.SerializeAsString(), entry.SerializeAsString());
}

TEST(EntriesTest, AnEventOfANewerVersionKeepsItsBytes) {
  auto entry = Opened();
  entry.mutable_data()->append("\xfa\x3f\x03new", 6);  // field 1023, of a version to come
  const std::string json = EntryJson(entry);
  EXPECT_THAT(json, HasSubstr("data_bytes"));
  ledger::v1::Entry again;
  ASSERT_FALSE(ParseEntry(json, &again).has_value());
  EXPECT_EQ(again.data(), entry.data());

  // What a reader sees cannot be changed while the bytes stay.
  std::string tampered = json;
  tampered.replace(tampered.find("\"hotline\""), 9, "\"window\"");
  EXPECT_THAT(ParseEntry(tampered, &again)->en, HasSubstr("differ"));

  entry.set_service("newcomer");
  EXPECT_THAT(EntryJson(entry), HasSubstr("data_bytes"));
  ASSERT_FALSE(ParseEntry(EntryJson(entry), &again).has_value());
  EXPECT_EQ(again.data(), entry.data());
}

TEST(EntriesTest, WhatIsMissingOrMalformedIsNamed) {
  const std::string good = EntryJson(Opened());
  for (const char* name : {"municipality", "sequence", "case_id", "service", "type", "occurred_at", "recorded_at",
                           "data", "previous_hash", "hash"}) {
    auto json = nlohmann::json::parse(good);
    json.erase(name);
    ledger::v1::Entry entry;
    const auto wrong = ParseEntry(json.dump(), &entry);
    ASSERT_TRUE(wrong.has_value()) << name;
    EXPECT_THAT(wrong->en, HasSubstr(name));
    json[name] = -1.5;
    EXPECT_TRUE(ParseEntry(json.dump(), &entry).has_value()) << name;
  }
  ledger::v1::Entry entry;
  EXPECT_TRUE(ParseEntry("not json", &entry).has_value());
  EXPECT_TRUE(ParseEntry("[]", &entry).has_value());
  auto json = nlohmann::json::parse(good);
  json["data"]["case_opened"]["nonsense"] = 1;
  EXPECT_THAT(ParseEntry(json.dump(), &entry)->en, HasSubstr("case_opened.nonsense"));
}

}  // namespace
}  // namespace casehub::casectl
