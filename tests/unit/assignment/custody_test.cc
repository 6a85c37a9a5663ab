// Cases that are frozen, leave, arrive and come back (custody.md), as far as assignment is concerned.
#include "services/assignment/domain/case.h"
#include "services/assignment/tables.h"
#include "tests/unit/assignment/assignment_fixture.h"

namespace casehub::assignment {
namespace {

class AssignmentCustodyTest : public AssignmentTest {
 protected:
  void MoveHere(const std::string& id, uint64_t hop, const std::string& from, const std::string& state) {
    desk.Transfer(id, [&](auto* event) {
      event->mutable_custody_moved()->set_hop(hop);
      event->mutable_custody_moved()->set_from(from);
      auto* part = event->mutable_custody_moved()->add_parts();
      part->set_service(static_cast<uint32_t>(ServiceId::kAssignment));
      part->set_state(state);
    });
  }
  std::string Export(const std::string& id, uint64_t hop) {
    desk.Freeze(id, hop);
    EXPECT_THAT(desk.s.RunDue(), ElementsAre("PartExported"));
    const auto& part = desk.s.last().EventAt<v1::AssignmentEvent>(0).part_exported();
    EXPECT_EQ(part.hop(), hop);
    EXPECT_EQ(part.to(), "330100");
    return part.state();
  }
};

TEST_F(AssignmentCustodyTest, ACaseItDoesNotKnowHasAnEmptyPart) { EXPECT_EQ(Export(kUnknownCase, 1), ""); }

TEST_F(AssignmentCustodyTest, AFrozenCaseWaitsAndGoesOn) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  desk.Offer(kCaseA);
  Export(kCaseA, 1);
  ExpectRefused(desk.Accept(kCaseA), R::REFUSAL_CASE_FROZEN, {{"to", "330100"}});
  desk.Now("2025-03-05T09:00:00+08:00");
  EXPECT_THAT(desk.s.RunDue(), IsEmpty()) << "no timer of a frozen case fires";
  EXPECT_EQ(desk.InHand("one"), 1u);
  desk.Thaw(kCaseA, 1);
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("OfferTimedOut"));
}

TEST_F(AssignmentCustodyTest, AThawBeforeTheExportMakesItPointless) {
  desk.Grant(kCaseA);
  desk.Freeze(kCaseA, 1);
  desk.Thaw(kCaseA, 1);
  EXPECT_THAT(desk.s.RunDue(), IsEmpty());
}

TEST_F(AssignmentCustodyTest, WhatLeavesFreesThePractitioner) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  desk.Assign(kCaseA);
  Export(kCaseA, 1);
  EXPECT_EQ(desk.InHand("one"), 1u);
  desk.LearnCustody(kCaseA, 1);
  EXPECT_EQ(desk.InHand("one"), 0u);
  ExpectRefused(desk.Offer(kCaseA), R::REFUSAL_CASE_MOVED, {{"to", "330100"}});
  desk.Now("2025-06-01T00:00:00+08:00");
  EXPECT_THAT(desk.s.RunDue(), IsEmpty());
}

TEST_F(AssignmentCustodyTest, WhatArrivesWaitsToBeOfferedAndKnowsItsPast) {
  v1::AssignmentState part;
  part.set_kind(intake::v1::CASE_KIND_LEGAL_AID);
  part.set_matter_type("labour");
  part.set_granted(true);
  part.set_status(v1::ASSIGNMENT_STATUS_ASSIGNED);
  part.mutable_letter()->mutable_practitioner()->set_practitioner_id("one");
  part.set_frozen_hop(3);
  part.set_first_assigned_on("2025-02-01");
  part.mutable_assign()->mutable_deadline()->set_policy("aid.assign");
  *part.mutable_assign()->mutable_deadline()->mutable_due_at() = Stamp("2025-03-07T00:00:00+08:00");
  part.mutable_assign()->set_status(v1::ASSIGNMENT_CLOCK_STATUS_RUNNING);
  auto* work = part.add_work();
  work->mutable_practitioner()->set_practitioner_id("one");
  work->set_recorded(2);
  desk.Lawyer("one");
  MoveHere(kCaseA, 3, "330100", part.SerializeAsString());
  EXPECT_THAT(desk.Queue(), ElementsAre(kCaseA));
  EXPECT_FALSE(desk.Get(kCaseA).has_letter());
  EXPECT_EQ(desk.Get(kCaseA).work(0).practitioner().lent_from(), "330100") << "another's lawyer, though of one id";
  EXPECT_EQ(desk.Offer(kCaseA).As<v1::OfferCaseResponse>().practitioner_id(), "one");
  // And it comes back to where that lawyer is ours.
  const auto row = desk.s.state().Get(tables::CaseKey(Municipality(330800), *Uuid::Parse(kCaseA)));
  const auto again = Imported(row.value_or(""), kCaseA, Municipality(330800), Municipality(330100));
  EXPECT_EQ(again.work(0).practitioner().lent_from(), "");
}

TEST_F(AssignmentCustodyTest, ItComesBackWithNothingLeftOfTheFirstTime) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  desk.Assign(kCaseA);
  const std::string state = Export(kCaseA, 1);
  // It went on from there and came back before the origin had heard of it.
  MoveHere(kCaseA, 3, "330100", state);
  EXPECT_EQ(desk.InHand("one"), 0u);
  EXPECT_THAT(desk.Queue(), ElementsAre(kCaseA));
  EXPECT_FALSE(desk.Get(kCaseA).frozen());
}

TEST_F(AssignmentCustodyTest, WithoutAPartNothingIsLeftHere) {
  desk.Grant(kCaseA);
  desk.Freeze(kCaseA, 1);
  desk.Transfer(kCaseA, [](auto* event) { event->mutable_custody_moved()->set_from("330100"); });
  EXPECT_THAT(desk.Queue(), IsEmpty());
  ExpectRefused(desk.Offer(kCaseA), R::REFUSAL_CASE_UNKNOWN);
}

}  // namespace
}  // namespace casehub::assignment
