#include "services/evaluation/domain/part.h"

namespace casehub::evaluation {

Events DecideExport(const CaseRows& rows, const Uuid& case_id, uint64_t hop, const Context& context) {
  const auto& holding = rows.view.holding;
  if (!holding || holding->gone || holding->hop != hop) return {};
  v1::EvaluationEvent event = NewEvent(case_id.ToString(), context.now);
  v1::PartExported* part = event.mutable_part_exported();
  part->set_hop(hop);
  part->set_to(holding->to.ToString());
  v1::SlotState travels = rows.view.slot.value_or(v1::SlotState());
  travels.clear_due_offset();
  travels.clear_due_event();
  travels.clear_due_n();
  for (const v1::RectificationState& rectification : rows.rectifications) {
    *travels.add_rectifications() = rectification;
    travels.mutable_rectifications(travels.rectifications_size() - 1)->clear_due();
  }
  if (rows.review) *travels.mutable_review() = *rows.review;
  part->set_state(travels.SerializeAsString());
  return {std::move(event)};
}

}  // namespace casehub::evaluation
