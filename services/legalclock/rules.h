// The rules by which one municipality counts: the defaults and the built-in calendar, and over them what it set of its
// own. They are facts of the registry; every service that counts deadlines folds them into a row of its own, because
// it must decide on what stands in the log before its decision.
//
// Threads     Rules do not change once they are made; all functions are thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "casehub/registry/v1/registry_state.pb.h"
#include "services/legalclock/legal_clock.h"

namespace casehub::legalclock {

class Rules {
 public:
  // Nothing of its own.
  static const std::shared_ptr<const Rules>& Defaults();
  // From the bytes of the row (registry.v1.RulesState), as the functions below make them; empty gives the defaults.
  // What was made of the newest rows is remembered by each thread, so that a command costs no parsing.
  static std::shared_ptr<const Rules> FromRow(std::string_view row);

  // The version that holds for terms that start then; nullptr if section G has no policy of that name.
  const Policy* Find(std::string_view name, Instant start) const;
  // All of section G as they hold for terms that start on a day, by name.
  struct InForce {
    const Policy* policy;
    std::optional<absl::CivilDay> from;  // nullopt: the default
  };
  std::vector<InForce> On(absl::CivilDay day) const;
  // What was set for that name and first day; nullopt if nothing was.
  std::optional<registry::v1::Policy> Own(std::string_view name, std::string_view valid_from) const;
  const Calendar& calendar() const { return calendar_; }
  // Digest of all policies and their versions, 32 hexadecimal digits: what a case pins (B8).
  const std::string& policies_version() const { return policies_version_; }

  // A clock of a policy of section G that starts at `start`.
  common::v1::Deadline StartClock(std::string_view policy, Instant start) const;

  // A provisional deadline counted again with the calendar as it is now, by the version of the policy it began with,
  // and both explanations; nullopt if nothing has changed.
  struct Restated {
    common::v1::Deadline after;
    Explained before, now;
  };
  std::optional<Restated> Restate(const common::v1::Deadline& before, const std::vector<Pause>& pauses = {}) const;
  // The deadline longer by what its policy allows; nullopt if that is nothing, or if it is extended already.
  std::optional<common::v1::Deadline> Extend(const common::v1::Deadline& deadline,
                                             const std::vector<Pause>& pauses = {}) const;
  // The deadline with these pauses, by the version of the policy it began with and the calendar as it is now.
  common::v1::Deadline CountAgain(const common::v1::Deadline& deadline, const std::vector<Pause>& pauses) const;

 private:
  struct Set {  // a policy of its own, valid from a day on
    absl::CivilDay from;
    Policy policy;
  };

  explicit Rules(registry::v1::RulesState state);
  InForce FindOn(std::string_view name, absl::CivilDay day) const;
  const Policy* FindVersion(const common::v1::Deadline& deadline) const;
  // The calendar as it was, by its version; if a year was replaced since, the newest without a year of its own.
  Calendar CalendarOf(std::string_view version) const;

  registry::v1::RulesState state_;  // what the policies point into
  std::vector<Set> own_;            // by name, then day
  Calendar calendar_;
  std::string policies_version_;
};

// The row after an event of the registry; nullopt if the event is about something else.
std::optional<std::string> RowAfter(std::string_view row, const registry::v1::RegistryEvent& event);

// The same for whatever reads and writes rows (runtime::StateReader, runtime::StateWriter) under the key of the row.
template <typename Rows>
std::shared_ptr<const Rules> RulesIn(const Rows& rows, const std::string& key) {
  const auto row = rows.Get(key);
  return row ? Rules::FromRow(*row) : Rules::Defaults();
}
template <typename Rows>
void FoldRules(const registry::v1::RegistryEvent& event, const std::string& key, Rows& rows) {
  if (!event.has_calendar_loaded() && !event.has_policy_set()) return;
  if (auto row = RowAfter(rows.Get(key).value_or(std::string()), event)) rows.Put(key, *row);
}

}  // namespace casehub::legalclock
