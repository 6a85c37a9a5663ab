#include "services/intake/domain/facts.h"

namespace casehub::intake {
namespace {

constexpr int kFactsMax = 64;
constexpr size_t kFactBytesMax = 64 * 1024;

}  // namespace

FactGoes WhereFactGoes(const v1::CaseState& state) {
  if (state.frozen_hop() > 0) return FactGoes::kOnHold;
  if (state.status() != v1::CASE_STATUS_MOVED_AWAY) return FactGoes::kIntoTheCase;
  return state.moved_outside() ? FactGoes::kNowhere : FactGoes::kOn;
}

std::vector<v1::FactsForwarded> Forward(const std::string& case_id, const std::vector<v1::IntakeEvent>& facts) {
  std::vector<v1::FactsForwarded> messages;
  size_t bytes = 0;
  for (const v1::IntakeEvent& fact : facts) {
    const size_t size = fact.ByteSizeLong();
    if (messages.empty() || messages.back().facts_size() == kFactsMax || bytes + size > kFactBytesMax) {
      messages.emplace_back().set_case_id(case_id);
      bytes = 0;
    }
    bytes += size;
    *messages.back().add_facts() = fact;
  }
  return messages;
}

Events DecideForwarded(const v1::FactsForwarded& message, Municipality from) {
  Events events;
  for (const v1::IntakeEvent& fact : message.facts()) {
    if (!IsFact(fact)) continue;
    v1::IntakeEvent& event = events.emplace_back(fact);
    event.set_case_id(message.case_id());
    event.mutable_line_event_recorded()->set_forwarded_from(from.ToString());
  }
  return events;
}

}  // namespace casehub::intake
