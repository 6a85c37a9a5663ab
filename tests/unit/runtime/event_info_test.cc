// Whose standing an event changes: its case's, or that of the practitioner it names.
#include "services/runtime/event_info.h"

#include <gtest/gtest.h>

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"

namespace casehub::runtime {
namespace {

constexpr Municipality kHere(330800);

TEST(StandingSubject, IsTheCaseOfTheEvent) {
  intake::v1::IntakeEvent event;
  const Uuid case_id = Uuid::V7(1'764'000'000'000, 1, 2);
  event.set_case_id(case_id.ToString());
  event.mutable_case_withdrawn();
  EXPECT_TRUE(IsStanding(event));
  EXPECT_EQ(StandingSubject(event, kHere), storage::CaseSubject(case_id));
}

TEST(StandingSubject, IsThePractitionerWhereNoCaseIsNamed) {
  registry::v1::RegistryEvent event;
  event.mutable_practitioner_suspended()->set_practitioner_id("lawyer-1");
  EXPECT_TRUE(IsStanding(event));
  EXPECT_EQ(StandingSubject(event, kHere), storage::PractitionerSubject(kHere, "lawyer-1"));
  EXPECT_NE(StandingSubject(event, kHere), StandingSubject(event, Municipality(330700)));
  event.mutable_practitioner_reinstated()->set_practitioner_id("lawyer-1");
  EXPECT_EQ(StandingSubject(event, kHere), storage::PractitionerSubject(kHere, "lawyer-1"));
}

TEST(StandingSubject, IsNobodyWhereNobodyIsNamed) {
  registry::v1::RegistryEvent event;
  EXPECT_EQ(StandingSubject(event, kHere), std::nullopt);
  event.mutable_office_closed()->set_office_id("centre");
  EXPECT_FALSE(IsStanding(event));
  EXPECT_EQ(StandingSubject(event, kHere), std::nullopt);
}

}  // namespace
}  // namespace casehub::runtime
