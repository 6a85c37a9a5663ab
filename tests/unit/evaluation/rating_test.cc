// Rating slots: opened once, filled once, expiring; custody; every refusal.
#include "services/evaluation/domain/rating.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/evaluation/service.h"
#include "tests/support/given.h"

namespace casehub::evaluation {
namespace {

using common::v1::Refusal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Municipality kHere(330800);
constexpr Municipality kThere(330700);

class RatingTest : public ::testing::Test {
 protected:
  RatingTest() : scenario_(MakeEvaluationService(), kHere, testing::At("2025-11-26T09:00:00+08:00")) {}

  void Close() {
    intake::v1::IntakeEvent event;
    event.set_case_id(case_id_.ToString());
    event.mutable_consultation_closed()->set_office_id("office-1");
    event.mutable_consultation_closed()->set_staff_id("staff-1");
    event.mutable_consultation_closed()->set_matter_type("labour");
    scenario_.Given(ServiceId::kIntake, event);
  }
  v1::SubmitRatingRequest Rating() {
    v1::SubmitRatingRequest request;
    request.set_request_id(case_id_.ToString());
    request.set_case_id(case_id_.ToString());
    v1::Grades* grades = request.mutable_grades();
    grades->set_attitude(5);
    grades->set_efficiency(4);
    grades->set_policy_execution(3);
    grades->set_professional_level(2);
    grades->set_overall(1);
    request.set_channel(common::v1::CHANNEL_ONLINE);
    return request;
  }
  transfer::v1::TransferEvent Custody() {
    transfer::v1::TransferEvent event;
    event.set_case_id(case_id_.ToString());
    return event;
  }
  void Freeze(uint64_t hop) {
    auto event = Custody();
    event.mutable_case_frozen()->set_hop(hop);
    event.mutable_case_frozen()->set_to(kThere.ToString());
    scenario_.Given(ServiceId::kTransfer, event);
  }
  v1::GetRatingSlotRequest GetSlot() {
    v1::GetRatingSlotRequest request;
    request.set_case_id(case_id_.ToString());
    return request;
  }
  void TearDown() override { EXPECT_TRUE(scenario_.ReplayEqualsLive()); }

  Uuid case_id_ = Uuid::V7(1'764'000'000'000, 5, 6);
  testing::Scenario scenario_;
};

TEST_F(RatingTest, AClosedCaseOpensOneSlot) {
  Close();
  EXPECT_THAT(scenario_.RunDue(), ElementsAre("RatingSlotOpened"));
  EXPECT_THAT(scenario_.last().relies_on, ElementsAre(storage::CaseSubject(case_id_)));
  Close();  // however often it is said
  EXPECT_THAT(scenario_.RunDue(), IsEmpty());
  const auto& slot = scenario_.When(GetSlot()).As<v1::GetRatingSlotResponse>();
  EXPECT_EQ(slot.slot_id(), SlotId(case_id_));
  EXPECT_EQ(slot.slot().office_id(), "office-1");
  EXPECT_EQ(slot.slot().practitioner_id(), "staff-1");
  EXPECT_EQ(ToInstant(slot.slot().expires_at()).micros, scenario_.now().micros + kSlotMicros);
}

TEST_F(RatingTest, OneCaseOneRating) {
  Close();
  scenario_.RunDue();
  const auto& result = scenario_.When(Rating());
  EXPECT_THAT(result.events, ElementsAre("RatingRecorded"));
  EXPECT_EQ(result.As<v1::SubmitRatingResponse>().slot_id(), SlotId(case_id_));
  EXPECT_EQ(result.EventAt<v1::EvaluationEvent>(0).rating_recorded().office_id(), "office-1");
  EXPECT_EQ(scenario_.When(Rating()).refusal, Refusal::REFUSAL_SLOT_USED);
  EXPECT_THAT(scenario_.state().Due(), IsEmpty());  // nothing is left to expire
}

TEST_F(RatingTest, EveryChannelFillsIt) {
  for (auto channel : {common::v1::CHANNEL_WINDOW, common::v1::CHANNEL_ONLINE, common::v1::CHANNEL_HOTLINE}) {
    case_id_ = Uuid::V7(1'764'000'000'000, 7, static_cast<uint64_t>(channel));
    Close();
    scenario_.RunDue();
    auto request = Rating();
    request.set_channel(channel);
    request.mutable_actor()->set_staff_id("operator-9");
    request.mutable_actor()->set_office_id("hotline");
    request.set_call_id("call-1");
    const auto& recorded = scenario_.When(request).EventAt<v1::EvaluationEvent>(0).rating_recorded();
    EXPECT_EQ(recorded.channel(), channel);
    EXPECT_EQ(recorded.operator_().staff_id(), "operator-9");
    EXPECT_EQ(recorded.call_id(), "call-1");
  }
}

TEST_F(RatingTest, TheRatedSideCannotRateItself) {
  Close();
  scenario_.RunDue();
  auto request = Rating();
  request.mutable_actor()->set_staff_id("staff-1");
  request.mutable_actor()->set_office_id("elsewhere");
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_RATED_SIDE);
  request.mutable_actor()->set_staff_id("colleague");
  request.mutable_actor()->set_office_id("office-1");
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_RATED_SIDE);
}

TEST_F(RatingTest, ItExpiresAndWhatWasReceivedInTimeCounts) {
  Close();
  scenario_.RunDue();
  const Instant opened = scenario_.now();
  scenario_.SetNow({opened.micros + kSlotMicros - 1});
  EXPECT_THAT(scenario_.RunDue(), IsEmpty());
  scenario_.SetNow({opened.micros + kSlotMicros});
  EXPECT_EQ(scenario_.When(Rating()).refusal, Refusal::REFUSAL_SLOT_EXPIRED);
  EXPECT_EQ(scenario_.last().metadata.at("expired_at"), "2026-02-24T09:00:00+08:00");
  EXPECT_THAT(scenario_.RunDue(), ElementsAre("RatingSlotExpired"));
  EXPECT_EQ(scenario_.When(Rating()).refusal, Refusal::REFUSAL_SLOT_EXPIRED);
  EXPECT_THAT(scenario_.RunDue(), IsEmpty());
}

TEST_F(RatingTest, InTimeIsWhatWasReceivedInTime) {
  CaseView view;
  view.slot.emplace();
  view.slot->set_status(v1::SLOT_STATUS_OPEN);
  *view.slot->mutable_expires_at() = ToTimestamp({1000});
  EXPECT_TRUE(std::holds_alternative<Refused>(Decide(view, Rating(), {{2000}, {1000}})));
  EXPECT_FALSE(std::holds_alternative<Refused>(Decide(view, Rating(), {{2000}, {999}})));
}

TEST_F(RatingTest, RefusesWhatIsNotARating) {
  EXPECT_EQ(scenario_.When(Rating()).refusal, Refusal::REFUSAL_SLOT_UNKNOWN);
  EXPECT_EQ(scenario_.When(GetSlot()).refusal, Refusal::REFUSAL_SLOT_UNKNOWN);
  Close();
  scenario_.RunDue();
  auto request = Rating();
  request.mutable_grades()->set_efficiency(0);
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_GRADE_INVALID);
  EXPECT_EQ(scenario_.last().metadata.at("field"), "grades.efficiency");
  request.mutable_grades()->set_efficiency(6);
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_GRADE_INVALID);
  request.clear_grades();
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_FIELD_MISSING);
  request = Rating();
  request.clear_channel();
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_FIELD_MISSING);
  request.set_channel(common::v1::CHANNEL_IMPORT);
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_FIELD_INVALID);
  request = Rating();
  request.set_case_id("");
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_FIELD_MISSING);
  request.set_case_id("no id");
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_FIELD_INVALID);
}

TEST_F(RatingTest, AFrozenCaseTakesNoRatingAndExportsItsSlot) {
  Close();
  scenario_.RunDue();
  Freeze(1);
  EXPECT_EQ(scenario_.When(Rating()).refusal, Refusal::REFUSAL_CASE_FROZEN);
  EXPECT_THAT(scenario_.RunDue(), ElementsAre("PartExported"));
  EXPECT_THAT(scenario_.last().relies_on, IsEmpty());
  const auto& part = scenario_.last().EventAt<v1::EvaluationEvent>(0).part_exported();
  EXPECT_EQ(part.hop(), 1u);
  EXPECT_EQ(part.to(), kThere.ToString());
  v1::SlotState slot;
  ASSERT_TRUE(slot.ParseFromString(part.state()));
  EXPECT_EQ(slot.status(), v1::SLOT_STATUS_OPEN);
  EXPECT_EQ(slot.due_offset(), 0);
  EXPECT_THAT(scenario_.state().Due(), IsEmpty());  // it expires nowhere while it is frozen
  auto thawed = Custody();
  thawed.mutable_case_thawed()->set_hop(1);
  scenario_.Given(ServiceId::kTransfer, thawed);
  EXPECT_EQ(scenario_.state().Due().size(), 1u);
  EXPECT_THAT(scenario_.When(Rating()).events, ElementsAre("RatingRecorded"));
}

TEST_F(RatingTest, AThawBeforeTheExportMakesItPointless) {
  Freeze(1);
  auto thawed = Custody();
  thawed.mutable_case_thawed()->set_hop(1);
  scenario_.Given(ServiceId::kTransfer, thawed);
  EXPECT_THAT(scenario_.RunDue(), IsEmpty());
}

TEST_F(RatingTest, HoldingNothingIsAnEmptyPart) {
  Freeze(3);
  EXPECT_THAT(scenario_.RunDue(), ElementsAre("PartExported"));
  EXPECT_EQ(scenario_.last().EventAt<v1::EvaluationEvent>(0).part_exported().state(), "");
}

TEST_F(RatingTest, TheSlotGoesWithTheCase) {
  Close();
  scenario_.RunDue();
  Freeze(1);
  scenario_.RunDue();
  const std::string state = scenario_.last().EventAt<v1::EvaluationEvent>(0).part_exported().state();
  auto moved = Custody();
  moved.mutable_custody_moved()->set_hop(1);
  auto* part = moved.mutable_custody_moved()->add_parts();
  part->set_service(static_cast<uint32_t>(ServiceId::kEvaluation));
  part->set_state(state);
  scenario_.Given(ServiceId::kTransfer, moved, kThere);
  auto learned = Custody();
  learned.mutable_custody_learned()->set_hop(1);
  learned.mutable_custody_learned()->set_custodian(kThere.ToString());
  scenario_.Given(ServiceId::kTransfer, learned);
  EXPECT_EQ(scenario_.When(Rating()).refusal, Refusal::REFUSAL_CASE_MOVED);
  EXPECT_EQ(scenario_.When(GetSlot()).refusal, Refusal::REFUSAL_CASE_MOVED);
  const auto due = scenario_.state().Due();
  ASSERT_EQ(due.size(), 1u);  // the expiry, at the new custodian
  EXPECT_EQ(due[0].work.municipality, kThere);
}

}  // namespace
}  // namespace casehub::evaluation
