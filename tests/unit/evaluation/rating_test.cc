// Rating slots: opened once, filled once, expiring; custody; every refusal.
#include "tests/unit/evaluation/evaluation_fixture.h"

namespace casehub::evaluation {
namespace {

class RatingTest : public EvaluationTest {
 protected:
  v1::GetRatingSlotRequest GetSlot() const {
    v1::GetRatingSlotRequest request;
    request.set_case_id(id());
    return request;
  }
};

TEST_F(RatingTest, AClosedCaseOpensOneSlot) {
  CloseConsultation();
  EXPECT_EQ(s_.When(GetSlot()).refusal, R::REFUSAL_SLOT_UNKNOWN);    // about to be
  EXPECT_EQ(s_.When(Rating()).refusal, R::REFUSAL_CASE_NOT_CLOSED);  // not a wrong token
  EXPECT_THAT(s_.RunDue(), ElementsAre("RatingSlotOpened"));
  EXPECT_THAT(s_.last().relies_on, ElementsAre(storage::CaseSubject(case_id_)));
  CloseConsultation();  // however often it is said
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  const v1::SlotState slot = Slot();
  EXPECT_EQ(slot.slot_id(), SlotId(case_id_));
  EXPECT_EQ(slot.office_id(), "office-1");
  EXPECT_EQ(slot.practitioner_id(), "staff-1");
  EXPECT_EQ(ToInstant(slot.expires_at()).micros, s_.now().micros + kSlotMicros);
}

// Whoever completes a service: each names who is rated.
TEST_F(RatingTest, EveryCompletedServiceOpensASlot) {
  assignment::v1::AssignmentEvent aid;
  aid.mutable_case_closed()->set_office_id("office-2");
  aid.mutable_case_closed()->set_practitioner_id("lawyer-2");
  aid.mutable_case_closed()->set_matter_type("wages");
  mediation::v1::MediationEvent agreed;
  agreed.mutable_mediation_succeeded()->set_office_id("committee-3");
  agreed.mutable_mediation_succeeded()->set_mediator_id("mediator-3");
  agreed.mutable_mediation_succeeded()->set_matter_type("neighbours");
  mediation::v1::MediationEvent failed;
  failed.mutable_mediation_failed()->set_office_id("committee-4");
  failed.mutable_mediation_failed()->set_mediator_id("mediator-4");
  failed.mutable_mediation_failed()->set_matter_type("inheritance");
  struct Closing {
    ServiceId by;
    google::protobuf::Message* event;
    const char* office;
    const char* practitioner;
    const char* matter;
  };
  const Closing closings[] = {{ServiceId::kAssignment, &aid, "office-2", "lawyer-2", "wages"},
                              {ServiceId::kMediation, &agreed, "committee-3", "mediator-3", "neighbours"},
                              {ServiceId::kMediation, &failed, "committee-4", "mediator-4", "inheritance"}};
  uint64_t number = 0;
  for (const Closing& closing : closings) {
    SCOPED_TRACE(closing.office);
    case_id_ = Uuid::V7(1'764'000'000'000, 8, ++number);
    const auto* field = closing.event->GetDescriptor()->FindFieldByName("case_id");
    closing.event->GetReflection()->SetString(closing.event, field, id());
    s_.Given(closing.by, *closing.event);
    EXPECT_THAT(s_.RunDue(), ElementsAre("RatingSlotOpened"));
    const v1::SlotState slot = Slot();
    EXPECT_EQ(slot.office_id(), closing.office);
    EXPECT_EQ(slot.practitioner_id(), closing.practitioner);
    EXPECT_EQ(slot.matter_type(), closing.matter);
    s_.Given(closing.by, *closing.event);  // reopened and closed again
    EXPECT_THAT(s_.RunDue(), IsEmpty());
  }
}

// Withdrawn, refused, returned, terminated: no service was completed.
TEST_F(RatingTest, OtherEndsOpenNone) {
  Open();
  intake::v1::IntakeEvent withdrawn;
  withdrawn.set_case_id(id());
  withdrawn.mutable_case_withdrawn()->set_reason_code("applicant");
  s_.Given(ServiceId::kIntake, withdrawn);
  intake::v1::IntakeEvent refused;
  refused.set_case_id(id());
  refused.mutable_aid_refused()->set_reason_code("not_hard_up");
  s_.Given(ServiceId::kIntake, refused);
  assignment::v1::AssignmentEvent terminated;
  terminated.set_case_id(id());
  terminated.mutable_aid_terminated()->set_reason_code("own_counsel");
  s_.Given(ServiceId::kAssignment, terminated);
  mediation::v1::MediationEvent returned;
  returned.set_case_id(id());
  returned.mutable_referral_returned()->set_reason_code("no_consent");
  s_.Given(ServiceId::kMediation, returned);
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  EXPECT_EQ(Rate(5).refusal, R::REFUSAL_CASE_NOT_CLOSED);
}

TEST_F(RatingTest, OneCaseOneRating) {
  Close();
  const auto& result = s_.When(Rating(3));
  EXPECT_THAT(result.events, ElementsAre("RatingRecorded"));
  EXPECT_EQ(result.As<v1::SubmitRatingResponse>().slot_id(), SlotId(case_id_));
  EXPECT_EQ(result.EventAt<v1::EvaluationEvent>(0).rating_recorded().office_id(), "office-1");
  EXPECT_EQ(s_.When(Rating(3)).refusal, R::REFUSAL_SLOT_USED);
  EXPECT_THAT(s_.state().Due(), IsEmpty());  // nothing is left to expire
}

TEST_F(RatingTest, EveryChannelFillsIt) {
  for (auto channel : {common::v1::CHANNEL_WINDOW, common::v1::CHANNEL_ONLINE, common::v1::CHANNEL_HOTLINE}) {
    case_id_ = Uuid::V7(1'764'000'000'000, 7, static_cast<uint64_t>(channel));
    Close();
    auto request = Rating();
    request.set_channel(channel);
    request.mutable_actor()->set_staff_id("operator-9");
    request.mutable_actor()->set_office_id("hotline");
    request.set_call_id("call-1");
    const auto& recorded = s_.When(request).EventAt<v1::EvaluationEvent>(0).rating_recorded();
    EXPECT_EQ(recorded.channel(), channel);
    EXPECT_EQ(recorded.operator_().staff_id(), "operator-9");
    EXPECT_EQ(recorded.call_id(), "call-1");
  }
}

// A defendant in a detention centre: the facility passes a form on, a window takes it in (life 2).
TEST_F(RatingTest, PaperComesThroughTheFacility) {
  Close();
  auto request = Rating(4);
  request.set_channel(common::v1::CHANNEL_WINDOW);
  request.mutable_actor()->set_staff_id("operator-9");
  request.mutable_paper()->set_facility("detention centre");
  request.mutable_paper()->mutable_form()->set_name("form 7");
  request.mutable_paper()->mutable_form()->set_sha256(std::string(32, 'd'));
  const auto& recorded = s_.When(request).EventAt<v1::EvaluationEvent>(0).rating_recorded();
  EXPECT_EQ(recorded.paper().facility(), "detention centre");
  EXPECT_EQ(recorded.paper().form().sha256(), std::string(32, 'd'));
}

TEST_F(RatingTest, TheRatedSideCannotRateItself) {
  Close();
  auto request = Rating();
  request.mutable_actor()->set_staff_id("staff-1");
  request.mutable_actor()->set_office_id("elsewhere");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_RATED_SIDE);
  request.mutable_actor()->set_staff_id("colleague");
  request.mutable_actor()->set_office_id("office-1");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_RATED_SIDE);
}

TEST_F(RatingTest, ItExpiresAndWhatWasReceivedInTimeCounts) {
  Close();
  const Instant opened = s_.now();
  s_.SetNow({opened.micros + kSlotMicros - 1});
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow({opened.micros + kSlotMicros});
  EXPECT_EQ(s_.When(Rating()).refusal, R::REFUSAL_SLOT_EXPIRED);
  EXPECT_EQ(s_.last().metadata.at("expired_at"), "2026-02-24T09:00:00+08:00");
  EXPECT_THAT(s_.RunDue(), ElementsAre("RatingSlotExpired"));
  EXPECT_EQ(s_.When(Rating()).refusal, R::REFUSAL_SLOT_EXPIRED);
  EXPECT_THAT(s_.RunDue(), IsEmpty());
}

TEST_F(RatingTest, InTimeIsWhatWasReceivedInTime) {
  CaseView view;
  view.slot.emplace();
  view.slot->set_status(v1::SLOT_STATUS_OPEN);
  *view.slot->mutable_expires_at() = ToTimestamp({1000});
  const auto received = [](int64_t at) { return Context{{2000}, {at}, kHere, {}, legalclock::Rules::Defaults()}; };
  EXPECT_TRUE(std::holds_alternative<Refused>(Decide(view, Rating(5), received(1000))));
  EXPECT_FALSE(std::holds_alternative<Refused>(Decide(view, Rating(5), received(999))));
}

TEST_F(RatingTest, RefusesWhatIsNotARating) {
  EXPECT_EQ(s_.When(Rating()).refusal, R::REFUSAL_SLOT_UNKNOWN);
  EXPECT_EQ(s_.When(GetSlot()).refusal, R::REFUSAL_SLOT_UNKNOWN);
  Open();
  EXPECT_EQ(s_.When(Rating()).refusal, R::REFUSAL_CASE_NOT_CLOSED);
  Close();
  auto request = Rating();
  request.mutable_grades()->set_efficiency(0);
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_GRADE_INVALID);
  EXPECT_EQ(s_.last().metadata.at("field"), "grades.efficiency");
  request.mutable_grades()->set_efficiency(6);
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_GRADE_INVALID);
  request.clear_grades();
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_MISSING);
  request = Rating();
  request.clear_channel();
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_MISSING);
  request.set_channel(common::v1::CHANNEL_IMPORT);
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_INVALID);
  request = Rating();
  request.set_case_id("");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_MISSING);
  request.set_case_id("no id");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_INVALID);
}

// Over the hotline and at a window somebody takes it down and answers for it.
TEST_F(RatingTest, TakenDownBySomebody) {
  Close();
  struct Case {
    const char* name;
    std::function<void(v1::SubmitRatingRequest*)> change;
    R refusal;
    const char* field;
  };
  const Case cases[] = {
      {"hotline without operator",
       [](auto* r) {
         r->set_channel(common::v1::CHANNEL_HOTLINE);
         r->set_call_id("call-1");
       },
       R::REFUSAL_FIELD_MISSING, "actor.staff_id"},
      {"hotline without call",
       [](auto* r) {
         r->set_channel(common::v1::CHANNEL_HOTLINE);
         r->mutable_actor()->set_staff_id("operator");
       },
       R::REFUSAL_FIELD_MISSING, "call_id"},
      {"window without operator", [](auto* r) { r->set_channel(common::v1::CHANNEL_WINDOW); }, R::REFUSAL_FIELD_MISSING,
       "actor.staff_id"},
      {"long call id", [](auto* r) { r->set_call_id(std::string(65, 'c')); }, R::REFUSAL_FIELD_TOO_LONG, "call_id"},
      {"paper online", [](auto* r) { r->mutable_paper()->set_facility("f"); }, R::REFUSAL_FIELD_INVALID, "channel"},
      {"paper of nobody",
       [](auto* r) {
         r->set_channel(common::v1::CHANNEL_WINDOW);
         r->mutable_actor()->set_staff_id("operator");
         r->mutable_paper();
       },
       R::REFUSAL_FIELD_MISSING, "paper.facility"},
      {"paper without digest",
       [](auto* r) {
         r->set_channel(common::v1::CHANNEL_WINDOW);
         r->mutable_actor()->set_staff_id("operator");
         r->mutable_paper()->set_facility("f");
         r->mutable_paper()->mutable_form()->set_name("form");
       },
       R::REFUSAL_FIELD_INVALID, "paper.form.sha256"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    auto request = Rating();
    one.change(&request);
    const auto& result = s_.When(request);
    EXPECT_EQ(result.refusal, one.refusal);
    EXPECT_EQ(result.metadata.at("field"), one.field);
  }
}

TEST_F(RatingTest, AFrozenCaseTakesNoRatingAndExportsItsSlot) {
  Close();
  Freeze(1);
  EXPECT_EQ(s_.When(Rating()).refusal, R::REFUSAL_CASE_FROZEN);
  EXPECT_THAT(s_.RunDue(), ElementsAre("PartExported"));
  EXPECT_THAT(s_.last().relies_on, IsEmpty());
  const auto& part = s_.last().EventAt<v1::EvaluationEvent>(0).part_exported();
  EXPECT_EQ(part.hop(), 1u);
  EXPECT_EQ(part.to(), kThere.ToString());
  v1::SlotState slot;
  ASSERT_TRUE(slot.ParseFromString(part.state()));
  EXPECT_EQ(slot.status(), v1::SLOT_STATUS_OPEN);
  EXPECT_EQ(slot.due_offset(), 0);
  EXPECT_THAT(s_.state().Due(), IsEmpty());  // it expires nowhere while it is frozen
  Thaw(1);
  EXPECT_EQ(s_.state().Due().size(), 1u);
  EXPECT_THAT(s_.When(Rating(5)).events, ElementsAre("RatingRecorded"));
}

// The slot that a closing left to be opened is opened where the case acts, and nowhere else.
TEST_F(RatingTest, AFreezeBeforeTheOpeningPutsItOff) {
  CloseConsultation();
  Freeze(1);
  EXPECT_THAT(s_.RunDue(), ElementsAre("PartExported"));
  Thaw(1);
  EXPECT_THAT(s_.RunDue(), ElementsAre("RatingSlotOpened"));
}

TEST_F(RatingTest, AThawBeforeTheExportMakesItPointless) {
  Freeze(1);
  Thaw(1);
  EXPECT_THAT(s_.RunDue(), IsEmpty());
}

TEST_F(RatingTest, HoldingNothingIsAnEmptyPart) {
  Freeze(3);
  EXPECT_THAT(s_.RunDue(), ElementsAre("PartExported"));
  EXPECT_EQ(s_.last().EventAt<v1::EvaluationEvent>(0).part_exported().state(), "");
}

TEST_F(RatingTest, TheSlotGoesWithTheCase) {
  Close();
  EXPECT_EQ(ScoreOf(kHere).unrated(), 1);
  Freeze(1);
  MoveTo(kThere, 1);
  EXPECT_EQ(s_.When(Rating()).refusal, R::REFUSAL_CASE_MOVED);
  EXPECT_EQ(s_.When(GetSlot()).refusal, R::REFUSAL_CASE_MOVED);
  const auto due = s_.state().Due();
  ASSERT_EQ(due.size(), 1u);  // the expiry, at the new custodian
  EXPECT_EQ(due[0].work.municipality, kThere);
  EXPECT_EQ(ScoreOf(kHere).unrated(), 0);  // it waits for its rating where the case is
  EXPECT_EQ(ScoreOf(kThere).unrated(), 1);
}

// One slot per case ever: where it came with the case, another closing opens none.
TEST_F(RatingTest, AClosingAfterCustodyMovedOpensNone) {
  Close();
  Rate(5);
  Freeze(1);
  MoveTo(kThere, 1);
  assignment::v1::AssignmentEvent closed;
  closed.set_case_id(id());
  closed.mutable_case_closed()->set_office_id("office-there");
  s_.Given(ServiceId::kAssignment, closed, kThere);
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  EXPECT_EQ(ScoreOf(kHere).count(), 1u);  // credit stays where the rating was given
  EXPECT_EQ(ScoreOf(kThere).count(), 0u);
}

}  // namespace
}  // namespace casehub::evaluation
