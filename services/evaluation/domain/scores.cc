#include "services/evaluation/domain/scores.h"

#include <numeric>

namespace casehub::evaluation {

void Add(const v1::Grades& grades, v1::ScoreTotals* totals) {
  totals->set_count(totals->count() + 1);
  totals->set_attitude(totals->attitude() + grades.attitude());
  totals->set_efficiency(totals->efficiency() + grades.efficiency());
  totals->set_policy_execution(totals->policy_execution() + grades.policy_execution());
  totals->set_professional_level(totals->professional_level() + grades.professional_level());
  totals->set_overall(totals->overall() + grades.overall());
}

void Subtract(const v1::Grades& grades, v1::ScoreTotals* totals) {
  totals->set_count(totals->count() - 1);
  totals->set_attitude(totals->attitude() - grades.attitude());
  totals->set_efficiency(totals->efficiency() - grades.efficiency());
  totals->set_policy_execution(totals->policy_execution() - grades.policy_execution());
  totals->set_professional_level(totals->professional_level() - grades.professional_level());
  totals->set_overall(totals->overall() - grades.overall());
}

std::string Mean(const v1::ScoreTotals& totals) {
  if (totals.count() == 0) return {};
  const uint64_t divisor = std::gcd(static_cast<uint64_t>(totals.overall()), static_cast<uint64_t>(totals.count()));
  return std::to_string(totals.overall() / divisor) + "/" + std::to_string(totals.count() / divisor);
}

}  // namespace casehub::evaluation
