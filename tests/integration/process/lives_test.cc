// The five lives on the shipped process, undisturbed: what the ledger tells of each case, every event once and in its
// order. steps_kill_test lives them with kills and ends with the same; life_five_test looks at the four ledgers.
#include "casehub/intake/v1/intake_service.pb.h"
#include "tests/integration/process/life_fixture.h"

namespace casehub::testing {
namespace {

using TheLives = LifeTest;
using Events = std::map<std::string, std::string>;  // by service

TEST_F(TheLives, OneCivilAidFromAStation) {
  ASSERT_NO_FATAL_FAILURE(Live(AidFromStation()));
  EXPECT_EQ(Told(kOrigin, progress_.case_id),
            (Events{{"intake",
                     "CaseOpened FirstReceiverFixed ClaimCodeIssued ContactRegistered "
                     "ApplicationReceived VersionsPinned DecisionClockStarted HardshipPledged VerificationDue "
                     "PreliminaryReviewed ResponsibilityHandedOver NoticeIssued ClockPaused "
                     "SupplementsReceived SupplementsCompleted ClockResumed AidGranted AssignClockStarted "
                     "PledgeVerified CaseArchived"},
                    {"assignment",
                     "OfferMade OfferDeclined OfferMade OfferAccepted PractitionerAssigned AssignClockMet "
                     "HandlingStepRecorded HandlingStepRecorded ClosingFileClockStarted "
                     "ClosingFileSubmitted FileReviewClockStarted ClosingFileReturned ClosingFileClockStarted "
                     "ClosingFileSubmitted FileReviewClockStarted CaseClosed SubsidyPayable"},
                    {"evaluation", "RatingSlotOpened RatingRecorded"}}));
}

TEST_F(TheLives, OneEndsWithAFalsePledge) {
  ASSERT_NO_FATAL_FAILURE(Live(AidOnFalsePledge()));
  EXPECT_EQ(Told(kOrigin, progress_.case_id),
            (Events{{"intake",
                     "CaseOpened FirstReceiverFixed ClaimCodeIssued ContactRegistered "
                     "ApplicationReceived VersionsPinned DecisionClockStarted HardshipPledged VerificationDue "
                     "PreliminaryReviewed ResponsibilityHandedOver AidGranted AssignClockStarted "
                     "PledgeFalse AidTerminated CostRecoveryOpened"}}));
}

TEST_F(TheLives, TwoMandatoryDefence) {
  ASSERT_NO_FATAL_FAILURE(Live(MandatoryDefence()));
  const std::string notice =
      "CaseOpened FirstReceiverFixed ClaimCodeIssued NoticeReceived AuthorityTimeliness AssignClockStarted";
  const std::string assigned = "OfferMade OfferAccepted PractitionerAssigned AuthorityNotified";
  EXPECT_EQ(Told(kOrigin, progress_.earlier_case_id),
            (Events{{"intake", notice},
                    {"assignment", assigned + " AssignClockMet MeetingRecorded FileReadingRecorded " +
                                       "PractitionerReplaced " + assigned + " MeetingRecorded HearingRecorded " +
                                       "ClosingFileSubmitted FileReviewClockStarted CaseClosed SubsidyPayable"},
                    {"evaluation", "RatingSlotOpened RatingRecorded"}}));
  EXPECT_EQ(Told(kOrigin, progress_.case_id),
            (Events{{"intake", notice}, {"assignment", assigned + " AssignClockMet AidTerminated"}}));

  intake::v1::GetCaseRequest request;
  request.set_municipality(kOrigin);
  request.set_case_id(progress_.case_id);
  const auto next = caller_->Must<intake::v1::GetCaseResponse>(request).case_().defence();
  EXPECT_EQ(next.linked_case_id(), progress_.earlier_case_id);
  EXPECT_FALSE(next.notified_late());
  request.set_case_id(progress_.earlier_case_id);
  EXPECT_TRUE(caller_->Must<intake::v1::GetCaseResponse>(request).case_().defence().notified_late());
}

TEST_F(TheLives, ThreeMediationBadlyRated) {
  ASSERT_NO_FATAL_FAILURE(Live(MediationBadlyRated()));
  EXPECT_EQ(Told(kOrigin, progress_.case_id),
            (Events{{"intake",
                     "CaseOpened FirstReceiverFixed ClaimCodeIssued ContactRegistered ReferralReceived CaseArchived"},
                    {"mediation",
                     "ConsentRecorded ConsentRecorded DisputeAccepted MediationClockStarted MediatorAssigned "
                     "SessionHeld MediatorReplaced SessionHeld AgreementEffective ConfirmationClockStarted "
                     "ConfirmationReminded ResultReturned MediationSucceeded MediatorSubsidyPayable "
                     "JointApplicationRecorded CourtOutcomeRecorded PerformanceRecorded"},
                    {"evaluation",
                     "RatingSlotOpened RatingRecorded RectificationOpened FeedbackRecorded OpinionRecorded "
                     "RectificationOpened RectificationRecorded RectificationReopened RectificationRecorded "
                     "ReviewOpened ReviewDecided RectificationClosed"}}));
}

TEST_F(TheLives, ThreeEndsWhereAPartyRefuses) {
  ASSERT_NO_FATAL_FAILURE(Live(ReferralRefused()));
  EXPECT_EQ(Told(kOrigin, progress_.case_id),
            (Events{{"intake", "CaseOpened FirstReceiverFixed ClaimCodeIssued ContactRegistered ReferralReceived"},
                    {"mediation", "ConsentRecorded ConsentRecorded ReferralReturned"}}));
}

TEST_F(TheLives, FourHotline) {
  ASSERT_NO_FATAL_FAILURE(Live(Consultation()));
  EXPECT_EQ(Told(kOrigin, progress_.case_id),
            (Events{{"intake",
                     "CaseOpened FirstReceiverFixed ClaimCodeIssued ContactRegistered HandOverClockStarted "
                     "AnswerClockStarted HandedOver ResponsibilityMoved RepeatCallCounted Escalated "
                     "ContactRegistered AnswerRecorded AnswerDelivered ConsultationClosed"},
                    {"evaluation", "RatingSlotOpened RatingRecorded"}}));
}

TEST_F(TheLives, FiveAwayFromHome) {
  ASSERT_NO_FATAL_FAILURE(Live(AwayFromHome()));
  const std::string declined = "PartStaged PartStaged OfferReceived TransferDeclined";
  EXPECT_EQ(Told(kOrigin, progress_.case_id),
            (Events{{"intake",
                     "CaseOpened FirstReceiverFixed ClaimCodeIssued ContactRegistered ApplicationReceived "
                     "VersionsPinned MaterialListAgreed InterviewRecorded TransferConsentRecorded ReceivedAtOrigin "
                     "ForwardClockStarted PartExported PartExported PartExported"},
                    {"assignment", "PartExported PartExported PartExported"},
                    {"mediation", "PartExported PartExported PartExported"},
                    {"evaluation", "PartExported PartExported PartExported"},
                    {"transfer",
                     "CaseFrozen TransferOffered CaseThawed CaseFrozen TransferOffered RulingAwaited "
                     "CaseFrozen TransferOffered CustodyLearned"}}));
  EXPECT_EQ(
      Told(kFirstAsked, progress_.case_id),
      (Events{{"transfer", declined + " PartStaged PartStaged OfferReceived TransferAcceptedByRuling CustodyMoved"},
              {"intake", "DecisionClockStarted DocumentSetDiffers DocumentSetVerified AidGranted AssignClockStarted"},
              {"assignment",
               "LoanRequested LawyerLent OfferMade OfferAccepted PractitionerAssigned AssignClockMet "
               "ClosingFileSubmitted FileReviewClockStarted CaseClosed SubsidyPayable LoanReturned"},
              {"evaluation", "RatingSlotOpened RatingRecorded"}}));
  EXPECT_EQ(Told(kSecondAsked, progress_.case_id), (Events{{"transfer", declined + " RulingRequested"},
                                                           {"assignment", "LoanRequested LawyerLent LoanReturned"}}));
  EXPECT_EQ(Told(kSuperior, progress_.case_id), (Events{{"transfer", "RulingOpened JurisdictionRuled"}}));
}

}  // namespace
}  // namespace casehub::testing
