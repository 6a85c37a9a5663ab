// Life 4: a consultation over the hotline 12348.
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "tests/integration/process/shared_steps.h"

namespace casehub::testing {
namespace {

namespace evaluation = evaluation::v1;
namespace intake = intake::v1;

// Steps 1 to 4, to the open slot.
std::vector<Step> Answered(uint64_t resident) {
  return {LearnCase<intake::RegisterCallResponse>(Ask<intake::RegisterCallRequest>(
              kCentre,
              [=](auto* request) {
                request->MergeFrom(RegisterCall(kOrigin, resident, "老板拖欠三个月工资,应当怎么办?"));
              })),
          Ask<intake::HandOverToOfficeRequest>(kCentre,
                                               [](auto* request) { request->set_to_office_id(kStation.office_id); }),
          Ask<intake::AcknowledgeHandOverRequest>(kStation),
          Ask<intake::RegisterCallRequest>(kCentre,
                                           [=](auto* request) {
                                             request->set_call_id("12348-again-" + std::to_string(resident));
                                             request->mutable_question()->set_text("还是没有答复");
                                           }),
          Ask<intake::AnswerConsultationRequest>(
              kStation, [](auto* request) { request->mutable_answer()->set_text("可以申请劳动仲裁。"); }),
          UntilSlot(Ask<intake::ConfirmAnswerDeliveredRequest>(
                        kStation, [](auto* request) { request->set_channel(common::v1::CHANNEL_HOTLINE); }),
                    kOrigin)};
}

}  // namespace

std::vector<Step> Consultation() {
  std::vector<Step> steps = Answered(4);
  steps.push_back(RateOverHotline(kOrigin, 4));
  return steps;
}

std::vector<Step> ConsultationSetAside() {
  std::vector<Step> steps = Answered(5);
  steps.push_back(RateOnPaper(kCentre, 2));
  steps.push_back(Ask<evaluation::AppealRatingRequest>(
      kStation, [](auto* request) { request->mutable_reasons()->set_text("已按时答复"); }));
  steps.push_back(Ask<evaluation::DecideReviewRequest>({kOrigin, "bureau-1", "reviewer-1"}, [](auto* request) {
    request->set_outcome(evaluation::REVIEW_OUTCOME_SET_ASIDE);
    request->set_reason_code("another_case");
  }));
  return steps;
}

}  // namespace casehub::testing
