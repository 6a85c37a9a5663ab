// A dispute from its referral to what follows the agreement (life 3, steps 1 to 7).
#include "tests/unit/mediation/mediation_fixture.h"

namespace casehub::mediation {
namespace {

TEST_F(MediationTest, LifeThreeFromReferralToPerformance) {
  Refer();
  EXPECT_THAT(s_.When(Consent(1)).events, ElementsAre("ConsentRecorded"));
  EXPECT_THAT(s_.last().relies_on, ElementsAre(storage::CaseSubject(*Uuid::Parse(case_id_))));
  EXPECT_THAT(s_.When(Consent(2)).events, ElementsAre("ConsentRecorded"));
  EXPECT_THAT(s_.When(Accept()).events, ElementsAre("DisputeAccepted", "MediationClockStarted"));
  EXPECT_THAT(s_.When(Assign()).events, ElementsAre("MediatorAssigned"));
  EXPECT_THAT(s_.When(Session()).events, ElementsAre("SessionHeld"));
  auto video = Session();
  video.set_mode(v1::SESSION_MODE_VIDEO);
  video.clear_present();
  video.add_present(2);
  EXPECT_EQ(s_.When(video).As<v1::HoldSessionResponse>().ordinal(), 2u);
  EXPECT_THAT(s_.When(Agree()).events, ElementsAre("AgreementEffective", "ConfirmationClockStarted"));
  EXPECT_THAT(s_.When(Return()).events, ElementsAre("ResultReturned"));
  EXPECT_THAT(s_.When(Close()).events, ElementsAre("MediationSucceeded", "MediatorSubsidyPayable"));
  const auto& payable = s_.last().EventAt<v1::MediationEvent>(1).mediator_subsidy_payable();
  EXPECT_EQ(payable.mediator_id(), "m1");
  EXPECT_EQ(payable.tariff_version(), "mediation-1");
  EXPECT_EQ(payable.amount_fen(), 30'000);
  EXPECT_THAT(s_.When(Apply()).events, ElementsAre("JointApplicationRecorded"));
  EXPECT_THAT(s_.last().relies_on, IsEmpty());
  EXPECT_THAT(s_.When(Outcome()).events, ElementsAre("CourtOutcomeRecorded"));
  EXPECT_THAT(s_.last().relies_on, IsEmpty());
  EXPECT_THAT(s_.When(Perform(1, v1::PERFORMANCE_BROKEN)).events, ElementsAre("PerformanceRecorded"));
  EXPECT_THAT(s_.last().relies_on, IsEmpty());
  EXPECT_THAT(s_.When(Perform(1, v1::PERFORMANCE_PERFORMED)).events, ElementsAre("PerformanceRecorded"));
  const auto state = Get();
  EXPECT_EQ(state.status(), v1::MEDIATION_STATUS_SUCCEEDED);
  EXPECT_EQ(state.sessions(0).record().sealed(), "record");
  EXPECT_THAT(state.sessions(0).present(), ElementsAre(1u, 2u));
  EXPECT_THAT(state.sessions(1).present(), ElementsAre(2u));
  EXPECT_EQ(state.mediation_term().status(), v1::TERM_STATUS_MET);
  EXPECT_EQ(state.confirmation_term().status(), v1::TERM_STATUS_MET);
  EXPECT_EQ(state.agreement().outcome(), v1::COURT_OUTCOME_CONFIRMED);
  EXPECT_EQ(state.agreement().terms(0).performance(), v1::PERFORMANCE_PERFORMED);
  EXPECT_EQ(state.agreement().terms(1).performance(), v1::PERFORMANCE_UNSPECIFIED);
  EXPECT_THAT(s_.state().Due(), IsEmpty());  // nothing is left to wait for
}

TEST_F(MediationTest, OneRefusalReturnsTheReferral) {
  Refer();
  s_.When(Consent(1));
  EXPECT_THAT(s_.When(Consent(2, false)).events, ElementsAre("ConsentRecorded", "ReferralReturned"));
  EXPECT_EQ(s_.last().EventAt<v1::MediationEvent>(1).referral_returned().reason_code(), "wants_a_judgment");
  EXPECT_EQ(Get().status(), v1::MEDIATION_STATUS_RETURNED);
  EXPECT_EQ(Get().parties(1).consent(), v1::CONSENT_REFUSED);
  ExpectRefused(Accept(), R::REFUSAL_CASE_CLOSED);
}

TEST_F(MediationTest, ConsentMayBeTakenBackUntilACommitteeAccepts) {
  Refer();
  s_.When(Consent(1));
  EXPECT_THAT(s_.When(Consent(1, false)).events, ElementsAre("ConsentRecorded", "ReferralReturned"));
  Refer();
  Accepted();
  ExpectRefused(Consent(1, false), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_DISPUTE_ACCEPTANCE"}});
}

TEST_F(MediationTest, AFailureNamesThePathThatWasOffered) {
  for (const auto& [path, code] :
       {std::pair(v1::ONWARD_PATH_ARBITRATION, "arbitration"),
        std::pair(v1::ONWARD_PATH_RECONSIDERATION, "reconsideration"),
        std::pair(v1::ONWARD_PATH_LITIGATION, "litigation"), std::pair(v1::ONWARD_PATH_LEGAL_AID, "legal_aid")}) {
    Refer(ReferralSource::REFERRAL_SOURCE_PARTY);  // there is nobody to return the result to
    Assigned();
    auto close = Close(v1::MEDIATION_RESULT_FAILED);
    close.set_onward_path(path);
    EXPECT_THAT(s_.When(close).events, ElementsAre("MediationFailed", "MediatorSubsidyPayable"));
    const auto& failed = s_.last().EventAt<v1::MediationEvent>(0).mediation_failed();
    EXPECT_EQ(failed.onward_path(), code);
    EXPECT_EQ(failed.office_id(), "people-1");
    EXPECT_EQ(failed.mediator_id(), "m1");
    EXPECT_EQ(failed.matter_type(), "neighbours");
    EXPECT_EQ(s_.last().EventAt<v1::MediationEvent>(1).mediator_subsidy_payable().amount_fen(), 15'000);
  }
}

// C9, decision 7: whoever has the dispute when it ends is paid, and only once.
TEST_F(MediationTest, TheMediatorWhoEndsItIsPaidOnce) {
  Refer();
  Agreed();
  EXPECT_THAT(s_.When(Replace("m2")).events, ElementsAre("MediatorReplaced"));
  EXPECT_EQ(s_.last().EventAt<v1::MediationEvent>(0).mediator_replaced().from_mediator_id(), "m1");
  s_.When(Return());
  s_.When(Close());
  EXPECT_EQ(s_.last().EventAt<v1::MediationEvent>(1).mediator_subsidy_payable().mediator_id(), "m2");
  ExpectRefused(Close(), R::REFUSAL_CASE_CLOSED);
}

TEST_F(MediationTest, AWithdrawnDisputeTakesNoCommandsButFacts) {
  Refer();
  Agreed();
  Withdraw();
  ExpectRefused(Session(), R::REFUSAL_CASE_WITHDRAWN);
  ExpectRefused(Close(), R::REFUSAL_CASE_WITHDRAWN);
  EXPECT_THAT(s_.When(Perform(2, v1::PERFORMANCE_PERFORMED)).events, ElementsAre("PerformanceRecorded"));
  EXPECT_EQ(Get().status(), v1::MEDIATION_STATUS_WITHDRAWN);
}

TEST_F(MediationTest, WithdrawalEndsTheTermOfTheMediation) {
  Refer();
  Accepted();
  Withdraw();
  EXPECT_THAT(s_.state().Due(), IsEmpty());
  EXPECT_EQ(Get().mediation_term().status(), v1::TERM_STATUS_CANCELLED);
}

TEST_F(MediationTest, CasesOfOtherKindsAreNotMediations) {
  intake::v1::IntakeEvent event;
  case_id_ = Uuid::V7(s_.now().micros / 1000, 9, 9).ToString();
  event.set_case_id(case_id_);
  event.mutable_case_opened()->set_kind(intake::v1::CASE_KIND_CONTACT);
  s_.Given(ServiceId::kIntake, event);
  ExpectRefused(Consent(1), R::REFUSAL_MEDIATION_UNKNOWN);
}

}  // namespace
}  // namespace casehub::mediation
