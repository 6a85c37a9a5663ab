#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

class CustodyTest : public IntakeTest {
 protected:
  // The state that this municipality exported last.
  v1::CaseState Exported() {
    v1::CaseState part;
    const auto& event = s_.last().EventAt<v1::IntakeEvent>(0);
    EXPECT_TRUE(part.ParseFromString(event.part_exported().state()));
    return part;
  }
  void Acquire(const std::string& id, uint64_t hop, const v1::CaseState& part) {
    Transfer(id, [&](auto* event) {
      auto* moved = event->mutable_custody_moved();
      moved->set_hop(hop);
      moved->set_from("330100");
      auto* carried = moved->add_parts();
      carried->set_service(static_cast<uint32_t>(ServiceId::kIntake));
      carried->set_state(part.SerializeAsString());
      auto* foreign = moved->add_parts();
      foreign->set_service(static_cast<uint32_t>(ServiceId::kEvaluation));
      foreign->set_state("not a state of intake");
    });
  }
  // A legal aid case as another municipality exports it.
  static v1::CaseState ForeignPart(const std::string& id) {
    v1::CaseState part;
    part.set_case_id(id);
    part.set_municipality("330100");
    part.set_home_municipality("330100");
    part.set_kind(v1::CASE_KIND_LEGAL_AID);
    part.set_status(v1::CASE_STATUS_OPEN);
    part.set_version(9);
    part.set_application_received(true);
    part.set_away_from_home(true);
    part.set_frozen_hop(1);
    part.set_frozen_to("330800");
    part.set_source_system("permits");
    part.set_external_reference("7");
    return part;
  }
  static constexpr char kForeign[] = "01890000-0000-8000-8000-0000000000aa";
};

TEST_F(CustodyTest, AFrozenCaseExportsItsPartAndActsNoMore) {
  const std::string id = OpenCall();
  Freeze(id, 1);
  EXPECT_EQ(s_.state().Due().size(), 1u) << "its clocks do not fire";
  EXPECT_THAT(s_.RunDue(), ElementsAre("PartExported"));
  const auto& exported = s_.last().EventAt<v1::IntakeEvent>(0).part_exported();
  EXPECT_EQ(exported.hop(), 1u);
  EXPECT_EQ(exported.to(), "330100");
  EXPECT_EQ(Exported().question().sealed(), "question");
  EXPECT_EQ(Exported().case_id(), id);
  EXPECT_EQ(Exported().municipality(), "330800");
  EXPECT_EQ(Exported().home_municipality(), "330800");
  const v1::CaseState part = Exported();
  for (const auto& clock : part.clocks()) EXPECT_EQ(clock.due_offset(), 0) << "rows of this log do not travel";
  EXPECT_EQ(Answer(id).refusal, R::REFUSAL_CASE_FROZEN);
  EXPECT_EQ(s_.last().metadata, (Meta{{"to", "330100"}}));
  s_.SetNow(At("2025-04-01T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
}

TEST_F(CustodyTest, ThawedClocksFireForWhatPassedMeanwhile) {
  const std::string id = OpenCall();
  Freeze(id, 1);
  s_.RunDue();
  s_.SetNow(At("2025-03-20T09:00:00+08:00"));
  Thaw(id, 1);
  EXPECT_FALSE(Get(id).frozen());
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed", "DeadlineMissed", "Escalated"));
  EXPECT_EQ(Answer(id).refusal, R::REFUSAL_UNSPECIFIED);
}

TEST_F(CustodyTest, AThawBeforeTheExportLeavesNothingToExport) {
  const std::string id = OpenContact();
  Freeze(id, 1);
  Thaw(id, 1);
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  EXPECT_THAT(s_.state().Due(), IsEmpty());
}

TEST_F(CustodyTest, WhoLostCustodyShowsTheStatusOnly) {
  auto request = Contact();
  request.set_source_system("12345");
  request.set_external_reference("A-1");
  const std::string id = s_.When(request).As<v1::RegisterContactResponse>().case_id();
  Freeze(id, 1);
  s_.RunDue();
  LearnCustody(id, 1);
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_MOVED_AWAY);
  EXPECT_FALSE(Get(id).has_applicant());
  auto again = Contact();
  again.set_case_id(id);
  EXPECT_EQ(s_.When(again).refusal, R::REFUSAL_CASE_MOVED);
  EXPECT_EQ(s_.last().metadata, (Meta{{"to", "330100"}}));

  v1::ListCasesRequest list;
  EXPECT_FALSE(s_.When(list).As<v1::ListCasesResponse>().cases(0).has_applicant());
  list.set_source_system("12345");
  list.set_external_reference("A-1");
  EXPECT_FALSE(s_.When(list).As<v1::ListCasesResponse>().cases(0).has_applicant()) << "by reference as well";
}

TEST_F(CustodyTest, AnOfferSentInTimeMeetsTheForwardClock) {
  const std::string id = OpenApplication("330100");
  auto list = On<v1::AgreeMaterialListRequest>(id);
  list.add_items("income statement");
  s_.When(list);
  auto interview = On<v1::RecordInterviewRequest>(id);
  interview.mutable_record()->set_sealed("record");
  s_.When(interview);
  auto consent = On<v1::RecordTransferConsentRequest>(id);
  consent.mutable_consent()->set_name("consent");
  consent.mutable_consent()->set_sha256(std::string(32, 'x'));
  s_.When(consent);
  Freeze(id, 1);
  s_.RunDue();
  Transfer(id, [](auto* event) { event->mutable_transfer_offered()->set_hop(1); });
  EXPECT_EQ(ClockOf(id, "transfer.forward").status(), v1::CLOCK_STATUS_MET);
}

TEST_F(CustodyTest, TheAcquirerHasTheCaseAndItsDecisionClockStartsWithCustody) {
  Acquire(kForeign, 1, ForeignPart(kForeign));
  const v1::Case shown = Get(kForeign);
  EXPECT_EQ(shown.municipality(), "330800");
  EXPECT_EQ(shown.home_municipality(), "330100");
  EXPECT_EQ(shown.status(), v1::CASE_STATUS_OPEN);
  EXPECT_FALSE(shown.frozen());
  EXPECT_GT(std::stoull(shown.etag()), 9u) << "an etag never comes twice";
  EXPECT_THAT(s_.RunDue(), ElementsAre("DecisionClockStarted"));
  EXPECT_EQ(ClockOf(kForeign, "aid.decide").deadline().due_date(), "2025-03-10");
}

// A row leaves out a home that is here: one that is not known must not become that.
TEST_F(CustodyTest, APartWithoutAHomeWasNotOpenedHere) {
  v1::CaseState part = ForeignPart(kForeign);
  part.clear_home_municipality();
  Acquire(kForeign, 1, part);
  EXPECT_EQ(Get(kForeign).home_municipality(), "330100")
      << "the home of the transfer, or else where the case came from";
}

TEST_F(CustodyTest, ACaseThatComesHomeWasOpenedHere) {
  const std::string id = OpenContact();
  Freeze(id, 1);
  s_.RunDue();
  v1::CaseState part = Exported();
  part.set_municipality("330100");
  Transfer(id, [](auto* event) { event->mutable_custody_learned()->set_custodian("330100"); });
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_MOVED_AWAY);
  Acquire(id, 2, part);
  EXPECT_EQ(Get(id).home_municipality(), "330800");
  EXPECT_EQ(Get(id).municipality(), "330800");
}

TEST_F(CustodyTest, TheDecisionClockCountsFromCustodyEvenIfTheReactionComesLater) {
  Acquire(kForeign, 1, ForeignPart(kForeign));
  s_.SetNow(At("2025-03-05T09:00:00+08:00"));  // the owner was away
  EXPECT_THAT(s_.RunDue(), ElementsAre("DecisionClockStarted"));
  EXPECT_EQ(ClockOf(kForeign, "aid.decide").deadline().due_date(), "2025-03-10");
}

TEST_F(CustodyTest, ADecisionClockThatCameAlongStartsAnew) {
  v1::CaseState part = ForeignPart(kForeign);
  auto* clock = part.add_clocks();
  clock->set_status(v1::CLOCK_STATUS_RUNNING);
  clock->mutable_deadline()->set_policy("aid.decide");
  *clock->mutable_deadline()->mutable_started_at() = Stamp("2025-02-24T09:00:00+08:00");
  *clock->mutable_deadline()->mutable_due_at() = Stamp("2025-03-04T00:00:00+08:00");
  Acquire(kForeign, 2, part);
  EXPECT_THAT(s_.RunDue(), ElementsAre("DecisionClockStarted"));
  EXPECT_EQ(ClockOf(kForeign, "aid.decide").deadline().due_date(), "2025-03-10");
  s_.SetNow(At("2025-03-05T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), IsEmpty()) << "the former custodian's date is not ours";
}

TEST_F(CustodyTest, AFreezeBeforeTheReactionDoesNotLoseTheDecisionClock) {
  Acquire(kForeign, 1, ForeignPart(kForeign));
  Freeze(kForeign, 2, "330200");
  EXPECT_THAT(s_.RunDue(), ElementsAre("PartExported"));
  Thaw(kForeign, 2);
  EXPECT_THAT(s_.RunDue(), ElementsAre("DecisionClockStarted"));
}

TEST_F(CustodyTest, AnAcquiredCaseDoesNotTakeTheNumberOfAnotherHere) {
  const std::string own = s_.When(Import("7", 1)).As<ingest::v1::ImportCaseResponse>().case_id();
  Acquire(kForeign, 1, ForeignPart(kForeign));
  const Result& more = s_.When(Import("7", 1, 1));
  EXPECT_EQ(more.As<ingest::v1::ImportCaseResponse>().case_id(), own) << "numbers collide between municipalities";
}

TEST_F(CustodyTest, ACaseThatComesBackIsReplacedByItsPart) {
  const std::string id = OpenCall();
  Freeze(id, 1);
  s_.RunDue();
  v1::CaseState part = Exported();
  LearnCustody(id, 1);
  EXPECT_THAT(s_.state().Due(), IsEmpty());
  part.set_matter_type("changed there");
  Acquire(id, 2, part);
  EXPECT_EQ(Get(id).status(), v1::CASE_STATUS_OPEN);
  EXPECT_EQ(Get(id).matter_type(), "changed there");
  EXPECT_EQ(s_.state().Due().size(), 2u) << "its clocks run again here";
  EXPECT_EQ(Answer(id).refusal, R::REFUSAL_UNSPECIFIED);
}

}  // namespace
}  // namespace casehub::intake
