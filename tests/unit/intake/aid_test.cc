#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

TEST_F(IntakeTest, AnApplicationAtHomeStartsTheDecisionClock) {
  const Result& result = s_.When(Application());
  EXPECT_THAT(result.events, ElementsAre("CaseOpened", "FirstReceiverFixed", "ClaimCodeIssued", "ContactRegistered",
                                         "ApplicationReceived", "VersionsPinned", "DecisionClockStarted"));
  const std::string id = result.As<v1::SubmitAidApplicationResponse>().case_id();
  EXPECT_EQ(Get(id).kind(), v1::CASE_KIND_LEGAL_AID);
  EXPECT_EQ(ClockOf(id, "aid.decide").deadline().due_date(), "2025-03-10");
  s_.SetNow(At("2025-03-11T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
}

TEST_F(IntakeTest, AContactBecomesAnApplication) {
  const std::string id = OpenContact();
  auto request = Application();
  request.set_case_id(id);
  EXPECT_THAT(s_.When(request).events, ElementsAre("ApplicationReceived", "VersionsPinned", "DecisionClockStarted"));
  EXPECT_EQ(Get(id).kind(), v1::CASE_KIND_LEGAL_AID);
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_ALREADY_DONE);
}

class AwayTest : public IntakeTest {
 protected:
  enum Step { kList, kInterview, kConsent };
  const Result& Do(const std::string& id, Step step) {
    if (step == kList) {
      auto request = On<v1::AgreeMaterialListRequest>(id);
      request.add_items("income statement");
      return s_.When(request);
    }
    if (step == kInterview) {
      auto request = On<v1::RecordInterviewRequest>(id);
      request.mutable_record()->set_sealed("record");
      return s_.When(request);
    }
    auto request = On<v1::RecordTransferConsentRequest>(id);
    request.mutable_consent()->set_name("consent");
    request.mutable_consent()->set_sha256(std::string(32, 'x'));
    return s_.When(request);
  }
};

TEST_F(AwayTest, NoDecisionClockWhereTheMunicipalityIsNotCompetent) {
  const std::string id = OpenApplication("330100");
  EXPECT_THAT(s_.state().Due(), IsEmpty());
  EXPECT_EQ(Get(id).competent_municipality(), "330100");
}

TEST_F(AwayTest, WhicheverStepCompletesTheSetStartsTheForwardClock) {
  const Step orders[][3] = {{kList, kInterview, kConsent}, {kList, kConsent, kInterview},
                            {kInterview, kList, kConsent}, {kInterview, kConsent, kList},
                            {kConsent, kList, kInterview}, {kConsent, kInterview, kList}};
  const char* names[] = {"MaterialListAgreed", "InterviewRecorded", "TransferConsentRecorded"};
  for (const auto& order : orders) {
    const std::string id = OpenApplication("330100");
    EXPECT_THAT(Do(id, order[0]).events, ElementsAre(names[order[0]]));
    EXPECT_THAT(Do(id, order[1]).events, ElementsAre(names[order[1]]));
    EXPECT_THAT(Do(id, order[2]).events, ElementsAre(names[order[2]], "ReceivedAtOrigin", "ForwardClockStarted"));
    for (const Step step : {kList, kInterview, kConsent}) EXPECT_EQ(Do(id, step).refusal, R::REFUSAL_ALREADY_DONE);
    EXPECT_EQ(ClockOf(id, "transfer.forward").deadline().due_date(), "2025-03-04");
  }
}

}  // namespace
}  // namespace casehub::intake
