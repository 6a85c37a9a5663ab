// A municipality's own policies and calendars over what is built in.
#include "services/legalclock/rules.h"

#include <gtest/gtest.h>

#include "services/model/timestamps.h"

namespace casehub::legalclock {
namespace {

using registry::v1::RegistryEvent;

Instant At(int year, int month, int day) {
  return {StartOf(absl::CivilDay(year, month, day)).micros + 9 * 3600 * kMicrosPerSecond};
}

RegistryEvent Notice(uint32_t year, std::vector<std::string> off) {
  RegistryEvent event;
  event.mutable_calendar_loaded()->set_year(year);
  for (std::string& day : off) event.mutable_calendar_loaded()->add_days()->set_date(std::move(day));
  return event;
}

RegistryEvent Set(const std::string& name, uint32_t amount, const std::string& from, const std::string& version) {
  RegistryEvent event;
  auto* policy = event.mutable_policy_set()->mutable_policy();
  policy->set_name(name);
  policy->set_amount(amount);
  policy->set_unit(registry::v1::TERM_UNIT_WORKING_DAYS);
  policy->set_extension(2);
  policy->set_citation_zh("本市规定");
  policy->set_citation_en("a rule of the municipality");
  policy->set_valid_from(from);
  policy->set_version(version);
  return event;
}

class RulesTest : public ::testing::Test {
 protected:
  void Add(const RegistryEvent& event) { row_ = *RowAfter(row_, event); }
  std::shared_ptr<const Rules> rules() const { return Rules::FromRow(row_); }

  std::string row_;
};

TEST_F(RulesTest, WithoutItsOwnTheDefaultsHold) {
  EXPECT_EQ(rules(), Rules::Defaults());
  EXPECT_EQ(rules()->Find("aid.decide", At(2026, 3, 2)), FindPolicy("aid.decide"));
  EXPECT_EQ(rules()->Find("no.such", At(2026, 3, 2)), nullptr);
  EXPECT_EQ(rules()->calendar().version(), Calendar::Builtin().version());
  EXPECT_EQ(rules()->On(absl::CivilDay(2026, 3, 2)).size(), AllPolicies().size());
}

TEST_F(RulesTest, AVersionHoldsFromItsDayUntilTheNext) {
  Add(Set("transfer.respond", 5, "2026-07-01", "v2"));
  Add(Set("transfer.respond", 4, "2026-01-01", "v1"));
  const auto amount = [&](Instant start) { return rules()->Find("transfer.respond", start)->amount; };
  EXPECT_EQ(amount(At(2025, 12, 31)), 3) << "the default";
  EXPECT_EQ(amount(At(2026, 1, 1)), 4);
  EXPECT_EQ(amount({StartOf(absl::CivilDay(2026, 7, 1)).micros - 1}), 4) << "the last microsecond of June";
  EXPECT_EQ(amount(StartOf(absl::CivilDay(2026, 7, 1))), 5);
  EXPECT_EQ(rules()->Find("transfer.forward", At(2026, 8, 1)), FindPolicy("transfer.forward")) << "is not touched";
  const common::v1::Deadline deadline = rules()->StartClock("transfer.respond", At(2026, 8, 3));
  EXPECT_EQ(deadline.policy_version(), "v2");
  EXPECT_EQ(deadline.due_date(), "2026-08-10");
  const auto in_force = rules()->On(absl::CivilDay(2026, 8, 3));
  const auto own =
      std::count_if(in_force.begin(), in_force.end(), [](const auto& one) { return one.from.has_value(); });
  EXPECT_EQ(own, 1);
}

TEST_F(RulesTest, SetAgainForTheSameDayReplaces) {
  const std::string nothing = rules()->policies_version();
  Add(Set("transfer.respond", 5, "2026-07-01", "v1"));
  const std::string first = rules()->policies_version();
  Add(Set("transfer.respond", 6, "2026-07-01", "v2"));
  EXPECT_EQ(rules()->Find("transfer.respond", At(2026, 7, 1))->amount, 6);
  EXPECT_EQ(rules()->Own("transfer.respond", "2026-07-01")->version(), "v2");
  EXPECT_FALSE(rules()->Own("transfer.respond", "2026-07-02"));
  EXPECT_NE(first, nothing);
  EXPECT_NE(rules()->policies_version(), first);
}

TEST_F(RulesTest, AProvisionalDateIsCountedAgainWithBothExplanations) {
  const auto before = rules()->StartClock("transfer.respond", At(2026, 12, 30));
  ASSERT_TRUE(before.provisional());
  EXPECT_EQ(before.due_date(), "2027-01-04");
  EXPECT_FALSE(rules()->Restate(before)) << "nothing was loaded";

  Add(Notice(2027, {"2027-01-01", "2027-01-04"}));
  const auto restated = rules()->Restate(before);
  ASSERT_TRUE(restated);
  EXPECT_EQ(restated->after.due_date(), "2027-01-06");
  EXPECT_FALSE(restated->after.provisional());
  EXPECT_TRUE(restated->before.provisional);
  EXPECT_EQ(restated->before.due, ToInstant(before.due_at()));
  EXPECT_EQ(restated->now.due, ToInstant(restated->after.due_at()));
  EXPECT_FALSE(rules()->Restate(restated->after)) << "it is final";
}

TEST_F(RulesTest, AnotherYearsNoticeChangesNothing) {
  const auto before = rules()->StartClock("transfer.respond", At(2026, 12, 30));
  Add(Notice(2029, {"2029-01-01"}));
  EXPECT_FALSE(rules()->Restate(before));
  Add(Notice(2027, {"2027-01-01"}));
  const auto restated = rules()->Restate(before);
  ASSERT_TRUE(restated);
  EXPECT_EQ(restated->before.due, ToInstant(before.due_at())) << "explained by the calendar of then";
}

TEST_F(RulesTest, CountingAgainKeepsTheVersionItBeganWith) {
  Add(Set("transfer.respond", 5, "2026-07-01", "v1"));
  const auto before = rules()->StartClock("transfer.respond", At(2026, 12, 30));
  Add(Set("transfer.respond", 9, "2026-12-01", "v2"));
  Add(Notice(2027, {"2027-01-01"}));
  const auto restated = rules()->Restate(before);
  ASSERT_TRUE(restated);
  EXPECT_EQ(restated->after.policy_version(), "v1");
  EXPECT_EQ(restated->after.due_date(), "2027-01-07");
}

TEST_F(RulesTest, TheSameEventsGiveTheSameRow) {
  Add(Notice(2027, {"2027-01-01"}));
  Add(Notice(2028, {"2028-01-01"}));
  Add(Notice(2027, {"2027-01-04"}));
  const std::string row = row_;
  EXPECT_TRUE(rules()->calendar().IsWorkingDay(absl::CivilDay(2027, 1, 1))) << "a notice replaces the one before";
  EXPECT_FALSE(rules()->calendar().IsWorkingDay(absl::CivilDay(2027, 1, 4)));
  EXPECT_FALSE(RowAfter(row, RegistryEvent()));
  EXPECT_EQ(Rules::FromRow(row), Rules::FromRow(row_)) << "remembered";
}

TEST(Extension, LengthensTheTermAndSaysSo) {
  const Calendar& calendar = Calendar::Builtin();
  const Policy* finish = FindPolicy("petition.finish");
  const Explained plain = Compute(*finish, At(2026, 3, 2), {}, calendar);
  const Explained longer = Compute(*finish, At(2026, 3, 2), {}, calendar, true);
  EXPECT_EQ(*plain.due_date, absl::CivilDay(2026, 5, 6)) << "60 days end on 1 May, a holiday to 5 May";
  EXPECT_EQ(*longer.due_date, absl::CivilDay(2026, 6, 1)) << "90 days end on Sunday 31 May";
  EXPECT_EQ(longer.steps_en.size(), plain.steps_en.size() + 1);
  EXPECT_EQ(longer.steps_zh[1], "期间 60 日,经批准延长 30 日,共 90 日");
  const Explained none = Compute(*FindPolicy("aid.decide"), At(2026, 3, 2), {}, calendar, true);
  EXPECT_EQ(none.due, Compute(*FindPolicy("aid.decide"), At(2026, 3, 2), {}, calendar).due) << "it has none";
}

}  // namespace
}  // namespace casehub::legalclock
