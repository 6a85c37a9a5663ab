// What the registry records, what it keeps, and that repeating a command records nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/registry/service.h"
#include "tests/support/given.h"
#include "tests/unit/registry/samples.h"

namespace casehub::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Registry : public ::testing::Test {
 protected:
  casehub::testing::Scenario s{MakeRegistryService(), Municipality(330800),
                               casehub::testing::At("2026-03-02T09:00:00+08:00")};
};

TEST_F(Registry, RecordsAndListsOffices) {
  EXPECT_THAT(s.When(GoodOffice("centre")).events, ElementsAre("OfficeRegistered"));
  auto station = GoodOffice("station");
  station.mutable_office()->set_parent_office_id("centre");
  EXPECT_THAT(s.When(station).events, ElementsAre("OfficeRegistered"));
  v1::ListOfficesRequest list;
  list.set_page_size(1);
  const auto first = s.When(list).As<v1::ListOfficesResponse>();
  ASSERT_EQ(first.offices_size(), 1);
  EXPECT_EQ(first.offices(0).office_id(), "centre");
  ASSERT_NE(first.next_page_token(), "");
  list.set_page_token(first.next_page_token());
  const auto second = s.When(list).As<v1::ListOfficesResponse>();
  ASSERT_EQ(second.offices_size(), 1);
  EXPECT_EQ(second.offices(0).parent_office_id(), "centre");
  EXPECT_EQ(second.next_page_token(), "");
  list.set_page_size(1001);
  EXPECT_EQ(s.When(list).refusal, runtime::Refusal::REFUSAL_FIELD_INVALID);
  EXPECT_TRUE(s.ReplayEqualsLive());
}

TEST_F(Registry, RepeatingWhatStandsRecordsNothing) {
  s.When(GoodOffice());
  EXPECT_THAT(s.When(GoodOffice()).events, IsEmpty());
  EXPECT_EQ(s.last().As<v1::RegisterOfficeResponse>().office_id(), "centre");
  EXPECT_THAT(s.When(GoodPractitioner()).events, ElementsAre("PractitionerRegistered"));
  EXPECT_THAT(s.When(GoodPractitioner()).events, IsEmpty());
  EXPECT_THAT(s.When(GoodCalendar()).events, ElementsAre("CalendarLoaded"));
  EXPECT_THAT(s.When(GoodCalendar()).events, IsEmpty());
  EXPECT_THAT(s.When(GoodClosing()).events, ElementsAre("OfficeClosed"));
  EXPECT_THAT(s.When(GoodClosing()).events, IsEmpty());
  auto renamed = GoodPractitioner();
  renamed.mutable_practitioner()->add_specialties("劳动");
  EXPECT_THAT(s.When(renamed).events, ElementsAre("PractitionerRegistered"));
  EXPECT_TRUE(s.ReplayEqualsLive());
}

TEST_F(Registry, ASuspensionStandsUntilItIsLifted) {
  s.When(GoodOffice());
  s.When(GoodPractitioner());
  const auto listed = [&] {
    return s.When(v1::ListPractitionersRequest()).As<v1::ListPractitionersResponse>().practitioners(0);
  };
  EXPECT_THAT(s.When(GoodSuspension()).events, ElementsAre("PractitionerSuspended"));
  EXPECT_THAT(s.When(GoodSuspension()).events, IsEmpty());
  EXPECT_EQ(listed().suspended_from(), "2026-03-01");
  EXPECT_THAT(s.When(GoodPractitioner()).events, IsEmpty()) << "a roster that is loaded again lifts nothing";
  auto moved = GoodPractitioner();
  moved.mutable_practitioner()->set_capacity(3);
  EXPECT_THAT(s.When(moved).events, ElementsAre("PractitionerRegistered"));
  EXPECT_EQ(listed().suspended_from(), "2026-03-01");
  v1::ReinstatePractitionerRequest reinstate;
  reinstate.set_practitioner_id("lawyer-1");
  EXPECT_THAT(s.When(reinstate).events, ElementsAre("PractitionerReinstated"));
  EXPECT_THAT(s.When(reinstate).events, IsEmpty());
  EXPECT_EQ(listed().suspended_from(), "");
  EXPECT_EQ(listed().capacity(), 3u);
  EXPECT_TRUE(s.ReplayEqualsLive());
}

TEST_F(Registry, AClosedOfficeStaysListedWithItsEnd) {
  s.When(GoodOffice("centre"));
  s.When(GoodOffice("heir"));
  auto closing = GoodClosing();
  closing.set_successor_office_id("heir");
  EXPECT_THAT(s.When(closing).events, ElementsAre("OfficeClosed"));
  const auto list = s.When(v1::ListOfficesRequest()).As<v1::ListOfficesResponse>();
  ASSERT_EQ(list.offices_size(), 2);
  EXPECT_EQ(list.offices(0).valid_until(), "2026-01-01");
  EXPECT_EQ(list.offices(0).successor_office_id(), "heir");
}

TEST_F(Registry, TheTreeOfOfficesHasNoCircle) {
  auto below = [](const std::string& id, const std::string& parent) {
    auto request = GoodOffice(id);
    request.mutable_office()->set_parent_office_id(parent);
    return request;
  };
  s.When(GoodOffice("centre"));
  s.When(below("station", "centre"));
  s.When(below("room", "station"));
  EXPECT_EQ(s.When(below("centre", "room")).refusal, runtime::Refusal::REFUSAL_FIELD_INVALID);
  EXPECT_EQ(s.last().metadata.at("field"), "office.parent_office_id");
  EXPECT_THAT(s.When(below("room", "centre")).events, ElementsAre("OfficeRegistered"));
}

TEST_F(Registry, MunicipalitiesDoNotSeeEachOther) {
  v1::RegistryEvent event;
  *event.mutable_office_registered()->mutable_office() = GoodOffice().office();
  s.Given(ServiceId::kRegistry, event, Municipality(420100));
  EXPECT_EQ(s.When(v1::ListOfficesRequest()).As<v1::ListOfficesResponse>().offices_size(), 0);
  EXPECT_EQ(s.When(GoodPractitioner()).refusal, runtime::Refusal::REFUSAL_OFFICE_UNKNOWN);
}

}  // namespace
}  // namespace casehub::registry
