// Disputes from referral to what follows the agreement (life 3), mostly the next step and now and then any other.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/mediation/v1/mediation_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "tests/simulation/made_up.h"
#include "tests/simulation/services.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {
namespace {

constexpr char kCommittee[] = "office-4";
constexpr char kMediatorWhoIsAParty[] = "01890000-0000-7000-8000-00000000000f";
constexpr int64_t kDay = 86'400 * kSecond;

template <typename Request>
std::shared_ptr<Request> On(const CaseFile& file) {
  auto request = std::make_shared<Request>();
  request->set_case_id(file.text_id);
  return request;
}

mediation::v1::MediationResult AnyResult(Random* random) {
  return static_cast<mediation::v1::MediationResult>(1 + random->Below(2));
}

}  // namespace

void Workload::OpenMediation(std::vector<Draft>* drafts) {
  // One municipality lets the term of a mediation be extended.
  auto extensible = std::make_shared<registry::v1::SetPolicyRequest>();
  extensible->mutable_policy()->set_name("mediation.ordinary");
  extensible->mutable_policy()->set_amount(30);
  extensible->mutable_policy()->set_unit(registry::v1::TERM_UNIT_NATURAL_DAYS);
  extensible->mutable_policy()->set_extension(15);
  extensible->mutable_policy()->set_citation_zh("rule");
  extensible->mutable_policy()->set_citation_en("rule");
  extensible->mutable_policy()->set_valid_from("2020-01-01");
  drafts->push_back(Make(ServiceId::kRegistry, kMunicipalities[0], std::move(extensible), -1));
  for (Municipality municipality : kMunicipalities) {
    auto committee = std::make_shared<registry::v1::RegisterOfficeRequest>();
    committee->mutable_office()->set_office_id(kCommittee);
    committee->mutable_office()->set_name("a committee");
    committee->mutable_office()->set_kind(registry::v1::OFFICE_KIND_COMMITTEE);
    committee->mutable_office()->set_mediation_kind(registry::v1::MEDIATION_KIND_PEOPLES);
    committee->mutable_office()->set_region_code(municipality.ToString());
    committee->mutable_office()->set_valid_from("2020-01-01");
    drafts->push_back(Make(ServiceId::kRegistry, municipality, std::move(committee), -1));
    // The third has retired, the fourth is a party to some disputes, the fifth is a lawyer.
    for (int i = 1; i <= 5; ++i) {
      auto request = std::make_shared<registry::v1::RegisterPractitionerRequest>();
      auto* one = request->mutable_practitioner();
      one->set_practitioner_id(absl::StrCat("mediator-", i));
      one->set_capacity(kLawyerCapacity);  // one of them is a lawyer, who is asked to handle cases as well
      one->set_office_id(kCommittee);
      one->set_kind(i == 5 ? registry::v1::PRACTITIONER_KIND_LAWYER : registry::v1::PRACTITIONER_KIND_MEDIATOR);
      one->set_valid_from("2020-01-01");
      if (i == 3) one->set_valid_until("2026-01-01");
      if (i == 4) one->mutable_person()->set_person_id(kMediatorWhoIsAParty);
      drafts->push_back(Make(ServiceId::kRegistry, municipality, std::move(request), -1));
    }
  }
}

Draft Workload::Refer() {
  Random& random = context_->random;
  auto request = std::make_shared<intake::v1::ReceiveReferralRequest>();
  request->mutable_actor()->set_staff_id("staff-1");
  request->mutable_actor()->set_office_id("office-1");
  request->set_channel(AnyChannel(&random));
  request->set_source(static_cast<intake::v1::ReferralSource>(1 + random.Below(9)));
  if (request->source() != intake::v1::REFERRAL_SOURCE_PARTY) {
    request->set_source_organ("an organ");
    if (random.OneIn(2)) {
      request->set_source_reference(absl::StrCat("referral-", random.OneIn(6) ? random.Below(5) : references_++));
    }
  }
  request->set_matter_type("neighbours");
  for (uint64_t i = random.OneIn(40) ? 1 : 2 + random.Below(2); i > 0; --i) Someone(&random, request->add_parties());
  if (random.OneIn(8)) request->mutable_parties(0)->set_person_id(kMediatorWhoIsAParty);
  Seal(&random, request->mutable_dispute(), request->parties(0).person_id());
  if (random.OneIn(3)) *request->mutable_files_signed_at() = At(context_->now.micros - 40 * kDay);
  return Make(ServiceId::kIntake, AnyMunicipality(), std::move(request), -1);
}

Draft Workload::MediationStep(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  const MediationFile& mediation = file.mediation;
  const auto make = [&](std::shared_ptr<google::protobuf::Message> request) {
    return Make(ServiceId::kMediation, file.at, std::move(request), index);
  };
  if (random.OneIn(12)) return AnyMediationStep(index);
  if (mediation.consents < mediation.parties) {
    auto request = On<mediation::v1::RecordConsentRequest>(file);
    request->set_party(mediation.consents + 1);
    request->set_consented(!random.OneIn(12));
    if (!request->consented()) request->set_reason_code("wants_a_judgment");
    return make(std::move(request));
  }
  if (!mediation.accepted) {
    auto request = On<mediation::v1::AcceptDisputeRequest>(file);
    request->set_office_id(kCommittee);
    return make(std::move(request));
  }
  // Accepted, and only then found to belong elsewhere: the next custodian accepts it again.
  if (transfers_ && file.left.empty() && !mediation.agreed && random.OneIn(6)) return Offer(index);
  if (!mediation.assigned) {
    auto request = On<mediation::v1::AssignMediatorRequest>(file);
    request->set_mediator_id(absl::StrCat("mediator-", 1 + random.Below(random.OneIn(4) ? 6 : 2)));
    return make(std::move(request));
  }
  if (!mediation.met || random.OneIn(6)) {
    auto request = On<mediation::v1::HoldSessionRequest>(file);
    request->set_mode(static_cast<mediation::v1::SessionMode>(1 + random.Below(2)));
    for (uint32_t party = 1; party <= mediation.parties; ++party) request->add_present(party);
    Seal(&random, request->mutable_record(), file.text_id);
    return make(std::move(request));
  }
  if (!mediation.agreed && !mediation.returned && !random.OneIn(4)) {
    auto request = On<mediation::v1::RecordAgreementRequest>(file);
    for (uint64_t i = 1 + random.Below(3); i > 0; --i) {
      Seal(&random, request->add_terms()->mutable_text(), file.text_id);
    }
    // Some took effect long ago: the parties are reminded, or too late.
    if (random.OneIn(2))
      *request->mutable_effective_at() = At(context_->now.micros - (random.OneIn(2) ? 27 : 40) * kDay);
    return make(std::move(request));
  }
  const auto result =
      mediation.agreed ? mediation::v1::MEDIATION_RESULT_AGREED : mediation::v1::MEDIATION_RESULT_FAILED;
  if (!mediation.returned) {
    auto request = On<mediation::v1::ReturnReferralResultRequest>(file);
    request->set_result(random.OneIn(10) ? AnyResult(&random) : result);
    if (!random.OneIn(4)) return make(std::move(request));  // else: a party brought it, perhaps
  }
  auto request = On<mediation::v1::CloseMediationRequest>(file);
  request->set_result(random.OneIn(10) ? AnyResult(&random) : result);
  if (request->result() == mediation::v1::MEDIATION_RESULT_FAILED) {
    request->set_onward_path(static_cast<mediation::v1::OnwardPath>(1 + random.Below(4)));
    request->set_reason_code("no_agreement");
  }
  return make(std::move(request));
}

Draft Workload::AnyMediationStep(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  const auto make = [&](std::shared_ptr<google::protobuf::Message> request) {
    return Make(ServiceId::kMediation, file.at, std::move(request), index);
  };
  switch (random.Below(9)) {
    case 0: {
      auto request = On<mediation::v1::AcceptDisputeRequest>(file);
      request->set_office_id(random.OneIn(3) ? "office-1" : kCommittee);
      return make(std::move(request));
    }
    case 1:
    case 2: {
      auto request = On<mediation::v1::ReplaceMediatorRequest>(file);
      request->set_mediator_id(absl::StrCat("mediator-", 1 + random.Below(6)));
      request->set_reason_code("ill");
      return make(std::move(request));
    }
    case 3: {
      auto request = On<mediation::v1::ExtendMediationRequest>(file);
      request->set_reason_code("appraisal");
      return make(std::move(request));
    }
    case 4: {
      auto request = On<mediation::v1::HoldSessionRequest>(file);
      request->set_mode(mediation::v1::SESSION_MODE_VIDEO);
      request->add_present(1);
      Seal(&random, request->mutable_record(), file.text_id);
      return make(std::move(request));
    }
    case 5: {
      auto request = On<mediation::v1::CloseMediationRequest>(file);
      request->set_result(mediation::v1::MEDIATION_RESULT_FAILED);
      request->set_onward_path(mediation::v1::ONWARD_PATH_LITIGATION);
      request->set_reason_code("no_agreement");
      return make(std::move(request));
    }
    case 6: {
      auto request = On<mediation::v1::RecordAgreementRequest>(file);
      Seal(&random, request->add_terms()->mutable_text(), file.text_id);
      return make(std::move(request));
    }
    case 7: {
      auto request = On<mediation::v1::ReturnReferralResultRequest>(file);
      request->set_result(AnyResult(&random));
      return make(std::move(request));
    }
    default:
      return MediationFact(index, file.at);
  }
}

// What follows an agreement happens outside, wherever the case is: also while it is frozen, and where it was before.
Draft Workload::MediationFact(int index, Municipality at) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  switch (random.Below(3)) {
    case 0: {
      auto request = On<mediation::v1::RecordJointApplicationRequest>(file);
      request->set_court("a court");
      return Make(ServiceId::kMediation, at, std::move(request), index);
    }
    case 1: {
      auto request = On<mediation::v1::RecordCourtOutcomeRequest>(file);
      request->set_outcome(static_cast<mediation::v1::CourtOutcome>(1 + random.Below(3)));
      return Make(ServiceId::kMediation, at, std::move(request), index);
    }
    default: {
      auto request = On<mediation::v1::RecordPerformanceRequest>(file);
      request->set_term(1 + static_cast<uint32_t>(random.Below(3)));
      request->set_performance(static_cast<mediation::v1::Performance>(1 + random.Below(2)));
      return Make(ServiceId::kMediation, at, std::move(request), index);
    }
  }
}

Draft Workload::MediationQuery(int index) {
  Random& random = context_->random;
  const Municipality municipality = index < 0 ? AnyMunicipality() : cases_[static_cast<size_t>(index)].at;
  std::shared_ptr<google::protobuf::Message> message;
  int about = -1;
  switch (random.Below(4)) {
    case 0: {
      auto request = std::make_shared<mediation::v1::GetMediationRequest>();
      if (index >= 0) request->set_case_id(cases_[static_cast<size_t>(index)].text_id);
      message = std::move(request);
      about = index;
      break;
    }
    case 1: {
      auto request = std::make_shared<mediation::v1::ListMediationsRequest>();
      request->set_page_size(3);
      message = std::move(request);
      break;
    }
    case 2: {
      auto request = std::make_shared<mediation::v1::GetMediationIndicatorsRequest>();
      request->set_indicator(static_cast<mediation::v1::MediationIndicator>(1 + random.Below(2)));
      request->set_from("2026-01-01");
      request->set_until("2027-01-01");
      request->set_page_size(3);
      message = std::move(request);
      break;
    }
    default:
      message = std::make_shared<mediation::v1::GetMediationStaffingRequest>();
  }
  Draft draft = Make(ServiceId::kMediation, municipality, std::move(message), about);
  draft.is_query = true;
  return draft;
}

void LearnMediation(const Draft& draft, CaseFile* file) {
  MediationFile& mediation = file->mediation;
  if (draft.name == "ReceiveReferral") {
    mediation.parties =
        static_cast<uint32_t>(static_cast<const intake::v1::ReceiveReferralRequest&>(*draft.message).parties_size());
  } else if (draft.name == "RecordConsent") {
    const auto& request = static_cast<const mediation::v1::RecordConsentRequest&>(*draft.message);
    if (request.consented()) {
      mediation.consents = std::max(mediation.consents, request.party());
    } else {
      file->closed = true;
    }
  } else if (draft.name == "AcceptDispute") {
    mediation.accepted = true;
  } else if (draft.name == "AssignMediator") {
    mediation.assigned = true;
  } else if (draft.name == "HoldSession") {
    mediation.met = true;
  } else if (draft.name == "RecordAgreement") {
    mediation.agreed = true;
  } else if (draft.name == "ReturnReferralResult") {
    mediation.returned = true;
  } else if (draft.name == "CloseMediation") {
    file->closed = true;
  }
}

}  // namespace casehub::simulation
