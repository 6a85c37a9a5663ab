// Life 3, steps 1 to 7: a dispute that the police refer, from the referral to what follows the agreement.
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/mediation/v1/mediation_service.pb.h"
#include "tests/integration/process/lives.h"
#include "tests/support/requests.h"

namespace casehub::testing {
namespace {

namespace mediation = mediation::v1;

constexpr char kCommittee[] = "committee-1";
constexpr char kStaff[] = "staff-9";

template <typename Request>
Step InOrigin(std::function<void(Request*)> fill) {
  Step step;
  step.name = Request::descriptor()->name();
  step.request = [fill = std::move(fill)](const Progress& progress) {
    auto request = std::make_unique<Request>(About<Request>(kOrigin, progress.case_id));
    *request->mutable_actor() = Staff(kCommittee, kStaff);
    fill(request.get());
    return request;
  };
  return step;
}

template <typename Request>
Step Setup(std::function<Request()> make) {
  Step step;
  step.name = Request::descriptor()->name();
  step.request = [make = std::move(make)](const Progress&) { return std::make_unique<Request>(make()); };
  return step;
}

Step Mediator(const std::string& mediator_id) {
  return Setup<registry::v1::RegisterPractitionerRequest>(
      [mediator_id] { return RegisterMediator(kOrigin, mediator_id, kCommittee); });
}

Step Referral() {
  Step step = Setup<intake::v1::ReceiveReferralRequest>([] {
    auto request = ReceiveReferral(kOrigin, 30, "双方因宅基地界址发生纠纷,请予调解。");
    request.set_source_reference("JJ-2026-0001");
    return request;
  });
  step.learn = [](const std::string& reply, Progress* progress) {
    intake::v1::ReceiveReferralResponse response;
    response.ParseFromString(reply);
    progress->case_id = response.case_id();
  };
  return step;
}

Step Session(mediation::SessionMode mode, const std::string& record) {
  return InOrigin<mediation::HoldSessionRequest>([=](auto* request) {
    request->set_mode(mode);
    request->add_present(1);
    request->add_present(2);
    request->mutable_record()->set_text(record);
  });
}

}  // namespace

std::vector<Step> MediationFromReferral() {
  std::vector<Step> steps = {
      Setup<registry::v1::RegisterOfficeRequest>([] { return RegisterCommittee(kOrigin, kCommittee); }),
      Mediator("mediator-1"), Mediator("mediator-2"), Referral()};
  for (uint32_t party : {1u, 2u}) {
    steps.push_back(InOrigin<mediation::RecordConsentRequest>([party](auto* request) {
      request->set_party(party);
      request->set_consented(true);
    }));
  }
  steps.push_back(InOrigin<mediation::AcceptDisputeRequest>([](auto* request) { request->set_office_id(kCommittee); }));
  steps.push_back(
      InOrigin<mediation::AssignMediatorRequest>([](auto* request) { request->set_mediator_id("mediator-1"); }));
  steps.push_back(Session(mediation::SESSION_MODE_IN_PERSON, "双方陈述意见。"));
  steps.push_back(InOrigin<mediation::ReplaceMediatorRequest>([](auto* request) {
    request->set_mediator_id("mediator-2");
    request->set_reason_code("ill");
  }));
  steps.push_back(Session(mediation::SESSION_MODE_VIDEO, "双方达成一致。"));
  steps.push_back(InOrigin<mediation::RecordAgreementRequest>([](auto* request) {
    request->add_terms()->mutable_text()->set_text("乙方拆除越界围墙。");
    request->mutable_terms(0)->set_perform_by("2027-03-01");
    request->add_terms()->mutable_text()->set_text("甲方补偿乙方人民币三千元。");
  }));
  steps.push_back(InOrigin<mediation::ReturnReferralResultRequest>(
      [](auto* request) { request->set_result(mediation::MEDIATION_RESULT_AGREED); }));
  steps.push_back(InOrigin<mediation::CloseMediationRequest>(
      [](auto* request) { request->set_result(mediation::MEDIATION_RESULT_AGREED); }));
  steps.push_back(
      InOrigin<mediation::RecordJointApplicationRequest>([](auto* request) { request->set_court("柯城区人民法院"); }));
  steps.push_back(InOrigin<mediation::RecordCourtOutcomeRequest>([](auto* request) {
    request->set_outcome(mediation::COURT_OUTCOME_CONFIRMED);
    request->set_reference("(2026)浙0802民特1号");
  }));
  steps.push_back(InOrigin<mediation::RecordPerformanceRequest>([](auto* request) {
    request->set_term(2);
    request->set_performance(mediation::PERFORMANCE_PERFORMED);
  }));
  steps.push_back(InOrigin<intake::v1::ArchiveCaseRequest>([](auto*) {}));
  return steps;
}

}  // namespace casehub::testing
