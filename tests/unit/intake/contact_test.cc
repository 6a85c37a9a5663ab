#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

TEST_F(IntakeTest, AContactOpensACase) {
  const Result& result = s_.When(Contact());
  EXPECT_THAT(result.events, ElementsAre("CaseOpened", "FirstReceiverFixed", "ClaimCodeIssued", "ContactRegistered"));
  const auto& reply = result.As<v1::RegisterContactResponse>();
  EXPECT_EQ(reply.etag(), "4");
  EXPECT_TRUE(reply.claim_code().empty()) << "derived at the edge, never stored";
  EXPECT_THAT(result.relies_on, IsEmpty()) << "nobody can have changed a case that is opened here";
  const v1::Case shown = Get(reply.case_id());
  EXPECT_EQ(shown.kind(), v1::CASE_KIND_CONTACT);
  EXPECT_EQ(shown.status(), v1::CASE_STATUS_OPEN);
  EXPECT_EQ(shown.etag(), "4");
  EXPECT_EQ(shown.contacts(), 1u);
  EXPECT_EQ(shown.responsible_office_id(), "centre");
  EXPECT_EQ(shown.home_municipality(), "330800");
}

TEST_F(IntakeTest, ACaseSurvivesAChangeOfChannel) {
  const std::string id = OpenContact();
  auto again = Contact();
  again.set_case_id(id);
  again.set_etag("4");
  again.set_channel(common::v1::CHANNEL_ONLINE);
  const Result& result = s_.When(again);
  EXPECT_THAT(result.events, ElementsAre("ContactRegistered"));
  EXPECT_EQ(result.EventAt<v1::IntakeEvent>(0).contact_registered().ordinal(), 2u);
  EXPECT_THAT(result.relies_on, ElementsAre(storage::CaseSubject(*Uuid::Parse(id))));
  EXPECT_EQ(Get(id).contacts(), 2u);
  EXPECT_EQ(Get(id).channel(), common::v1::CHANNEL_WINDOW) << "the first one";
}

TEST_F(IntakeTest, AReferenceOfASourceIsTakenOnce) {
  auto request = Contact();
  request.set_source_system("12345");
  request.set_external_reference("A-1");
  const std::string id = s_.When(request).As<v1::RegisterContactResponse>().case_id();
  const Result& again = s_.When(request);
  EXPECT_EQ(again.refusal, R::REFUSAL_EXTERNAL_REFERENCE_TAKEN);
  EXPECT_EQ(again.metadata, (Meta{{"source_system", "12345"}, {"external_reference", "A-1"}, {"case_id", id}}));
  request.set_source_system("12348");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_UNSPECIFIED) << "another source, another number";
}

TEST_F(IntakeTest, TimesUpToTheToleranceAreNotInTheFuture) {
  auto request = Contact();
  *request.mutable_occurred_at() = Stamp("2025-03-03T09:05:00+08:00");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_UNSPECIFIED);
  *request.mutable_occurred_at() = Stamp("2025-03-03T09:05:01+08:00");
  const Result& late = s_.When(request);
  EXPECT_EQ(late.refusal, R::REFUSAL_TIME_IN_FUTURE);
  EXPECT_EQ(late.metadata.at("field"), "occurred_at");
}

TEST_F(IntakeTest, ATimestampBeyondTheCalendarIsRefused) {
  auto request = Contact();
  for (const int64_t seconds : {INT64_MAX, INT64_MAX / 1'000'000 + 1, INT64_MIN}) {
    request.mutable_occurred_at()->set_seconds(seconds);
    EXPECT_NE(s_.When(request).refusal, R::REFUSAL_UNSPECIFIED) << seconds;
  }
}

TEST_F(IntakeTest, WithdrawalAndArchiveEndACase) {
  const std::string id = OpenContact();
  EXPECT_THAT(Withdraw(id).events, ElementsAre("CaseWithdrawn"));
  EXPECT_EQ(s_.last().EventAt<v1::IntakeEvent>(0).case_withdrawn().reason_code(), "settled");
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_WITHDRAWN);
  EXPECT_THAT(s_.When(On<v1::ArchiveCaseRequest>(id)).events, ElementsAre("CaseArchived"));
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_ARCHIVED);
}

TEST_F(IntakeTest, WithdrawalStopsTheClocks) {
  const std::string id = OpenCall();
  ASSERT_EQ(s_.state().Due().size(), 2u);
  Withdraw(id);
  EXPECT_THAT(s_.state().Due(), IsEmpty());
  EXPECT_EQ(ClockOf(id, "hotline.answer").status(), v1::CLOCK_STATUS_CANCELLED);
}

}  // namespace
}  // namespace casehub::intake
