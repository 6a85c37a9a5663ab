// Legal aid from pledge to decision, in any order and with mistakes: what does not fit is refused.
#include "casehub/intake/v1/intake_service.pb.h"
#include "tests/simulation/made_up.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {
namespace {

constexpr const char* kItems[] = {"income", "contract", "photo"};

template <typename Request>
std::shared_ptr<Request> By(const char* staff, const char* office, const CaseFile& file) {
  auto request = std::make_shared<Request>();
  request->set_case_id(file.text_id);
  request->mutable_actor()->set_staff_id(staff);
  request->mutable_actor()->set_office_id(office);
  return request;
}

}  // namespace

Draft Workload::AidStep(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  const auto make = [&](std::shared_ptr<google::protobuf::Message> request) {
    return Make(ServiceId::kIntake, file.at, std::move(request), index);
  };
  switch (random.Below(12)) {
    case 0: {
      auto request = By<intake::v1::GiveHardshipPledgeRequest>("staff-1", "office-2", file);
      AnyDocument(&random, request->mutable_pledge());
      return make(std::move(request));
    }
    case 1: {
      auto request = By<intake::v1::CompletePreliminaryReviewRequest>("staff-1", "office-2", file);
      request->set_recommendation(static_cast<intake::v1::Recommendation>(1 + random.Below(2)));
      Seal(&random, request->mutable_opinion(), file.text_id);
      request->set_to_office_id(random.OneIn(6) ? "office-2" : "office-1");
      return make(std::move(request));
    }
    case 2:
    case 3: {
      auto request = By<intake::v1::IssueSupplementNoticeRequest>("staff-2", "office-1", file);
      for (uint64_t i = 0; i < 1 + random.Below(2); ++i) request->add_items(kItems[i]);
      return make(std::move(request));
    }
    case 4:
    case 5:
      return make(By<intake::v1::ConfirmDeliveryRequest>("staff-2", "office-1", file));
    case 6:
    case 7:
    case 8: {
      auto request = By<intake::v1::SubmitSupplementsRequest>("staff-2", "office-1", file);
      request->add_items(kItems[random.Below(random.OneIn(8) ? 3 : 2)]);
      AnyDocument(&random, request->add_documents());
      return make(std::move(request));
    }
    case 9: {
      auto request = By<intake::v1::VerifyPledgeRequest>("staff-2", "office-1", file);
      request->set_truthful(!random.OneIn(3));
      return make(std::move(request));
    }
    default: {
      auto request = By<intake::v1::DecideAidRequest>(random.OneIn(6) ? "staff-1" : "staff-3",
                                                      random.OneIn(8) ? "office-2" : "office-1", file);
      const bool granted = !random.OneIn(3);
      request->set_decision(granted ? intake::v1::AID_DECISION_GRANTED : intake::v1::AID_DECISION_REFUSED);
      if (!granted) request->set_reason_code("not_hard_up");
      return make(std::move(request));
    }
  }
}

}  // namespace casehub::simulation
