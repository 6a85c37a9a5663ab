// Requests that are accepted; a test spoils one field at a time.
#pragma once

#include <string>

#include "casehub/registry/v1/registry_service.pb.h"

namespace casehub::registry {

inline constexpr char kMunicipality[] = "330800";

inline v1::RegisterOfficeRequest GoodOffice(const std::string& id = "centre") {
  v1::RegisterOfficeRequest request;
  request.set_municipality(kMunicipality);
  v1::Office* office = request.mutable_office();
  office->set_office_id(id);
  office->set_name("衢州市法律援助中心");
  office->set_kind(v1::OFFICE_KIND_CENTRE);
  office->set_region_code("330800");
  office->set_valid_from("2020-01-01");
  return request;
}

inline v1::CloseOfficeRequest GoodClosing() {
  v1::CloseOfficeRequest request;
  request.set_municipality(kMunicipality);
  request.set_office_id("centre");
  request.set_valid_until("2026-01-01");
  return request;
}

inline v1::RegisterPractitionerRequest GoodPractitioner() {
  v1::RegisterPractitionerRequest request;
  request.set_municipality(kMunicipality);
  v1::Practitioner* one = request.mutable_practitioner();
  one->set_practitioner_id("lawyer-1");
  one->set_office_id("centre");
  one->set_kind(v1::PRACTITIONER_KIND_LAWYER);
  one->set_practising_since("2015-07-01");
  one->set_valid_from("2020-01-01");
  return request;
}

inline v1::SuspendPractitionerRequest GoodSuspension() {
  v1::SuspendPractitionerRequest request;
  request.set_municipality(kMunicipality);
  request.set_practitioner_id("lawyer-1");
  request.set_suspended_from("2026-03-01");
  request.set_reason_code("disciplinary");
  return request;
}

inline v1::LoadCalendarRequest GoodCalendar() {
  v1::LoadCalendarRequest request;
  request.set_municipality(kMunicipality);
  request.set_year(2027);
  request.set_citation("a notice");
  v1::CalendarDay* day = request.add_days();
  day->set_date("2027-01-01");
  day->set_name("元旦");
  return request;
}

inline v1::SetPolicyRequest GoodPolicy() {
  v1::SetPolicyRequest request;
  request.set_municipality(kMunicipality);
  v1::Policy* policy = request.mutable_policy();
  policy->set_name("transfer.respond");
  policy->set_amount(5);
  policy->set_unit(v1::TERM_UNIT_WORKING_DAYS);
  policy->set_extension(2);
  policy->set_citation_zh("本市规定");
  policy->set_citation_en("a rule of the municipality");
  policy->set_valid_from("2026-07-01");
  return request;
}

}  // namespace casehub::registry
