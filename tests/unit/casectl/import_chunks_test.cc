#include "services/ops/casectl/import_chunks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/str_cat.h"

namespace casehub::casectl {
namespace {

using ingest::v1::ImportCasesRequest;
using ::testing::ElementsAre;

class ChunkerTest : public ::testing::Test {
 protected:
  ChunkerTest()
      : chunker_(
            "330800", "permits",
            {.submit =
                 [this](std::vector<Chunk> chunks) {
                   for (auto& chunk : chunks) {
                     ImportCasesRequest request;
                     EXPECT_TRUE(request.ParseFromArray(chunk.request.begin(), static_cast<int>(chunk.request.size())));
                     sent_.push_back(std::move(request));
                     origins_.push_back(chunk.origin);
                   }
                   return true;
                 },
             .reject = [this](const Reject& reject) { rejects_.push_back(reject); },
             .progress = [](uint64_t, uint64_t) {}}) {
    chunker_.StartFile("f.xes");
  }

  void Event(const std::string& activity, size_t padding = 0) {
    auto* event = chunker_.BeginEvent();
    ASSERT_EQ(event->ByteSizeLong(), 0u) << "messages are handed out empty";
    event->set_activity(activity);
    auto* attribute = event->add_attributes();
    attribute->set_key("concept:name");
    attribute->set_value(activity + std::string(padding, 'x'));
    chunker_.EndEvent(7, nullptr);
  }
  void BadEvent() {
    chunker_.BeginEvent()->set_activity("bad");
    const xes::Problem problem{"time:timestamp", xes::Reason::kNotATime};
    chunker_.EndEvent(8, &problem);
  }
  bool EndTrace(const std::string& name, const xes::Problem* problem = nullptr, size_t attribute_bytes = 1) {
    google::protobuf::RepeatedPtrField<intake::v1::Attribute> attributes;
    attributes.Add()->set_value(std::string(attribute_bytes, 'a'));
    return chunker_.EndTrace({.line = 3, .name = name, .attributes = &attributes, .problem = problem});
  }
  std::vector<std::string> Activities() {
    std::vector<std::string> all;
    for (const auto& request : sent_) {
      for (const auto& event : request.import().events()) all.push_back(event.activity());
    }
    return all;
  }

  std::vector<ImportCasesRequest> sent_;
  std::vector<ChunkOrigin> origins_;
  std::vector<Reject> rejects_;
  Chunker chunker_;
};

TEST_F(ChunkerTest, ACaseGoesWithItsAttributesInFileOrder) {
  Event("a");
  Event("b");
  EXPECT_TRUE(EndTrace("c1"));
  Event("c");
  EXPECT_TRUE(EndTrace("c2"));
  ASSERT_EQ(sent_.size(), 2u);
  const auto& import = sent_[0].import();
  EXPECT_EQ(import.municipality(), "330800");
  EXPECT_EQ(import.source_system(), "permits");
  EXPECT_EQ(import.external_reference(), "c1");
  EXPECT_EQ(import.attributes_size(), 1);
  EXPECT_NE(import.request_id(), sent_[1].import().request_id());
  EXPECT_EQ(Uuid::Parse(import.request_id())->version(), 7);
  EXPECT_THAT(Activities(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(chunker_.counts().cases_read, 2u);
  EXPECT_EQ(chunker_.counts().events_read, 3u);
}

TEST_F(ChunkerTest, NoChunkPassesALimitAndNoneIsLost) {
  for (int i = 0; i < 200; ++i) Event(absl::StrCat("e", i), i % 40 == 0 ? 30'000 : 0);
  EXPECT_TRUE(EndTrace("c1"));
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) expected.push_back(absl::StrCat("e", i));
  EXPECT_EQ(Activities(), expected);
  EXPECT_GE(sent_.size(), 4u);
  for (size_t i = 0; i < sent_.size(); ++i) {
    EXPECT_LE(sent_[i].import().events_size(), kChunkEventsMax);
    EXPECT_GT(sent_[i].import().events_size(), 0);
    size_t bytes = 0;
    for (const auto& event : sent_[i].import().events()) bytes += event.ByteSizeLong();
    EXPECT_LE(bytes, kChunkBytesMax);
    EXPECT_EQ(sent_[i].import().attributes_size(), i == 0 ? 1 : 0);
    EXPECT_EQ(origins_[i].events, static_cast<uint32_t>(sent_[i].import().events_size()));
  }
}

TEST_F(ChunkerTest, AnExactDuplicateOfTheSameCaseIsCountedAndNotSent) {
  Event("a");
  for (int i = 0; i < 70; ++i) Event(absl::StrCat("e", i));
  Event("a");
  EXPECT_TRUE(EndTrace("c1"));
  EXPECT_EQ(chunker_.counts().duplicates, 1u);
  EXPECT_EQ(Activities().size(), 71u);
  Event("a");
  EXPECT_TRUE(EndTrace("c2"));
  EXPECT_EQ(chunker_.counts().duplicates, 1u) << "another case may have the same event";
}

TEST_F(ChunkerTest, RejectsAreReportedAndCounted) {
  Event("a");
  BadEvent();
  Event("huge", 70'000);
  EXPECT_TRUE(EndTrace("c1"));
  ASSERT_EQ(rejects_.size(), 2u);
  EXPECT_EQ(rejects_[0].reason, "TIME_INVALID");
  EXPECT_EQ(rejects_[0].line, 8u);
  EXPECT_EQ(rejects_[0].external_reference, "c1");
  EXPECT_EQ(rejects_[1].reason, "EVENT_TOO_LARGE");
  EXPECT_THAT(Activities(), ElementsAre("a"));

  rejects_.clear();
  Event("b");
  BadEvent();
  const xes::Problem problem{"concept:name", xes::Reason::kMissing};
  EXPECT_TRUE(EndTrace("", &problem));
  ASSERT_EQ(rejects_.size(), 1u) << "the case stands for its events";
  EXPECT_EQ(rejects_[0].events, 2u);
  EXPECT_EQ(rejects_[0].line, 3u);

  rejects_.clear();
  Event("c");
  EXPECT_TRUE(EndTrace("c3", nullptr, 60'000));
  ASSERT_EQ(rejects_.size(), 1u);
  EXPECT_EQ(rejects_[0].reason, "CASE_TOO_LARGE");
  EXPECT_EQ(sent_.size(), 1u);

  chunker_.Stray(9, {"trace", xes::Reason::kOutsideTrace});
  EXPECT_EQ(chunker_.counts().events_read, 3u + 2 + 1 + 1);
}

TEST_F(ChunkerTest, ACaseWithoutEventsIsACaseAndAnAbandonedOneIsNothing) {
  EXPECT_TRUE(EndTrace("empty"));
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0].import().events_size(), 0);
  Event("a");
  chunker_.AbandonTrace();
  Event("b");
  EXPECT_TRUE(EndTrace("c"));
  EXPECT_THAT(Activities(), ElementsAre("b"));
  EXPECT_EQ(chunker_.counts().events_read, 1u);
}

TEST_F(ChunkerTest, TheFactsOfACaseGoWithItsFirstChunkOnlyAndNotToTheNextCase) {
  ingest::v1::ImportCaseRequest facts;
  facts.set_matter_type("notary");
  facts.set_channel(common::v1::CHANNEL_ONLINE);
  facts.set_office_id("office");
  facts.mutable_applicant()->mutable_particulars()->set_name("王五");
  google::protobuf::RepeatedPtrField<intake::v1::Attribute> attributes;
  for (int i = 0; i < 70; ++i) Event(absl::StrCat("e", i));
  EXPECT_TRUE(
      chunker_.EndTrace({.line = 3, .name = "c1", .attributes = &attributes, .facts = &facts, .running_number = 7}));
  Event("a");
  EXPECT_TRUE(EndTrace("c2"));
  ASSERT_EQ(sent_.size(), 3u);
  EXPECT_EQ(sent_[0].import().matter_type(), "notary");
  EXPECT_EQ(sent_[0].import().channel(), common::v1::CHANNEL_ONLINE);
  EXPECT_EQ(sent_[0].import().office_id(), "office");
  EXPECT_EQ(sent_[0].import().applicant().particulars().name(), "王五");
  EXPECT_TRUE(origins_[0].opens);
  for (const size_t other : {1, 2}) {
    EXPECT_FALSE(sent_[other].import().has_applicant()) << other;
    EXPECT_EQ(sent_[other].import().matter_type(), "") << other;
  }
  EXPECT_FALSE(origins_[1].opens);
  EXPECT_EQ(chunker_.numbers().ranges(), (std::map<uint64_t, uint64_t>{{7, 7}}));
}

}  // namespace
}  // namespace casehub::casectl
