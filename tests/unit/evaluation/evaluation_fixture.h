// A municipality with one case, whatever closes it, and the requests about its rating; every test ends with a replay.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/evaluation/domain/rating.h"
#include "services/evaluation/service.h"
#include "tests/support/given.h"

namespace casehub::evaluation {

using R = common::v1::Refusal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

inline constexpr Municipality kHere(330800);
inline constexpr Municipality kThere(330700);

class EvaluationTest : public ::testing::Test {
 protected:
  EvaluationTest() : s_(MakeEvaluationService(), kHere, testing::At("2025-11-26T09:00:00+08:00")) {}
  void TearDown() override { EXPECT_TRUE(s_.ReplayEqualsLive()); }

  std::string id() const { return case_id_.ToString(); }
  void SetNow(std::string_view text) { s_.SetNow(testing::At(text)); }

  // --- what stands in the log
  void Open(intake::v1::CaseKind kind = intake::v1::CASE_KIND_CONSULTATION) {
    intake::v1::IntakeEvent event;
    event.set_case_id(id());
    event.mutable_case_opened()->set_kind(kind);
    s_.Given(ServiceId::kIntake, event);
  }
  void CloseConsultation() {
    intake::v1::IntakeEvent event;
    event.set_case_id(id());
    event.mutable_consultation_closed()->set_office_id("office-1");
    event.mutable_consultation_closed()->set_staff_id("staff-1");
    event.mutable_consultation_closed()->set_matter_type("labour");
    s_.Given(ServiceId::kIntake, event);
  }
  // Closed, and its slot open.
  void Close() {
    CloseConsultation();
    EXPECT_THAT(s_.RunDue(), ElementsAre("RatingSlotOpened"));
  }
  // Rated with the overall grade.
  const testing::Result& Rate(uint32_t overall) { return s_.When(Rating(overall)); }
  void RateBadly() {
    Close();
    EXPECT_THAT(Rate(2).events, ElementsAre("RatingRecorded", "RectificationOpened"));
  }
  transfer::v1::TransferEvent Custody() const {
    transfer::v1::TransferEvent event;
    event.set_case_id(id());
    return event;
  }
  void Freeze(uint64_t hop) {
    auto event = Custody();
    event.mutable_case_frozen()->set_hop(hop);
    event.mutable_case_frozen()->set_to(kThere.ToString());
    s_.Given(ServiceId::kTransfer, event);
  }
  void Thaw(uint64_t hop) {
    auto event = Custody();
    event.mutable_case_thawed()->set_hop(hop);
    s_.Given(ServiceId::kTransfer, event);
  }
  // The frozen case goes to `to` with the part that was exported last.
  void MoveTo(Municipality to, uint64_t hop) {
    EXPECT_THAT(s_.RunDue(), ElementsAre("PartExported"));
    auto moved = Custody();
    moved.mutable_custody_moved()->set_hop(hop);
    auto* part = moved.mutable_custody_moved()->add_parts();
    part->set_service(static_cast<uint32_t>(ServiceId::kEvaluation));
    part->set_state(s_.last().EventAt<v1::EvaluationEvent>(0).part_exported().state());
    s_.Given(ServiceId::kTransfer, moved, to);
    auto learned = Custody();
    learned.mutable_custody_learned()->set_hop(hop);
    learned.mutable_custody_learned()->set_custodian(to.ToString());
    s_.Given(ServiceId::kTransfer, learned);
  }

  // --- requests
  v1::SubmitRatingRequest Rating(uint32_t overall = 1) const {
    v1::SubmitRatingRequest request;
    request.set_request_id(id());
    request.set_case_id(id());
    v1::Grades* grades = request.mutable_grades();
    grades->set_attitude(5);
    grades->set_efficiency(4);
    grades->set_policy_execution(3);
    grades->set_professional_level(2);
    grades->set_overall(overall);
    request.set_channel(common::v1::CHANNEL_ONLINE);
    return request;
  }
  template <typename Request>
  Request By(const std::string& staff, const std::string& office) const {
    Request request;
    request.set_case_id(id());
    request.mutable_actor()->set_staff_id(staff);
    request.mutable_actor()->set_office_id(office);
    return request;
  }
  v1::RecordRectificationRequest Rectification() const {
    auto request = By<v1::RecordRectificationRequest>("head-1", "office-1");
    request.mutable_measures()->set_sealed("explained again");
    *request.mutable_called_back_at() = ToTimestamp(s_.now());
    return request;
  }
  v1::RecordRevisitRequest Revisit(bool satisfied) const {
    auto request = By<v1::RecordRevisitRequest>("auditor-1", "bureau");
    request.set_satisfied(satisfied);
    request.set_channel(common::v1::CHANNEL_HOTLINE);
    request.set_call_id("call-9");
    return request;
  }
  v1::AppealRatingRequest Appeal() const {
    auto request = By<v1::AppealRatingRequest>("staff-1", "office-1");
    request.mutable_reasons()->set_sealed("it was another case");
    return request;
  }
  v1::DecideReviewRequest Review(v1::ReviewOutcome outcome) const {
    auto request = By<v1::DecideReviewRequest>("reviewer-1", "bureau");
    request.set_outcome(outcome);
    if (outcome == v1::REVIEW_OUTCOME_SET_ASIDE) request.set_reason_code("not_about_this_case");
    return request;
  }
  v1::RecordOpinionRequest Opinion(uint32_t overall) const {
    auto request = By<v1::RecordOpinionRequest>("operator-9", "hotline");
    request.mutable_party()->set_person_id("01890000-0000-7000-8000-000000000001");
    request.set_party_role("respondent");
    request.set_overall(overall);
    request.set_channel(common::v1::CHANNEL_HOTLINE);
    request.set_call_id("call-7");
    return request;
  }
  v1::RecordFeedbackRequest Feedback(uint32_t overall, const std::string& office = "office-1") const {
    v1::RecordFeedbackRequest request;
    request.set_case_id(id());
    request.set_encounter_id("visit-1");
    request.set_office_id(office);
    request.set_practitioner_id("staff-1");
    request.set_overall(overall);
    request.set_channel(common::v1::CHANNEL_ONLINE);
    return request;
  }

  // --- answers
  v1::SlotState Slot() {
    v1::GetRatingSlotRequest request;
    request.set_case_id(id());
    return s_.When(request).As<v1::GetRatingSlotResponse>().slot();
  }
  v1::RectificationState Rectified(int index = 0) { return Rectifications().rectifications(index); }
  v1::GetRectificationsResponse Rectifications() {
    v1::GetRectificationsRequest request;
    request.set_case_id(id());
    return s_.When(request).As<v1::GetRectificationsResponse>();
  }
  // The score of the municipality; all zero if it has none.
  v1::Score ScoreOf(Municipality municipality, std::optional<Instant> as_of = {}) const {
    v1::GetScoresRequest request;
    if (as_of) *request.mutable_as_of() = ToTimestamp(*as_of);
    auto answer = s_.service().Query(request, {municipality, s_.now()}, s_.state());
    const auto& response = static_cast<const v1::GetScoresResponse&>(*std::get<runtime::MessagePtr>(answer));
    return response.scores_size() == 0 ? v1::Score() : response.scores(0);
  }

  Uuid case_id_ = Uuid::V7(1'764'000'000'000, 5, 6);
  testing::Scenario s_;
};

}  // namespace casehub::evaluation
