// Life 2: mandatory defence.
#include "casehub/assignment/v1/assignment_service.pb.h"
#include "services/model/civil_time.h"
#include "tests/integration/process/shared_steps.h"

namespace casehub::testing {
namespace {

namespace assignment = assignment::v1;
namespace intake = intake::v1;

constexpr uint64_t kDefendant = 16;
constexpr char kFoundLongAgo[] = "2025-01-06";  // so that the authority is late

// Step 1. The case that is there already, if any, is that of the stage before.
Step ReceiveNotice(intake::ProcedureStage stage, const std::string& authority, const std::string& need_found_on) {
  return Learn<intake::ReceiveDefenceNoticeResponse>(
      Ask<intake::ReceiveDefenceNoticeRequest>(kCentre,
                                               [=](auto* request, const Progress& progress) {
                                                 *request->mutable_applicant() = Resident(kDefendant);
                                                 request->set_matter_type("criminal");
                                                 request->set_ground(intake::DEFENCE_GROUND_LIFE_OR_DEATH);
                                                 request->set_stage(stage);
                                                 request->set_maximum_penalty(intake::MAXIMUM_PENALTY_LIFE);
                                                 request->set_need_found_on(need_found_on);
                                                 request->set_authority(authority);
                                                 request->set_authority_reference("通辩〔2025〕7号");
                                                 request->set_linked_case_id(progress.case_id);
                                               }),
      [](const auto& response, Progress* progress) {
        progress->earlier_case_id = progress->case_id;
        progress->case_id = response.case_id();
      });
}

// Steps 2 and 3.
std::vector<Step> Assigned() {
  return {Offer(kCentre), AcceptOffer(kCentre), IssueLetter(kCentre),
          UntilCase(Ask<assignment::NotifyAuthorityRequest>(
                        kCentre, [](auto* request) { *request->mutable_document() = Document("辩护律师通知函"); }),
                    kOrigin, [](const intake::Case& seen) {
                      return HasClock(seen, "defence.assign", intake::CLOCK_STATUS_MET);
                    })};
}

Step Meet() {
  return Ask<assignment::RecordMeetingRequest>(kCentre, [](auto* request) {
    request->set_place("看守所");
    request->mutable_note()->set_text("首次会见");
  });
}

}  // namespace

std::vector<Step> MandatoryDefence() {
  std::vector<Step> steps = {ReceiveNotice(intake::PROCEDURE_STAGE_INVESTIGATION, "衢州市公安局", kFoundLongAgo)};
  Append(Assigned(), &steps);
  steps.push_back(Meet());
  steps.push_back(Ask<assignment::RecordFileReadingRequest>(kCentre, [](auto* request) { request->set_pages(320); }));
  steps.push_back(Ask<assignment::ReplacePractitionerRequest>(
      kCentre, [](auto* request) { request->set_reason_code("counsel_ill"); }));
  Append(Assigned(), &steps);
  steps.push_back(Meet());
  steps.push_back(
      Ask<assignment::RecordHearingRequest>(kCentre, [](auto* request) { request->set_organ("衢州市人民检察院"); }));
  steps.push_back(SubmitClosingFile(kCentre));
  steps.push_back(ApproveClosingFile(kCentre));
  steps.push_back(RateOnPaper(kStation, 4));

  steps.push_back(
      ReceiveNotice(intake::PROCEDURE_STAGE_FIRST_INSTANCE, "衢州市中级人民法院", FormatDate(DateAt(Now()))));
  Append(Assigned(), &steps);
  steps.push_back(UntilClosed(Ask<assignment::TerminateAidRequest>(
                                  kCentre, [](auto* request) { request->set_reason_code("own_counsel_retained"); }),
                              kOrigin));
  return steps;
}

}  // namespace casehub::testing
