#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "tests/integration/process/shared_steps.h"

namespace casehub::testing {
namespace {

namespace assignment = assignment::v1;
namespace registry = registry::v1;

Step Office(const Desk& desk) {
  return Ask<registry::RegisterOfficeRequest>(
      desk, [=](auto* request) { *request = RegisterOffice(desk.municipality, desk.office_id); });
}

Step Committee(const Desk& desk) {
  return Ask<registry::RegisterOfficeRequest>(
      desk, [=](auto* request) { *request = RegisterCommittee(desk.municipality, desk.office_id); });
}

Step Mediator(const Desk& desk, const std::string& mediator_id) {
  return Ask<registry::RegisterPractitionerRequest>(
      desk, [=](auto* request) { *request = RegisterMediator(desk.municipality, mediator_id, desk.office_id); });
}

// One case at a time.
Step Lawyer(const Desk& desk, const std::string& lawyer_id, const std::string& specialty,
            const std::string& criminal_practice_since = "") {
  return Ask<registry::RegisterPractitionerRequest>(desk, [=](auto* request) {
    *request = RegisterLawyer(desk.municipality, lawyer_id, desk.office_id, /*capacity=*/1);
    request->mutable_practitioner()->add_specialties(specialty);
    request->mutable_practitioner()->set_criminal_practice_since(criminal_practice_since);
  });
}

Step Tariff(const Desk& desk) {
  return Ask<assignment::SetTariffRequest>(desk, [](auto* request) {
    request->mutable_tariff()->set_valid_from("2020-01-01");
    request->mutable_tariff()->set_citation("法律援助补贴标准");
    auto* aid = request->mutable_tariff()->add_rows();
    aid->set_kind(intake::v1::CASE_KIND_LEGAL_AID);
    aid->set_amount_fen(150'000);
    auto* defence = request->mutable_tariff()->add_rows();
    defence->set_kind(intake::v1::CASE_KIND_DEFENCE);
    defence->set_amount_fen(120'000);
  });
}

}  // namespace

std::vector<Step> Preparation() {
  return {Office(kStation),
          Office(kCentre),
          Committee(kCommittee),
          Lawyer(kCentre, "lawyer-1", "civil"),
          Lawyer(kCentre, "lawyer-2", "civil"),
          Lawyer(kCentre, "defender-1", "criminal", "2015-01-01"),
          Lawyer(kCentre, "defender-2", "criminal", "2015-01-01"),
          Mediator(kCommittee, "mediator-1"),
          Mediator(kCommittee, "mediator-2"),
          Tariff(kCentre),
          Office(kCentreOfB),
          Tariff(kCentreOfB),
          Office(kCentreOfC),
          Lawyer(kCentreOfC, "lawyer-9", "civil"),
          Ask<assignment::AgreeLoansRequest>(kCentreOfC, [](auto* request) {
            auto* agreement = request->mutable_agreement();
            agreement->set_borrower(kFirstAsked);
            agreement->set_quota(1);
            agreement->set_valid_from("2020-01-01");
            agreement->set_citation("两市律师调配协议");
          })};
}

}  // namespace casehub::testing
