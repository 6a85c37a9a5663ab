#include "tests/simulation/planted_evaluation.h"

#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "services/evaluation/tables.h"

namespace casehub::simulation {

using evaluation::v1::EvaluationEvent;

bool IsUnseen(const DomainPlants& plants, const runtime::AppliedRecord& record, size_t event_index) {
  if (!plants.set_aside_counted || record.header->service != ServiceId::kEvaluation) return false;
  return static_cast<const EvaluationEvent&>(*record.events[event_index]).has_rating_set_aside();
}

void AlterEvaluation(const DomainPlants& plants, runtime::Decision* decision) {
  if (!plants.revisit_overwrites || decision->events.empty()) return;
  const auto& event = static_cast<const EvaluationEvent&>(*decision->events.back());
  if (!event.rectification_closed().revisit().satisfied()) return;
  auto overwritten = std::make_unique<EvaluationEvent>();
  overwritten->set_case_id(event.case_id());
  *overwritten->mutable_occurred_at() = event.occurred_at();
  overwritten->mutable_rating_recorded()->mutable_grades()->set_overall(5);
  decision->events.push_back(std::move(overwritten));
}

std::optional<std::string> UndecidedReviews::Get(std::string_view key) const {
  auto value = inner_.Get(key);
  if (!value || key.empty() || key[0] != evaluation::tables::kReview) return value;
  evaluation::v1::ReviewState review;
  review.ParseFromString(*value);
  review.clear_outcome();
  return review.SerializeAsString();
}

}  // namespace casehub::simulation
