// Who and what exists in a municipality: offices, practitioners, calendars (A3, A9, G). Pure.
//
// Decide checks a request against what is registered and says which event follows, or why none does. Registering again
// what stands there already, unchanged, gives no event.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "casehub/registry/v1/registry_service.pb.h"
#include "services/model/outcome.h"

namespace casehub::registry::domain {

// An event, nothing to do, or why not.
using Decided = std::variant<v1::RegistryEvent, std::monostate, Refused>;

// What is known of the office named, and of its parent if it has one.
struct OfficeState {
  std::optional<v1::Office> office;
  std::optional<v1::Office> parent;
  bool parent_is_below = false;  // the parent stands somewhere below this office already
};
Decided DecideRegisterOffice(const OfficeState& state, const v1::RegisterOfficeRequest& request);
// `successor` is looked up for the request's successor_office_id.
Decided DecideCloseOffice(const std::optional<v1::Office>& office, const std::optional<v1::Office>& successor,
                          const v1::CloseOfficeRequest& request);

struct PractitionerState {
  std::optional<v1::Practitioner> practitioner;
  std::optional<v1::Office> office;
};
Decided DecideRegisterPractitioner(const PractitionerState& state, const v1::RegisterPractitionerRequest& request);
// A suspension that stands already, unchanged, gives no event; another one takes its place.
Decided DecideSuspendPractitioner(const std::optional<v1::Practitioner>& practitioner,
                                  const v1::SuspendPractitionerRequest& request);
Decided DecideReinstatePractitioner(const std::optional<v1::Practitioner>& practitioner,
                                    const v1::ReinstatePractitionerRequest& request);
// The practitioner as it stands after the event. A registration leaves a suspension as it was.
v1::Practitioner Evolve(const std::optional<v1::Practitioner>& practitioner, const v1::RegistryEvent& event);

// `known` is what is registered under that name.
Decided DecideRegisterSourceSystem(const std::optional<v1::SourceSystem>& known,
                                   const v1::RegisterSourceSystemRequest& request);

Decided DecideLoadCalendar(const std::optional<v1::CalendarLoaded>& loaded, const v1::LoadCalendarRequest& request);
// SHA-256 over year and days, in hex: the version of a calendar.
std::string CalendarVersion(const v1::LoadCalendarRequest& request);

// What section G and the municipality's own rules say of the policy's name.
struct PolicyState {
  bool known = false;             // section G has a policy of that name
  std::optional<v1::Policy> own;  // what was set for the same day
};
Decided DecideSetPolicy(const PolicyState& state, const v1::SetPolicyRequest& request);
// SHA-256 over all but the version itself, in hex.
std::string PolicyVersion(const v1::Policy& policy);

// The office as it stands after the event.
v1::Office Close(v1::Office office, const v1::OfficeClosed& closed);

}  // namespace casehub::registry::domain
