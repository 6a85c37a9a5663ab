#include "services/intake/domain/same_matter.h"

#include <set>

namespace casehub::intake {
namespace {

v1::SameMatterRule RuleFor(const v1::CaseOpened& opened, const v1::CaseState& other) {
  if (opened.source_system() == other.source_system()) return v1::SAME_MATTER_RULE_UNSPECIFIED;
  if (!opened.external_reference().empty() && opened.external_reference() == other.external_reference()) {
    return v1::SAME_MATTER_RULE_EXTERNAL_REFERENCE;
  }
  const std::string& person = opened.applicant().person_id();
  const bool same_person = !person.empty() && person == other.applicant().person_id();
  const bool same_kind = !opened.matter_type().empty() && opened.matter_type() == other.matter_type();
  if (same_person && same_kind && other.status() == v1::CASE_STATUS_OPEN) return v1::SAME_MATTER_RULE_APPLICANT;
  return v1::SAME_MATTER_RULE_UNSPECIFIED;
}

}  // namespace

Events SuspectSameMatter(const v1::IntakeEvent& opened, const std::vector<v1::CaseState>& candidates) {
  Events suspicions;
  std::set<std::string> said = {opened.case_id()};
  for (const v1::CaseState& other : candidates) {
    const v1::SameMatterRule rule = RuleFor(opened.case_opened(), other);
    // What shares both number and applicant is a candidate twice, and one suspicion.
    if (rule == v1::SAME_MATTER_RULE_UNSPECIFIED || !said.insert(other.case_id()).second) continue;
    v1::IntakeEvent suspected;
    suspected.set_case_id(opened.case_id());
    *suspected.mutable_occurred_at() = opened.occurred_at();
    auto* same = suspected.mutable_same_matter_suspected();
    same->set_other_case_id(other.case_id());
    same->set_other_source_system(other.source_system());
    same->set_rule(rule);
    suspicions.push_back(std::move(suspected));
    if (suspicions.size() == kSuspicionsMax) break;
  }
  return suspicions;
}

}  // namespace casehub::intake
