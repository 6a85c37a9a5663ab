// Ratings and what they set going, by people who make mistakes: the rated side answers for itself now and then,
// somebody appeals twice or late, a re-visit comes before there is anything to visit.
#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "tests/simulation/made_up.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {
namespace {

namespace v1 = evaluation::v1;

constexpr char kAnswers[] = "staff-4";  // gives the answers of consultations, and is rated for them

// Over any channel, taken down by somebody where it must be, and now and then not.
template <typename Request>
void TakeDown(Random* random, Request* request) {
  if (!random->OneIn(60)) request->set_channel(AnyChannel(random));
  if (request->channel() == common::v1::CHANNEL_ONLINE || random->OneIn(40)) return;
  request->mutable_actor()->set_staff_id(random->OneIn(10) ? kAnswers : "operator");
  request->mutable_actor()->set_office_id("hotline");
  request->set_call_id(absl::StrCat("call-", random->Below(1'000'000)));
}

void AnyGrades(Random* random, v1::Grades* grades) {
  for (int field = 1; field <= 5; ++field) {
    const auto grade = static_cast<uint32_t>(random->OneIn(100) ? 6 : 1 + random->Below(5));
    grades->GetReflection()->SetUInt32(grades, grades->GetDescriptor()->FindFieldByNumber(field), grade);
  }
}

template <typename Request>
std::shared_ptr<Request> By(const std::string& staff, const std::string& office, const CaseFile& file) {
  auto request = std::make_shared<Request>();
  request->set_case_id(file.text_id);
  request->mutable_actor()->set_staff_id(staff);
  request->mutable_actor()->set_office_id(office);
  return request;
}

}  // namespace

Draft Workload::Rate(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = std::make_shared<v1::SubmitRatingRequest>();
  request->set_case_id(file.text_id);
  AnyGrades(&random, request->mutable_grades());
  TakeDown(&random, request.get());
  Seal(&random, request->mutable_comment(), file.text_id);
  return Make(ServiceId::kEvaluation, file.at, std::move(request), index);
}

Draft Workload::Voice(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  if (random.OneIn(2)) {
    auto request = std::make_shared<v1::RecordOpinionRequest>();
    request->set_case_id(file.text_id);
    Someone(&random, request->mutable_party());
    request->set_party_role("family");
    request->set_overall(1 + static_cast<uint32_t>(random.Below(5)));
    TakeDown(&random, request.get());
    return Make(ServiceId::kEvaluation, file.at, std::move(request), index);
  }
  auto request = std::make_shared<v1::RecordFeedbackRequest>();
  request->set_case_id(file.text_id);
  request->set_encounter_id(absl::StrCat("visit-", random.Below(1'000)));
  request->set_office_id(file.office.empty() ? "office-1" : file.office);
  request->set_practitioner_id(kAnswers);
  request->set_overall(1 + static_cast<uint32_t>(random.Below(5)));
  TakeDown(&random, request.get());
  return Make(ServiceId::kEvaluation, file.at, std::move(request), index);
}

Draft Workload::Rectify(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  const std::string office = random.OneIn(12) ? "office-9" : file.office;
  const auto make = [&](std::shared_ptr<google::protobuf::Message> request) {
    return Make(ServiceId::kEvaluation, file.at, std::move(request), index);
  };
  switch (random.Below(file.appealed ? 8 : 6)) {
    case 0:
    case 1: {
      auto request = By<v1::RecordRectificationRequest>("head", office, file);
      Seal(&random, request->mutable_measures(), file.text_id);
      *request->mutable_called_back_at() = At(context_->now.micros - 3600 * kSecond);
      if (random.OneIn(6)) request->set_expected_round(1 + static_cast<uint32_t>(random.Below(3)));
      return make(std::move(request));
    }
    case 2:
    case 3:
    case 4: {
      auto request = By<v1::RecordRevisitRequest>("auditor", random.OneIn(10) ? file.office : "bureau", file);
      request->set_satisfied(!random.OneIn(3));
      request->set_channel(common::v1::CHANNEL_HOTLINE);
      request->set_call_id("call-back");
      return make(std::move(request));
    }
    case 5: {
      auto request = By<v1::AppealRatingRequest>(random.OneIn(8) ? "stranger" : kAnswers, "", file);
      Seal(&random, request->mutable_reasons(), file.text_id);
      return make(std::move(request));
    }
    default: {
      auto request = By<v1::DecideReviewRequest>(random.OneIn(6) ? kAnswers : "reviewer", "bureau", file);
      const bool upheld = random.OneIn(2);
      request->set_outcome(upheld ? v1::REVIEW_OUTCOME_UPHELD : v1::REVIEW_OUTCOME_SET_ASIDE);
      if (!upheld) request->set_reason_code("not_about_this_case");
      return make(std::move(request));
    }
  }
}

// Of a survey: mostly new ones, some again.
Draft Workload::ImportRating() {
  Random& random = context_->random;
  auto request = std::make_shared<v1::ImportRatingRequest>();
  request->set_source_system("survey");
  request->set_external_reference(absl::StrCat("rating-", random.OneIn(3) ? random.Below(20) : references_++));
  request->set_practitioner_id(absl::StrCat("lecturer-", random.Below(5)));
  request->set_office_id(AnyOffice());
  request->set_matter_type("survey");
  request->mutable_grades()->set_overall(1 + static_cast<uint32_t>(random.Below(5)));
  if (random.OneIn(3)) AnyGrades(&random, request->mutable_grades());
  // Years ago, months ago, or just now.
  const uint64_t spans[] = {60, 86'400 * 30, 86'400ull * 365 * 3};
  const auto ago = static_cast<int64_t>(random.Below(spans[random.Below(std::size(spans))]));
  *request->mutable_rated_at() = At(context_->now.micros - ago * kSecond);
  return Make(ServiceId::kEvaluation, AnyMunicipality(), std::move(request), -1);
}

Draft Workload::SetLimit() {
  auto request = std::make_shared<v1::SetLowCountLimitRequest>();
  request->mutable_actor()->set_staff_id("head");
  request->set_ranked_count_min(static_cast<uint32_t>(context_->random.Below(9)));
  return Make(ServiceId::kEvaluation, AnyMunicipality(), std::move(request), -1);
}

void Workload::LearnEvaluation(const Draft& draft, CaseFile* file) {
  if (draft.name == "SubmitRating") {
    file->rated = true;
    const auto& request = static_cast<const v1::SubmitRatingRequest&>(*draft.message);
    file->badly_rated = request.grades().overall() <= 2;
  }
  if (draft.name == "AppealRating") file->appealed = true;
}

}  // namespace casehub::simulation
