#include "tests/integration/process/lives_rating.h"

#include <utility>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/model/timestamps.h"
#include "tests/support/requests.h"

namespace casehub::testing {
namespace {

namespace v1 = evaluation::v1;

constexpr char kRatedOffice[] = "station-1";  // which answers in Consultation()

template <typename Request>
Step Take(std::function<void(Request*)> fill) {
  Step step;
  step.name = Request::descriptor()->name();
  step.request = [fill = std::move(fill)](const Progress& progress) {
    auto request = About<Request>(kOrigin, progress.case_id);
    fill(&request);
    return std::make_unique<Request>(std::move(request));
  };
  return step;
}

// The consultation up to its open slot.
std::vector<Step> Answered() {
  std::vector<Step> steps = Consultation();
  steps.pop_back();  // its good rating
  return steps;
}

Step RateBadly(std::function<void(v1::SubmitRatingRequest*)> more = [](auto*) {}) {
  return Take<v1::SubmitRatingRequest>([more = std::move(more)](auto* request) {
    *request->mutable_actor() = Staff("centre-1", "operator");
    request->set_channel(common::v1::CHANNEL_WINDOW);
    for (auto set : {&v1::Grades::set_attitude, &v1::Grades::set_efficiency, &v1::Grades::set_policy_execution,
                     &v1::Grades::set_professional_level, &v1::Grades::set_overall}) {
      (request->mutable_grades()->*set)(2);
    }
    request->mutable_comment()->set_text("等了很久,没有说清楚");
    more(request);
  });
}

Step Rectify() {
  return Take<v1::RecordRectificationRequest>([](auto* request) {
    *request->mutable_actor() = Staff(kRatedOffice, "head-1");
    request->mutable_measures()->set_text("重新书面答复,并当面致歉");
    request->mutable_called_back_at()->set_seconds(1'700'000'000);
  });
}

Step Revisit(bool satisfied) {
  return Take<v1::RecordRevisitRequest>([satisfied](auto* request) {
    *request->mutable_actor() = Staff("bureau-1", "auditor-1");
    request->set_satisfied(satisfied);
    request->set_channel(common::v1::CHANNEL_HOTLINE);
    request->set_call_id("12348-revisit");
    request->mutable_comment()->set_text(satisfied ? "满意" : "仍不满意");
  });
}

Step Appeal() {
  return Take<v1::AppealRatingRequest>([](auto* request) {
    *request->mutable_actor() = Staff(kRatedOffice, "staff-7");
    request->mutable_reasons()->set_text("已按时答复");
  });
}

Step Review(v1::ReviewOutcome outcome) {
  return Take<v1::DecideReviewRequest>([outcome](auto* request) {
    *request->mutable_actor() = Staff("bureau-1", "reviewer-1");
    request->set_outcome(outcome);
    request->set_reason_code(outcome == v1::REVIEW_OUTCOME_UPHELD ? "grounded" : "another_case");
  });
}

}  // namespace

std::vector<Step> BadlyRated() {
  std::vector<Step> steps = Answered();
  steps.push_back(Take<v1::RecordFeedbackRequest>([](auto* request) {
    *request->mutable_actor() = Staff("centre-1", "operator");
    request->set_encounter_id("12348-again");
    request->set_office_id(kRatedOffice);
    request->set_overall(4);
    request->set_channel(common::v1::CHANNEL_HOTLINE);
    request->set_call_id("12348-feedback");
  }));
  steps.push_back(RateBadly());
  steps.push_back(Take<v1::RecordOpinionRequest>([](auto* request) {
    *request->mutable_actor() = Staff("centre-1", "operator");
    *request->mutable_party() = Resident(9);
    request->set_party_role("家属");
    request->set_overall(1);
    request->set_channel(common::v1::CHANNEL_WINDOW);
    request->mutable_comment()->set_text("态度不好");
  }));
  steps.push_back(Rectify());
  steps.push_back(Revisit(false));
  steps.push_back(Rectify());
  steps.push_back(Appeal());
  steps.push_back(Review(v1::REVIEW_OUTCOME_UPHELD));
  steps.push_back(Revisit(true));
  return steps;
}

std::vector<Step> RatingSetAside() {
  std::vector<Step> steps = Answered();
  steps.push_back(RateBadly([](auto* request) {
    request->mutable_paper()->set_facility("看守所");
    request->mutable_paper()->mutable_form()->set_name("纸质评价表");
    request->mutable_paper()->mutable_form()->set_sha256(std::string(32, 'p'));
  }));
  steps.push_back(Appeal());
  steps.push_back(Review(v1::REVIEW_OUTCOME_SET_ASIDE));
  return steps;
}

}  // namespace casehub::testing
