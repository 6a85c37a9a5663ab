#include "tests/integration/process/shared_steps.h"

#include "absl/time/clock.h"
#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"

namespace casehub::testing {
namespace {

namespace assignment = assignment::v1;
namespace evaluation = evaluation::v1;
namespace intake = intake::v1;

void Grade(uint32_t grade, evaluation::SubmitRatingRequest* request) {
  for (auto set : {&evaluation::Grades::set_attitude, &evaluation::Grades::set_efficiency,
                   &evaluation::Grades::set_policy_execution, &evaluation::Grades::set_professional_level,
                   &evaluation::Grades::set_overall}) {
    (request->mutable_grades()->*set)(grade);
  }
  request->mutable_comment()->set_text(grade > 2 ? "很满意" : "等了很久,没有说清楚");
}

}  // namespace

Instant Now() { return {absl::ToUnixMicros(absl::Now())}; }

Step UntilCase(Step step, const std::string& municipality, std::function<bool(const intake::Case&)> is_so) {
  return Until<intake::GetCaseRequest, intake::GetCaseResponse>(
      std::move(step), municipality,
      [is_so = std::move(is_so)](const auto& there, const Progress&) { return is_so(there.case_()); });
}

Step UntilClosed(Step step, const std::string& municipality) {
  return UntilCase(std::move(step), municipality,
                   [](const intake::Case& seen) { return seen.status() == intake::CASE_STATUS_CLOSED; });
}

bool HasClock(const intake::Case& seen, const std::string& policy, intake::ClockStatus status) {
  for (const intake::Clock& clock : seen.clocks()) {
    if (clock.deadline().policy() == policy) return clock.status() == status;
  }
  return false;
}

Step UntilSlot(Step step, const std::string& municipality) {
  return Until<evaluation::GetRatingSlotRequest, evaluation::GetRatingSlotResponse>(
      std::move(step), municipality,
      [](const auto& there, const Progress&) { return there.slot().status() == evaluation::SLOT_STATUS_OPEN; });
}

Step Grant(const Desk& centre) {
  return Ask<intake::DecideAidRequest>(centre,
                                       [](auto* request) { request->set_decision(intake::AID_DECISION_GRANTED); });
}

Step Offer(const Desk& centre) {
  return Learn<assignment::OfferCaseResponse>(
      Ask<assignment::OfferCaseRequest>(centre),
      [](const auto& response, Progress* progress) { progress->offer_id = response.offer_id(); });
}

Step AcceptOffer(const Desk& centre) {
  return Ask<assignment::AcceptOfferRequest>(
      centre, [](auto* request, const Progress& progress) { request->set_offer_id(progress.offer_id); });
}

Step IssueLetter(const Desk& centre) { return Ask<assignment::IssueAssignmentLetterRequest>(centre); }

Step SubmitClosingFile(const Desk& centre) {
  return Ask<assignment::SubmitClosingFileRequest>(
      centre, [](auto* request) { *request->add_documents() = Document("结案归档材料"); });
}

Step ApproveClosingFile(const Desk& centre) {
  return UntilSlot(UntilClosed(Ask<assignment::ApproveClosingFileRequest>(centre), centre.municipality),
                   centre.municipality);
}

Step RateOverHotline(const char* municipality, uint32_t grade) {
  return Ask<evaluation::SubmitRatingRequest>({municipality, "hotline-12348", "operator"}, [grade](auto* request) {
    request->set_channel(common::v1::CHANNEL_HOTLINE);
    request->set_call_id("12348-rating");
    Grade(grade, request);
  });
}

Step RateOnPaper(const Desk& window, uint32_t grade) {
  return Ask<evaluation::SubmitRatingRequest>(window, [grade](auto* request) {
    request->set_channel(common::v1::CHANNEL_WINDOW);
    request->mutable_paper()->set_facility("看守所");
    *request->mutable_paper()->mutable_form() = Document("纸质评价表");
    Grade(grade, request);
  });
}

}  // namespace casehub::testing
