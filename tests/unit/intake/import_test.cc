#include "services/intake/domain/line_import.h"
#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

using Reply = ingest::v1::ImportCaseResponse;

std::string Counts(const Result& result) {
  const auto& reply = result.As<Reply>();
  return std::to_string(reply.cases_new()) + " " + std::to_string(reply.events_new()) + " " +
         std::to_string(reply.already_present()) + " " + std::to_string(reply.duplicates());
}

TEST_F(IntakeTest, AnImportIsSafeToRepeatAndToCut) {
  auto request = Import("1", 3);
  request.add_attributes()->set_key("concept:name");
  const Result& first = s_.When(request);
  EXPECT_THAT(first.events, ElementsAre("CaseOpened", "LineCaseDescribed", "LineEventRecorded", "LineEventRecorded",
                                        "LineEventRecorded"));
  EXPECT_EQ(Counts(first), "1 3 0 0");
  EXPECT_THAT(first.relies_on, IsEmpty()) << "facts are taken whatever happened";
  const std::string id = first.As<Reply>().case_id();

  const Result& again = s_.When(request);
  EXPECT_THAT(again.events, IsEmpty());
  EXPECT_EQ(Counts(again), "0 0 3 0");
  EXPECT_EQ(Counts(s_.When(Import("1", 3, 1))), "0 1 2 0") << "1 and 2 were there, 3 is new";
  EXPECT_EQ(Get(id).line_events(), 4u);
  EXPECT_EQ(Get(id).kind(), v1::CASE_KIND_IMPORTED);
  EXPECT_EQ(Get(id).attributes_size(), 1);
}

TEST_F(IntakeTest, TheSameEventTwiceInARequestIsADuplicate) {
  auto request = Import("1", 2);
  *request.add_events() = request.events(0);
  EXPECT_EQ(Counts(s_.When(request)), "1 2 0 1");
  EXPECT_EQ(Counts(s_.When(request)), "0 0 2 1");
}

TEST_F(IntakeTest, EventsOfTwoCasesAreNotComparedWithEachOther) {
  EXPECT_EQ(Counts(s_.When(Import("1", 2))), "1 2 0 0");
  EXPECT_EQ(Counts(s_.When(Import("2", 2))), "1 2 0 0");
}

TEST_F(IntakeTest, EventsWithoutAttributesAreStillTwo) {
  auto request = Import("1", 2);
  for (auto& event : *request.mutable_events()) event.clear_attributes();
  request.mutable_events(1)->set_activity("another step");
  EXPECT_EQ(Counts(s_.When(request)), "1 2 0 0");
}

TEST_F(IntakeTest, SixtyFourEventsFitOneMoreDoesNot) {
  EXPECT_EQ(Counts(s_.When(Import("1", 64))), "1 64 0 0");
  EXPECT_EQ(s_.When(Import("2", 65)).refusal, R::REFUSAL_FIELD_INVALID);
}

TEST_F(IntakeTest, FactsOfAFrozenOrMovedCaseAreTaken) {
  const std::string id = s_.When(Import("1", 1)).As<Reply>().case_id();
  Freeze(id, 1);
  s_.RunDue();
  EXPECT_EQ(Counts(s_.When(Import("1", 1, 1))), "0 1 0 0");
  LearnCustody(id, 1);
  EXPECT_EQ(Counts(s_.When(Import("1", 1, 2))), "0 1 0 0");
  EXPECT_EQ(Get(id).line_events(), 1u) << "what came after the freeze is for whoever has custody (facts_test.cc)";
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_MOVED_AWAY);
}

TEST_F(IntakeTest, SourceAndReferenceAreKeptApart) {
  auto one = Import("c", 1);
  one.set_source_system("a");
  one.set_external_reference(std::string("b\0c", 3));
  auto two = Import("c", 1);
  two.set_source_system(std::string("a\0b", 3));
  two.set_external_reference("c");
  s_.When(one);
  const Result& other = s_.When(two);
  if (other.refusal == R::REFUSAL_UNSPECIFIED) {
    EXPECT_EQ(Counts(other), "1 1 0 0");
  }
}

TEST(LineEventIdentity, DependsOnEveryAttribute) {
  ingest::v1::LineEvent event;
  auto* attribute = event.add_attributes();
  attribute->set_key("ab");
  attribute->set_value("c");
  const Hash128 before = LineEventIdentity(event);
  EXPECT_EQ(LineEventIdentity(event), before);
  attribute->set_key("a");
  attribute->set_value("bc");
  EXPECT_NE(LineEventIdentity(event), before) << "lengths count";
  attribute->set_key("ab");
  attribute->set_value("c");
  attribute->set_type(v1::ATTRIBUTE_TYPE_STRING);
  EXPECT_NE(LineEventIdentity(event), before);
  EXPECT_EQ(IdentityBytes(before).size(), 16u);
}

}  // namespace
}  // namespace casehub::intake
