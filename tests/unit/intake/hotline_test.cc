#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

TEST_F(IntakeTest, LifeFourFromCallToClosing) {
  const Result& call = s_.When(Call());
  EXPECT_THAT(call.events, ElementsAre("CaseOpened", "FirstReceiverFixed", "ClaimCodeIssued", "ContactRegistered",
                                       "HandOverClockStarted", "AnswerClockStarted"));
  const std::string id = call.As<v1::RegisterCallResponse>().case_id();
  EXPECT_EQ(call.As<v1::RegisterCallResponse>().calls(), 1u);
  EXPECT_EQ(ClockOf(id, "hotline.hand_over").deadline().due_date(), "2025-03-04");
  EXPECT_EQ(ClockOf(id, "hotline.answer").deadline().due_date(), "2025-03-10");

  EXPECT_THAT(HandOver(id, "station").events, ElementsAre("HandedOver"));
  EXPECT_EQ(Get(id).pending_office_id(), "station");
  EXPECT_EQ(Get(id).responsible_office_id(), "centre") << "until it is acknowledged";
  EXPECT_THAT(Acknowledge(id, "station").events, ElementsAre("ResponsibilityMoved"));
  EXPECT_EQ(Get(id).responsible_office_id(), "station");
  EXPECT_EQ(ClockOf(id, "hotline.hand_over").status(), v1::CLOCK_STATUS_MET);
  EXPECT_EQ(s_.state().Due().size(), 1u) << "only the answer is still due";

  EXPECT_THAT(Answer(id, "station").events, ElementsAre("AnswerRecorded"));
  const Result& closed = Deliver(id);
  EXPECT_THAT(closed.events, ElementsAre("AnswerDelivered", "ConsultationClosed"));
  EXPECT_EQ(closed.EventAt<v1::IntakeEvent>(1).consultation_closed().office_id(), "station");
  EXPECT_EQ(closed.EventAt<v1::IntakeEvent>(1).consultation_closed().staff_id(), "s2");
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_CLOSED);
  EXPECT_EQ(Get(id).question().sealed(), "question");
  EXPECT_EQ(Get(id).answer().sealed(), "answer");
  EXPECT_EQ(ClockOf(id, "hotline.answer").status(), v1::CLOCK_STATUS_MET);
  EXPECT_THAT(s_.state().Due(), IsEmpty());
}

TEST_F(IntakeTest, ARepeatedCallCountsAndResetsNoClock) {
  const std::string id = OpenCall();
  const auto due = ClockOf(id, "hotline.answer").deadline().due_at();
  s_.SetNow(At("2025-03-05T09:00:00+08:00"));
  auto again = Call();
  again.set_case_id(id);
  again.clear_question();
  const Result& result = s_.When(again);
  EXPECT_THAT(result.events, ElementsAre("RepeatCallCounted", "Escalated"));
  EXPECT_EQ(result.As<v1::RegisterCallResponse>().calls(), 2u);
  EXPECT_EQ(Get(id).calls(), 2u);
  EXPECT_TRUE(Get(id).escalated());
  EXPECT_EQ(ClockOf(id, "hotline.answer").deadline().due_at().seconds(), due.seconds());
}

TEST_F(IntakeTest, WhatARepeatedCallSaysIsKept) {
  const std::string id = OpenCall();
  auto again = Call();
  again.set_case_id(id);
  again.mutable_question()->set_sealed("second question");
  const Result& result = s_.When(again);
  bool kept = false;
  for (const auto& message : result.messages) {
    kept |= static_cast<const v1::IntakeEvent&>(*message).contact_registered().note().sealed() == "second question";
  }
  EXPECT_TRUE(kept);
  EXPECT_EQ(Get(id).question().sealed(), "question") << "the question answered is the first";
}

TEST_F(IntakeTest, AnOverdueAnswerEscalatesOnceAtMidnight) {
  const std::string id = OpenCall();
  HandOver(id, "station");
  Acknowledge(id, "station");
  s_.SetNow(At("2025-03-10T23:59:59+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(At("2025-03-11T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed", "Escalated"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  EXPECT_EQ(ClockOf(id, "hotline.answer").status(), v1::CLOCK_STATUS_MISSED);
  Answer(id);
  Deliver(id);
  EXPECT_EQ(ClockOf(id, "hotline.answer").status(), v1::CLOCK_STATUS_MET_LATE);
}

TEST_F(IntakeTest, AnOverdueHandOverDoesNotEscalateTheAnswer) {
  OpenCall();
  s_.SetNow(At("2025-03-05T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
}

TEST_F(IntakeTest, AnUrgentCallIsDueInAnHour) {
  auto request = Call();
  request.set_urgent(true);
  const std::string id = s_.When(request).As<v1::RegisterCallResponse>().case_id();
  EXPECT_EQ(ClockOf(id, "hotline.answer").status(), v1::CLOCK_STATUS_UNSPECIFIED) << "not the ordinary clock";
  EXPECT_EQ(ClockOf(id, "hotline.urgent").deadline().due_at().seconds(), Stamp("2025-03-03T10:00:00+08:00").seconds());
  s_.SetNow(At("2025-03-03T10:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed", "Escalated"));
}

TEST_F(IntakeTest, AnAnswerDeliveredInTimeIsNotLateBecauseItWasConfirmedLater) {
  const std::string id = OpenCall();
  Answer(id);
  s_.SetNow(At("2025-03-11T09:00:00+08:00"));
  auto request = On<v1::ConfirmAnswerDeliveredRequest>(id);
  *request.mutable_delivered_at() = Stamp("2025-03-10T17:00:00+08:00");
  s_.When(request);
  EXPECT_EQ(ClockOf(id, "hotline.answer").status(), v1::CLOCK_STATUS_MET);
}

TEST_F(IntakeTest, AHandOverToAnOfficeThatClosesMeanwhileIsNotTheEnd) {
  const std::string id = OpenCall();
  HandOver(id, "station");
  EXPECT_EQ(HandOver(id, "station").refusal, R::REFUSAL_HAND_OVER_PENDING);
  CloseOffice("station", "2025-03-03");
  Office("other", "");
  EXPECT_THAT(HandOver(id, "other").events, ElementsAre("HandedOver"));
  EXPECT_THAT(Acknowledge(id, "other").events, ElementsAre("ResponsibilityMoved"));
}

}  // namespace
}  // namespace casehub::intake
