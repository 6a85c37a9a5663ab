// Life 1: civil legal aid from a township station.
#include "casehub/assignment/v1/assignment_service.pb.h"
#include "tests/integration/process/shared_steps.h"

namespace casehub::testing {
namespace {

namespace assignment = assignment::v1;
namespace intake = intake::v1;

// Steps 1 to 4.
std::vector<Step> AppliedAtStation(uint64_t resident) {
  return {LearnCase<intake::RegisterContactResponse>(Ask<intake::RegisterContactRequest>(
              kStation, [=](auto* request) { request->MergeFrom(RegisterContact(kOrigin, resident)); })),
          Ask<intake::SubmitAidApplicationRequest>(kStation,
                                                   [](auto* request) {
                                                     request->mutable_statement()->set_text("申请法律援助");
                                                     *request->add_documents() = Document("身份证");
                                                   }),
          Ask<intake::GiveHardshipPledgeRequest>(
              kStation, [](auto* request) { *request->mutable_pledge() = Document("经济困难告知承诺书"); }),
          Ask<intake::CompletePreliminaryReviewRequest>(kStation, [](auto* request) {
            request->set_recommendation(intake::RECOMMENDATION_GRANT);
            request->mutable_opinion()->set_text("符合条件,建议给予援助");
            request->set_to_office_id(kCentre.office_id);
          })};
}

// Step 5.
std::vector<Step> Supplemented() {
  std::vector<Step> steps = {Ask<intake::IssueSupplementNoticeRequest>(kCentre,
                                                                       [](auto* request) {
                                                                         request->add_items("劳动合同");
                                                                         request->add_items("工资流水");
                                                                       }),
                             Ask<intake::ConfirmDeliveryRequest>(
                                 kCentre, [](auto* request) { request->set_channel(common::v1::CHANNEL_WINDOW); })};
  for (const char* item : {"劳动合同", "工资流水"}) {
    steps.push_back(Ask<intake::SubmitSupplementsRequest>(kStation, [item](auto* request) {
      request->add_items(item);
      *request->add_documents() = Document(item);
    }));
  }
  return steps;
}

// Step 7: the first who is asked declines.
std::vector<Step> Assigned() {
  return {Offer(kCentre),
          Ask<assignment::DeclineOfferRequest>(kCentre,
                                               [](auto* request, const Progress& progress) {
                                                 request->set_offer_id(progress.offer_id);
                                                 request->set_reason_code("too_busy");
                                               }),
          Offer(kCentre), AcceptOffer(kCentre), UntilCase(IssueLetter(kCentre), kOrigin, [](const intake::Case& seen) {
            return HasClock(seen, "aid.assign", intake::CLOCK_STATUS_MET);
          })};
}

// Step 8: the file is returned once.
std::vector<Step> Handled() {
  std::vector<Step> steps;
  for (const auto did : {assignment::HANDLING_STEP_CONTACTED, assignment::HANDLING_STEP_CONCLUDED}) {
    steps.push_back(Ask<assignment::RecordHandlingStepRequest>(kCentre, [did](auto* request) {
      request->set_step(did);
      request->mutable_note()->set_text("已会见受援人");
    }));
  }
  steps.push_back(SubmitClosingFile(kCentre));
  steps.push_back(Ask<assignment::ReturnClosingFileRequest>(
      kCentre, [](auto* request) { request->set_reason_code("judgment_missing"); }));
  steps.push_back(SubmitClosingFile(kCentre));
  steps.push_back(ApproveClosingFile(kCentre));
  return steps;
}

Step VerifyPledge(bool truthful) {
  return Ask<intake::VerifyPledgeRequest>(kCentre, [=](auto* request) { request->set_truthful(truthful); });
}

}  // namespace

std::vector<Step> AidFromStation() {
  std::vector<Step> steps = AppliedAtStation(1);
  Append(Supplemented(), &steps);
  steps.push_back(Grant(kCentre));
  Append(Assigned(), &steps);
  Append(Handled(), &steps);
  steps.push_back(VerifyPledge(true));
  steps.push_back(RateOverHotline(kOrigin, 5));
  steps.push_back(Ask<intake::ArchiveCaseRequest>(kCentre));
  return steps;
}

std::vector<Step> AidOnFalsePledge() {
  std::vector<Step> steps = AppliedAtStation(2);
  steps.push_back(Grant(kCentre));
  steps.push_back(VerifyPledge(false));
  return steps;
}

}  // namespace casehub::testing
