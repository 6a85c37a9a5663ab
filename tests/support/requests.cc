#include "tests/support/requests.h"

namespace casehub::testing {

common::v1::Person Resident(uint64_t i) {
  common::v1::Person person;
  auto* particulars = person.mutable_particulars();
  particulars->set_name("居民" + std::to_string(i));
  particulars->set_identity_kind(common::v1::IDENTITY_KIND_RESIDENT);
  particulars->set_identity_number(IdentityNumber(i));
  particulars->set_phone("13800000000");
  particulars->set_address("浙江省衢州市柯城区府山街道");
  return person;
}

common::v1::DocumentRef Document(const std::string& name) {
  constexpr size_t kDigestBytes = 32;
  common::v1::DocumentRef document;
  document.set_name(name);
  document.set_sha256(name);
  document.mutable_sha256()->resize(kDigestBytes, '.');
  document.set_size_bytes(1234);
  return document;
}

common::v1::Actor Staff(const std::string& office_id, const std::string& staff_id) {
  common::v1::Actor actor;
  actor.set_office_id(office_id);
  actor.set_staff_id(staff_id);
  return actor;
}

registry::v1::RegisterOfficeRequest RegisterOffice(const std::string& municipality, const std::string& office_id) {
  registry::v1::RegisterOfficeRequest request;
  request.set_municipality(municipality);
  request.set_request_id(NewRequestId());
  auto* office = request.mutable_office();
  office->set_office_id(office_id);
  office->set_name(office_id);
  const bool centre = office_id.compare(0, 6, "centre") == 0;
  office->set_kind(centre ? registry::v1::OFFICE_KIND_CENTRE : registry::v1::OFFICE_KIND_STATION);
  office->set_region_code(municipality);
  office->set_valid_from("2020-01-01");
  return request;
}

intake::v1::RegisterContactRequest RegisterContact(const std::string& municipality, uint64_t i) {
  auto request = About<intake::v1::RegisterContactRequest>(municipality, "");
  request.set_channel(common::v1::CHANNEL_WINDOW);
  *request.mutable_applicant() = Resident(i);
  request.set_matter_type("civil");
  return request;
}

intake::v1::RegisterContactRequest ContactAgain(const std::string& municipality, const std::string& case_id) {
  auto request = About<intake::v1::RegisterContactRequest>(municipality, case_id);
  request.set_channel(common::v1::CHANNEL_ONLINE);
  return request;
}

intake::v1::RegisterCallRequest RegisterCall(const std::string& municipality, uint64_t i, const std::string& question) {
  auto request = About<intake::v1::RegisterCallRequest>(municipality, "");
  request.set_call_id("12348-" + std::to_string(i));
  *request.mutable_applicant() = Resident(i);
  request.set_matter_type("labour");
  request.mutable_question()->set_text(question);
  return request;
}

registry::v1::RegisterOfficeRequest RegisterCommittee(const std::string& municipality, const std::string& office_id) {
  auto request = RegisterOffice(municipality, office_id);
  request.mutable_office()->set_kind(registry::v1::OFFICE_KIND_COMMITTEE);
  request.mutable_office()->set_mediation_kind(registry::v1::MEDIATION_KIND_PEOPLES);
  return request;
}

namespace {

registry::v1::RegisterPractitionerRequest RegisterPractitioner(const std::string& municipality, const std::string& id,
                                                               const std::string& office_id,
                                                               registry::v1::PractitionerKind kind) {
  registry::v1::RegisterPractitionerRequest request;
  request.set_municipality(municipality);
  request.set_request_id(NewRequestId());
  auto* practitioner = request.mutable_practitioner();
  practitioner->set_practitioner_id(id);
  practitioner->set_office_id(office_id);
  practitioner->set_kind(kind);
  practitioner->set_valid_from("2020-01-01");
  return request;
}

}  // namespace

registry::v1::RegisterPractitionerRequest RegisterMediator(const std::string& municipality,
                                                           const std::string& mediator_id,
                                                           const std::string& office_id) {
  return RegisterPractitioner(municipality, mediator_id, office_id, registry::v1::PRACTITIONER_KIND_MEDIATOR);
}

registry::v1::RegisterPractitionerRequest RegisterLawyer(const std::string& municipality, const std::string& lawyer_id,
                                                         const std::string& office_id, uint32_t capacity) {
  auto request = RegisterPractitioner(municipality, lawyer_id, office_id, registry::v1::PRACTITIONER_KIND_LAWYER);
  request.mutable_practitioner()->set_capacity(capacity);
  return request;
}

intake::v1::ReceiveReferralRequest ReceiveReferral(const std::string& municipality, uint64_t i,
                                                   const std::string& dispute) {
  intake::v1::ReceiveReferralRequest request;
  request.set_municipality(municipality);
  request.set_request_id(NewRequestId());
  request.set_channel(common::v1::CHANNEL_WINDOW);
  request.set_source(intake::v1::REFERRAL_SOURCE_POLICE);
  request.set_source_organ("柯城公安分局");
  request.set_source_reference("JJ-" + std::to_string(i));
  request.set_matter_type("neighbours");
  request.mutable_dispute()->set_text(dispute);
  *request.add_parties() = Resident(i);
  *request.add_parties() = Resident(i + 1);
  return request;
}

transfer::v1::OfferTransferRequest OfferTransfer(const std::string& from, const std::string& case_id,
                                                 const std::string& to) {
  auto request = About<transfer::v1::OfferTransferRequest>(from, case_id);
  request.set_to(to);
  request.set_reason("competent there");
  return request;
}

transfer::v1::AcceptTransferRequest AcceptTransfer(const std::string& at, const std::string& case_id, uint64_t hop) {
  auto request = About<transfer::v1::AcceptTransferRequest>(at, case_id);
  request.set_hop(hop);
  return request;
}

transfer::v1::DeclineTransferRequest DeclineTransfer(const std::string& at, const std::string& case_id, uint64_t hop) {
  auto request = About<transfer::v1::DeclineTransferRequest>(at, case_id);
  request.set_hop(hop);
  request.set_reason("not competent");
  return request;
}

transfer::v1::RecallTransferRequest RecallTransfer(const std::string& at, const std::string& case_id) {
  return About<transfer::v1::RecallTransferRequest>(at, case_id);
}

}  // namespace casehub::testing
