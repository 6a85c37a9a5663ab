// A date promised to the applicant (B6), and the list of what is overdue (B2).
#include "services/intake/domain/promise.h"

#include <set>

#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

using ::testing::UnorderedElementsAre;

class PromiseTest : public IntakeTest {
 protected:
  const Result& Promise(const std::string& id, const std::string& date, const std::string& at = "") {
    auto request = On<v1::SetPromisedDateRequest>(id);
    request.set_promised_date(date);
    request.mutable_actor()->set_staff_id("s1");
    if (!at.empty()) *request.mutable_promised_at() = Stamp(at);
    return s_.When(request);
  }
  const Result& Keep(const std::string& id, const std::string& at = "") {
    auto request = On<v1::RecordPromiseKeptRequest>(id);
    if (!at.empty()) *request.mutable_kept_at() = Stamp(at);
    return s_.When(request);
  }
  // The cases overdue, as "policy status" by case in order.
  std::vector<std::string> Overdue(const std::string& as_of = "", const std::string& policy = "",
                                   const std::string& office = "") {
    auto request = v1::ListOverdueRequest();
    request.set_municipality("330800");
    request.set_policy(policy);
    request.set_office_id(office);
    if (!as_of.empty()) *request.mutable_as_of() = Stamp(as_of);
    std::vector<std::string> list;
    for (const auto& one : s_.When(request).As<v1::ListOverdueResponse>().overdue()) {
      list.push_back(one.deadline().policy() + " " + v1::ClockStatus_Name(one.status()).substr(13));
    }
    return list;
  }
};

TEST_F(PromiseTest, APromiseHasAClockOfItsOwn) {
  const std::string id = OpenContact();
  const Result& result = Promise(id, "2025-03-05");
  EXPECT_THAT(result.events, ElementsAre("DatePromised"));
  EXPECT_EQ(result.relies_on.size(), 1u);
  const v1::Clock clock = ClockOf(id, kPromisePolicy);
  EXPECT_EQ(clock.status(), v1::CLOCK_STATUS_RUNNING);
  EXPECT_EQ(clock.deadline().due_date(), "2025-03-05");
  EXPECT_EQ(clock.deadline().due_at().seconds(), Stamp("2025-03-06T00:00:00+08:00").seconds());
  s_.SetNow(At("2025-03-05T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2025-03-06T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
  EXPECT_EQ(ClockOf(id, kPromisePolicy).status(), v1::CLOCK_STATUS_MISSED);
}

TEST_F(PromiseTest, KeptOnTheLastDayIsInTimeTheNextIsLate) {
  const std::string in_time = OpenContact();
  const std::string late = OpenContact();
  Promise(in_time, "2025-03-05");
  Promise(late, "2025-03-05");
  s_.SetNow(At("2025-03-10T09:00:00+08:00"));
  s_.RunDue();
  EXPECT_THAT(Keep(in_time, "2025-03-05T23:59:59+08:00").events, ElementsAre("PromiseKept"));
  EXPECT_EQ(ClockOf(in_time, kPromisePolicy).status(), v1::CLOCK_STATUS_MET) << "recorded later, done in time";
  Keep(late, "2025-03-06T00:00:00+08:00");
  EXPECT_EQ(ClockOf(late, kPromisePolicy).status(), v1::CLOCK_STATUS_MET_LATE);
}

TEST_F(PromiseTest, AnotherDateReplacesTheOneBefore) {
  const std::string id = OpenContact();
  Promise(id, "2025-03-05");
  const Result& again = Promise(id, "2025-03-07");
  ASSERT_THAT(again.events, ElementsAre("DatePromised"));
  EXPECT_EQ(again.EventAt<v1::IntakeEvent>(0).date_promised().ordinal(), 2u) << "that it was moved can be seen";
  s_.SetNow(At("2025-03-06T09:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2025-03-08T09:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
  EXPECT_EQ(Get(id).clocks_size(), 2);
}

TEST_F(PromiseTest, TheAnswerKeepsAPromiseAWithdrawalCallsItOff) {
  const std::string answered = OpenCall();
  Promise(answered, "2025-03-05");
  Answer(answered, "centre");
  Deliver(answered);
  EXPECT_EQ(ClockOf(answered, kPromisePolicy).status(), v1::CLOCK_STATUS_MET);
  const std::string withdrawn = OpenContact();
  Promise(withdrawn, "2025-03-05");
  Withdraw(withdrawn);
  EXPECT_EQ(ClockOf(withdrawn, kPromisePolicy).status(), v1::CLOCK_STATUS_CANCELLED);
}

TEST_F(PromiseTest, WhatIsNoPromiseIsRefused) {
  const std::string id = OpenContact();
  const auto refused = [&](const std::function<const Result&()>& act, R refusal, const Meta& meta) {
    ExpectRefused(act, refusal, meta);
  };
  refused([&]() -> const Result& { return Promise(id, "5 March"); }, R::REFUSAL_FIELD_INVALID,
          {{"field", "promised_date"}, {"why", "PHRASE_DATE_FORMAT"}});
  refused([&]() -> const Result& { return Promise(id, "2101-01-01"); }, R::REFUSAL_FIELD_INVALID,
          {{"why", "PHRASE_YEARS_OF_CALENDARS"}});
  refused([&]() -> const Result& { return Promise(id, "2025-03-02"); }, R::REFUSAL_FIELD_INVALID,
          {{"field", "promised_date"}, {"why", "PHRASE_BEFORE_PROMISE"}});
  refused([&]() -> const Result& { return Promise(id, "2025-04-01", "2025-03-04T09:00:00+08:00"); },
          R::REFUSAL_TIME_IN_FUTURE, {{"field", "promised_at"}});
  refused([&]() -> const Result& { return Keep(id); }, R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_PROMISE"}});
  Promise(id, "2025-03-03");
  refused([&]() -> const Result& { return Promise(id, "2025-03-03"); }, R::REFUSAL_ALREADY_DONE,
          {{"what", "PHRASE_PROMISE"}});
  refused([&]() -> const Result& { return Keep(id, "2025-03-03T08:59:59+08:00"); }, R::REFUSAL_FIELD_INVALID,
          {{"field", "kept_at"}, {"why", "PHRASE_BEFORE_PROMISE"}});
  refused([&]() -> const Result& { return Keep(id, "2025-03-04T09:00:00+08:00"); }, R::REFUSAL_TIME_IN_FUTURE,
          {{"field", "kept_at"}});
  s_.SetNow(At("2025-03-04T00:00:00+08:00"));
  refused([&]() -> const Result& { return Promise(id, "2025-03-09"); }, R::REFUSAL_PROMISE_MISSED,
          {{"promised_date", "2025-03-03"}});
  s_.RunDue();
  refused([&]() -> const Result& { return Promise(id, "2025-03-09"); }, R::REFUSAL_PROMISE_MISSED, {});
  Withdraw(id);
  refused([&]() -> const Result& { return Promise(id, "2025-03-09"); }, R::REFUSAL_CASE_WITHDRAWN, {});
  const std::string imported = s_.When(Import("1", 1)).As<ingest::v1::ImportCaseResponse>().case_id();
  refused([&]() -> const Result& { return Promise(imported, "2025-03-09"); }, R::REFUSAL_WRONG_KIND,
          {{"action", "PHRASE_PROMISE"}});
  const std::string frozen = OpenContact();
  Freeze(frozen, 1);
  s_.RunDue();
  refused([&]() -> const Result& { return Promise(frozen, "2025-03-09"); }, R::REFUSAL_CASE_FROZEN, {});
  auto stale = On<v1::SetPromisedDateRequest>(OpenContact());
  stale.set_promised_date("2025-03-09");
  stale.set_etag("99");
  refused([&]() -> const Result& { return s_.When(stale); }, R::REFUSAL_STALE_ETAG, {});
  refused([&]() -> const Result& { return Keep("01890000-0000-7000-8000-00000000dead"); }, R::REFUSAL_CASE_UNKNOWN, {});
}

TEST_F(PromiseTest, TheOverdueListIsWhatWasDueAndNotDoneByThen) {
  const std::string late = OpenContact();
  const std::string kept = OpenContact();
  const std::string never = OpenContact();
  for (const std::string& id : {late, kept, never}) Promise(id, "2025-03-05");
  EXPECT_THAT(Overdue(), IsEmpty());
  s_.SetNow(At("2025-03-20T09:00:00+08:00"));
  EXPECT_THAT(Overdue(), ElementsAre("promise RUNNING", "promise RUNNING", "promise RUNNING"))
      << "due, although no record says so yet";
  s_.RunDue();
  Keep(kept, "2025-03-05T12:00:00+08:00");
  Keep(late, "2025-03-10T12:00:00+08:00");
  EXPECT_THAT(Overdue("2025-03-05T23:59:59+08:00"), IsEmpty());
  EXPECT_THAT(Overdue("2025-03-06T00:00:00+08:00"), UnorderedElementsAre("promise MET_LATE", "promise MISSED"));
  EXPECT_THAT(Overdue("2025-03-10T11:59:59+08:00"), UnorderedElementsAre("promise MET_LATE", "promise MISSED"));
  EXPECT_THAT(Overdue("2025-03-10T12:00:00+08:00"), ElementsAre("promise MISSED")) << "done by then";
  EXPECT_THAT(Overdue(), ElementsAre("promise MISSED"));
  EXPECT_THAT(Overdue("", "promise"), ElementsAre("promise MISSED"));
  EXPECT_THAT(Overdue("", "hotline.answer"), IsEmpty());
  EXPECT_THAT(Overdue("", "", "centre"), ElementsAre("promise MISSED"));
  EXPECT_THAT(Overdue("", "", "station"), IsEmpty());
  Withdraw(never);
  EXPECT_THAT(Overdue(), IsEmpty());
}

TEST_F(PromiseTest, TheOverdueListIsReadByPages) {
  for (int i = 0; i < 5; ++i) OpenCall();  // two clocks each
  s_.SetNow(At("2025-04-20T09:00:00+08:00"));
  s_.RunDue();
  EXPECT_EQ(Overdue().size(), 10u);
  v1::ListOverdueRequest request;
  request.set_municipality("330800");
  request.set_page_size(3);
  *request.mutable_as_of() = Stamp("2025-04-19T09:00:00+08:00");
  std::vector<std::string> cases;
  for (;;) {
    const auto page = s_.When(request).As<v1::ListOverdueResponse>();
    for (const auto& one : page.overdue()) cases.push_back(one.case_id() + one.deadline().policy());
    if (page.next_page_token().empty()) break;
    EXPECT_EQ(page.overdue_size() % 2, 0) << "the deadlines of a case stand together";
    request.set_page_token(page.next_page_token());
  }
  EXPECT_EQ(cases.size(), 10u);
  EXPECT_EQ(std::set<std::string>(cases.begin(), cases.end()).size(), 10u);
  request.set_policy("promise");
  request.set_page_token("x");
  ExpectRefused([&]() -> const Result& { return s_.When(request); }, R::REFUSAL_PAGE_TOKEN_INVALID, {});
  request.clear_page_token();
  request.set_page_size(1001);
  ExpectRefused([&]() -> const Result& { return s_.When(request); }, R::REFUSAL_FIELD_INVALID,
                {{"field", "page_size"}});
  request.set_page_size(0);
  request.mutable_as_of()->set_nanos(-1);
  ExpectRefused([&]() -> const Result& { return s_.When(request); }, R::REFUSAL_FIELD_INVALID, {{"field", "as_of"}});
}

}  // namespace
}  // namespace casehub::intake
