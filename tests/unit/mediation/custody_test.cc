// Custody of a dispute: what is frozen acts no more, its part travels, facts of the time between are held and sent on.
#include "tests/unit/mediation/mediation_fixture.h"

namespace casehub::mediation {
namespace {

class MediationCustody : public MediationTest {
 protected:
  const v1::PartExported& ExportOf(uint64_t hop, Municipality to = kThere) {
    Freeze(hop, to);
    EXPECT_THAT(s_.RunDue(), ElementsAre("PartExported"));
    EXPECT_THAT(s_.last().relies_on, IsEmpty());
    return s_.last().EventAt<v1::MediationEvent>(0).part_exported();
  }
};

TEST_F(MediationCustody, AFrozenDisputeExportsItselfAndActsNoMore) {
  Refer();
  Assigned();
  const auto& part = ExportOf(1);
  EXPECT_EQ(part.hop(), 1u);
  EXPECT_EQ(part.to(), kThere.ToString());
  v1::MediationState state;
  ASSERT_TRUE(state.ParseFromString(part.state()));
  EXPECT_EQ(state.mediator_id(), "m1");
  EXPECT_EQ(state.mediation_term().due_offset(), 0);
  EXPECT_THAT(s_.state().Due(), IsEmpty());  // no term runs out while it is frozen
  Thaw(1);
  EXPECT_EQ(s_.state().Due().size(), 1u);
  EXPECT_THAT(s_.When(Session()).events, ElementsAre("SessionHeld"));
}

TEST_F(MediationCustody, WhatRanOutMeanwhileIsMissedAtTheThaw) {
  Refer();
  Accepted();
  ExportOf(1);
  s_.SetNow(At("2025-05-01T09:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  Thaw(1);
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
}

TEST_F(MediationCustody, HoldingNothingIsAnEmptyPart) {
  case_id_ = Uuid::V7(1, 2, 3).ToString();
  const auto& part = ExportOf(3);
  EXPECT_EQ(part.hop(), 3u);
  EXPECT_EQ(part.state(), "");
}

TEST_F(MediationCustody, AThawBeforeTheExportMakesItPointless) {
  Refer();
  Freeze(1);
  Thaw(1);
  EXPECT_THAT(s_.RunDue(), IsEmpty());
}

TEST_F(MediationCustody, FactsAreHeldWhileItIsFrozenAndFoldedInAtTheThaw) {
  Refer();
  Agreed();
  Freeze(1);
  EXPECT_THAT(s_.When(Apply()).events, ElementsAre("JointApplicationRecorded"));
  EXPECT_THAT(s_.When(Perform(1, v1::PERFORMANCE_BROKEN)).events, ElementsAre("PerformanceRecorded"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("PartExported"));
  v1::MediationState part;
  part.ParseFromString(s_.last().EventAt<v1::MediationEvent>(0).part_exported().state());
  EXPECT_FALSE(part.agreement().has_applied_at());  // the part is what it was at the freeze
  EXPECT_THAT(part.held(), IsEmpty());
  Thaw(1);
  EXPECT_TRUE(Get().agreement().has_applied_at());
  EXPECT_EQ(Get().agreement().terms(0).performance(), v1::PERFORMANCE_BROKEN);
  EXPECT_THAT(Get().held(), IsEmpty());
}

TEST_F(MediationCustody, ANewFreezeFoldsInWhatWasHeld) {
  Refer();
  Agreed();
  ExportOf(1);
  s_.When(Apply());
  v1::MediationState part;
  part.ParseFromString(ExportOf(2).state());
  EXPECT_TRUE(part.agreement().has_applied_at());
}

TEST_F(MediationCustody, HeldFactsGoToTheCustodianAndLaterOnesToo) {
  Refer();
  Agreed();
  ExportOf(1);
  s_.When(Apply());
  EXPECT_THAT(s_.state().sent(), IsEmpty());
  Learn(1);
  ASSERT_EQ(s_.state().sent().size(), 1u);
  EXPECT_EQ(s_.state().sent()[0].to, kThere);
  EXPECT_THAT(s_.When(Outcome()).events, ElementsAre("CourtOutcomeRecorded"));
  EXPECT_THAT(s_.last().relies_on, IsEmpty());
  ASSERT_EQ(s_.state().sent().size(), 2u);
  v1::HeldFact sent;
  ASSERT_TRUE(sent.ParseFromString(s_.state().sent()[1].payload));
  EXPECT_EQ(sent.fact().court_outcome_recorded().outcome(), v1::COURT_OUTCOME_CONFIRMED);
  ExpectRefused(Session(), R::REFUSAL_CASE_MOVED, {{"to", "330700"}});
  const auto shown = Get();  // only the status is left to see
  EXPECT_EQ(shown.status(), v1::MEDIATION_STATUS_MOVED_AWAY);
  EXPECT_FALSE(shown.has_dispute() || shown.has_agreement() || shown.parties_size() > 0);
}

TEST_F(MediationCustody, WithoutAnAgreementTheFactBelongsToTheCustodian) {
  Refer();
  Accepted();
  ExportOf(1);
  Learn(1);
  ExpectRefused(Apply(), R::REFUSAL_CASE_MOVED, {{"to", "330700"}});
}

// The custodian's side: the part takes the place of what was there; committee and mediator are its own.
TEST_F(MediationCustody, TheDisputeGoesOnWhereItArrives) {
  Refer();
  Assigned();
  const std::string part = ExportOf(1).state();
  s_.Given(ServiceId::kTransfer, Moved(1, part), kThere);
  const auto due = s_.state().Due();
  ASSERT_EQ(due.size(), 1u);  // its term, at the new custodian
  EXPECT_EQ(due[0].work.municipality, kThere);
  Scenario there(MakeMediationService(), kThere, s_.now());
  registry::v1::RegistryEvent office;
  office.mutable_office_registered()->mutable_office()->set_office_id("jinhua-1");
  office.mutable_office_registered()->mutable_office()->set_kind(registry::v1::OFFICE_KIND_COMMITTEE);
  office.mutable_office_registered()->mutable_office()->set_valid_from("2020-01-01");
  there.Given(ServiceId::kRegistry, office);
  there.Given(ServiceId::kTransfer, Moved(1, part));
  EXPECT_EQ(there.When(Assign()).refusal, R::REFUSAL_STAGE_NOT_REACHED);
  EXPECT_THAT(there.When(Accept("jinhua-1")).events, ElementsAre("DisputeAccepted"));  // its term runs on
  EXPECT_TRUE(there.ReplayEqualsLive());
}

TEST_F(MediationCustody, WhatWasHeldHereIsAddedWhenTheCaseComesBack) {
  Refer();
  Agreed();
  const std::string part = ExportOf(1).state();
  s_.When(Apply());
  s_.Given(ServiceId::kTransfer, Moved(3, part));
  EXPECT_TRUE(Get().agreement().has_applied_at());
  EXPECT_EQ(Get().confirmation_term().status(), v1::TERM_STATUS_MET);
}

TEST_F(MediationCustody, AFactThatWasSentOnIsRecordedOnce) {
  Refer();
  Agreed();
  v1::HeldFact message;
  message.mutable_fact()->set_case_id(case_id_);
  message.mutable_fact()->mutable_performance_recorded()->set_term(2);
  message.mutable_fact()->mutable_performance_recorded()->set_performance(v1::PERFORMANCE_PERFORMED);
  const std::string payload = message.SerializeAsString();
  const runtime::DecideContext context{s_.now(), s_.now(), Uuid::V7(1, 1, 1), kHere};
  const auto receive = [&] {
    auto outcome = s_.service().Receive({kThere, 1, payload}, context, s_.state());
    return std::get<runtime::Decision>(std::move(outcome));
  };
  auto first = receive();
  ASSERT_EQ(first.events.size(), 1u);
  EXPECT_THAT(first.relies_on, IsEmpty());
  s_.Given(ServiceId::kMediation, *first.events[0]);
  EXPECT_THAT(receive().events, IsEmpty());
}

// A fact that comes back while the case is frozen again is held once, and one that comes after it has left goes on.
TEST_F(MediationCustody, AFactFollowsTheCase) {
  Refer();
  Agreed();
  v1::HeldFact message;
  message.mutable_fact()->set_case_id(case_id_);
  message.mutable_fact()->mutable_performance_recorded()->set_term(2);
  message.mutable_fact()->mutable_performance_recorded()->set_performance(v1::PERFORMANCE_PERFORMED);
  const std::string payload = message.SerializeAsString();
  const runtime::DecideContext context{s_.now(), s_.now(), Uuid::V7(1, 1, 1), kHere};
  const auto take = [&] {
    auto outcome = s_.service().Receive({kElsewhere, 1, payload}, context, s_.state());
    auto decision = std::get<runtime::Decision>(std::move(outcome));
    for (const auto& event : decision.events) s_.Given(ServiceId::kMediation, *event);
    return decision.events.size();
  };
  Freeze(1);
  EXPECT_EQ(take(), 1u);
  EXPECT_EQ(take(), 0u);
  Learn(1);
  ASSERT_EQ(s_.state().sent().size(), 1u);
  EXPECT_EQ(take(), 1u);
  EXPECT_EQ(s_.state().sent().size(), 2u);
}

TEST_F(MediationCustody, AMessageThatIsNoneIsADefect) {
  const runtime::DecideContext context{s_.now(), s_.now(), Uuid::V7(1, 1, 1), kHere};
  EXPECT_TRUE(std::holds_alternative<runtime::Defect>(s_.service().Receive({kThere, 1, "\xff"}, context, s_.state())));
}

TEST_F(MediationCustody, AProvisionalDateIsRestatedWhenItThaws) {
  s_.SetNow(At("2026-12-02T09:00:00+08:00"));
  Refer();
  Accepted();
  ExportOf(1);
  registry::v1::RegistryEvent event;
  event.mutable_calendar_loaded()->set_year(2027);
  event.mutable_calendar_loaded()->add_days()->set_date("2027-01-04");
  s_.Given(ServiceId::kRegistry, event);
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  Thaw(1);
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineRestated"));
}

}  // namespace
}  // namespace casehub::mediation
