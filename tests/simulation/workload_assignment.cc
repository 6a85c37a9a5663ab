// From the queue to the closed case and its subsidy, and loans between municipalities: the next step as a rule, any
// other now and then.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "tests/simulation/made_up.h"
#include "tests/simulation/services.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {
namespace {

namespace v1 = assignment::v1;

template <typename Request>
std::shared_ptr<Request> For(const CaseFile& file, const char* staff = "staff-1") {
  auto request = std::make_shared<Request>();
  request->set_case_id(file.text_id);
  request->mutable_actor()->set_staff_id(staff);
  request->mutable_actor()->set_office_id("office-1");
  return request;
}

template <typename Request>
std::shared_ptr<Request> Answering(const CaseFile& file) {
  auto request = For<Request>(file);
  request->set_offer_id(file.assignment.offer_id.empty() ? "no offer" : file.assignment.offer_id);
  return request;
}

std::string AnyLawyer(Random* random) { return absl::StrCat("lawyer-", random->Below(kLawyers)); }

}  // namespace

void FillLawyer(uint64_t number, registry::v1::Practitioner* one) {
  one->set_practitioner_id(absl::StrCat("lawyer-", number));
  one->set_office_id(number % 2 == 0 ? "office-1" : "office-2");
  one->set_kind(registry::v1::PRACTITIONER_KIND_LAWYER);
  one->set_valid_from("2021-01-01");
  one->set_criminal_practice_since("2010-01-01");
  one->set_capacity(kLawyerCapacity);
  if (number == 0) one->add_specialties("wages");
}

Draft Workload::SetTariff(Municipality municipality) {
  auto request = std::make_shared<v1::SetTariffRequest>();
  v1::Tariff* tariff = request->mutable_tariff();
  tariff->set_valid_from("2026-01-01");
  tariff->set_citation("a notice");
  for (const auto kind : {intake::v1::CASE_KIND_LEGAL_AID, intake::v1::CASE_KIND_DEFENCE}) {
    v1::TariffRow* row = tariff->add_rows();
    row->set_kind(kind);
    row->set_amount_fen(100'000 + static_cast<int64_t>(context_->random.Below(3)));
  }
  return Make(ServiceId::kAssignment, municipality, std::move(request), -1);
}

Draft Workload::AgreeLoans(Municipality lender, Municipality borrower) {
  auto request = std::make_shared<v1::AgreeLoansRequest>();
  v1::LoanAgreement* agreement = request->mutable_agreement();
  agreement->set_borrower(borrower.ToString());
  agreement->set_quota(kLoanQuota);
  agreement->set_valid_from("2026-01-01");
  agreement->set_citation("an agreement");
  return Make(ServiceId::kAssignment, lender, std::move(request), -1);
}

std::vector<Draft> Workload::AssignmentOpening() {
  std::vector<Draft> drafts;
  for (Municipality municipality : kMunicipalities) {
    for (uint64_t i = 0; i < kLawyers; ++i) {
      auto request = std::make_shared<registry::v1::RegisterPractitionerRequest>();
      FillLawyer(i, request->mutable_practitioner());
      drafts.push_back(Make(ServiceId::kRegistry, municipality, std::move(request), -1));
    }
    // One has no tariff until somebody sets it, and one pair of municipalities no agreement.
    if (municipality != kMunicipalities[3]) drafts.push_back(SetTariff(municipality));
    for (Municipality borrower : kMunicipalities) {
      const bool without = municipality == kMunicipalities[0] && borrower == kMunicipalities[1];
      if (borrower != municipality && !without) drafts.push_back(AgreeLoans(municipality, borrower));
    }
  }
  return drafts;
}

Draft Workload::Suspend(Municipality municipality, const std::string& lawyer) {
  auto request = std::make_shared<registry::v1::SuspendPractitionerRequest>();
  request->set_practitioner_id(lawyer);
  request->set_suspended_from("2026-02-01");
  request->set_reason_code("disciplinary");
  return Make(ServiceId::kRegistry, municipality, std::move(request), -1);
}

Draft Workload::SuspendOrReinstate(Municipality municipality) {
  Random& random = context_->random;
  if (random.OneIn(4)) return Suspend(municipality, random.OneIn(12) ? "nobody" : AnyLawyer(&random));
  auto request = std::make_shared<registry::v1::ReinstatePractitionerRequest>();
  request->set_practitioner_id(AnyLawyer(&random));
  return Make(ServiceId::kRegistry, municipality, std::move(request), -1);
}

// What has to come before an assignment.
Draft Workload::Grant(int index) {
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = For<intake::v1::DecideAidRequest>(file, "staff-3");
  request->set_decision(intake::v1::AID_DECISION_GRANTED);
  return Make(ServiceId::kIntake, file.at, std::move(request), index);
}

Draft Workload::OfferCase(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = For<v1::OfferCaseRequest>(file);
  if (random.OneIn(5)) {
    request->set_practitioner_id(random.OneIn(12) ? "nobody" : AnyLawyer(&random));
    if (!random.OneIn(8)) request->set_reason("knows the matter");
    if (random.OneIn(3) && !loans_.empty()) {
      const LoanFile& loan = loans_[random.Below(loans_.size())];
      request->set_lent_from(loan.lender.ToString());
    }
  }
  if (random.OneIn(10)) request->set_village(random.OneIn(3) ? "33" : "330802001001");
  return Make(ServiceId::kAssignment, file.at, std::move(request), index);
}

Draft Workload::RecordWork(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  switch (random.Below(5)) {
    case 0: {
      auto request = For<v1::RecordMeetingRequest>(file);
      Seal(&random, request->mutable_note(), file.text_id);
      return Make(ServiceId::kAssignment, file.at, std::move(request), index);
    }
    case 1: {
      auto request = For<v1::RecordFileReadingRequest>(file);
      request->set_pages(static_cast<uint32_t>(random.Below(500)));
      return Make(ServiceId::kAssignment, file.at, std::move(request), index);
    }
    case 2: {
      auto request = For<v1::RecordHearingRequest>(file);
      request->set_organ("court");
      return Make(ServiceId::kAssignment, file.at, std::move(request), index);
    }
    default: {
      auto request = For<v1::RecordHandlingStepRequest>(file);
      request->set_step(static_cast<v1::HandlingStep>(random.Below(8)));
      return Make(ServiceId::kAssignment, file.at, std::move(request), index);
    }
  }
}

Draft Workload::ReplaceOrTerminate(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  switch (random.Below(10)) {
    case 0: {
      auto request = For<v1::RequestReplacementRequest>(file);
      Seal(&random, request->mutable_reasons(), file.text_id);
      return Make(ServiceId::kAssignment, file.at, std::move(request), index);
    }
    case 1: {
      auto request = For<v1::RefuseReplacementRequest>(file);
      request->set_reason_code("no_ground");
      return Make(ServiceId::kAssignment, file.at, std::move(request), index);
    }
    case 2: {
      auto request = For<v1::TerminateAidRequest>(file);
      request->set_reason_code("own_counsel");
      return Make(ServiceId::kAssignment, file.at, std::move(request), index);
    }
    case 3: {
      auto request = For<v1::RecordConflictRequest>(file);
      request->set_practitioner_id(AnyLawyer(&random));
      request->set_conflict(v1::CONFLICT_KIND_ADVERSE);
      return Make(ServiceId::kAssignment, file.at, std::move(request), index);
    }
    case 4: {
      auto request = For<v1::LinkCoDefendantsRequest>(file);
      request->set_other_case_id(cases_[random.Below(cases_.size())].text_id);
      return Make(ServiceId::kAssignment, file.at, std::move(request), index);
    }
    case 5:
      return Make(ServiceId::kAssignment, file.at, For<v1::NotifyAuthorityRequest>(file), index);
    default: {
      auto request = For<v1::ReplacePractitionerRequest>(file);
      request->set_reason_code("ill");
      return Make(ServiceId::kAssignment, file.at, std::move(request), index);
    }
  }
}

Draft Workload::CloseAssigned(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  if (!file.assignment.submitted || random.OneIn(8)) {
    auto request = For<v1::SubmitClosingFileRequest>(file);
    AnyDocument(&random, request->add_documents());
    return Make(ServiceId::kAssignment, file.at, std::move(request), index);
  }
  if (random.OneIn(5)) {
    auto request = For<v1::ReturnClosingFileRequest>(file);
    request->set_reason_code("judgment_missing");
    return Make(ServiceId::kAssignment, file.at, std::move(request), index);
  }
  auto request = For<v1::ApproveClosingFileRequest>(file);
  if (random.OneIn(8)) request->mutable_actor()->set_staff_id(AnyLawyer(&random));
  return Make(ServiceId::kAssignment, file.at, std::move(request), index);
}

Draft Workload::LoanStep(int index) {
  Random& random = context_->random;
  if (loans_.empty() || random.OneIn(3)) {
    const CaseFile& file = cases_[static_cast<size_t>(index)];
    auto request = For<v1::RequestLoanRequest>(file);
    request->set_lender(random.OneIn(12) ? file.at.ToString() : OtherThan(file.at).ToString());
    return Make(ServiceId::kAssignment, file.at, std::move(request), index);
  }
  const LoanFile& loan = loans_[loans_.size() - 1 - random.Below(std::min<size_t>(loans_.size(), 6))];
  const Municipality at = random.OneIn(20) ? AnyMunicipality() : loan.lender;
  if (random.OneIn(6)) {
    auto request = std::make_shared<v1::RefuseLoanRequest>();
    request->set_loan_id(loan.id);
    request->set_reason_code("none_free");
    return Make(ServiceId::kAssignment, at, std::move(request), -1);
  }
  auto request = std::make_shared<v1::GrantLoanRequest>();
  request->set_loan_id(loan.id);
  request->set_practitioner_id(AnyLawyer(&random));
  if (random.OneIn(3)) request->set_offer_until("2026-03-03");
  return Make(ServiceId::kAssignment, at, std::move(request), -1);
}

Draft Workload::AssignStep(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  const AssignmentFile& known = file.assignment;
  const uint64_t die = random.Below(20);
  if (die == 0) return ReplaceOrTerminate(index);
  if (die == 1) return SetTariff(file.at);
  if (die == 2) return RecordWork(index);
  if (die == 3) return OfferCase(index);
  if (die == 4) return SuspendOrReinstate(file.at);
  if (known.assigned && known.recorded == 0 && !random.OneIn(4)) return RecordWork(index);
  if (known.closed || (known.assigned && die < 13)) return CloseAssigned(index);
  if (known.assigned) return die < 18 ? ReplaceOrTerminate(index) : RecordWork(index);
  if (known.accepted) {
    auto request = For<v1::IssueAssignmentLetterRequest>(file);
    if (random.OneIn(10)) request->mutable_actor()->set_office_id(AnyOffice());
    return Make(ServiceId::kAssignment, file.at, std::move(request), index);
  }
  if (!known.offer_id.empty() && die < 16) {
    return Make(ServiceId::kAssignment, file.at, Answering<v1::AcceptOfferRequest>(file), index);
  }
  if (!known.offer_id.empty()) {
    auto request = Answering<v1::DeclineOfferRequest>(file);
    request->set_reason_code("too_busy");
    return Make(ServiceId::kAssignment, file.at, std::move(request), index);
  }
  // What a log loses takes messages between municipalities with it.
  return transfers_ && die < 10 ? LoanStep(index) : OfferCase(index);
}

// Several hands on one case that is assigned, or about to be: of its steps, its ends and its lawyer's suspension only
// some can stand.
std::vector<Draft> Workload::AssignmentRace(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  std::vector<Draft> drafts{AssignStep(index), AssignStep(index)};
  if (file.assignment.submitted) drafts.push_back(CloseAssigned(index));
  if (random.OneIn(3)) drafts.push_back(Withdraw(index));
  if (random.OneIn(3)) {
    auto request = For<intake::v1::VerifyPledgeRequest>(file, "staff-2");
    drafts.push_back(Make(ServiceId::kIntake, file.at, std::move(request), index));
  }
  if (transfers_ && random.OneIn(3)) drafts.push_back(Offer(index));
  const bool asked = !file.assignment.lawyer.empty() && !file.assignment.assigned;
  if (asked && random.OneIn(2)) {
    drafts.insert(drafts.begin(), Suspend(file.at, file.assignment.lawyer));
  } else if (random.OneIn(2)) {
    drafts.push_back(SuspendOrReinstate(file.at));
  }
  if (transfers_ && random.OneIn(3)) drafts.push_back(LoanStep(index));
  return drafts;
}

void Workload::LearnAssignment(const Draft& draft, const std::string& reply) {
  if (draft.case_index < 0) return;
  CaseFile& file = cases_[static_cast<size_t>(draft.case_index)];
  if (draft.municipality != file.at) return;
  AssignmentFile& known = file.assignment;
  if (draft.name == "OfferCase") {
    v1::OfferCaseResponse offered;
    offered.ParseFromString(reply);
    known.offer_id = offered.offer_id();
    known.lawyer = offered.practitioner_id();
  } else if (draft.name == "DeclineOffer") {
    known.offer_id.clear();
  } else if (draft.name == "AcceptOffer") {
    known.accepted = true;
  } else if (draft.name == "IssueAssignmentLetter") {
    known.assigned = true;
  } else if (draft.name == "ReplacePractitioner") {
    known = AssignmentFile();
    known.granted = true;
  } else if (draft.name.starts_with("Record") && draft.name != "RecordConflict") {
    ++known.recorded;
  } else if (draft.name == "SubmitClosingFile") {
    known.submitted = true;
  } else if (draft.name == "ReturnClosingFile") {
    known.submitted = false;
  } else if (draft.name == "ApproveClosingFile") {
    known.closed = file.closed = true;
  } else if (draft.name == "RequestLoan") {
    v1::RequestLoanResponse requested;
    requested.ParseFromString(reply);
    const auto& request = static_cast<const v1::RequestLoanRequest&>(*draft.message);
    loans_.push_back({requested.loan_id(), *Municipality::Parse(request.lender())});
  }
}

Draft Workload::AssignmentQuery(Municipality municipality, int index) {
  Random& random = context_->random;
  switch (random.Below(5)) {
    case 0: {
      auto request = std::make_shared<v1::ListQueueRequest>();
      request->set_page_size(3);
      return Make(ServiceId::kAssignment, municipality, std::move(request), -1);
    }
    case 1:
      return Make(ServiceId::kAssignment, municipality, std::make_shared<v1::ListLoadsRequest>(), -1);
    case 2:
      return Make(ServiceId::kAssignment, municipality, std::make_shared<v1::ListLoansRequest>(), -1);
    case 3:
      return Make(ServiceId::kAssignment, municipality, std::make_shared<v1::ListTariffsRequest>(), -1);
    default: {
      auto request = std::make_shared<v1::GetAssignmentRequest>();
      if (index >= 0) request->set_case_id(cases_[static_cast<size_t>(index)].text_id);
      return Make(ServiceId::kAssignment, municipality, std::move(request), index);
    }
  }
}

}  // namespace casehub::simulation
