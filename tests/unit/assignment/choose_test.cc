// Who is chosen (C7): a table of single rules, and many random rosters that break none of them.
#include "services/assignment/domain/choose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

namespace casehub::assignment {
namespace {

constexpr CivilDate kToday(2025, 3, 3);

Candidate One(
    const std::string& id, const std::function<void(Candidate*)>& change = [](auto*) {}) {
  Candidate candidate;
  candidate.entry.set_practitioner_id(id);
  candidate.entry.set_kind(registry::v1::PRACTITIONER_KIND_LAWYER);
  candidate.entry.set_office_id("centre");
  candidate.entry.set_valid_from("2020-01-01");
  candidate.entry.set_capacity(5);
  candidate.region_code = "330802";
  change(&candidate);
  return candidate;
}

Choosing For(const std::function<void(Choosing*)>& change = [](auto*) {}) {
  Choosing choosing;
  choosing.needs.set_kind(intake::v1::CASE_KIND_LEGAL_AID);
  choosing.needs.set_matter_type("labour");
  choosing.needs.set_office_id("station");
  choosing.needs.set_region_code("330802001");
  choosing.today = kToday;
  change(&choosing);
  return choosing;
}

void Defence(Choosing* choosing, intake::v1::MaximumPenalty penalty) {
  choosing->needs.set_kind(intake::v1::CASE_KIND_DEFENCE);
  choosing->needs.set_maximum_penalty(penalty);
}

void BarOne(Choosing* choosing, v1::ChoiceRule rule) {
  auto& barred = choosing->barred.emplace_back();
  barred.mutable_practitioner()->set_practitioner_id("one");
  barred.set_rule(rule);
}

TEST(Choose, EveryConstraintExcludesOnBothSidesOfItsEdge) {
  using K = registry::v1::PractitionerKind;
  struct Row {
    const char* name;
    std::function<void(Choosing*)> choosing;
    std::function<void(Candidate*)> candidate;
    v1::ChoiceRule rule;
  };
  const auto nothing = [](auto*) {};
  const Row rows[] = {
      {"fits", nothing, nothing, v1::CHOICE_RULE_UNSPECIFIED},
      {"first day", nothing, [](auto* c) { c->entry.set_valid_from("2025-03-03"); }, v1::CHOICE_RULE_UNSPECIFIED},
      {"a day early", nothing, [](auto* c) { c->entry.set_valid_from("2025-03-04"); }, v1::CHOICE_RULE_NOT_ON_ROSTER},
      {"last day", nothing, [](auto* c) { c->entry.set_valid_until("2025-03-04"); }, v1::CHOICE_RULE_UNSPECIFIED},
      {"gone", nothing, [](auto* c) { c->entry.set_valid_until("2025-03-03"); }, v1::CHOICE_RULE_NOT_ON_ROSTER},
      {"office closed", nothing, [](auto* c) { c->office_open = false; }, v1::CHOICE_RULE_NOT_ON_ROSTER},
      {"suspended from tomorrow", nothing, [](auto* c) { c->entry.set_suspended_from("2025-03-04"); },
       v1::CHOICE_RULE_UNSPECIFIED},
      {"suspended from today", nothing, [](auto* c) { c->entry.set_suspended_from("2025-03-03"); },
       v1::CHOICE_RULE_SUSPENDED},
      {"suspended until today", nothing,
       [](auto* c) {
         c->entry.set_suspended_from("2025-01-01");
         c->entry.set_suspended_until("2025-03-03");
       },
       v1::CHOICE_RULE_UNSPECIFIED},
      {"suspended until tomorrow", nothing,
       [](auto* c) {
         c->entry.set_suspended_from("2025-01-01");
         c->entry.set_suspended_until("2025-03-04");
       },
       v1::CHOICE_RULE_SUSPENDED},
      {"legal worker, civil", nothing, [](auto* c) { c->entry.set_kind(K::PRACTITIONER_KIND_LEGAL_WORKER); },
       v1::CHOICE_RULE_UNSPECIFIED},
      {"mediator, civil", nothing, [](auto* c) { c->entry.set_kind(K::PRACTITIONER_KIND_MEDIATOR); },
       v1::CHOICE_RULE_QUALIFICATION},
      {"legal worker, defence", [](auto* c) { Defence(c, intake::v1::MAXIMUM_PENALTY_FIXED_TERM); },
       [](auto* c) { c->entry.set_kind(K::PRACTITIONER_KIND_LEGAL_WORKER); }, v1::CHOICE_RULE_QUALIFICATION},
      {"lawyer without years, fixed term", [](auto* c) { Defence(c, intake::v1::MAXIMUM_PENALTY_FIXED_TERM); }, nothing,
       v1::CHOICE_RULE_UNSPECIFIED},
      {"lawyer without years, life", [](auto* c) { Defence(c, intake::v1::MAXIMUM_PENALTY_LIFE); }, nothing,
       v1::CHOICE_RULE_YEARS},
      {"three years today, death", [](auto* c) { Defence(c, intake::v1::MAXIMUM_PENALTY_DEATH); },
       [](auto* c) { c->entry.set_criminal_practice_since("2022-03-03"); }, v1::CHOICE_RULE_UNSPECIFIED},
      {"three years tomorrow, death", [](auto* c) { Defence(c, intake::v1::MAXIMUM_PENALTY_DEATH); },
       [](auto* c) { c->entry.set_criminal_practice_since("2022-03-04"); }, v1::CHOICE_RULE_YEARS},
      {"long at the bar, but not at this, life", [](auto* c) { Defence(c, intake::v1::MAXIMUM_PENALTY_LIFE); },
       [](auto* c) { c->entry.set_practising_since("1990-01-01"); }, v1::CHOICE_RULE_YEARS},
      {"conflict", [](auto* c) { BarOne(c, v1::CHOICE_RULE_CONFLICT); }, nothing, v1::CHOICE_RULE_CONFLICT},
      {"conflict of one lent under the same id", [](auto* c) { BarOne(c, v1::CHOICE_RULE_CONFLICT); },
       [](auto* c) { c->lent_from = "330600"; }, v1::CHOICE_RULE_UNSPECIFIED},
      {"co-defendant", [](auto* c) { BarOne(c, v1::CHOICE_RULE_CO_DEFENDANT); }, nothing, v1::CHOICE_RULE_CO_DEFENDANT},
      {"replaced", [](auto* c) { BarOne(c, v1::CHOICE_RULE_REPLACED); }, nothing, v1::CHOICE_RULE_REPLACED},
      {"asked before", [](auto* c) { BarOne(c, v1::CHOICE_RULE_ASKED_BEFORE); }, nothing, v1::CHOICE_RULE_ASKED_BEFORE},
      {"asked before, then a conflict",
       [](auto* c) {
         BarOne(c, v1::CHOICE_RULE_ASKED_BEFORE);
         BarOne(c, v1::CHOICE_RULE_CONFLICT);
       },
       nothing, v1::CHOICE_RULE_CONFLICT},
      {"room for one", nothing, [](auto* c) { c->in_hand = 4; }, v1::CHOICE_RULE_UNSPECIFIED},
      {"full", nothing, [](auto* c) { c->in_hand = 5; }, v1::CHOICE_RULE_CAPACITY},
      {"default capacity", nothing,
       [](auto* c) {
         c->entry.clear_capacity();
         c->in_hand = kDefaultCapacity;
       },
       v1::CHOICE_RULE_CAPACITY},
      {"a fifth village", [](auto* c) { c->needs.set_village("330802001009"); },
       [](auto* c) {
         c->villages = {"1", "2", "3", "4"};
       },
       v1::CHOICE_RULE_UNSPECIFIED},
      {"a sixth village", [](auto* c) { c->needs.set_village("330802001009"); },
       [](auto* c) {
         c->villages = {"1", "2", "3", "4", "5"};
       },
       v1::CHOICE_RULE_VILLAGES},
      {"a sixth village with a reason",
       [](auto* c) {
         c->needs.set_village("330802001009");
         c->villages_overridden = true;
       },
       [](auto* c) {
         c->villages = {"1", "2", "3", "4", "5"};
       },
       v1::CHOICE_RULE_UNSPECIFIED},
      {"one of its five villages again", [](auto* c) { c->needs.set_village("3"); },
       [](auto* c) {
         c->villages = {"1", "2", "3", "4", "5"};
       },
       v1::CHOICE_RULE_UNSPECIFIED},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(v1::ChoiceRule_Name(Excluded(For(row.choosing), One("one", row.candidate))),
              v1::ChoiceRule_Name(row.rule));
  }
}

TEST(Choose, TheFirstDifferenceDecides) {
  struct Row {
    const char* name;
    std::function<void(Choosing*)> choosing;
    std::function<void(Candidate*)> first;
    std::function<void(Candidate*)> second;
    v1::ChoiceRule rule;
  };
  const auto nothing = [](auto*) {};
  const Row rows[] = {
      {"fewest in hand, for a priority case", [](auto* c) { c->needs.set_priority(1); },
       [](auto* c) { c->in_hand = 1; },
       [](auto* c) {
         c->in_hand = 2;
         c->entry.add_specialties("labour");
       },
       v1::CHOICE_RULE_PRIORITY},
      {"specialty, for any other", nothing,
       [](auto* c) {
         c->in_hand = 2;
         c->entry.add_specialties("labour");
         c->entry.set_office_id("far");
       },
       [](auto* c) { c->in_hand = 1; }, v1::CHOICE_RULE_SPECIALTY},
      {"same office", nothing,
       [](auto* c) {
         c->entry.set_office_id("station");
         c->offers = 9;
       },
       nothing, v1::CHOICE_RULE_DISTANCE},
      {"same county", nothing, [](auto* c) { c->offers = 9; }, [](auto* c) { c->region_code = "330803"; },
       v1::CHOICE_RULE_DISTANCE},
      {"ours before one lent", nothing, [](auto* c) { c->region_code = "330803"; },
       [](auto* c) { c->lent_from = "330600"; }, v1::CHOICE_RULE_DISTANCE},
      {"fewest offers", nothing,
       [](auto* c) {
         c->offers = 1;
         c->last_offer_at = Instant{9};
       },
       [](auto* c) {
         c->offers = 2;
         c->last_offer_at = Instant{1};
       },
       v1::CHOICE_RULE_FEWEST_OFFERS},
      {"longest since the last", nothing, [](auto* c) { c->last_offer_at = Instant{1}; },
       [](auto* c) { c->last_offer_at = Instant{2}; }, v1::CHOICE_RULE_LONGEST_SINCE_OFFER},
      {"never asked", nothing, nothing, [](auto* c) { c->last_offer_at = Instant{0}; },
       v1::CHOICE_RULE_LONGEST_SINCE_OFFER},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    // The better one has the later id, so that the id alone would choose the other.
    const Choice choice = Choose(For(row.choosing), {One("a", row.second), One("b", row.first)});
    ASSERT_TRUE(choice.chosen);
    EXPECT_EQ(choice.chosen->practitioner_id(), "b");
    EXPECT_EQ(v1::ChoiceRule_Name(choice.explanation.decided_by()), v1::ChoiceRule_Name(row.rule));
    EXPECT_EQ(choice.explanation.ranked(1).rule(), row.rule);
  }
  EXPECT_EQ(Choose(For(), {One("b"), One("a")}).chosen->practitioner_id(), "a");
  EXPECT_EQ(Choose(For(), {One("b"), One("a")}).explanation.decided_by(), v1::CHOICE_RULE_ID);
  EXPECT_EQ(Choose(For(), {One("a")}).explanation.decided_by(), v1::CHOICE_RULE_ONLY_ONE);
  EXPECT_FALSE(Choose(For(), {}).chosen);
}

TEST(Choose, WhoIsNamedStillHasToFit) {
  const auto named = [](const std::string& id) {
    return For([&](auto* c) {
      c->named.emplace();
      c->named->set_practitioner_id(id);
    });
  };
  const std::vector<Candidate> roster{One("a"), One("full", [](auto* c) { c->in_hand = 5; }),
                                      One("b", [](auto* c) { c->offers = 9; })};
  const Choice choice = Choose(named("b"), roster);
  EXPECT_EQ(choice.chosen->practitioner_id(), "b");
  EXPECT_EQ(choice.explanation.decided_by(), v1::CHOICE_RULE_NAMED);
  EXPECT_FALSE(Choose(named("full"), roster).chosen);
  EXPECT_FALSE(Choose(named("nobody"), roster).chosen);
  // Asked before is no constraint: who declined may be asked again by name.
  Choosing again = named("one");
  BarOne(&again, v1::CHOICE_RULE_ASKED_BEFORE);
  EXPECT_TRUE(Choose(again, {One("one")}).chosen);
  again.named.reset();
  EXPECT_FALSE(Choose(again, {One("one")}).chosen);
}

TEST(Choose, TheExplanationIsBoundedAndCountsTheRest) {
  std::vector<Candidate> roster;
  for (int i = 0; i < 60; ++i) roster.push_back(One("l" + std::to_string(100 + i)));
  for (int i = 0; i < 40; ++i) roster.push_back(One("f" + std::to_string(100 + i), [](auto* c) { c->in_hand = 5; }));
  const Choice choice = Choose(For(), roster);
  EXPECT_EQ(choice.explanation.ranked_size(), kShownMax);
  EXPECT_EQ(choice.explanation.excluded_size(), kShownMax);
  EXPECT_EQ(choice.explanation.ranked_total(), 60u);
  ASSERT_EQ(choice.explanation.excluded_total_size(), 1);
  EXPECT_EQ(choice.explanation.excluded_total(0).practitioners(), 40u);
  EXPECT_EQ(MostExcluding(choice.explanation), v1::CHOICE_RULE_CAPACITY);
  EXPECT_LT(choice.explanation.ByteSizeLong(), 4096u);
  // Who is named is explained, however many are excluded before it.
  Choosing choosing = For();
  choosing.named.emplace();
  choosing.named->set_practitioner_id("f139");
  EXPECT_EQ(RuleAgainst(Choose(choosing, roster).explanation, *choosing.named), v1::CHOICE_RULE_CAPACITY);
}

// --- properties

class RandomWorld {
 public:
  explicit RandomWorld(uint64_t seed) : random_(seed) {}
  uint64_t Below(uint64_t n) { return random_() % n; }

  Candidate AnyCandidate(int index) {
    return One("p" + std::to_string(index), [&](Candidate* c) {
      const registry::v1::PractitionerKind kinds[] = {
          registry::v1::PRACTITIONER_KIND_LAWYER, registry::v1::PRACTITIONER_KIND_LAWYER,
          registry::v1::PRACTITIONER_KIND_LEGAL_WORKER, registry::v1::PRACTITIONER_KIND_MEDIATOR};
      c->entry.set_kind(kinds[Below(4)]);
      c->entry.set_office_id(Below(2) == 0 ? "station" : "centre");
      if (Below(2) == 0) c->entry.set_criminal_practice_since("20" + std::to_string(18 + Below(8)) + "-03-03");
      if (Below(3) == 0) c->entry.add_specialties("labour");
      if (Below(6) == 0) c->entry.set_suspended_from(Below(2) == 0 ? "2025-03-03" : "2025-03-04");
      if (Below(8) == 0) c->entry.set_valid_until(Below(2) == 0 ? "2025-03-03" : "2026-01-01");
      c->entry.set_capacity(static_cast<uint32_t>(1 + Below(4)));
      c->in_hand = static_cast<uint32_t>(Below(c->entry.capacity() + 1));
      c->region_code = Below(2) == 0 ? "330802" : "330803";
      c->offers = static_cast<uint32_t>(Below(4));
      if (Below(2) == 0) c->last_offer_at = Instant{static_cast<int64_t>(Below(5))};
      for (uint64_t v = Below(7); v > 0; --v) c->villages.insert(std::to_string(v));
      if (Below(6) == 0) c->lent_from = "330600";
    });
  }
  Choosing AnyCase(int candidates) {
    return For([&](Choosing* c) {
      if (Below(2) == 0) Defence(c, static_cast<intake::v1::MaximumPenalty>(1 + Below(3)));
      c->needs.set_priority(static_cast<uint32_t>(Below(3)));
      if (Below(4) == 0) c->needs.set_village("9");
      c->villages_overridden = Below(3) == 0;
      for (uint64_t b = Below(3); b > 0; --b) {
        auto& barred = c->barred.emplace_back();
        barred.mutable_practitioner()->set_practitioner_id("p" +
                                                           std::to_string(Below(static_cast<uint64_t>(candidates))));
        barred.set_rule(static_cast<v1::ChoiceRule>(v1::CHOICE_RULE_CONFLICT + Below(3)));
      }
    });
  }
  std::mt19937_64& engine() { return random_; }

 private:
  std::mt19937_64 random_;
};

// The rules once more, in other words than those of choose.cc.
std::string Broken(const Choosing& choosing, const Candidate& c) {
  const auto& entry = c.entry;
  const bool lawyer = entry.kind() == registry::v1::PRACTITIONER_KIND_LAWYER;
  const bool defence = choosing.needs.kind() == intake::v1::CASE_KIND_DEFENCE;
  if (!entry.valid_until().empty() && entry.valid_until() <= "2025-03-03") return "not on the roster";
  if (!entry.suspended_from().empty() && entry.suspended_from() <= "2025-03-03") return "suspended";
  if (defence && !lawyer) return "defence without a lawyer";
  if (!lawyer && entry.kind() != registry::v1::PRACTITIONER_KIND_LEGAL_WORKER) return "not qualified";
  const bool life = defence && choosing.needs.maximum_penalty() != intake::v1::MAXIMUM_PENALTY_FIXED_TERM;
  if (life && (entry.criminal_practice_since().empty() || entry.criminal_practice_since() > "2022-03-03")) {
    return "less than three years";
  }
  for (const auto& barred : choosing.barred) {
    if (c.lent_from.empty() && barred.practitioner().practitioner_id() == entry.practitioner_id()) return "barred";
  }
  if (c.in_hand + 1 > entry.capacity()) return "over capacity";
  std::set<std::string> villages = c.villages;
  if (!choosing.needs.village().empty()) villages.insert(choosing.needs.village());
  if (!choosing.villages_overridden && villages.size() > 5 && villages.size() > c.villages.size()) {
    return "too many villages";
  }
  return {};
}

TEST(Choose, TenThousandRandomRostersBreakNoRule) {
  int chosen = 0;
  int nobody = 0;
  for (uint64_t seed = 1; seed <= 10'000; ++seed) {
    RandomWorld world(seed);
    std::vector<Candidate> roster;
    const int size = static_cast<int>(1 + world.Below(20));
    for (int i = 0; i < size; ++i) roster.push_back(world.AnyCandidate(i));
    const Choosing choosing = world.AnyCase(size);
    const Choice choice = Choose(choosing, roster);
    // The order in which the roster is read changes neither the choice nor a byte of its explanation.
    std::vector<Candidate> shuffled = roster;
    std::shuffle(shuffled.begin(), shuffled.end(), world.engine());
    ASSERT_EQ(Choose(choosing, shuffled).explanation.SerializeAsString(), choice.explanation.SerializeAsString());
    uint32_t explained = choice.explanation.ranked_total();
    for (const auto& count : choice.explanation.excluded_total()) explained += count.practitioners();
    ASSERT_EQ(explained, static_cast<uint32_t>(size)) << "seed " << seed;
    bool anybody = false;
    for (const Candidate& candidate : roster) {
      const std::string broken = Broken(choosing, candidate);
      anybody = anybody || broken.empty();
      if (choice.chosen && SamePractitioner(*choice.chosen, candidate.ref())) {
        ASSERT_EQ(broken, "") << "seed " << seed;
      }
    }
    ASSERT_EQ(choice.chosen.has_value(), anybody) << "seed " << seed;
    ++(choice.chosen ? chosen : nobody);
  }
  EXPECT_GT(chosen, 5'000);
  EXPECT_GT(nobody, 500);
}

TEST(Choose, AmongEqualsNobodyGetsTwoMoreOffersThanAnother) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    RandomWorld world(seed);
    std::vector<Candidate> roster;
    for (uint64_t i = 2 + world.Below(9); i > 0; --i) {
      roster.push_back(One("p" + std::to_string(i), [](auto* c) { c->entry.set_capacity(1'000); }));
    }
    for (int64_t offer = 1; offer <= 100; ++offer) {
      const Choice choice = Choose(For(), roster);
      ASSERT_TRUE(choice.chosen);
      uint32_t fewest = UINT32_MAX;
      uint32_t most = 0;
      for (Candidate& candidate : roster) {
        if (SamePractitioner(candidate.ref(), *choice.chosen)) {
          ++candidate.offers;
          candidate.last_offer_at = Instant{offer};
          ++candidate.in_hand;
        }
        fewest = std::min(fewest, candidate.offers);
        most = std::max(most, candidate.offers);
      }
      ASSERT_LE(most - fewest, 1u) << "seed " << seed << " offer " << offer;
    }
  }
}

}  // namespace
}  // namespace casehub::assignment
