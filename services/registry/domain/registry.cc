#include "services/registry/domain/registry.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/model/checks.h"
#include "services/model/civil_time.h"
#include "services/model/digest.h"
#include "services/model/identity_number.h"

namespace casehub::registry::domain {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr size_t kIdBytesMax = 64;
constexpr size_t kNameBytesMax = 200;
constexpr size_t kReasonBytesMax = 1000;
constexpr int kVillagesInPrinciple = 5;  // of one counsel; more need a reason (F2)
constexpr uint32_t kCapacityMax = 1000;
constexpr uint32_t kTermMax = 3650;  // of a policy, in its unit

Refused Missing(std::string field) { return Refuse(Refusal::REFUSAL_FIELD_MISSING).With("field", std::move(field)); }

// `from` is needed, `until` may be open; a span holds at least one day.
std::optional<Refused> CheckSpan(const std::string& prefix, const std::string& from, const std::string& until) {
  if (from.empty()) return Missing(prefix + ".valid_from");
  const auto first = ParseDate(from);
  if (!first) return RefuseField(prefix + ".valid_from", Phrase::PHRASE_DATE_FORMAT);
  if (until.empty()) return std::nullopt;
  const auto end = ParseDate(until);
  if (!end) return RefuseField(prefix + ".valid_until", Phrase::PHRASE_DATE_FORMAT);
  if (*end <= *first) return RefuseField(prefix + ".valid_until", Phrase::PHRASE_AFTER_VALID_FROM);
  return std::nullopt;
}

bool IsRegionCode(const std::string& code) {
  return (code.size() == 6 || code.size() == 9 || code.size() == 12) &&
         std::all_of(code.begin(), code.end(), absl::ascii_isdigit) && code[0] != '0';
}

std::optional<Refused> CheckOffice(const v1::Office& office) {
  if (auto problem = CheckText("office.office_id", office.office_id(), kIdBytesMax, true)) return problem;
  if (auto problem = CheckText("office.name", office.name(), kNameBytesMax, true)) return problem;
  if (office.kind() == v1::OFFICE_KIND_UNSPECIFIED) return Missing("office.kind");
  if (!v1::OfficeKind_IsValid(office.kind())) return RefuseField("office.kind", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  if (!v1::MediationKind_IsValid(office.mediation_kind())) {
    return RefuseField("office.mediation_kind", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  }
  if (office.mediation_kind() != v1::MEDIATION_KIND_UNSPECIFIED && office.kind() != v1::OFFICE_KIND_COMMITTEE) {
    return RefuseField("office.mediation_kind", Phrase::PHRASE_ONLY_OF_A_COMMITTEE);
  }
  if (!IsRegionCode(office.region_code())) {
    return RefuseField("office.region_code", Phrase::PHRASE_REGION_CODE);
  }
  if (!office.organisation_code().empty()) {
    switch (CheckOrganisationCode(office.organisation_code())) {
      case IdentityNumberFault::kNone:
        break;
      case IdentityNumberFault::kCheckDigit:
        return Refused{Refusal::REFUSAL_CHECK_DIGIT_WRONG, {{"field", "office.organisation_code"}}};
      default:
        return RefuseField("office.organisation_code", Phrase::PHRASE_ORGANISATION_CODE);
    }
  }
  return CheckSpan("office", office.valid_from(), office.valid_until());
}

Refused PractitionerUnknown(const std::string& practitioner_id, const std::string& municipality) {
  return {Refusal::REFUSAL_PRACTITIONER_UNKNOWN,
          {{"practitioner_id", practitioner_id}, {"municipality", municipality}}};
}

bool IsVillage(const std::string& code) { return code.size() == 12 && IsRegionCode(code); }

std::optional<Refused> CheckVillages(const v1::Practitioner& one) {
  if (one.villages_size() > 100) return RefuseTooMany("practitioner.villages", 100);
  std::set<std::string> seen;
  for (int i = 0; i < one.villages_size(); ++i) {
    const std::string field = absl::StrCat("practitioner.villages[", i, "]");
    if (!IsVillage(one.villages(i))) return RefuseField(field, Phrase::PHRASE_VILLAGE_CODE);
    if (!seen.insert(one.villages(i)).second) return RefuseField(field, Phrase::PHRASE_VILLAGE_TWICE);
  }
  const std::string& reason = one.villages_override_reason();
  if (reason.size() > kReasonBytesMax) {
    return CheckText("practitioner.villages_override_reason", reason, kReasonBytesMax, true);
  }
  if (one.villages_size() <= kVillagesInPrinciple || !reason.empty()) return std::nullopt;
  return Refused{Refusal::REFUSAL_TOO_MANY_VILLAGES,
                 {{"practitioner_id", one.practitioner_id()}, {"villages", absl::StrCat(one.villages_size())}}};
}

// What the choice of a practitioner rests on (C7).
std::optional<Refused> CheckCapability(const v1::Practitioner& one) {
  if (!one.practising_since().empty() && !ParseDate(one.practising_since())) {
    return RefuseField("practitioner.practising_since", Phrase::PHRASE_DATE_FORMAT);
  }
  if (!one.criminal_practice_since().empty() && !ParseDate(one.criminal_practice_since())) {
    return RefuseField("practitioner.criminal_practice_since", Phrase::PHRASE_DATE_FORMAT);
  }
  if (one.specialties_size() > 100) return RefuseTooMany("practitioner.specialties", 100);
  if (one.capacity() > kCapacityMax) return RefuseField("practitioner.capacity", Phrase::PHRASE_CAPACITY_RANGE);
  if (!one.suspended_from().empty()) return RefuseField("practitioner.suspended_from", Phrase::PHRASE_SET_BY_CASEHUB);
  if (!one.suspended_until().empty()) {
    return RefuseField("practitioner.suspended_until", Phrase::PHRASE_SET_BY_CASEHUB);
  }
  return CheckVillages(one);
}

Refused OfficeUnknown(const std::string& office_id, const std::string& municipality) {
  return {Refusal::REFUSAL_OFFICE_UNKNOWN, {{"office_id", office_id}, {"municipality", municipality}}};
}

}  // namespace

Decided DecideRegisterOffice(const OfficeState& state, const v1::RegisterOfficeRequest& request) {
  const v1::Office& office = request.office();
  if (auto problem = CheckOffice(office)) return *std::move(problem);
  if (!office.parent_office_id().empty()) {
    if (office.parent_office_id() == office.office_id() || state.parent_is_below) {
      return RefuseField("office.parent_office_id", Phrase::PHRASE_OWN_PARENT);
    }
    if (!state.parent) return OfficeUnknown(office.parent_office_id(), request.municipality());
  }
  if (state.office && MessageDifferencer::Equals(*state.office, office)) return std::monostate();
  v1::RegistryEvent event;
  *event.mutable_office_registered()->mutable_office() = office;
  return event;
}

Decided DecideCloseOffice(const std::optional<v1::Office>& office, const std::optional<v1::Office>& successor,
                          const v1::CloseOfficeRequest& request) {
  if (auto problem = CheckText("office_id", request.office_id(), kIdBytesMax, true)) return *std::move(problem);
  if (!office) return OfficeUnknown(request.office_id(), request.municipality());
  const auto until = ParseDate(request.valid_until());
  if (!until) return RefuseField("valid_until", Phrase::PHRASE_DATE_FORMAT);
  const auto from = ParseDate(office->valid_from());
  if (from && *until <= *from) return RefuseField("valid_until", Phrase::PHRASE_AFTER_OPENING);
  if (!request.successor_office_id().empty()) {
    if (request.successor_office_id() == request.office_id()) {
      return RefuseField("successor_office_id", Phrase::PHRASE_OWN_SUCCESSOR);
    }
    if (!successor) return OfficeUnknown(request.successor_office_id(), request.municipality());
  }
  if (office->valid_until() == request.valid_until() &&
      office->successor_office_id() == request.successor_office_id()) {
    return std::monostate();
  }
  v1::RegistryEvent event;
  auto* closed = event.mutable_office_closed();
  closed->set_office_id(request.office_id());
  closed->set_valid_until(request.valid_until());
  closed->set_successor_office_id(request.successor_office_id());
  return event;
}

v1::Office Close(v1::Office office, const v1::OfficeClosed& closed) {
  office.set_valid_until(closed.valid_until());
  office.set_successor_office_id(closed.successor_office_id());
  return office;
}

Decided DecideRegisterPractitioner(const PractitionerState& state, const v1::RegisterPractitionerRequest& request) {
  const v1::Practitioner& one = request.practitioner();
  if (auto problem = CheckText("practitioner.practitioner_id", one.practitioner_id(), kIdBytesMax, true)) {
    return *std::move(problem);
  }
  if (one.kind() == v1::PRACTITIONER_KIND_UNSPECIFIED) return Missing("practitioner.kind");
  if (!v1::PractitionerKind_IsValid(one.kind()))
    return RefuseField("practitioner.kind", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  if (one.office_id().empty()) return Missing("practitioner.office_id");
  if (!state.office) return OfficeUnknown(one.office_id(), request.municipality());
  if (auto problem = CheckCapability(one)) return *std::move(problem);
  if (auto problem = CheckSpan("practitioner", one.valid_from(), one.valid_until())) return *std::move(problem);
  if (state.practitioner) {
    v1::Practitioner registered = *state.practitioner;
    registered.clear_suspended_from();
    registered.clear_suspended_until();
    if (MessageDifferencer::Equals(registered, one)) return std::monostate();
  }
  v1::RegistryEvent event;
  *event.mutable_practitioner_registered()->mutable_practitioner() = one;
  return event;
}

Decided DecideRegisterSourceSystem(const std::optional<v1::SourceSystem>& known,
                                   const v1::RegisterSourceSystemRequest& request) {
  const v1::SourceSystem& source = request.source();
  if (auto problem = CheckText("source.source_system", source.source_system(), kIdBytesMax, true))
    return *std::move(problem);
  if (auto problem = CheckText("source.name", source.name(), kNameBytesMax, true)) return *std::move(problem);
  if (source.run_by().size() > kNameBytesMax) {
    return *CheckText("source.run_by", source.run_by(), kNameBytesMax, true);
  }
  if (auto problem = CheckSpan("source", source.valid_from(), source.valid_until())) return *std::move(problem);
  if (known && MessageDifferencer::Equals(*known, source)) return std::monostate();
  v1::RegistryEvent event;
  *event.mutable_source_system_registered()->mutable_source() = source;
  return event;
}

Decided DecideSuspendPractitioner(const std::optional<v1::Practitioner>& practitioner,
                                  const v1::SuspendPractitionerRequest& request) {
  if (auto problem = CheckText("practitioner_id", request.practitioner_id(), kIdBytesMax, true))
    return *std::move(problem);
  if (auto problem = CheckText("reason_code", request.reason_code(), kIdBytesMax, true)) return *std::move(problem);
  if (request.suspended_from().empty()) return Missing("suspended_from");
  const auto from = ParseDate(request.suspended_from());
  if (!from) return RefuseField("suspended_from", Phrase::PHRASE_DATE_FORMAT);
  if (!request.suspended_until().empty()) {
    const auto until = ParseDate(request.suspended_until());
    if (!until) return RefuseField("suspended_until", Phrase::PHRASE_DATE_FORMAT);
    if (*until <= *from) return RefuseField("suspended_until", Phrase::PHRASE_AFTER_SUSPENDED_FROM);
  }
  if (!practitioner) return PractitionerUnknown(request.practitioner_id(), request.municipality());
  if (practitioner->suspended_from() == request.suspended_from() &&
      practitioner->suspended_until() == request.suspended_until()) {
    return std::monostate();
  }
  v1::RegistryEvent event;
  auto* suspended = event.mutable_practitioner_suspended();
  suspended->set_practitioner_id(request.practitioner_id());
  suspended->set_suspended_from(request.suspended_from());
  suspended->set_suspended_until(request.suspended_until());
  suspended->set_reason_code(request.reason_code());
  return event;
}

Decided DecideReinstatePractitioner(const std::optional<v1::Practitioner>& practitioner,
                                    const v1::ReinstatePractitionerRequest& request) {
  if (auto problem = CheckText("practitioner_id", request.practitioner_id(), kIdBytesMax, true))
    return *std::move(problem);
  if (!practitioner) return PractitionerUnknown(request.practitioner_id(), request.municipality());
  if (practitioner->suspended_from().empty()) return std::monostate();
  v1::RegistryEvent event;
  event.mutable_practitioner_reinstated()->set_practitioner_id(request.practitioner_id());
  return event;
}

v1::Practitioner Evolve(const std::optional<v1::Practitioner>& practitioner, const v1::RegistryEvent& event) {
  v1::Practitioner after = practitioner.value_or(v1::Practitioner());
  if (event.has_practitioner_registered()) {
    v1::Practitioner registered = event.practitioner_registered().practitioner();
    registered.set_suspended_from(after.suspended_from());
    registered.set_suspended_until(after.suspended_until());
    return registered;
  }
  if (event.has_practitioner_suspended()) {
    after.set_suspended_from(event.practitioner_suspended().suspended_from());
    after.set_suspended_until(event.practitioner_suspended().suspended_until());
  } else if (event.has_practitioner_reinstated()) {
    after.clear_suspended_from();
    after.clear_suspended_until();
  }
  return after;
}

std::string CalendarVersion(const v1::LoadCalendarRequest& request) {
  std::string input = absl::StrCat(request.year(), "\n");
  for (const v1::CalendarDay& day : request.days()) {
    absl::StrAppend(&input, day.date(), day.working() ? " working " : " off ", day.name(), "\n");
  }
  return Sha256Hex(input);
}

Decided DecideLoadCalendar(const std::optional<v1::CalendarLoaded>& loaded, const v1::LoadCalendarRequest& request) {
  if (request.year() < 2000 || request.year() > 2100) return RefuseField("year", Phrase::PHRASE_YEARS_OF_CALENDARS);
  if (request.citation().empty()) return Missing("citation");
  if (request.days().empty()) return Missing("days");
  if (request.days_size() > 366) return RefuseTooMany("days", 366);
  std::set<std::string> seen;
  for (int i = 0; i < request.days_size(); ++i) {
    const std::string field = absl::StrCat("days[", i, "].date");
    const auto day = ParseDate(request.days(i).date());
    if (!day) return RefuseField(field, Phrase::PHRASE_DATE_FORMAT);
    if (day->year() != static_cast<absl::civil_year_t>(request.year())) {
      return RefuseField(field, Phrase::PHRASE_DAY_OF_ANOTHER_YEAR).With("year", absl::StrCat(request.year()));
    }
    if (!seen.insert(request.days(i).date()).second) return RefuseField(field, Phrase::PHRASE_DAY_TWICE);
  }
  const std::string version = CalendarVersion(request);
  if (loaded && loaded->version() == version) return std::monostate();
  v1::RegistryEvent event;
  auto* calendar = event.mutable_calendar_loaded();
  calendar->set_year(request.year());
  calendar->set_version(version);
  calendar->set_citation(request.citation());
  *calendar->mutable_days() = request.days();
  return event;
}

std::string PolicyVersion(const v1::Policy& policy) {
  v1::Policy content = policy;
  content.clear_version();
  return Sha256Hex(content.SerializeAsString());
}

Decided DecideSetPolicy(const PolicyState& state, const v1::SetPolicyRequest& request) {
  const v1::Policy& policy = request.policy();
  if (policy.name().empty()) return Missing("policy.name");
  if (!state.known) return Refuse(Refusal::REFUSAL_POLICY_UNKNOWN).With("policy", policy.name());
  if (policy.unit() == v1::TERM_UNIT_UNSPECIFIED) return Missing("policy.unit");
  if (!v1::TermUnit_IsValid(policy.unit())) return RefuseField("policy.unit", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  if (policy.amount() < 1 || policy.amount() > kTermMax) return RefuseField("policy.amount", Phrase::PHRASE_TERM);
  if (policy.extension() > kTermMax) return RefuseField("policy.extension", Phrase::PHRASE_TERM);
  if (auto problem = CheckText("policy.citation_zh", policy.citation_zh(), kNameBytesMax, true))
    return *std::move(problem);
  if (auto problem = CheckText("policy.citation_en", policy.citation_en(), kNameBytesMax, true))
    return *std::move(problem);
  if (policy.valid_from().empty()) return Missing("policy.valid_from");
  const auto from = ParseDate(policy.valid_from());
  if (!from) return RefuseField("policy.valid_from", Phrase::PHRASE_DATE_FORMAT);
  if (from->year() < 2000 || from->year() > 2100) {
    return RefuseField("policy.valid_from", Phrase::PHRASE_YEARS_OF_CALENDARS);
  }
  if (!policy.version().empty()) return RefuseField("policy.version", Phrase::PHRASE_SET_BY_CASEHUB);
  const std::string version = PolicyVersion(policy);
  if (state.own && state.own->version() == version) return std::monostate();
  v1::RegistryEvent event;
  *event.mutable_policy_set()->mutable_policy() = policy;
  event.mutable_policy_set()->mutable_policy()->set_version(version);
  return event;
}

}  // namespace casehub::registry::domain
