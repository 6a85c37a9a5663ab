// Life 1 from the pledge to the decision, with both sides of every edge, and a row for every refusal.
#include <functional>

#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

class AidReviewTest : public IntakeTest {
 protected:
  const Result& Pledge(const std::string& id) {
    auto request = On<v1::GiveHardshipPledgeRequest>(id);
    request.mutable_pledge()->set_name("pledge");
    request.mutable_pledge()->set_sha256(std::string(32, 'p'));
    request.set_verify_by("2025-04-01");
    return s_.When(request);
  }
  const Result& Review(const std::string& id) {
    auto request = On<v1::CompletePreliminaryReviewRequest>(id);
    request.mutable_actor()->set_staff_id("reviewer");
    request.mutable_actor()->set_office_id("station");
    request.set_recommendation(v1::RECOMMENDATION_GRANT);
    request.mutable_opinion()->set_sealed("opinion");
    request.set_to_office_id("centre");
    return s_.When(request);
  }
  const Result& Notice(const std::string& id, const std::vector<std::string>& items = {"income", "contract"}) {
    auto request = On<v1::IssueSupplementNoticeRequest>(id);
    for (const std::string& item : items) request.add_items(item);
    return s_.When(request);
  }
  const Result& Delivered(const std::string& id) {
    auto request = On<v1::ConfirmDeliveryRequest>(id);
    request.set_channel(common::v1::CHANNEL_WINDOW);
    return s_.When(request);
  }
  const Result& Supplements(const std::string& id, const std::vector<std::string>& items = {"income", "contract"}) {
    auto request = On<v1::SubmitSupplementsRequest>(id);
    for (const std::string& item : items) request.add_items(item);
    return s_.When(request);
  }
  static v1::DecideAidRequest Decision(const std::string& id, v1::AidDecision decision) {
    auto request = On<v1::DecideAidRequest>(id);
    request.mutable_actor()->set_staff_id("decider");
    request.mutable_actor()->set_office_id("centre");
    request.set_decision(decision);
    if (decision == v1::AID_DECISION_REFUSED) request.set_reason_code("not_hard_up");
    return request;
  }
  const Result& Grant(const std::string& id) { return s_.When(Decision(id, v1::AID_DECISION_GRANTED)); }
  const Result& Verify(const std::string& id, bool truthful) {
    auto request = On<v1::VerifyPledgeRequest>(id);
    request.set_truthful(truthful);
    return s_.When(request);
  }
  // Applied for on Monday 3 March, to be decided by Monday 10 March.
  std::string Apply() {
    s_.SetNow(At(kMonday));
    return OpenApplication();
  }
  void On4March() { s_.SetNow(At("2025-03-04T09:00:00+08:00")); }
};

TEST_F(AidReviewTest, FromPledgeToGrant) {
  const std::string id = Apply();
  EXPECT_THAT(Pledge(id).events, ElementsAre("HardshipPledged", "VerificationDue"));
  EXPECT_THAT(Review(id).events, ElementsAre("PreliminaryReviewed", "ResponsibilityHandedOver"));
  EXPECT_EQ(Get(id).responsible_office_id(), "centre");
  s_.SetNow(At("2025-03-04T09:00:00+08:00"));
  EXPECT_THAT(Notice(id).events, ElementsAre("NoticeIssued"));
  s_.SetNow(At("2025-03-05T10:00:00+08:00"));
  EXPECT_THAT(Delivered(id).events, ElementsAre("ClockPaused"));
  EXPECT_EQ(ClockOf(id, "aid.decide").status(), v1::CLOCK_STATUS_PAUSED);
  EXPECT_EQ(ClockOf(id, "aid.supplement").deadline().due_date(), "2025-03-12");
  s_.SetNow(At("2025-03-10T15:00:00+08:00"));
  EXPECT_THAT(Supplements(id).events, ElementsAre("SupplementsCompleted", "ClockResumed"));
  EXPECT_EQ(ClockOf(id, "aid.supplement").status(), v1::CLOCK_STATUS_MET);
  EXPECT_EQ(ClockOf(id, "aid.decide").status(), v1::CLOCK_STATUS_RUNNING);
  // 6 to 10 March are not counted; the seventh day is Saturday the 15th, which rolls.
  EXPECT_EQ(ClockOf(id, "aid.decide").deadline().due_date(), "2025-03-17");
  s_.SetNow(At("2025-03-17T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  EXPECT_THAT(Grant(id).events, ElementsAre("AidGranted", "AssignClockStarted"));
  EXPECT_EQ(ClockOf(id, "aid.decide").status(), v1::CLOCK_STATUS_MET);
  EXPECT_EQ(ClockOf(id, "aid.assign").deadline().due_date(), "2025-03-20");
  EXPECT_EQ(Get(id).aid().decision(), v1::AID_DECISION_GRANTED);
  EXPECT_THAT(Verify(id, true).events, ElementsAre("PledgeVerified"));
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_OPEN);
}

TEST_F(AidReviewTest, TheDecisionIsMissedOneSecondAfterItsLastDay) {
  const std::string id = Apply();
  s_.SetNow(At("2025-03-10T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2025-03-11T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
  Notice(id);
  EXPECT_THAT(Delivered(id).events, ElementsAre("ClockPaused"));
  EXPECT_EQ(ClockOf(id, "aid.decide").status(), v1::CLOCK_STATUS_MISSED) << "nothing is left to stop";
  EXPECT_THAT(Supplements(id).events, ElementsAre("SupplementsCompleted"));
  Grant(id);
  EXPECT_EQ(ClockOf(id, "aid.decide").status(), v1::CLOCK_STATUS_MET_LATE);
}

TEST_F(AidReviewTest, WhatDoesNotComeByMidnightIsDeemedWithdrawn) {
  const std::string id = Apply();
  Notice(id);
  s_.SetNow(At("2025-03-05T10:00:00+08:00"));
  Delivered(id);
  s_.SetNow(At("2025-03-12T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty()) << "the clock of the decision waits";
  s_.SetNow(At("2025-03-13T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeemedWithdrawn"));
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_WITHDRAWN);
  EXPECT_EQ(Supplements(id).refusal, R::REFUSAL_CASE_WITHDRAWN);
  EXPECT_EQ(Grant(id).refusal, R::REFUSAL_CASE_WITHDRAWN);
  s_.SetNow(At("2025-06-01T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
}

// B3, G: a part delivery and a second notice change nothing.
TEST_F(AidReviewTest, APartAndASecondNoticeStopAndStartNothing) {
  const std::string id = Apply();
  On4March();
  Notice(id);
  Delivered(id);
  EXPECT_THAT(Supplements(id, {"income"}).events, ElementsAre("SupplementsReceived"));
  EXPECT_EQ(ClockOf(id, "aid.decide").status(), v1::CLOCK_STATUS_PAUSED);
  EXPECT_THAT(Notice(id, {"photo"}).events, ElementsAre("NoticeIssued"));
  EXPECT_EQ(s_.last().EventAt<v1::IntakeEvent>(0).notice_issued().ordinal(), 2u) << "it is flagged by its number";
  EXPECT_EQ(Delivered(id).refusal, R::REFUSAL_ALREADY_DONE);
  EXPECT_EQ(Supplements(id, {"photo"}).refusal, R::REFUSAL_NOT_ON_THE_NOTICE);
  EXPECT_EQ(ClockOf(id, "aid.supplement").deadline().due_date(), "2025-03-11");
  s_.SetNow(At("2025-03-06T09:00:00+08:00"));
  EXPECT_THAT(Supplements(id, {"contract"}).events, ElementsAre("SupplementsCompleted", "ClockResumed"));
  EXPECT_EQ(ClockOf(id, "aid.decide").deadline().due_date(), "2025-03-12") << "two days were taken out";
}

TEST_F(AidReviewTest, CompleteOnTheDayOfDeliveryTakesNoDayAway) {
  const std::string id = Apply();
  On4March();
  Notice(id);
  Delivered(id);
  EXPECT_THAT(Supplements(id).events, ElementsAre("SupplementsCompleted", "ClockResumed"));
  EXPECT_EQ(ClockOf(id, "aid.decide").deadline().due_date(), "2025-03-10");
}

TEST_F(AidReviewTest, WhatComesBeforeDeliveryIsTakenAndStopsNothing) {
  const std::string id = Apply();
  Notice(id);
  EXPECT_THAT(Supplements(id).events, ElementsAre("SupplementsCompleted"));
  EXPECT_EQ(ClockOf(id, "aid.decide").status(), v1::CLOCK_STATUS_RUNNING);
  EXPECT_THAT(Grant(id).events, ElementsAre("AidGranted", "AssignClockStarted"));
}

TEST_F(AidReviewTest, RefusedIsClosedWithItsReason) {
  const std::string id = Apply();
  EXPECT_THAT(s_.When(Decision(id, v1::AID_DECISION_REFUSED)).events, ElementsAre("AidRefused"));
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_CLOSED);
  EXPECT_EQ(Get(id).aid().reason_code(), "not_hard_up");
  EXPECT_EQ(ClockOf(id, "aid.decide").status(), v1::CLOCK_STATUS_MET);
  EXPECT_EQ(Grant(id).refusal, R::REFUSAL_CASE_CLOSED);
}

TEST_F(AidReviewTest, AFalsePledgeEndsTheAid) {
  const std::string id = Apply();
  Pledge(id);
  Grant(id);
  EXPECT_THAT(Verify(id, false).events, ElementsAre("PledgeFalse", "AidTerminated", "CostRecoveryOpened"));
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_CLOSED);
  EXPECT_EQ(Get(id).aid().decision(), v1::AID_DECISION_TERMINATED);
  EXPECT_EQ(ClockOf(id, "aid.assign").status(), v1::CLOCK_STATUS_CANCELLED);
}

TEST_F(AidReviewTest, AFalsePledgeBeforeTheDecisionIsForWhoDecides) {
  const std::string id = Apply();
  Pledge(id);
  EXPECT_THAT(Verify(id, false).events, ElementsAre("PledgeFalse"));
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_OPEN);
  EXPECT_EQ(Verify(id, true).refusal, R::REFUSAL_ALREADY_DONE);
}

TEST_F(AidReviewTest, APausedDateIsRestatedWhenItGoesOn) {
  s_.SetNow(At("2026-12-28T09:00:00+08:00"));
  const std::string id = OpenApplication();
  EXPECT_TRUE(ClockOf(id, "aid.decide").deadline().provisional());
  Notice(id);
  Delivered(id);
  registry::v1::RegistryEvent event;
  event.mutable_calendar_loaded()->set_year(2027);
  event.mutable_calendar_loaded()->add_days()->set_date("2027-01-01");
  s_.Given(ServiceId::kRegistry, event);
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineRestated")) << "the lapse; the decision waits";
  s_.SetNow(At("2026-12-30T09:00:00+08:00"));
  Supplements(id);
  EXPECT_FALSE(ClockOf(id, "aid.decide").deadline().provisional());
  EXPECT_EQ(ClockOf(id, "aid.decide").deadline().due_date(), "2027-01-06");
}

struct Row {
  const char* name;
  std::function<const Result&()> act;
  R refusal;
  Meta metadata;
};

class AidReviewRefusals : public AidReviewTest {
 protected:
  void Check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      SCOPED_TRACE(row.name);
      ExpectRefused(row.act, row.refusal, row.metadata);
    }
  }
  template <typename Request>
  std::function<const Result&()> With(Request request, std::function<void(Request*)> change) {
    change(&request);
    return [this, request]() -> const Result& { return s_.When(request); };
  }
};

TEST_F(AidReviewRefusals, EachHasItsReason) {
  const std::string id = Apply();
  const std::string contact = OpenContact();
  const std::string away = OpenApplication("330100");
  auto pledge = On<v1::GiveHardshipPledgeRequest>(id);
  pledge.mutable_pledge()->set_name("pledge");
  pledge.mutable_pledge()->set_sha256(std::string(32, 'p'));
  auto review = On<v1::CompletePreliminaryReviewRequest>(id);
  review.mutable_actor()->set_staff_id("reviewer");
  review.set_recommendation(v1::RECOMMENDATION_GRANT);
  review.set_to_office_id("centre");
  auto notice = On<v1::IssueSupplementNoticeRequest>(id);
  notice.add_items("income");
  const auto decision = Decision(id, v1::AID_DECISION_GRANTED);
  Check({
      {"no pledge",
       With<v1::GiveHardshipPledgeRequest>(pledge, [](auto* r) { r->clear_pledge(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "pledge.name"}}},
      {"a day that is none",
       With<v1::GiveHardshipPledgeRequest>(pledge, [](auto* r) { r->set_verify_by("soon"); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "verify_by"}}},
      {"yesterday",
       With<v1::GiveHardshipPledgeRequest>(pledge, [](auto* r) { r->set_verify_by("2025-03-02"); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "verify_by"}}},
      {"stale etag",
       With<v1::GiveHardshipPledgeRequest>(pledge, [](auto* r) { r->set_etag("1"); }),
       R::REFUSAL_STALE_ETAG,
       {}},
      {"no application",
       With<v1::GiveHardshipPledgeRequest>(pledge, [&](auto* r) { r->set_case_id(contact); }),
       R::REFUSAL_WRONG_KIND,
       {}},
      {"another's to decide", [&]() -> const Result& { return Grant(away); }, R::REFUSAL_STAGE_NOT_REACHED, {}},
      {"no reviewer",
       With<v1::CompletePreliminaryReviewRequest>(review, [](auto* r) { r->clear_actor(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "actor.staff_id"}}},
      {"no recommendation",
       With<v1::CompletePreliminaryReviewRequest>(review, [](auto* r) { r->clear_recommendation(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "recommendation"}}},
      {"to nobody",
       With<v1::CompletePreliminaryReviewRequest>(review, [](auto* r) { r->clear_to_office_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "to_office_id"}}},
      {"to an unknown office",
       With<v1::CompletePreliminaryReviewRequest>(review, [](auto* r) { r->set_to_office_id("nowhere"); }),
       R::REFUSAL_OFFICE_UNKNOWN,
       {}},
      {"to a closed office",
       With<v1::CompletePreliminaryReviewRequest>(review, [](auto* r) { r->set_to_office_id("gone"); }),
       R::REFUSAL_OFFICE_CLOSED,
       {}},
      {"to a station",
       With<v1::CompletePreliminaryReviewRequest>(review, [](auto* r) { r->set_to_office_id("station"); }),
       R::REFUSAL_OFFICE_MAY_NOT_DECIDE,
       {{"office_id", "station"}}},
      {"nothing missing",
       With<v1::IssueSupplementNoticeRequest>(notice, [](auto* r) { r->clear_items(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "items"}}},
      {"an item twice",
       With<v1::IssueSupplementNoticeRequest>(notice, [](auto* r) { r->add_items("income"); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "items[1]"}}},
      {"an item too long",
       With<v1::IssueSupplementNoticeRequest>(notice, [](auto* r) { r->set_items(0, std::string(201, 'x')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "items[0]"}}},
      {"delivered before it was issued",
       [&]() -> const Result& { return Delivered(id); },
       R::REFUSAL_STAGE_NOT_REACHED,
       {}},
      {"supplements without a notice",
       [&]() -> const Result& { return Supplements(id); },
       R::REFUSAL_STAGE_NOT_REACHED,
       {}},
      {"no decision",
       With<v1::DecideAidRequest>(decision, [](auto* r) { r->clear_decision(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "decision"}}},
      {"terminated is none",
       With<v1::DecideAidRequest>(decision, [](auto* r) { r->set_decision(v1::AID_DECISION_TERMINATED); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "decision"}}},
      {"refused without a reason",
       With<v1::DecideAidRequest>(decision, [](auto* r) { r->set_decision(v1::AID_DECISION_REFUSED); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "reason_code"}}},
      {"by nobody",
       With<v1::DecideAidRequest>(decision, [](auto* r) { r->mutable_actor()->clear_staff_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "actor.staff_id"}}},
      {"by a station",
       With<v1::DecideAidRequest>(decision, [](auto* r) { r->mutable_actor()->set_office_id("station"); }),
       R::REFUSAL_OFFICE_MAY_NOT_DECIDE,
       {{"office_id", "station"}}},
      {"no pledge to verify", [&]() -> const Result& { return Verify(id, true); }, R::REFUSAL_STAGE_NOT_REACHED, {}},
  });
  Pledge(id);
  Review(id);
  Notice(id);
  auto delivery = On<v1::ConfirmDeliveryRequest>(id);
  auto supplements = On<v1::SubmitSupplementsRequest>(id);
  supplements.add_items("income");
  Check({
      {"pledged twice", [&]() -> const Result& { return Pledge(id); }, R::REFUSAL_ALREADY_DONE, {}},
      {"reviewed twice", [&]() -> const Result& { return Review(id); }, R::REFUSAL_ALREADY_DONE, {}},
      {"the reviewer decides",
       With<v1::DecideAidRequest>(decision, [](auto* r) { r->mutable_actor()->set_staff_id("reviewer"); }),
       R::REFUSAL_REVIEWER_DECIDES,
       {}},
      {"granted while something is missing",
       [&]() -> const Result& { return Grant(id); },
       R::REFUSAL_STAGE_NOT_REACHED,
       {}},
      {"delivered tomorrow",
       With<v1::ConfirmDeliveryRequest>(
           delivery, [](auto* r) { *r->mutable_delivered_at() = Stamp("2025-03-04T09:00:00+08:00"); }),
       R::REFUSAL_TIME_IN_FUTURE,
       {{"field", "delivered_at"}}},
      {"delivered before it was issued",
       With<v1::ConfirmDeliveryRequest>(
           delivery, [](auto* r) { *r->mutable_delivered_at() = Stamp("2025-03-03T08:00:00+08:00"); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "delivered_at"}}},
      {"over no channel there is",
       With<v1::ConfirmDeliveryRequest>(delivery,
                                        [](auto* r) { r->set_channel(static_cast<common::v1::Channel>(99)); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "channel"}}},
      {"not on the notice",
       With<v1::SubmitSupplementsRequest>(supplements, [](auto* r) { r->set_items(0, "photo"); }),
       R::REFUSAL_NOT_ON_THE_NOTICE,
       {{"item", "photo"}}},
      {"a document without a digest",
       With<v1::SubmitSupplementsRequest>(supplements, [](auto* r) { r->add_documents()->set_name("d"); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "documents[0].sha256"}}},
  });
  Supplements(id);
  Check({{"complete already", [&]() -> const Result& { return Supplements(id); }, R::REFUSAL_ALREADY_DONE, {}}});
  Grant(id);
  Check({
      {"decided twice", [&]() -> const Result& { return Grant(id); }, R::REFUSAL_ALREADY_DONE, {}},
      {"a notice after the decision", [&]() -> const Result& { return Notice(id); }, R::REFUSAL_ALREADY_DONE, {}},
  });
}

}  // namespace
}  // namespace casehub::intake
