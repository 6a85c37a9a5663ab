#include "services/legalclock/rules.h"

#include <xxhash.h>

#include <algorithm>
#include <deque>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "services/model/civil_time.h"
#include "services/model/timestamps.h"

namespace casehub::legalclock {
namespace {

constexpr size_t kRowsRemembered = 32;  // by each thread: municipalities of a partition

Policy::Unit UnitOf(registry::v1::TermUnit unit) {
  switch (unit) {
    case registry::v1::TERM_UNIT_HOURS:
      return Policy::Unit::kHours;
    case registry::v1::TERM_UNIT_WORKING_DAYS:
      return Policy::Unit::kWorkingDays;
    case registry::v1::TERM_UNIT_MONTHS:
      return Policy::Unit::kMonths;
    default:
      return Policy::Unit::kNaturalDays;
  }
}

registry::v1::RulesState Parse(std::string_view row) {
  registry::v1::RulesState state;
  state.ParseFromArray(row.data(), static_cast<int>(row.size()));
  return state;
}

// The built-in calendar and the first `count` years that were loaded.
Calendar CalendarAfter(int count, const registry::v1::RulesState& state) {
  Calendar calendar = Calendar::Builtin();
  for (int i = 0; i < count; ++i) {
    const registry::v1::CalendarLoaded& loaded = state.calendars(i);
    std::vector<std::pair<absl::CivilDay, bool>> days;
    for (const registry::v1::CalendarDay& day : loaded.days()) {
      if (const auto date = ParseDate(day.date())) days.emplace_back(*date, day.working());
    }
    calendar.Load(static_cast<int>(loaded.year()), std::move(days));
  }
  return calendar;
}

}  // namespace

Rules::Rules(registry::v1::RulesState state)
    : state_(std::move(state)), calendar_(CalendarAfter(state_.calendars_size(), state_)) {
  std::string content;
  for (const Policy& policy : AllPolicies())
    content.append(policy.name).append(" ").append(policy.version).append("\n");
  for (const registry::v1::Policy& set : state_.policies()) {
    const auto from = ParseDate(set.valid_from());
    if (!from || FindPolicy(set.name()) == nullptr) continue;  // the registry lets neither in
    own_.push_back({*from, Policy{set.name(), static_cast<int>(set.amount()), UnitOf(set.unit()), set.citation_zh(),
                                  set.citation_en(), set.version(), static_cast<int>(set.extension())}});
    absl::StrAppend(&content, set.name(), " ", set.version(), "\n");
  }
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  policies_version_ = absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16), absl::Hex(hash.low64, absl::kZeroPad16));
}

const std::shared_ptr<const Rules>& Rules::Defaults() {
  static const auto* const rules = new std::shared_ptr<const Rules>(new Rules({}));
  return *rules;
}

std::shared_ptr<const Rules> Rules::FromRow(std::string_view row) {
  if (row.empty()) return Defaults();
  struct Remembered {
    std::string row;
    std::shared_ptr<const Rules> rules;
  };
  thread_local std::deque<Remembered> remembered;
  const auto known =
      std::find_if(remembered.begin(), remembered.end(), [row](const Remembered& one) { return one.row == row; });
  if (known != remembered.end()) return known->rules;
  std::shared_ptr<const Rules> rules(new Rules(Parse(row)));
  remembered.push_front({std::string(row), rules});
  if (remembered.size() > kRowsRemembered) remembered.pop_back();
  return rules;
}

Rules::InForce Rules::FindOn(std::string_view name, absl::CivilDay day) const {
  InForce found{FindPolicy(name), std::nullopt};
  for (const Set& own : own_) {
    if (own.policy.name == name && own.from <= day) found = {&own.policy, own.from};
  }
  return found;
}

const Policy* Rules::Find(std::string_view name, Instant start) const { return FindOn(name, CivilDayOf(start)).policy; }

std::optional<registry::v1::Policy> Rules::Own(std::string_view name, std::string_view valid_from) const {
  for (const registry::v1::Policy& set : state_.policies()) {
    if (set.name() == name && set.valid_from() == valid_from) return set;
  }
  return std::nullopt;
}

std::vector<Rules::InForce> Rules::On(absl::CivilDay day) const {
  std::vector<InForce> all;
  for (const Policy& policy : AllPolicies()) all.push_back(FindOn(policy.name, day));
  return all;
}

common::v1::Deadline Rules::StartClock(std::string_view policy, Instant start) const {
  const Policy* found = Find(policy, start);
  return ToDeadline(*found, start, Compute(*found, start, {}, calendar_), calendar_);
}

// Counting again takes the version a clock began with, also if another one was set for that day since.
const Policy* Rules::FindVersion(const common::v1::Deadline& deadline) const {
  for (const Set& own : own_) {
    if (own.policy.name == deadline.policy() && own.policy.version == deadline.policy_version()) return &own.policy;
  }
  const Policy* built_in = FindPolicy(deadline.policy());
  if (built_in != nullptr && built_in->version == deadline.policy_version()) return built_in;
  return Find(deadline.policy(), ToInstant(deadline.started_at()));
}

Calendar Rules::CalendarOf(std::string_view version) const {
  for (int count = state_.calendars_size(); count > 0; --count) {
    Calendar calendar = CalendarAfter(count, state_);
    if (calendar.version() == version) return calendar;
  }
  return Calendar::Builtin();
}

common::v1::Deadline Rules::CountAgain(const common::v1::Deadline& deadline, const std::vector<Pause>& pauses) const {
  const Policy* policy = FindVersion(deadline);
  const Instant start = ToInstant(deadline.started_at());
  const bool extended = deadline.extended();
  return ToDeadline(*policy, start, Compute(*policy, start, pauses, calendar_, extended), calendar_, extended);
}

std::optional<common::v1::Deadline> Rules::Extend(const common::v1::Deadline& deadline,
                                                  const std::vector<Pause>& pauses) const {
  const Policy* policy = FindVersion(deadline);
  if (policy == nullptr || policy->extension == 0 || deadline.extended()) return std::nullopt;
  common::v1::Deadline longer = deadline;
  longer.set_extended(true);
  return CountAgain(longer, pauses);
}

std::optional<Rules::Restated> Rules::Restate(const common::v1::Deadline& before,
                                              const std::vector<Pause>& pauses) const {
  if (!before.provisional() || before.calendar_version() == calendar_.version()) return std::nullopt;
  const Policy* policy = FindVersion(before);
  if (policy == nullptr) return std::nullopt;
  const Instant start = ToInstant(before.started_at());
  Restated restated;
  restated.now = Compute(*policy, start, pauses, calendar_, before.extended());
  restated.after = ToDeadline(*policy, start, restated.now, calendar_, before.extended());
  const bool same = restated.after.provisional() && restated.after.due_date() == before.due_date();
  if (same) return std::nullopt;
  restated.before = Compute(*policy, start, pauses, CalendarOf(before.calendar_version()), before.extended());
  return restated;
}

std::optional<std::string> RowAfter(std::string_view row, const registry::v1::RegistryEvent& event) {
  registry::v1::RulesState state = Parse(row);
  if (event.has_calendar_loaded()) {
    auto* calendars = state.mutable_calendars();
    for (int i = calendars->size() - 1; i >= 0; --i) {
      if (calendars->Get(i).year() == event.calendar_loaded().year()) calendars->DeleteSubrange(i, 1);
    }
    *calendars->Add() = event.calendar_loaded();
  } else if (event.has_policy_set()) {
    const registry::v1::Policy& policy = event.policy_set().policy();
    const auto key = [](const registry::v1::Policy& one) { return std::tie(one.name(), one.valid_from()); };
    auto* policies = state.mutable_policies();
    for (int i = policies->size() - 1; i >= 0; --i) {
      if (key(policies->Get(i)) == key(policy)) policies->DeleteSubrange(i, 1);
    }
    *policies->Add() = policy;
    std::sort(policies->begin(), policies->end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  } else {
    return std::nullopt;
  }
  return state.SerializeAsString();
}

}  // namespace casehub::legalclock
