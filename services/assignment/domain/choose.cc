#include "services/assignment/domain/choose.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "services/model/timestamps.h"

namespace casehub::assignment {

using intake::v1::CASE_KIND_DEFENCE;
using registry::v1::PRACTITIONER_KIND_LAWYER;
using registry::v1::PRACTITIONER_KIND_LEGAL_WORKER;

namespace {

constexpr size_t kCountyDigits = 6;

// On the day, or before it; an end that is empty never comes.
bool Covers(const std::string& from, const std::string& until, CivilDate today) {
  const auto first = ParseDate(from);
  const auto end = ParseDate(until);
  return first && *first <= today && (!end || today < *end);
}

bool IsQualified(const v1::CaseNeeds& needs, const v1::RosterEntry& entry) {
  if (entry.kind() == PRACTITIONER_KIND_LAWYER) return true;
  return entry.kind() == PRACTITIONER_KIND_LEGAL_WORKER && needs.kind() != CASE_KIND_DEFENCE;
}

bool LifeIsAtStake(const v1::CaseNeeds& needs) {
  return needs.maximum_penalty() == intake::v1::MAXIMUM_PENALTY_LIFE ||
         needs.maximum_penalty() == intake::v1::MAXIMUM_PENALTY_DEATH;
}

// Three whole years of related practice: on the corresponding day it has them.
bool HasTheYears(const v1::RosterEntry& entry, CivilDate today) {
  const auto since = ParseDate(entry.criminal_practice_since());
  return since && AddMonths(*since, 12 * kRelatedYearsMin) <= today;
}

bool WouldServeTooMany(const v1::CaseNeeds& needs, const Candidate& candidate) {
  return !needs.village().empty() && candidate.villages.count(needs.village()) == 0 &&
         candidate.villages.size() >= kVillagesMax;
}

bool IsSpecialised(const v1::CaseNeeds& needs, const v1::RosterEntry& entry) {
  return std::find(entry.specialties().begin(), entry.specialties().end(), needs.matter_type()) !=
         entry.specialties().end();
}

uint32_t Distance(const v1::CaseNeeds& needs, const Candidate& candidate) {
  if (!candidate.lent_from.empty()) return 3;
  if (candidate.entry.office_id() == needs.office_id()) return 0;
  const std::string county = needs.region_code().substr(0, kCountyDigits);
  return !county.empty() && candidate.region_code.substr(0, kCountyDigits) == county ? 1 : 2;
}

// What the ranking compares, in its order.
using Rank = std::tuple<uint32_t, bool, uint32_t, uint32_t, int64_t, std::string, std::string>;

Rank RankOf(const v1::CaseNeeds& needs, const Candidate& candidate) {
  return {needs.priority() > 0 ? candidate.in_hand : 0,
          !IsSpecialised(needs, candidate.entry),
          Distance(needs, candidate),
          candidate.offers,
          candidate.last_offer_at ? candidate.last_offer_at->micros : INT64_MIN,
          candidate.lent_from,
          candidate.entry.practitioner_id()};
}

// The first comparison that puts `first` before `second`.
v1::ChoiceRule Decides(const Rank& first, const Rank& second) {
  if (std::get<0>(first) != std::get<0>(second)) return v1::CHOICE_RULE_PRIORITY;
  if (std::get<1>(first) != std::get<1>(second)) return v1::CHOICE_RULE_SPECIALTY;
  if (std::get<2>(first) != std::get<2>(second)) return v1::CHOICE_RULE_DISTANCE;
  if (std::get<3>(first) != std::get<3>(second)) return v1::CHOICE_RULE_FEWEST_OFFERS;
  if (std::get<4>(first) != std::get<4>(second)) return v1::CHOICE_RULE_LONGEST_SINCE_OFFER;
  return v1::CHOICE_RULE_ID;
}

v1::CandidateView ViewOf(const v1::CaseNeeds& needs, const Candidate& candidate, v1::ChoiceRule rule) {
  v1::CandidateView view;
  view.set_practitioner_id(candidate.entry.practitioner_id());
  view.set_lent_from(candidate.lent_from);
  view.set_rule(rule);
  view.set_in_hand(candidate.in_hand);
  view.set_capacity(candidate.capacity());
  view.set_specialised(IsSpecialised(needs, candidate.entry));
  view.set_distance(Distance(needs, candidate));
  view.set_offers(candidate.offers);
  if (candidate.last_offer_at) *view.mutable_last_offer_at() = ToTimestamp(*candidate.last_offer_at);
  return view;
}

struct Ranked {
  Rank rank;
  const Candidate* candidate;
};
struct Barring {
  v1::ChoiceRule rule;
  const Candidate* candidate;
};

void ShowRanked(const v1::CaseNeeds& needs, const std::vector<Ranked>& ranked, v1::ChoiceExplanation* explanation) {
  explanation->set_ranked_total(static_cast<uint32_t>(ranked.size()));
  for (size_t i = 0; i < ranked.size() && i < kShownMax; ++i) {
    const auto rule = i == 0 ? v1::CHOICE_RULE_UNSPECIFIED : Decides(ranked[i - 1].rank, ranked[i].rank);
    *explanation->add_ranked() = ViewOf(needs, *ranked[i].candidate, rule);
  }
}

void ShowExcluded(const v1::CaseNeeds& needs, const std::vector<Barring>& excluded,
                  v1::ChoiceExplanation* explanation) {
  std::map<v1::ChoiceRule, uint32_t> totals;
  for (const Barring& one : excluded) {
    if (explanation->excluded_size() < kShownMax) {
      *explanation->add_excluded() = ViewOf(needs, *one.candidate, one.rule);
    }
    ++totals[one.rule];
  }
  for (const auto& [rule, number] : totals) {
    auto* total = explanation->add_excluded_total();
    total->set_rule(rule);
    total->set_practitioners(number);
  }
}

// Who is named comes first among the excluded, so that the bound never hides why it cannot take the case.
void Sort(const std::optional<v1::PractitionerRef>& named, std::vector<Ranked>* ranked,
          std::vector<Barring>* excluded) {
  const auto is_named = [&](const Candidate& one) { return named && SamePractitioner(*named, one.ref()); };
  std::sort(ranked->begin(), ranked->end(), [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
  std::sort(excluded->begin(), excluded->end(), [&](const Barring& a, const Barring& b) {
    const auto key = [&](const Barring& one) {
      return std::tuple(!is_named(*one.candidate), one.rule, one.candidate->lent_from,
                        one.candidate->entry.practitioner_id());
    };
    return key(a) < key(b);
  });
}

}  // namespace

bool SamePractitioner(const v1::PractitionerRef& a, const v1::PractitionerRef& b) {
  return a.practitioner_id() == b.practitioner_id() && a.lent_from() == b.lent_from();
}

v1::PractitionerRef Candidate::ref() const {
  v1::PractitionerRef ref;
  ref.set_practitioner_id(entry.practitioner_id());
  ref.set_lent_from(lent_from);
  return ref;
}

v1::ChoiceRule Excluded(const Choosing& choosing, const Candidate& candidate) {
  const v1::RosterEntry& entry = candidate.entry;
  const v1::CaseNeeds& needs = choosing.needs;
  if (!candidate.office_open || !Covers(entry.valid_from(), entry.valid_until(), choosing.today)) {
    return v1::CHOICE_RULE_NOT_ON_ROSTER;
  }
  if (!entry.suspended_from().empty() && Covers(entry.suspended_from(), entry.suspended_until(), choosing.today)) {
    return v1::CHOICE_RULE_SUSPENDED;
  }
  if (!IsQualified(needs, entry)) return v1::CHOICE_RULE_QUALIFICATION;
  if (LifeIsAtStake(needs) && (entry.kind() != PRACTITIONER_KIND_LAWYER || !HasTheYears(entry, choosing.today))) {
    return v1::CHOICE_RULE_YEARS;
  }
  v1::ChoiceRule asked = v1::CHOICE_RULE_UNSPECIFIED;
  for (const v1::Barred& barred : choosing.barred) {
    if (!SamePractitioner(barred.practitioner(), candidate.ref())) continue;
    if (barred.rule() != v1::CHOICE_RULE_ASKED_BEFORE) return barred.rule();
    asked = barred.rule();
  }
  if (candidate.in_hand >= candidate.capacity()) return v1::CHOICE_RULE_CAPACITY;
  if (!choosing.villages_overridden && WouldServeTooMany(needs, candidate)) return v1::CHOICE_RULE_VILLAGES;
  return choosing.named ? v1::CHOICE_RULE_UNSPECIFIED : asked;
}

Choice Choose(const Choosing& choosing, const std::vector<Candidate>& candidates) {
  std::vector<Ranked> ranked;
  std::vector<Barring> excluded;
  for (const Candidate& candidate : candidates) {
    const v1::ChoiceRule rule = Excluded(choosing, candidate);
    if (rule == v1::CHOICE_RULE_UNSPECIFIED) {
      ranked.push_back({RankOf(choosing.needs, candidate), &candidate});
    } else {
      excluded.push_back({rule, &candidate});
    }
  }
  Sort(choosing.named, &ranked, &excluded);
  Choice choice;
  *choice.explanation.mutable_needs() = choosing.needs;
  ShowRanked(choosing.needs, ranked, &choice.explanation);
  ShowExcluded(choosing.needs, excluded, &choice.explanation);
  if (choosing.named) {
    const bool fits = std::any_of(ranked.begin(), ranked.end(), [&](const Ranked& one) {
      return SamePractitioner(one.candidate->ref(), *choosing.named);
    });
    if (!fits) return choice;
    choice.chosen = choosing.named;
    choice.explanation.set_decided_by(v1::CHOICE_RULE_NAMED);
    return choice;
  }
  if (ranked.empty()) return choice;
  choice.chosen = ranked[0].candidate->ref();
  choice.explanation.set_decided_by(ranked.size() == 1 ? v1::CHOICE_RULE_ONLY_ONE
                                                       : Decides(ranked[0].rank, ranked[1].rank));
  return choice;
}

v1::ChoiceRule MostExcluding(const v1::ChoiceExplanation& explanation) {
  v1::ChoiceRule most = v1::CHOICE_RULE_UNSPECIFIED;
  uint32_t number = 0;
  for (const v1::RuleCount& count : explanation.excluded_total()) {
    if (count.practitioners() <= number) continue;
    most = count.rule();
    number = count.practitioners();
  }
  return most;
}

v1::ChoiceRule RuleAgainst(const v1::ChoiceExplanation& explanation, const v1::PractitionerRef& ref) {
  for (const v1::CandidateView& view : explanation.excluded()) {
    if (view.practitioner_id() == ref.practitioner_id() && view.lent_from() == ref.lent_from()) return view.rule();
  }
  return v1::CHOICE_RULE_UNSPECIFIED;
}

}  // namespace casehub::assignment
