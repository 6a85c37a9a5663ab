// What arrives with a transferred case, who decides on it, and which of two receipts wins (life 5, step 5; decision 4).
#include "services/model/digest.h"
#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

constexpr char kForeign[] = "01890000-0000-8000-8000-0000000000aa";

common::v1::DocumentRef Document(const std::string& name) {
  common::v1::DocumentRef document;
  document.set_name(name);
  document.set_sha256(Sha256(name));
  return document;
}

class DocumentSetTest : public IntakeTest {
 protected:
  static v1::CaseState Part(std::string_view opened_at = "2025-03-01T09:00:00+08:00") {
    v1::CaseState part;
    part.set_case_id(kForeign);
    part.set_municipality("330100");
    part.set_home_municipality("330100");
    part.set_kind(v1::CASE_KIND_LEGAL_AID);
    part.set_status(v1::CASE_STATUS_OPEN);
    part.set_application_received(true);
    part.set_away_from_home(true);
    part.set_competent_municipality("330200");  // what the applicant believed
    *part.add_documents() = Document("identity");
    *part.add_documents() = Document("contract");
    part.mutable_applicant()->set_person_id("01890000-0000-7000-8000-000000000001");
    *part.mutable_opened_at() = Stamp(opened_at);
    return part;
  }
  void Acquire(const v1::CaseState& part, uint64_t hop = 1) {
    Transfer(part.case_id(), [&](auto* event) {
      auto* moved = event->mutable_custody_moved();
      moved->set_hop(hop);
      moved->set_from("330100");
      moved->set_document_digest(DocumentSetDigest(part.documents()));
      auto* carried = moved->add_parts();
      carried->set_service(static_cast<uint32_t>(ServiceId::kIntake));
      carried->set_state(part.SerializeAsString());
    });
  }
  const Result& Verify(const std::vector<std::string>& names, const std::string& id = kForeign) {
    auto request = On<v1::VerifyDocumentSetRequest>(id);
    for (const auto& name : names) *request.add_documents() = Document(name);
    return s_.When(request);
  }
  const Result& Grant(const std::string& id) {
    auto request = On<v1::DecideAidRequest>(id);
    request.mutable_actor()->set_staff_id("decider");
    request.mutable_actor()->set_office_id("centre");
    request.set_decision(v1::AID_DECISION_GRANTED);
    return s_.When(request);
  }
  const Result& Apply(std::initializer_list<std::string> names) {
    auto request = Application();
    request.mutable_applicant()->set_person_id("01890000-0000-7000-8000-000000000001");
    for (const auto& name : names) *request.add_documents() = Document(name);
    return s_.When(request);
  }
};

TEST_F(DocumentSetTest, TheSetThatArrivedIsTheOneThatWasOffered) {
  Acquire(Part());
  s_.RunDue();
  EXPECT_THAT(Verify({"identity", "contract"}).events, ElementsAre("DocumentSetVerified"));
  EXPECT_TRUE(s_.last().As<v1::VerifyDocumentSetResponse>().verified());
  EXPECT_EQ(Get(kForeign).document_set(), v1::DOCUMENT_SET_STATUS_VERIFIED);
  EXPECT_EQ(Get(kForeign).acquired_from(), "330100");
  EXPECT_EQ(Verify({"identity"}).refusal, R::REFUSAL_ALREADY_DONE);
  EXPECT_THAT(Grant(kForeign).events, ElementsAre("AidGranted", "AssignClockStarted")) << "whoever has it is competent";
}

TEST_F(DocumentSetTest, WhatDiffersIsNamedAndMayBeLookedAtAgain) {
  Acquire(Part());
  const Result& result = Verify({"identity", "photo"});
  EXPECT_THAT(result.events, ElementsAre("DocumentSetDiffers"));
  EXPECT_FALSE(result.As<v1::VerifyDocumentSetResponse>().verified());
  const auto& differs = result.EventAt<v1::IntakeEvent>(0).document_set_differs();
  EXPECT_THAT(differs.missing(), ElementsAre("contract"));
  EXPECT_THAT(differs.unknown(), ElementsAre("photo"));
  EXPECT_EQ(differs.expected(), DocumentSetDigest(Part().documents()));
  EXPECT_THAT(Verify({"contract", "identity"}).events, ElementsAre("DocumentSetDiffers")) << "in another order";
  EXPECT_THAT(Verify({"identity", "contract"}).events, ElementsAre("DocumentSetVerified"));
}

TEST_F(DocumentSetTest, EachRefusalHasItsReason) {
  const std::string own = OpenApplication();
  EXPECT_EQ(Verify({"identity"}, own).refusal, R::REFUSAL_STAGE_NOT_REACHED);
  EXPECT_EQ(Verify({"identity"}, "01890000-0000-7000-8000-00000000dead").refusal, R::REFUSAL_CASE_UNKNOWN);
  Acquire(Part());
  auto request = On<v1::VerifyDocumentSetRequest>(kForeign);
  request.add_documents()->set_name("no digest");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_INVALID);
  request = On<v1::VerifyDocumentSetRequest>(kForeign);
  for (int i = 0; i < 101; ++i) *request.add_documents() = Document(std::to_string(i));
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_INVALID);
  request = On<v1::VerifyDocumentSetRequest>(kForeign);
  request.set_etag("0");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_STALE_ETAG);
  Freeze(kForeign, 2);
  EXPECT_EQ(Verify({"identity", "contract"}).refusal, R::REFUSAL_CASE_FROZEN);
}

TEST_F(DocumentSetTest, ADecidedCaseThatMovesIsNotDecidedAgain) {
  v1::CaseState part = Part();
  part.mutable_aid()->set_decision(v1::AID_DECISION_GRANTED);
  Acquire(part);
  EXPECT_THAT(s_.RunDue(), IsEmpty());
}

TEST_F(DocumentSetTest, ARulingForThisMunicipalityMakesItCompetent) {
  const std::string id = OpenApplication("330100");
  EXPECT_EQ(Grant(id).refusal, R::REFUSAL_STAGE_NOT_REACHED);
  Freeze(id, 1);
  s_.RunDue();
  s_.SetNow(At("2025-03-05T09:00:00+08:00"));
  Transfer(id, [](auto* event) {
    event->mutable_case_thawed()->set_hop(1);
    event->mutable_case_thawed()->set_why("ruled");
  });
  EXPECT_THAT(s_.RunDue(), ElementsAre("DecisionClockStarted"));
  EXPECT_EQ(ClockOf(id, "aid.decide").deadline().due_date(), "2025-03-12") << "seven days from the ruling";
  EXPECT_THAT(Grant(id).events, ElementsAre("AidGranted", "AssignClockStarted"));
}

TEST_F(DocumentSetTest, APaperRulingThatItStaysDoesTheSame) {
  const std::string id = OpenApplication("330100");
  Transfer(id, [](auto* event) { event->mutable_paper_ruling_recorded()->set_custodian("330800"); });
  EXPECT_THAT(s_.RunDue(), ElementsAre("DecisionClockStarted"));
  EXPECT_THAT(Grant(id).events, ElementsAre("AidGranted", "AssignClockStarted"));
}

// --- of two receipts the first wins
TEST_F(DocumentSetTest, TheSameDocumentsOfTheSameApplicantAreTakenOnce) {
  const std::string first = Apply({"identity", "contract"}).As<v1::SubmitAidApplicationResponse>().case_id();
  EXPECT_EQ(Apply({"identity", "contract"}).refusal, R::REFUSAL_APPLICATION_TAKEN);
  EXPECT_EQ(s_.last().metadata.at("case_id"), first);
  EXPECT_EQ(Apply({"identity"}).refusal, R::REFUSAL_UNSPECIFIED) << "another set is another matter";
  Withdraw(first);
  EXPECT_EQ(Apply({"identity", "contract"}).refusal, R::REFUSAL_UNSPECIFIED) << "what is done with may come again";
}

TEST_F(DocumentSetTest, AnArrivalThatWasReceivedLaterNamesTheFirst) {
  s_.SetNow(At("2025-02-20T09:00:00+08:00"));
  const std::string own = Apply({"identity", "contract"}).As<v1::SubmitAidApplicationResponse>().case_id();
  Acquire(Part());
  EXPECT_THAT(s_.RunDue(), ::testing::UnorderedElementsAre("DecisionClockStarted", "ApplicationLinked"));
  EXPECT_EQ(Get(kForeign).duplicate_of(), own);
  EXPECT_EQ(Grant(kForeign).refusal, R::REFUSAL_DUPLICATE_APPLICATION);
  EXPECT_EQ(s_.last().metadata.at("case_id"), own);
  EXPECT_THAT(Grant(own).events, ElementsAre("AidGranted", "AssignClockStarted"));
}

TEST_F(DocumentSetTest, AnArrivalThatWasReceivedFirstWins) {
  const std::string own = Apply({"identity", "contract"}).As<v1::SubmitAidApplicationResponse>().case_id();
  Acquire(Part());
  EXPECT_THAT(s_.RunDue(), ::testing::UnorderedElementsAre("DecisionClockStarted", "ApplicationLinked"));
  EXPECT_EQ(Get(own).duplicate_of(), kForeign);
  EXPECT_EQ(Grant(own).refusal, R::REFUSAL_DUPLICATE_APPLICATION);
  EXPECT_THAT(Grant(kForeign).events, ElementsAre("AidGranted", "AssignClockStarted"));
}

TEST_F(DocumentSetTest, UrgentAidIsGrantedBeforeThePapersAreThere) {
  auto request = Application();
  request.set_urgent(v1::URGENT_GROUND_LIMITATION);
  const Result& applied = s_.When(request);
  EXPECT_THAT(applied.events, ::testing::Contains("UrgentAidFlagged"));
  const auto id = applied.As<v1::SubmitAidApplicationResponse>().case_id();
  auto notice = On<v1::IssueSupplementNoticeRequest>(id);
  notice.add_items("income");
  s_.When(notice);
  EXPECT_THAT(Grant(id).events, ElementsAre("AidGranted", "AssignClockStarted"));
  request.set_urgent(static_cast<v1::UrgentGround>(99));
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_INVALID);
}

TEST_F(DocumentSetTest, ADetaineesApplicationIsForwardedWithinADay) {
  const auto late_from = [&](std::string_view applied_at) {
    auto request = Application();
    request.set_detention_facility("the detention centre");
    *request.mutable_detainee_applied_at() = Stamp(applied_at);
    const Result& result = s_.When(request);
    EXPECT_THAT(result.events, ::testing::Contains("DetaineeForwarded"));
    bool late = false;
    for (const auto& message : result.messages) {
      const auto& event = dynamic_cast<const v1::IntakeEvent&>(*message);
      if (event.has_detainee_forwarded()) late = event.detainee_forwarded().late();
    }
    return late;
  };
  EXPECT_FALSE(late_from("2025-03-02T09:00:01+08:00"));
  EXPECT_TRUE(late_from("2025-03-02T09:00:00+08:00")) << "24 hours are over, on a Sunday too";
  auto request = Application();
  request.set_detention_facility("the detention centre");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_MISSING);
  *request.mutable_detainee_applied_at() = Stamp("2025-03-04T09:00:00+08:00");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_TIME_IN_FUTURE);
  *request.mutable_detainee_applied_at() = Stamp("2025-03-02T09:00:00+08:00");
  request.clear_detention_facility();
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_MISSING);
}

}  // namespace
}  // namespace casehub::intake
