// Mandatory defence on notice of an authority (life 2, step 1).
#include "casehub/assignment/v1/assignment_events.pb.h"
#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

class DefenceTest : public IntakeTest {
 protected:
  static v1::ReceiveDefenceNoticeRequest Notice() {
    v1::ReceiveDefenceNoticeRequest request;
    request.set_municipality("330800");
    request.mutable_actor()->set_staff_id("s1");
    request.mutable_actor()->set_office_id("centre");
    request.mutable_applicant()->set_sealed("sealed");
    request.set_matter_type("criminal");
    request.set_ground(v1::DEFENCE_GROUND_MINOR);
    request.set_stage(v1::PROCEDURE_STAGE_INVESTIGATION);
    request.set_maximum_penalty(v1::MAXIMUM_PENALTY_FIXED_TERM);
    request.set_need_found_on("2025-02-28");
    request.set_authority("the police");
    request.set_authority_reference("7");
    return request;
  }
  std::string Receive(const v1::ReceiveDefenceNoticeRequest& request) {
    return s_.When(request).As<v1::ReceiveDefenceNoticeResponse>().case_id();
  }
};

TEST_F(DefenceTest, ANoticeOpensACaseWithoutTestOrGrant) {
  const Result& result = s_.When(Notice());
  EXPECT_THAT(result.events, ElementsAre("CaseOpened", "FirstReceiverFixed", "ClaimCodeIssued", "NoticeReceived",
                                         "AuthorityTimeliness", "AssignClockStarted"));
  EXPECT_THAT(result.relies_on, IsEmpty());
  const auto id = result.As<v1::ReceiveDefenceNoticeResponse>().case_id();
  const v1::Case shown = Get(id);
  EXPECT_EQ(shown.kind(), v1::CASE_KIND_DEFENCE);
  EXPECT_EQ(shown.defence().ground(), v1::DEFENCE_GROUND_MINOR);
  EXPECT_FALSE(shown.has_aid());
  EXPECT_EQ(shown.contacts(), 0u);
  EXPECT_EQ(ClockOf(id, "defence.assign").deadline().due_date(), "2025-03-06");
  EXPECT_EQ(Withdraw(id).refusal, R::REFUSAL_WRONG_KIND);
}

// Three days from the day the need was found, the day itself not counted: Friday 28 February to Monday 3 March.
TEST_F(DefenceTest, ALateAuthorityIsFlaggedAndNeverRefused) {
  const auto late_on = [&](std::string_view now, const std::string& found_on) {
    s_.SetNow(At(now));
    auto request = Notice();
    request.clear_authority_reference();
    request.set_need_found_on(found_on);
    const Result& result = s_.When(request);
    EXPECT_EQ(result.refusal, R::REFUSAL_UNSPECIFIED);
    const bool late = result.As<v1::ReceiveDefenceNoticeResponse>().late();
    EXPECT_EQ(result.EventAt<v1::IntakeEvent>(4).authority_timeliness().late(), late);
    EXPECT_EQ(Get(result.As<v1::ReceiveDefenceNoticeResponse>().case_id()).defence().notified_late(), late);
    return late;
  };
  EXPECT_FALSE(late_on("2025-03-03T09:00:00+08:00", "2025-03-03"));
  EXPECT_FALSE(late_on("2025-03-03T23:59:59+08:00", "2025-02-28"));
  EXPECT_TRUE(late_on("2025-03-04T00:00:00+08:00", "2025-02-28"));
  EXPECT_TRUE(late_on("2025-03-04T09:00:00+08:00", "2024-12-31"));
}

TEST_F(DefenceTest, TheNextStageIsALinkedCaseOfItsOwn) {
  const std::string first = Receive(Notice());
  auto next = Notice();
  next.set_stage(v1::PROCEDURE_STAGE_PROSECUTION);
  next.set_linked_case_id(first);
  const std::string second = Receive(next);
  EXPECT_NE(first, second);
  EXPECT_EQ(Get(second).defence().linked_case_id(), first);
  next.set_authority_reference("8");
  next.set_linked_case_id("01890000-0000-7000-8000-00000000dead");  // of another municipality
  EXPECT_NE(Receive(next), second);
}

TEST_F(DefenceTest, TheAssignClockEndsWhenItIsMetAndElseFiresOnce) {
  const std::string met = Receive(Notice());
  // Told apart by its name: intake asks nothing else of it. A letter alone is not enough in a criminal case.
  assignment::v1::AssignmentEvent letter;
  letter.set_case_id(met);
  letter.mutable_practitioner_assigned()->set_practitioner_id("lawyer");
  s_.Given(ServiceId::kAssignment, letter);
  EXPECT_EQ(ClockOf(met, "defence.assign").status(), v1::CLOCK_STATUS_RUNNING);
  s_.SetNow(At("2025-03-07T00:00:00+08:00"));
  EXPECT_THAT(s_.RunDue(), ElementsAre("DeadlineMissed"));
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  EXPECT_EQ(ClockOf(met, "defence.assign").status(), v1::CLOCK_STATUS_MISSED);
}

TEST_F(DefenceTest, EachRefusalHasItsReason) {
  Receive(Notice());
  const std::string contact = OpenContact();
  auto later = Notice();
  later.set_stage(v1::PROCEDURE_STAGE_FIRST_INSTANCE);
  const std::string trial = Receive(later);
  struct Row {
    const char* name;
    std::function<void(v1::ReceiveDefenceNoticeRequest*)> change;
    R refusal;
    Meta metadata;
  };
  const std::vector<Row> rows = {
      {"nobody to defend", [](auto* r) { r->clear_applicant(); }, R::REFUSAL_FIELD_MISSING, {{"field", "applicant"}}},
      {"no matter", [](auto* r) { r->clear_matter_type(); }, R::REFUSAL_FIELD_MISSING, {{"field", "matter_type"}}},
      {"a channel that is none",
       [](auto* r) { r->set_channel(common::v1::CHANNEL_IMPORT); },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "channel"}}},
      {"no ground", [](auto* r) { r->clear_ground(); }, R::REFUSAL_FIELD_MISSING, {{"field", "ground"}}},
      {"no such ground",
       [](auto* r) { r->set_ground(static_cast<v1::DefenceGround>(99)); },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "ground"}}},
      {"no stage", [](auto* r) { r->clear_stage(); }, R::REFUSAL_FIELD_MISSING, {{"field", "stage"}}},
      {"no such stage",
       [](auto* r) { r->set_stage(static_cast<v1::ProcedureStage>(99)); },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "stage"}}},
      {"no penalty",
       [](auto* r) { r->clear_maximum_penalty(); },
       R::REFUSAL_FIELD_MISSING,
       {{"field", "maximum_penalty"}}},
      {"no such penalty",
       [](auto* r) { r->set_maximum_penalty(static_cast<v1::MaximumPenalty>(99)); },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "maximum_penalty"}}},
      {"no authority", [](auto* r) { r->clear_authority(); }, R::REFUSAL_FIELD_MISSING, {{"field", "authority"}}},
      {"long authority",
       [](auto* r) { r->set_authority(std::string(201, 'a')); },
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "authority"}}},
      {"long reference",
       [](auto* r) { r->set_authority_reference(std::string(201, 'a')); },
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "authority_reference"}}},
      {"a day that is none",
       [](auto* r) { r->set_need_found_on("2025-02-29"); },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "need_found_on"}}},
      {"tomorrow",
       [](auto* r) { r->set_need_found_on("2025-03-04"); },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "need_found_on"}, {"why", "PHRASE_NOT_AFTER_TODAY"}}},
      {"no office", [](auto* r) { r->clear_actor(); }, R::REFUSAL_FIELD_MISSING, {{"field", "actor.office_id"}}},
      {"unknown office", [](auto* r) { r->mutable_actor()->set_office_id("nowhere"); }, R::REFUSAL_OFFICE_UNKNOWN, {}},
      {"closed office", [](auto* r) { r->mutable_actor()->set_office_id("gone"); }, R::REFUSAL_OFFICE_CLOSED, {}},
      {"linked to no case",
       [](auto* r) { r->set_linked_case_id("no case"); },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "linked_case_id"}}},
      {"linked to a contact", [&](auto* r) { r->set_linked_case_id(contact); }, R::REFUSAL_WRONG_KIND, {}},
      {"linked to a later stage",
       [&](auto* r) { r->set_linked_case_id(trial); },
       R::REFUSAL_FIELD_INVALID,
       {{"why", "PHRASE_EARLIER_STAGE"}}},
      {"the same notice", [](auto*) {}, R::REFUSAL_NOTICE_TAKEN, {{"authority", "the police"}, {"reference", "7"}}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    auto request = Notice();
    row.change(&request);
    ExpectRefused([&]() -> const Result& { return s_.When(request); }, row.refusal, row.metadata);
  }
}

}  // namespace
}  // namespace casehub::intake
