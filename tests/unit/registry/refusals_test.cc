// A row for every refusal of services/registry/domain/registry.h: the request that is good but for one thing.
#include <gtest/gtest.h>

#include <functional>

#include "services/registry/domain/registry.h"
#include "tests/unit/registry/samples.h"

namespace casehub::registry::domain {
namespace {

using common::v1::Refusal;

template <typename Request>
struct Row {
  const char* why;
  std::function<void(Request*)> spoil;
  Refusal reason;
  const char* key;    // of the metadata
  const char* value;  // of that key
};

template <typename Request>
void Check(const std::vector<Row<Request>>& rows, const Request& good,
           const std::function<Decided(const Request&)>& decide) {
  ASSERT_TRUE(std::holds_alternative<v1::RegistryEvent>(decide(good))) << "the sample itself is refused";
  for (const Row<Request>& row : rows) {
    Request request = good;
    row.spoil(&request);
    const Decided decided = decide(request);
    const auto* problem = std::get_if<Refused>(&decided);
    ASSERT_NE(problem, nullptr) << row.why;
    EXPECT_EQ(problem->reason, row.reason) << row.why << ": " << common::v1::Refusal_Name(problem->reason);
    const auto it = problem->metadata.find(row.key);
    ASSERT_NE(it, problem->metadata.end()) << row.why;
    EXPECT_EQ(it->second, row.value) << row.why;
  }
}

TEST(RegistryRefusals, RegisterOffice) {
  using Request = v1::RegisterOfficeRequest;
  const auto office = [](void (*change)(v1::Office*)) {
    return [change](Request* request) { change(request->mutable_office()); };
  };
  const auto missing = Refusal::REFUSAL_FIELD_MISSING;
  const auto invalid = Refusal::REFUSAL_FIELD_INVALID;
  const std::vector<Row<Request>> rows = {
      {"no id", office([](auto* o) { o->clear_office_id(); }), missing, "field", "office.office_id"},
      {"id too long", office([](auto* o) { o->set_office_id(std::string(65, 'x')); }), Refusal::REFUSAL_FIELD_TOO_LONG,
       "size", "65"},
      {"no name", office([](auto* o) { o->clear_name(); }), missing, "field", "office.name"},
      {"name too long", office([](auto* o) { o->set_name(std::string(201, 'x')); }), Refusal::REFUSAL_FIELD_TOO_LONG,
       "limit", "200"},
      {"no kind", office([](auto* o) { o->clear_kind(); }), missing, "field", "office.kind"},
      {"a kind there is not", office([](auto* o) { o->set_kind(static_cast<v1::OfficeKind>(99)); }), invalid, "field",
       "office.kind"},
      {"a mediation kind there is not", office([](auto* o) {
         o->set_kind(v1::OFFICE_KIND_COMMITTEE);
         o->set_mediation_kind(static_cast<v1::MediationKind>(99));
       }),
       invalid, "field", "office.mediation_kind"},
      {"a mediation kind of no committee", office([](auto* o) { o->set_mediation_kind(v1::MEDIATION_KIND_PEOPLES); }),
       invalid, "why", "PHRASE_ONLY_OF_A_COMMITTEE"},
      {"no region", office([](auto* o) { o->clear_region_code(); }), invalid, "field", "office.region_code"},
      {"region of 7 digits", office([](auto* o) { o->set_region_code("3308000"); }), invalid, "field",
       "office.region_code"},
      {"region with a letter", office([](auto* o) { o->set_region_code("33080x"); }), invalid, "field",
       "office.region_code"},
      {"region that starts with 0", office([](auto* o) { o->set_region_code("030800"); }), invalid, "field",
       "office.region_code"},
      {"organisation code of the wrong length", office([](auto* o) { o->set_organisation_code("91"); }), invalid,
       "field", "office.organisation_code"},
      {"organisation code with a wrong check digit",
       office([](auto* o) { o->set_organisation_code("91350100M000100Y44"); }), Refusal::REFUSAL_CHECK_DIGIT_WRONG,
       "field", "office.organisation_code"},
      {"no first day", office([](auto* o) { o->clear_valid_from(); }), missing, "field", "office.valid_from"},
      {"a first day that does not exist", office([](auto* o) { o->set_valid_from("2023-02-29"); }), invalid, "field",
       "office.valid_from"},
      {"a first day written otherwise", office([](auto* o) { o->set_valid_from("2023/02/01"); }), invalid, "field",
       "office.valid_from"},
      {"an end that is no date", office([](auto* o) { o->set_valid_until("soon"); }), invalid, "field",
       "office.valid_until"},
      {"an end on the first day", office([](auto* o) { o->set_valid_until("2020-01-01"); }), invalid, "field",
       "office.valid_until"},
      {"its own parent", office([](auto* o) { o->set_parent_office_id("centre"); }), invalid, "field",
       "office.parent_office_id"},
      {"a parent nobody registered", office([](auto* o) { o->set_parent_office_id("other"); }),
       Refusal::REFUSAL_OFFICE_UNKNOWN, "office_id", "other"},
  };
  Check<Request>(rows, GoodOffice(), [](const Request& request) { return DecideRegisterOffice({}, request); });
  Request below = GoodOffice();
  below.mutable_office()->set_parent_office_id("station");
  const Decided circle = DecideRegisterOffice({GoodOffice().office(), v1::Office(), true}, below);
  ASSERT_TRUE(std::holds_alternative<Refused>(circle)) << "its parent stands below it";
  EXPECT_EQ(std::get<Refused>(circle).metadata.at("field"), "office.parent_office_id");
}

TEST(RegistryRefusals, CloseOffice) {
  using Request = v1::CloseOfficeRequest;
  const auto invalid = Refusal::REFUSAL_FIELD_INVALID;
  const std::vector<Row<Request>> rows = {
      {"no id", [](Request* r) { r->clear_office_id(); }, Refusal::REFUSAL_FIELD_MISSING, "field", "office_id"},
      {"id too long", [](Request* r) { r->set_office_id(std::string(65, 'x')); }, Refusal::REFUSAL_FIELD_TOO_LONG,
       "field", "office_id"},
      {"no date", [](Request* r) { r->clear_valid_until(); }, invalid, "field", "valid_until"},
      {"on the day it opened", [](Request* r) { r->set_valid_until("2020-01-01"); }, invalid, "field", "valid_until"},
      {"before it opened", [](Request* r) { r->set_valid_until("2019-12-31"); }, invalid, "field", "valid_until"},
      {"its own successor", [](Request* r) { r->set_successor_office_id("centre"); }, invalid, "field",
       "successor_office_id"},
      {"a successor nobody registered", [](Request* r) { r->set_successor_office_id("other"); },
       Refusal::REFUSAL_OFFICE_UNKNOWN, "office_id", "other"},
  };
  Check<Request>(rows, GoodClosing(), [](const Request& request) {
    return DecideCloseOffice(GoodOffice().office(), std::nullopt, request);
  });
  const Decided unknown = DecideCloseOffice(std::nullopt, std::nullopt, GoodClosing());
  ASSERT_TRUE(std::holds_alternative<Refused>(unknown));
  EXPECT_EQ(std::get<Refused>(unknown).reason, Refusal::REFUSAL_OFFICE_UNKNOWN);
  EXPECT_EQ(std::get<Refused>(unknown).metadata.at("municipality"), kMunicipality);
}

TEST(RegistryRefusals, RegisterPractitioner) {
  using Request = v1::RegisterPractitionerRequest;
  const auto one = [](void (*change)(v1::Practitioner*)) {
    return [change](Request* request) { change(request->mutable_practitioner()); };
  };
  const auto missing = Refusal::REFUSAL_FIELD_MISSING;
  const auto invalid = Refusal::REFUSAL_FIELD_INVALID;
  const std::vector<Row<Request>> rows = {
      {"no id", one([](auto* p) { p->clear_practitioner_id(); }), missing, "field", "practitioner.practitioner_id"},
      {"id too long", one([](auto* p) { p->set_practitioner_id(std::string(65, 'x')); }),
       Refusal::REFUSAL_FIELD_TOO_LONG, "field", "practitioner.practitioner_id"},
      {"no kind", one([](auto* p) { p->clear_kind(); }), missing, "field", "practitioner.kind"},
      {"a kind there is not", one([](auto* p) { p->set_kind(static_cast<v1::PractitionerKind>(99)); }), invalid,
       "field", "practitioner.kind"},
      {"no office", one([](auto* p) { p->clear_office_id(); }), missing, "field", "practitioner.office_id"},
      {"a date of practice that is none", one([](auto* p) { p->set_practising_since("2015-7-1"); }), invalid, "field",
       "practitioner.practising_since"},
      {"101 specialties", one([](auto* p) {
         for (int i = 0; i < 101; ++i) p->add_specialties("labour");
       }),
       invalid, "field", "practitioner.specialties"},
      {"criminal practice since no day", one([](auto* p) { p->set_criminal_practice_since("long ago"); }), invalid,
       "field", "practitioner.criminal_practice_since"},
      {"more than can be had in hand", one([](auto* p) { p->set_capacity(1001); }), invalid, "field",
       "practitioner.capacity"},
      {"101 villages", one([](auto* p) {
         for (int i = 0; i < 101; ++i) p->add_villages("330802001001");
       }),
       invalid, "field", "practitioner.villages"},
      {"a township for a village", one([](auto* p) { p->add_villages("330802001"); }), invalid, "why",
       "PHRASE_VILLAGE_CODE"},
      {"a village twice", one([](auto* p) {
         p->add_villages("330802001001");
         p->add_villages("330802001001");
       }),
       invalid, "why", "PHRASE_VILLAGE_TWICE"},
      {"a sixth village without a reason", one([](auto* p) {
         for (int i = 1; i <= 6; ++i) p->add_villages("33080200100" + std::to_string(i));
       }),
       Refusal::REFUSAL_TOO_MANY_VILLAGES, "villages", "6"},
      {"a long reason", one([](auto* p) { p->set_villages_override_reason(std::string(1001, 'r')); }),
       Refusal::REFUSAL_FIELD_TOO_LONG, "field", "practitioner.villages_override_reason"},
      {"suspended by its own word", one([](auto* p) { p->set_suspended_from("2026-01-01"); }), invalid, "why",
       "PHRASE_SET_BY_CASEHUB"},
      {"reinstated by its own word", one([](auto* p) { p->set_suspended_until("2026-01-01"); }), invalid, "field",
       "practitioner.suspended_until"},
      {"no first day", one([](auto* p) { p->clear_valid_from(); }), missing, "field", "practitioner.valid_from"},
      {"a first day that is none", one([](auto* p) { p->set_valid_from("x"); }), invalid, "field",
       "practitioner.valid_from"},
      {"an end before the first day", one([](auto* p) { p->set_valid_until("2019-01-01"); }), invalid, "field",
       "practitioner.valid_until"},
  };
  const PractitionerState state{std::nullopt, GoodOffice().office()};
  Check<Request>(rows, GoodPractitioner(),
                 [&](const Request& request) { return DecideRegisterPractitioner(state, request); });
  const Decided unknown = DecideRegisterPractitioner({}, GoodPractitioner());
  ASSERT_TRUE(std::holds_alternative<Refused>(unknown));
  EXPECT_EQ(std::get<Refused>(unknown).reason, Refusal::REFUSAL_OFFICE_UNKNOWN);
}

TEST(RegistryRefusals, SuspendPractitioner) {
  using Request = v1::SuspendPractitionerRequest;
  const auto missing = Refusal::REFUSAL_FIELD_MISSING;
  const auto invalid = Refusal::REFUSAL_FIELD_INVALID;
  const std::vector<Row<Request>> rows = {
      {"nobody", [](Request* r) { r->clear_practitioner_id(); }, missing, "field", "practitioner_id"},
      {"no reason", [](Request* r) { r->clear_reason_code(); }, missing, "field", "reason_code"},
      {"from no day", [](Request* r) { r->clear_suspended_from(); }, missing, "field", "suspended_from"},
      {"from a day that is none", [](Request* r) { r->set_suspended_from("soon"); }, invalid, "field",
       "suspended_from"},
      {"until a day that is none", [](Request* r) { r->set_suspended_until("later"); }, invalid, "field",
       "suspended_until"},
      {"until the same day", [](Request* r) { r->set_suspended_until("2026-03-01"); }, invalid, "why",
       "PHRASE_AFTER_SUSPENDED_FROM"},
  };
  const std::optional<v1::Practitioner> known = GoodPractitioner().practitioner();
  Check<Request>(rows, GoodSuspension(),
                 [&](const Request& request) { return DecideSuspendPractitioner(known, request); });
  const Decided unknown = DecideSuspendPractitioner(std::nullopt, GoodSuspension());
  EXPECT_EQ(std::get<Refused>(unknown).reason, Refusal::REFUSAL_PRACTITIONER_UNKNOWN);
  v1::ReinstatePractitionerRequest reinstate;
  EXPECT_EQ(std::get<Refused>(DecideReinstatePractitioner(known, reinstate)).reason, missing);
  reinstate.set_practitioner_id("lawyer-1");
  EXPECT_EQ(std::get<Refused>(DecideReinstatePractitioner(std::nullopt, reinstate)).reason,
            Refusal::REFUSAL_PRACTITIONER_UNKNOWN);
}

TEST(RegistryRefusals, LoadCalendar) {
  using Request = v1::LoadCalendarRequest;
  const auto invalid = Refusal::REFUSAL_FIELD_INVALID;
  const std::vector<Row<Request>> rows = {
      {"year too early", [](Request* r) { r->set_year(1999); }, invalid, "field", "year"},
      {"year too late", [](Request* r) { r->set_year(2101); }, invalid, "field", "year"},
      {"no citation", [](Request* r) { r->clear_citation(); }, Refusal::REFUSAL_FIELD_MISSING, "field", "citation"},
      {"no days", [](Request* r) { r->clear_days(); }, Refusal::REFUSAL_FIELD_MISSING, "field", "days"},
      {"367 days",
       [](Request* r) {
         while (r->days_size() < 367) *r->add_days() = r->days(0);
       },
       invalid, "field", "days"},
      {"a day that is none", [](Request* r) { r->mutable_days(0)->set_date("2027-13-01"); }, invalid, "field",
       "days[0].date"},
      {"a day of another year", [](Request* r) { r->mutable_days(0)->set_date("2026-12-31"); }, invalid, "field",
       "days[0].date"},
      {"a day listed twice", [](Request* r) { *r->add_days() = r->days(0); }, invalid, "field", "days[1].date"},
  };
  Check<Request>(rows, GoodCalendar(),
                 [](const Request& request) { return DecideLoadCalendar(std::nullopt, request); });
}

TEST(RegistryRefusals, SetPolicy) {
  using Request = v1::SetPolicyRequest;
  const auto policy = [](void (*change)(v1::Policy*)) {
    return [change](Request* request) { change(request->mutable_policy()); };
  };
  const auto missing = Refusal::REFUSAL_FIELD_MISSING;
  const auto invalid = Refusal::REFUSAL_FIELD_INVALID;
  const std::vector<Row<Request>> rows = {
      {"no name", policy([](auto* p) { p->clear_name(); }), missing, "field", "policy.name"},
      {"no unit", policy([](auto* p) { p->clear_unit(); }), missing, "field", "policy.unit"},
      {"a unit there is not", policy([](auto* p) { p->set_unit(static_cast<v1::TermUnit>(9)); }), invalid, "field",
       "policy.unit"},
      {"no amount", policy([](auto* p) { p->clear_amount(); }), invalid, "field", "policy.amount"},
      {"ten years and a day", policy([](auto* p) { p->set_amount(3651); }), invalid, "field", "policy.amount"},
      {"extension too long", policy([](auto* p) { p->set_extension(3651); }), invalid, "field", "policy.extension"},
      {"no citation", policy([](auto* p) { p->clear_citation_zh(); }), missing, "field", "policy.citation_zh"},
      {"no citation in English", policy([](auto* p) { p->clear_citation_en(); }), missing, "field",
       "policy.citation_en"},
      {"no first day", policy([](auto* p) { p->clear_valid_from(); }), missing, "field", "policy.valid_from"},
      {"first day is none", policy([](auto* p) { p->set_valid_from("2026-02-29"); }), invalid, "field",
       "policy.valid_from"},
      {"before all calendars", policy([](auto* p) { p->set_valid_from("1999-12-31"); }), invalid, "field",
       "policy.valid_from"},
      {"a version of the caller's", policy([](auto* p) { p->set_version("mine"); }), invalid, "field",
       "policy.version"},
  };
  Check<Request>(rows, GoodPolicy(), [](const Request& request) { return DecideSetPolicy({true, {}}, request); });
  const auto unknown = DecideSetPolicy({false, {}}, GoodPolicy());
  ASSERT_TRUE(std::holds_alternative<Refused>(unknown));
  EXPECT_EQ(std::get<Refused>(unknown).reason, Refusal::REFUSAL_POLICY_UNKNOWN);
  EXPECT_EQ(std::get<Refused>(unknown).metadata.at("policy"), "transfer.respond");
}

}  // namespace
}  // namespace casehub::registry::domain
