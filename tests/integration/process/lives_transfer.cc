#include "tests/integration/process/lives_transfer.h"

#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "tests/support/requests.h"

namespace casehub::testing {
namespace {

namespace intake = intake::v1;
namespace transfer = transfer::v1;

constexpr char kCentre[] = "centre-1";            // of the origin
constexpr char kCentreThere[] = "centre-330700";  // of the first that is asked

common::v1::DocumentRef Paper(const std::string& name, char content) {
  common::v1::DocumentRef document;
  document.set_name(name);
  document.set_sha256(std::string(32, content));
  document.set_size_bytes(1234);
  return document;
}

template <typename Request>
Step Ask(const std::string& municipality, std::function<void(Request*, const Progress&)> fill) {
  Step step;
  step.name = Request::descriptor()->name();
  step.request = [=](const Progress& progress) {
    auto request = std::make_unique<Request>(About<Request>(municipality, progress.case_id));
    fill(request.get(), progress);
    return request;
  };
  return step;
}

template <typename Response>
Step LearnCase(Step step) {
  step.learn = [](const std::string& reply, Progress* progress) {
    Response response;
    response.ParseFromString(reply);
    progress->case_id = response.case_id();
  };
  return step;
}
template <typename Response>
Step LearnHop(Step step) {
  step.learn = [](const std::string& reply, Progress* progress) {
    Response response;
    response.ParseFromString(reply);
    progress->hop = response.hop();
  };
  return step;
}

// Until a municipality says so of the case's transfer.
Step Until(Step step, const std::string& municipality,
           std::function<bool(const transfer::CustodyState&, const Progress&)> is_so) {
  step.await = [=](Caller* caller, const Progress& progress) {
    transfer::GetTransferRequest request;
    request.set_municipality(municipality);
    request.set_case_id(progress.case_id);
    return caller->Eventually<transfer::GetTransferResponse>(
        request, [&](const auto& there) { return is_so(there.transfer(), progress); });
  };
  return step;
}
Step UntilOrigin(Step step, transfer::OriginState state) {
  return Until(std::move(step), kOrigin,
               [state](const auto& custody, const Progress&) { return custody.origin() == state; });
}

std::vector<Step> Apply(uint64_t resident) {
  const auto actor = Staff(kCentre, "staff-1");
  std::vector<Step> steps;
  steps.push_back(LearnCase<intake::SubmitAidApplicationResponse>(
      Ask<intake::SubmitAidApplicationRequest>(kOrigin, [=](auto* request, const Progress&) {
        *request->mutable_actor() = actor;
        request->set_channel(common::v1::CHANNEL_WINDOW);
        *request->mutable_applicant() = Resident(resident);
        request->set_matter_type("civil");
        request->mutable_statement()->set_text("异地申请法律援助");
        *request->add_documents() = Paper("身份证", 'i');
        *request->add_documents() = Paper("劳动合同", 'c');
        request->set_competent_municipality(kFirstAsked);
      })));
  steps.push_back(Ask<intake::AgreeMaterialListRequest>(kOrigin, [=](auto* request, const Progress&) {
    *request->mutable_actor() = actor;
    request->add_items("身份证复印件");
  }));
  steps.push_back(Ask<intake::RecordInterviewRequest>(kOrigin, [=](auto* request, const Progress&) {
    *request->mutable_actor() = actor;
    request->mutable_record()->set_text("谈话笔录");
  }));
  steps.push_back(Ask<intake::RecordTransferConsentRequest>(kOrigin, [=](auto* request, const Progress&) {
    *request->mutable_actor() = actor;
    *request->mutable_consent() = Paper("同意书", 'a');
  }));
  return steps;
}

Step OfferTo(const std::string& to) {
  return Until(LearnHop<transfer::OfferTransferResponse>(
                   Ask<transfer::OfferTransferRequest>(kOrigin,
                                                       [=](auto* request, const Progress&) {
                                                         request->set_to(to);
                                                         request->set_reason("该市有管辖权");
                                                       })),
               to, [](const auto& custody, const Progress& progress) {
                 return custody.addressee() == transfer::ADDRESSEE_STATE_OFFERED &&
                        custody.offered_hop() == progress.hop;
               });
}

Step DeclineAt(const std::string& at, transfer::OriginState then) {
  return UntilOrigin(Ask<transfer::DeclineTransferRequest>(at,
                                                           [](auto* request, const Progress& progress) {
                                                             request->set_hop(progress.hop);
                                                             request->set_reason("不属于本市管辖");
                                                             request->set_onward(kSecondAsked);
                                                           }),
                     then);
}

Step RuleFor(const std::string& custodian) {
  return Ask<transfer::RuleJurisdictionRequest>(kSuperior, [=](auto* request, const Progress& progress) {
    request->set_hop(progress.hop);
    request->set_custodian(custodian);
    request->set_reason("案件办理机关所在地");
  });
}

void DeclineByBoth(std::vector<Step>* steps) {
  steps->push_back(OfferTo(kFirstAsked));
  steps->push_back(DeclineAt(kFirstAsked, transfer::ORIGIN_STATE_ACTIVE));
  steps->push_back(OfferTo(kSecondAsked));
  steps->push_back(DeclineAt(kSecondAsked, transfer::ORIGIN_STATE_AT_SUPERIOR));
}

}  // namespace

std::vector<Step> AwayByRuling() {
  std::vector<Step> steps = Apply(15);
  Step office;
  office.name = "RegisterOfficeRequest";
  office.request = [](const Progress&) {
    return std::make_unique<registry::v1::RegisterOfficeRequest>(RegisterOffice(kFirstAsked, kCentreThere));
  };
  steps.insert(steps.begin(), std::move(office));
  DeclineByBoth(&steps);
  steps.push_back(UntilOrigin(RuleFor(kFirstAsked), transfer::ORIGIN_STATE_GONE));
  steps.push_back(Ask<intake::VerifyDocumentSetRequest>(kFirstAsked, [](auto* request, const Progress&) {
    *request->mutable_actor() = Staff(kCentreThere, "staff-21");
    *request->add_documents() = Paper("身份证", 'i');
  }));
  steps.push_back(Ask<intake::VerifyDocumentSetRequest>(kFirstAsked, [](auto* request, const Progress&) {
    *request->mutable_actor() = Staff(kCentreThere, "staff-21");
    *request->add_documents() = Paper("身份证", 'i');
    *request->add_documents() = Paper("劳动合同", 'c');
  }));
  steps.push_back(Ask<intake::DecideAidRequest>(kFirstAsked, [](auto* request, const Progress&) {
    *request->mutable_actor() = Staff(kCentreThere, "staff-22");
    request->set_decision(intake::AID_DECISION_GRANTED);
  }));
  return steps;
}

std::vector<Step> RuledForTheOrigin() {
  std::vector<Step> steps = Apply(17);
  DeclineByBoth(&steps);
  steps.push_back(UntilOrigin(Ask<transfer::RecallTransferRequest>(kOrigin, [](auto*, const Progress&) {}),
                              transfer::ORIGIN_STATE_ACTIVE));
  steps.push_back(Until(LearnHop<transfer::RequestRulingResponse>(Ask<transfer::RequestRulingRequest>(
                            kOrigin, [](auto* request, const Progress&) { request->set_reason("两市均拒收"); })),
                        kSuperior, [](const auto& custody, const Progress& progress) {
                          for (const auto& ruling : custody.rulings()) {
                            if (ruling.hop() == progress.hop && ruling.open()) return true;
                          }
                          return false;
                        }));
  steps.push_back(UntilOrigin(RuleFor(kOrigin), transfer::ORIGIN_STATE_ACTIVE));
  return steps;
}

std::vector<Step> AwayOnPaper() {
  std::vector<Step> steps = Apply(18);
  steps.push_back(
      UntilOrigin(Ask<transfer::RecordPaperRulingRequest>(kOrigin,
                                                          [](auto* request, const Progress&) {
                                                            request->set_outside_counterpart("外省法律援助中心");
                                                            request->set_ruled_by("司法部");
                                                            request->set_ruled_on("2025-01-06");
                                                            *request->mutable_document() = Paper("管辖裁定书", 'r');
                                                          }),
                  transfer::ORIGIN_STATE_GONE));
  return steps;
}

std::vector<Step> DefenceOnNotice() {
  Step step;
  step.name = "ReceiveDefenceNoticeRequest";
  step.request = [](const Progress&) {
    auto request = std::make_unique<intake::ReceiveDefenceNoticeRequest>();
    request->set_municipality(kOrigin);
    request->set_request_id(NewRequestId());
    *request->mutable_actor() = Staff(kCentre, "staff-1");
    *request->mutable_applicant() = Resident(16);
    request->set_matter_type("criminal");
    request->set_ground(intake::DEFENCE_GROUND_MINOR);
    request->set_stage(intake::PROCEDURE_STAGE_INVESTIGATION);
    request->set_maximum_penalty(intake::MAXIMUM_PENALTY_FIXED_TERM);
    request->set_need_found_on("2025-01-06");
    request->set_authority("衢州市公安局");
    request->set_authority_reference("衢公援通字〔2025〕7号");
    return request;
  };
  return {std::move(step)};
}

}  // namespace casehub::testing
