#include "tests/integration/process/lives.h"

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "tests/support/requests.h"

namespace casehub::testing {
namespace {

namespace intake = intake::v1;
namespace evaluation = evaluation::v1;
namespace transfer = transfer::v1;

constexpr char kCentre[] = "centre-1";
constexpr char kStation[] = "station-1";

// A step whose request needs nothing but the case.
template <typename Request>
Step Make(std::function<Request(const Progress&)> request) {
  Step step;
  step.name = Request::descriptor()->name();
  step.request = [request = std::move(request)](const Progress& progress) {
    return std::make_unique<Request>(request(progress));
  };
  return step;
}

template <typename Request>
Step InOrigin(std::function<void(Request*)> fill) {
  return Make<Request>([fill = std::move(fill)](const Progress& progress) {
    auto request = About<Request>(kOrigin, progress.case_id);
    fill(&request);
    return request;
  });
}

template <typename Response>
Step Learning(Step step) {
  step.learn = [](const std::string& reply, Progress* progress) {
    Response response;
    response.ParseFromString(reply);
    progress->case_id = response.case_id();
  };
  return step;
}

common::v1::DocumentRef Document(const std::string& name) {
  common::v1::DocumentRef document;
  document.set_name(name);
  document.set_sha256(std::string(32, 'd'));
  document.set_size_bytes(1234);
  return document;
}

Step Offer(const std::string& to) {
  Step step = Make<transfer::OfferTransferRequest>(
      [to](const Progress& progress) { return OfferTransfer(kOrigin, progress.case_id, to); });
  step.learn = [](const std::string& reply, Progress* progress) {
    transfer::OfferTransferResponse response;
    response.ParseFromString(reply);
    progress->hop = response.hop();
  };
  step.await = [to](Caller* caller, const Progress& progress) {
    transfer::GetTransferRequest request;
    request.set_municipality(to);
    request.set_case_id(progress.case_id);
    return caller->Eventually<transfer::GetTransferResponse>(request, [&](const auto& there) {
      return there.transfer().addressee() == transfer::ADDRESSEE_STATE_OFFERED &&
             there.transfer().offered_hop() == progress.hop;
    });
  };
  return step;
}

Step UntilOrigin(Step step, transfer::OriginState state) {
  step.await = [state](Caller* caller, const Progress& progress) {
    transfer::GetTransferRequest request;
    request.set_municipality(kOrigin);
    request.set_case_id(progress.case_id);
    return caller->Eventually<transfer::GetTransferResponse>(
        request, [&](const auto& there) { return there.transfer().origin() == state; });
  };
  return step;
}

Step Decline(const std::string& at) {
  return Make<transfer::DeclineTransferRequest>([at](const Progress& progress) {
    auto request = DeclineTransfer(at, progress.case_id, progress.hop);
    request.set_onward(kSecondAsked);
    return request;
  });
}

Step Accept(const std::string& at) {
  return Make<transfer::AcceptTransferRequest>(
      [at](const Progress& progress) { return AcceptTransfer(at, progress.case_id, progress.hop); });
}

Step Recall() {
  return Make<transfer::RecallTransferRequest>(
      [](const Progress& progress) { return RecallTransfer(kOrigin, progress.case_id); });
}

// The application and what must be there before it can be forwarded.
std::vector<Step> Application(uint64_t resident) {
  return {
      Learning<intake::SubmitAidApplicationResponse>(InOrigin<intake::SubmitAidApplicationRequest>([=](auto* request) {
        *request->mutable_actor() = Staff(kCentre, "staff-1");
        request->set_channel(common::v1::CHANNEL_WINDOW);
        *request->mutable_applicant() = Resident(resident);
        request->set_matter_type("civil");
        request->mutable_statement()->set_text("申请法律援助");
        *request->add_documents() = Document("身份证");
        request->set_competent_municipality(kFirstAsked);
      })),
      InOrigin<intake::AgreeMaterialListRequest>([](auto* request) {
        *request->mutable_actor() = Staff(kCentre, "staff-1");
        request->add_items("身份证复印件");
      }),
      InOrigin<intake::RecordInterviewRequest>([](auto* request) {
        *request->mutable_actor() = Staff(kCentre, "staff-1");
        request->mutable_record()->set_text("谈话笔录");
      }),
      InOrigin<intake::RecordTransferConsentRequest>([](auto* request) {
        *request->mutable_actor() = Staff(kCentre, "staff-1");
        *request->mutable_consent() = Document("同意书");
      }),
  };
}

}  // namespace

std::vector<Step> Offices() {
  std::vector<Step> steps;
  for (const char* office : {kCentre, kStation}) {
    steps.push_back(Make<registry::v1::RegisterOfficeRequest>(
        [office](const Progress&) { return RegisterOffice(kOrigin, office); }));
  }
  return steps;
}

std::vector<Step> AidFromStation() {
  const auto station = Staff(kStation, "staff-7");
  const auto centre = Staff(kCentre, "staff-1");
  std::vector<Step> steps;
  steps.push_back(Learning<intake::RegisterContactResponse>(Make<intake::RegisterContactRequest>([=](const Progress&) {
    auto request = RegisterContact(kOrigin, 1);
    *request.mutable_actor() = station;
    return request;
  })));
  steps.push_back(InOrigin<intake::SubmitAidApplicationRequest>([=](auto* request) {
    *request->mutable_actor() = station;
    request->mutable_statement()->set_text("申请法律援助");
    *request->add_documents() = Document("身份证");
  }));
  steps.push_back(InOrigin<intake::GiveHardshipPledgeRequest>([=](auto* request) {
    *request->mutable_actor() = station;
    *request->mutable_pledge() = Document("经济困难告知承诺书");
  }));
  steps.push_back(InOrigin<intake::CompletePreliminaryReviewRequest>([=](auto* request) {
    *request->mutable_actor() = station;
    request->set_recommendation(intake::RECOMMENDATION_GRANT);
    request->mutable_opinion()->set_text("符合条件,建议给予援助");
    request->set_to_office_id(kCentre);
  }));
  steps.push_back(InOrigin<intake::IssueSupplementNoticeRequest>([=](auto* request) {
    *request->mutable_actor() = centre;
    request->add_items("劳动合同");
    request->add_items("工资流水");
  }));
  steps.push_back(InOrigin<intake::ConfirmDeliveryRequest>([=](auto* request) {
    *request->mutable_actor() = centre;
    request->set_channel(common::v1::CHANNEL_WINDOW);
  }));
  for (const char* item : {"劳动合同", "工资流水"}) {
    steps.push_back(InOrigin<intake::SubmitSupplementsRequest>([=](auto* request) {
      *request->mutable_actor() = station;
      request->add_items(item);
      *request->add_documents() = Document(item);
    }));
  }
  steps.push_back(InOrigin<intake::DecideAidRequest>([=](auto* request) {
    *request->mutable_actor() = centre;
    request->set_decision(intake::AID_DECISION_GRANTED);
  }));
  steps.push_back(InOrigin<intake::VerifyPledgeRequest>([=](auto* request) {
    *request->mutable_actor() = centre;
    request->set_truthful(true);
  }));
  return steps;
}

std::vector<Step> Consultation() {
  const auto station = Staff(kStation, "staff-7");
  std::vector<Step> steps;
  steps.push_back(Learning<intake::RegisterCallResponse>(Make<intake::RegisterCallRequest>([](const Progress&) {
    auto request = RegisterCall(kOrigin, 4, "老板拖欠三个月工资,应当怎么办?");
    *request.mutable_actor() = Staff(kCentre, "staff-1");
    return request;
  })));
  steps.push_back(InOrigin<intake::HandOverToOfficeRequest>([](auto* request) {
    *request->mutable_actor() = Staff(kCentre, "staff-1");
    request->set_to_office_id(kStation);
  }));
  steps.push_back(
      InOrigin<intake::AcknowledgeHandOverRequest>([=](auto* request) { *request->mutable_actor() = station; }));
  steps.push_back(InOrigin<intake::RegisterCallRequest>([](auto* request) {
    request->set_call_id("12348-again");
    request->mutable_question()->set_text("还是没有答复");
  }));
  steps.push_back(InOrigin<intake::AnswerConsultationRequest>([=](auto* request) {
    *request->mutable_actor() = station;
    request->mutable_answer()->set_text("可以申请劳动仲裁。");
  }));
  steps.push_back(InOrigin<intake::ConfirmAnswerDeliveredRequest>([=](auto* request) {
    *request->mutable_actor() = station;
    request->set_channel(common::v1::CHANNEL_HOTLINE);
  }));
  steps.back().await = [](Caller* caller, const Progress& progress) {
    evaluation::GetRatingSlotRequest request;
    request.set_municipality(kOrigin);
    request.set_case_id(progress.case_id);
    return caller->Eventually<evaluation::GetRatingSlotResponse>(
        request, [](const auto& response) { return response.has_slot(); });
  };
  steps.push_back(InOrigin<evaluation::SubmitRatingRequest>([](auto* request) {
    request->mutable_actor()->set_staff_id("operator");
    request->set_channel(common::v1::CHANNEL_HOTLINE);
    request->set_call_id("12348-rating");
    for (auto set : {&evaluation::Grades::set_attitude, &evaluation::Grades::set_efficiency,
                     &evaluation::Grades::set_policy_execution, &evaluation::Grades::set_professional_level,
                     &evaluation::Grades::set_overall}) {
      (request->mutable_grades()->*set)(4);
    }
    request->mutable_comment()->set_text("很满意");
  }));
  return steps;
}

std::vector<Step> AwayFromHome() {
  std::vector<Step> steps = Application(5);
  steps.push_back(Offer(kFirstAsked));
  steps.push_back(UntilOrigin(Recall(), transfer::ORIGIN_STATE_ACTIVE));
  steps.push_back(Offer(kFirstAsked));
  steps.push_back(UntilOrigin(Decline(kFirstAsked), transfer::ORIGIN_STATE_ACTIVE));
  steps.push_back(Offer(kSecondAsked));
  steps.push_back(UntilOrigin(Accept(kSecondAsked), transfer::ORIGIN_STATE_GONE));
  steps.push_back(Make<intake::RegisterContactRequest>(
      [](const Progress& progress) { return ContactAgain(kSecondAsked, progress.case_id); }));
  return steps;
}

std::vector<Step> DeclinedTwice() {
  std::vector<Step> steps = Application(6);
  steps.push_back(Offer(kFirstAsked));
  steps.push_back(UntilOrigin(Decline(kFirstAsked), transfer::ORIGIN_STATE_ACTIVE));
  steps.push_back(Offer(kSecondAsked));
  steps.push_back(UntilOrigin(Decline(kSecondAsked), transfer::ORIGIN_STATE_AT_SUPERIOR));
  steps.push_back(UntilOrigin(Recall(), transfer::ORIGIN_STATE_ACTIVE));
  return steps;
}

}  // namespace casehub::testing
