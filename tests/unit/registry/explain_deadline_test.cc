#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "services/legalclock/legal_clock.h"
#include "services/registry/service.h"
#include "tests/support/given.h"
#include "tests/unit/registry/samples.h"

namespace casehub::registry {
namespace {

using casehub::testing::At;
using runtime::Refusal;
using ::testing::HasSubstr;

v1::ExplainDeadlineRequest Ask(const char* policy, const char* start) {
  v1::ExplainDeadlineRequest request;
  request.set_municipality(kMunicipality);
  request.set_policy(policy);
  request.mutable_start()->set_seconds(At(start).micros / kMicrosPerSecond);
  return request;
}

void AddPause(v1::ExplainDeadlineRequest* request, const char* from, const char* to) {
  auto* pause = request->add_pauses();
  pause->set_from(from);
  pause->set_to(to);
}

class ExplainDeadline : public ::testing::Test {
 protected:
  casehub::testing::Scenario s{MakeRegistryService(), Municipality(330800), At("2026-03-02T09:00:00+08:00")};
};

TEST_F(ExplainDeadline, GivesDateArticleAndStepsInBothLanguages) {
  auto request = Ask("aid.decide", "2026-03-02T09:00:00+08:00");
  AddPause(&request, "2026-03-04", "2026-03-05");
  const auto answer = s.When(request).As<v1::ExplainDeadlineResponse>();
  EXPECT_EQ(answer.policy(), "aid.decide");
  EXPECT_EQ(answer.due_date(), "2026-03-10");
  EXPECT_EQ(answer.due().seconds(), At("2026-03-11T00:00:00+08:00").micros / kMicrosPerSecond);
  EXPECT_FALSE(answer.provisional());
  EXPECT_THAT(answer.citation(), HasSubstr("第四十三条"));
  EXPECT_THAT(answer.citation(), HasSubstr("article 43"));
  ASSERT_GE(answer.steps_size(), 4);
  EXPECT_THAT(answer.steps(0), HasSubstr("起算日 2026-03-02 不计入"));
  EXPECT_THAT(answer.steps(0), HasSubstr("is not counted"));
}

TEST_F(ExplainDeadline, HoursHaveNoDate) {
  const auto answer = s.When(Ask("detainee.forward", "2026-10-01T10:00:00+08:00")).As<v1::ExplainDeadlineResponse>();
  EXPECT_EQ(answer.due_date(), "");
  EXPECT_EQ(answer.due().seconds(), At("2026-10-02T10:00:00+08:00").micros / kMicrosPerSecond);
}

TEST_F(ExplainDeadline, ACalendarLoadedHereRestatesAProvisionalDate) {
  const auto request = Ask("transfer.respond", "2026-12-30T09:00:00+08:00");
  const auto before = s.When(request).As<v1::ExplainDeadlineResponse>();
  EXPECT_TRUE(before.provisional());
  EXPECT_EQ(before.due_date(), "2027-01-04");
  ASSERT_EQ(s.When(GoodCalendar()).refusal, Refusal::REFUSAL_UNSPECIFIED);
  const auto after = s.When(request).As<v1::ExplainDeadlineResponse>();
  EXPECT_FALSE(after.provisional());
  EXPECT_EQ(after.due_date(), "2027-01-05");
}

TEST_F(ExplainDeadline, ALoadedYearReplacesTheBuiltInOne) {
  const auto request = Ask("hotline.hand_over", "2026-09-30T09:00:00+08:00");
  EXPECT_EQ(s.When(request).As<v1::ExplainDeadlineResponse>().due_date(), "2026-10-08");
  auto calendar = GoodCalendar();
  calendar.set_year(2026);
  calendar.mutable_days(0)->set_date("2026-10-01");
  ASSERT_EQ(s.When(calendar).refusal, Refusal::REFUSAL_UNSPECIFIED);
  EXPECT_EQ(s.When(request).As<v1::ExplainDeadlineResponse>().due_date(), "2026-10-02");
}

TEST_F(ExplainDeadline, AnotherMunicipalitysCalendarDoesNotMatter) {
  v1::RegistryEvent event;
  auto* loaded = event.mutable_calendar_loaded();
  loaded->set_year(2027);
  *loaded->mutable_days() = GoodCalendar().days();
  s.Given(ServiceId::kRegistry, event, Municipality(420100));
  EXPECT_TRUE(
      s.When(Ask("transfer.respond", "2026-12-30T09:00:00+08:00")).As<v1::ExplainDeadlineResponse>().provisional());
}

TEST_F(ExplainDeadline, Refusals) {
  using Request = v1::ExplainDeadlineRequest;
  struct Row {
    const char* why;
    std::function<void(Request*)> spoil;
    Refusal reason;
    const char* key;
    const char* value;
  };
  const Row rows[] = {
      {"no policy", [](Request* r) { r->clear_policy(); }, Refusal::REFUSAL_FIELD_MISSING, "field", "policy"},
      {"a policy there is not", [](Request* r) { r->set_policy("aid.dream"); }, Refusal::REFUSAL_POLICY_UNKNOWN,
       "policy", "aid.dream"},
      {"no start", [](Request* r) { r->clear_start(); }, Refusal::REFUSAL_FIELD_MISSING, "field", "start"},
      {"a start in 1970", [](Request* r) { r->mutable_start()->set_seconds(0); }, Refusal::REFUSAL_FIELD_INVALID,
       "field", "start"},
      {"the last second before 2000",
       [](Request* r) { r->mutable_start()->set_seconds(At("1999-12-31T23:59:59+08:00").micros / kMicrosPerSecond); },
       Refusal::REFUSAL_FIELD_INVALID, "field", "start"},
      {"a start after 2100",
       [](Request* r) { r->mutable_start()->set_seconds(At("2101-01-01T00:00:00+08:00").micros / kMicrosPerSecond); },
       Refusal::REFUSAL_FIELD_INVALID, "field", "start"},
      {"a number of seconds no calendar has", [](Request* r) { r->mutable_start()->set_seconds(INT64_MAX); },
       Refusal::REFUSAL_FIELD_INVALID, "field", "start"},
      {"negative nanos", [](Request* r) { r->mutable_start()->set_nanos(-1); }, Refusal::REFUSAL_FIELD_INVALID, "field",
       "start"},
      {"a pause without a beginning", [](Request* r) { AddPause(r, "", "2026-03-05"); }, Refusal::REFUSAL_FIELD_INVALID,
       "field", "pauses[0].from"},
      {"a pause without an end", [](Request* r) { AddPause(r, "2026-03-05", ""); }, Refusal::REFUSAL_FIELD_INVALID,
       "field", "pauses[0].to"},
      {"a day that does not exist", [](Request* r) { AddPause(r, "2026-02-29", "2026-03-05"); },
       Refusal::REFUSAL_FIELD_INVALID, "field", "pauses[0].from"},
      {"a day centuries away", [](Request* r) { AddPause(r, "2026-03-01", "9999-03-05"); },
       Refusal::REFUSAL_FIELD_INVALID, "field", "pauses[0].to"},
      {"the second ends before it begins",
       [](Request* r) {
         AddPause(r, "2026-03-05", "2026-03-05");
         AddPause(r, "2026-03-05", "2026-03-04");
       },
       Refusal::REFUSAL_FIELD_INVALID, "field", "pauses[1].to"},
      {"101 pauses",
       [](Request* r) {
         for (int i = 0; i < 101; ++i) AddPause(r, "2026-03-05", "2026-03-06");
       },
       Refusal::REFUSAL_FIELD_INVALID, "field", "pauses"},
  };
  for (const Row& row : rows) {
    Request request = Ask("aid.decide", "2026-03-02T09:00:00+08:00");
    row.spoil(&request);
    const auto& result = s.When(request);
    EXPECT_EQ(result.refusal, row.reason) << row.why << ": " << common::v1::Refusal_Name(result.refusal);
    ASSERT_TRUE(result.metadata.contains(row.key)) << row.why;
    EXPECT_EQ(result.metadata.at(row.key), row.value) << row.why;
  }
}

TEST_F(ExplainDeadline, APolicySetHereHoldsFromItsDay) {
  ASSERT_EQ(s.When(GoodPolicy()).refusal, Refusal::REFUSAL_UNSPECIFIED);
  EXPECT_EQ(s.When(GoodPolicy()).events.size(), 0u) << "the same again changes nothing";
  const auto before = s.When(Ask("transfer.respond", "2026-06-30T09:00:00+08:00")).As<v1::ExplainDeadlineResponse>();
  EXPECT_EQ(before.due_date(), "2026-07-03");
  const auto after = s.When(Ask("transfer.respond", "2026-07-01T00:00:00+08:00")).As<v1::ExplainDeadlineResponse>();
  EXPECT_EQ(after.due_date(), "2026-07-08");
  EXPECT_EQ(after.citation(), "本市规定 / a rule of the municipality");
  auto request = Ask("transfer.respond", "2026-07-01T00:00:00+08:00");
  request.set_extended(true);
  EXPECT_EQ(s.When(request).As<v1::ExplainDeadlineResponse>().due_date(), "2026-07-10");
}

TEST_F(ExplainDeadline, OnlyWhatMayBeExtendedIs) {
  auto request = Ask("aid.decide", "2026-07-01T00:00:00+08:00");
  request.set_extended(true);
  EXPECT_EQ(s.When(request).refusal, Refusal::REFUSAL_FIELD_INVALID);
  EXPECT_EQ(s.last().metadata.at("field"), "extended");
}

TEST_F(ExplainDeadline, PoliciesAreListedAsTheyHoldOnADay) {
  ASSERT_EQ(s.When(GoodPolicy()).refusal, Refusal::REFUSAL_UNSPECIFIED);
  v1::ListPoliciesRequest request;
  const auto respond = [&](const char* day) {
    request.set_day(day);
    const auto reply = s.When(request).As<v1::ListPoliciesResponse>();
    EXPECT_EQ(reply.policies_size(), static_cast<int>(legalclock::AllPolicies().size()));
    for (const v1::Policy& policy : reply.policies()) {
      if (policy.name() == "transfer.respond") return policy;
    }
    return v1::Policy();
  };
  EXPECT_EQ(respond("2026-06-30").amount(), 3u);
  EXPECT_EQ(respond("2026-06-30").valid_from(), "");
  EXPECT_EQ(respond("2026-07-01").amount(), 5u);
  EXPECT_EQ(respond("2026-07-01").valid_from(), "2026-07-01");
  EXPECT_EQ(respond("2026-07-01").version().size(), 64u);
  request.set_day("2026-7-1");
  EXPECT_EQ(s.When(request).refusal, Refusal::REFUSAL_FIELD_INVALID);
}

}  // namespace
}  // namespace casehub::registry
