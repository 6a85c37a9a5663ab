#include "tests/integration/process/lives_assignment.h"

#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "tests/support/requests.h"

namespace casehub::testing {
namespace {

namespace assignment = assignment::v1;
namespace intake = intake::v1;
namespace registry = registry::v1;

constexpr char kCentre[] = "centre-1";

template <typename Request>
Step Asking(std::function<void(const Progress&, Request*)> fill = [](const Progress&, Request*) {}) {
  Step step;
  step.name = Request::descriptor()->name();
  step.request = [fill = std::move(fill)](const Progress& progress) {
    auto request = std::make_unique<Request>(About<Request>(kOrigin, progress.case_id));
    *request->mutable_actor() = Staff(kCentre, "staff-1");
    fill(progress, request.get());
    return request;
  };
  return step;
}

// About no case.
template <typename Request>
Step Setting(const std::string& municipality, std::function<void(const Progress&, Request*)> fill) {
  Step step;
  step.name = Request::descriptor()->name();
  step.request = [municipality, fill = std::move(fill)](const Progress& progress) {
    auto request = std::make_unique<Request>();
    request->set_municipality(municipality);
    request->set_request_id(NewRequestId());
    fill(progress, request.get());
    return request;
  };
  return step;
}

Step Lawyer(const std::string& municipality, const std::string& id) {
  return Setting<registry::RegisterPractitionerRequest>(municipality, [id](const Progress&, auto* request) {
    auto* one = request->mutable_practitioner();
    one->set_practitioner_id(id);
    one->set_office_id(kCentre);
    one->set_kind(registry::PRACTITIONER_KIND_LAWYER);
    one->set_valid_from("2020-01-01");
    one->set_capacity(1);
  });
}

// The loan stands so in the log of that side.
Step UntilLoan(Step step, const std::string& at, assignment::LoanStatus status) {
  step.await = [at, status](Caller* caller, const Progress& progress) {
    assignment::ListLoansRequest request;
    request.set_municipality(at);
    return caller->Eventually<assignment::ListLoansResponse>(request, [&](const auto& response) {
      for (const auto& loan : response.loans()) {
        if (loan.loan_id() == progress.loan_id) return loan.status() == status;
      }
      return false;
    });
  };
  return step;
}

// Intake hears of what assignment did.
Step UntilIntake(Step step, std::function<bool(const intake::Case&)> so) {
  step.await = [so = std::move(so)](Caller* caller, const Progress& progress) {
    intake::GetCaseRequest request;
    request.set_municipality(kOrigin);
    request.set_case_id(progress.case_id);
    return caller->Eventually<intake::GetCaseResponse>(request,
                                                       [&](const auto& response) { return so(response.case_()); });
  };
  return step;
}

Step Offer(const std::string& named = "", const std::string& lent_from = "") {
  Step step = Asking<assignment::OfferCaseRequest>([named, lent_from](const Progress&, auto* request) {
    request->set_practitioner_id(named);
    request->set_lent_from(lent_from);
    if (!named.empty()) request->set_reason("借调律师承办");
  });
  step.learn = [](const std::string& reply, Progress* progress) {
    assignment::OfferCaseResponse response;
    response.ParseFromString(reply);
    progress->offer_id = response.offer_id();
  };
  return step;
}

Step Accept() {
  return Asking<assignment::AcceptOfferRequest>(
      [](const Progress& progress, auto* request) { request->set_offer_id(progress.offer_id); });
}

Step Submit() {
  return Asking<assignment::SubmitClosingFileRequest>([](const Progress&, auto* request) {
    auto* document = request->add_documents();
    document->set_name("结案归档材料");
    document->set_sha256(std::string(32, 'c'));
    document->set_size_bytes(4321);
  });
}

bool MetAssignClock(const intake::Case& seen) {
  for (const intake::Clock& clock : seen.clocks()) {
    if (clock.deadline().policy() == "aid.assign") return clock.status() == intake::CLOCK_STATUS_MET;
  }
  return false;
}

}  // namespace

std::vector<Step> RosterAndTariff() {
  std::vector<Step> steps;
  for (const char* id : {"lawyer-1", "lawyer-2"}) steps.push_back(Lawyer(kOrigin, id));
  steps.push_back(Setting<assignment::SetTariffRequest>(kOrigin, [](const Progress&, auto* request) {
    request->mutable_tariff()->set_valid_from("2020-01-01");
    request->mutable_tariff()->set_citation("法律援助补贴标准");
    auto* row = request->mutable_tariff()->add_rows();
    row->set_kind(intake::CASE_KIND_LEGAL_AID);
    row->set_amount_fen(150'000);
  }));
  return steps;
}

std::vector<Step> AidToSubsidy() {
  std::vector<Step> steps = AidFromStation();
  steps.push_back(Offer());
  steps.push_back(Asking<assignment::DeclineOfferRequest>([](const Progress& progress, auto* request) {
    request->set_offer_id(progress.offer_id);
    request->set_reason_code("too_busy");
  }));
  steps.push_back(Offer());
  steps.push_back(Accept());
  steps.push_back(UntilIntake(Asking<assignment::IssueAssignmentLetterRequest>(), &MetAssignClock));
  for (const auto did : {assignment::HANDLING_STEP_CONTACTED, assignment::HANDLING_STEP_CONCLUDED}) {
    steps.push_back(Asking<assignment::RecordHandlingStepRequest>([did](const Progress&, auto* request) {
      request->set_step(did);
      request->mutable_note()->set_text("已会见受援人");
    }));
  }
  steps.push_back(Submit());
  steps.push_back(Asking<assignment::ReturnClosingFileRequest>(
      [](const Progress&, auto* request) { request->set_reason_code("judgment_missing"); }));
  steps.push_back(Submit());
  steps.push_back(UntilIntake(Asking<assignment::ApproveClosingFileRequest>(),
                              [](const intake::Case& seen) { return seen.status() == intake::CASE_STATUS_CLOSED; }));
  steps.push_back(Asking<intake::ArchiveCaseRequest>());
  return steps;
}

std::vector<Step> AidByLentLawyer() {
  std::vector<Step> steps;
  Step office;
  office.name = "RegisterOffice";
  office.request = [](const Progress&) {
    return std::make_unique<registry::RegisterOfficeRequest>(RegisterOffice(kFirstAsked, kCentre));
  };
  steps.push_back(office);
  steps.push_back(Lawyer(kFirstAsked, "lawyer-7"));
  steps.push_back(Setting<assignment::AgreeLoansRequest>(kFirstAsked, [](const Progress&, auto* request) {
    auto* agreement = request->mutable_agreement();
    agreement->set_borrower(kOrigin);
    agreement->set_quota(1);
    agreement->set_valid_from("2020-01-01");
    agreement->set_citation("两市律师调配协议");
  }));
  Step apply = Asking<intake::SubmitAidApplicationRequest>([](const Progress&, auto* request) {
    request->set_channel(common::v1::CHANNEL_WINDOW);
    *request->mutable_applicant() = Resident(7);
    request->set_matter_type("civil");
    request->mutable_statement()->set_text("申请法律援助");
  });
  apply.learn = [](const std::string& reply, Progress* progress) {
    intake::SubmitAidApplicationResponse response;
    response.ParseFromString(reply);
    progress->case_id = response.case_id();
  };
  steps.push_back(apply);
  steps.push_back(Asking<intake::DecideAidRequest>(
      [](const Progress&, auto* request) { request->set_decision(intake::AID_DECISION_GRANTED); }));
  Step ask =
      Asking<assignment::RequestLoanRequest>([](const Progress&, auto* request) { request->set_lender(kFirstAsked); });
  ask.learn = [](const std::string& reply, Progress* progress) {
    assignment::RequestLoanResponse response;
    response.ParseFromString(reply);
    progress->loan_id = response.loan_id();
  };
  steps.push_back(UntilLoan(ask, kFirstAsked, assignment::LOAN_STATUS_REQUESTED));
  steps.push_back(UntilLoan(Setting<assignment::GrantLoanRequest>(kFirstAsked,
                                                                  [](const Progress& progress, auto* request) {
                                                                    request->set_loan_id(progress.loan_id);
                                                                    request->set_practitioner_id("lawyer-7");
                                                                  }),
                            kOrigin, assignment::LOAN_STATUS_LENT));
  steps.push_back(Offer("lawyer-7", kFirstAsked));
  steps.push_back(Accept());
  steps.push_back(Asking<assignment::IssueAssignmentLetterRequest>());
  steps.push_back(Submit());
  steps.push_back(
      UntilLoan(Asking<assignment::ApproveClosingFileRequest>(), kFirstAsked, assignment::LOAN_STATUS_RETURNED));
  return steps;
}

}  // namespace casehub::testing
