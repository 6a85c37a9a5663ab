// The two terms of a dispute: that of the mediation, and the thirty days in which the parties may apply for
// confirmation (D4, section G). How they begin, end, run out and are counted again. Pure.
#pragma once

#include <string>
#include <string_view>

#include "services/mediation/domain/checks.h"

namespace casehub::mediation {

inline constexpr std::string_view kConfirmation = "mediation.confirm";
// The parties are reminded in the morning of the day that leaves them so many working days.
inline constexpr int kReminderWorkingDays = 5;

// Civil date of the reminder; never before the day on which the term began.
std::string RemindOn(const common::v1::Deadline& confirmation, const legalclock::Rules& rules);
Instant ReminderAt(const v1::Agreement& agreement);

// Running or overdue: there is still something to be done.
bool IsOpen(const v1::Term& term);
// A term whose date still says something, and is provisional; null if there is none. A confirmation that lapsed by a
// provisional date may run again by the final one.
const common::v1::Deadline* FindProvisional(const v1::MediationState& state);

void Start(const common::v1::Deadline& deadline, v1::Term* term);
// What it is about was done: in time or late, whichever `at` says.
void End(Instant at, v1::Term* term);
void Cancel(Instant at, v1::Term* term);
// The deadline was extended or counted again: what was missed by the old date may be in time by the new one.
void Move(const common::v1::Deadline& deadline, Instant recorded_at, v1::Term* term);

// A term's row of due work has come up: DeadlineMissed or ConfirmationLapsed; no event if there is nothing to do.
Events DecideTermOver(const v1::MediationState& state, std::string_view policy, const Context& context);
Events DecideReminder(const v1::MediationState& state, const Context& context);
// Provisional dates counted again by the calendar as it is now; none while the case does not act.
Events DecideRestate(const v1::MediationState& state, const Context& context);

}  // namespace casehub::mediation
