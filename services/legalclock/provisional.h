// How a service finds the cases whose dates are provisional when a calendar is loaded (section G). It keeps a row of
// one byte for each such case, under a prefix of its own and the case id; the row says nothing more.
//
// Threads     Everything here is pure but for the rows it is given (runtime::StateWriter).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/legalclock/rules.h"

namespace casehub::legalclock {

// After an event of the case. `provisional` is a deadline of it that counts and is provisional, null if there is none;
// `was` whether it had one before. Calls again() if the date may be counted anew at once: it may have been counted
// before the calendar that stands here already, and with `look_again` (a frozen case thaws after it was loaded) also if
// it was provisional before.
template <typename Rows, typename Again>
void KeepProvisional(const common::v1::Deadline* provisional, bool was, bool look_again, const std::string& key,
                     const std::string& rules_key, Rows& rows, Again again) {
  if (provisional == nullptr) {
    if (was) rows.Delete(key);
    return;
  }
  if (!was) rows.Put(key, "1");
  if (was && !look_again) return;
  if (provisional->calendar_version() != RulesIn(rows, rules_key)->calendar().version()) again();
}

// A calendar was loaded: calls again(case id) for each case that is kept under the prefix.
template <typename Rows, typename Again>
void ForEachProvisional(const std::string& prefix, Rows& rows, Again again) {
  std::vector<std::string> case_ids;
  rows.Scan(prefix, prefix + '\xff', [&](std::string_view row, std::string_view) {
    case_ids.emplace_back(row.substr(prefix.size()));
    return true;
  });
  for (std::string& case_id : case_ids) again(std::move(case_id));
}

}  // namespace casehub::legalclock
