#include "services/evaluation/domain/scores.h"

#include <algorithm>
#include <numeric>

namespace casehub::evaluation {
namespace {

using R = common::v1::Refusal;

constexpr Instant kFirstRating{946'656'000 * kMicrosPerSecond};  // 2000-01-01T00:00:00+08:00

// A source knows all dimensions or none.
std::optional<Refused> CheckImportedGrades(const v1::Grades& grades) {
  if (auto refusal = CheckGrade("grades.overall", grades.overall())) return refusal;
  const std::pair<const char*, uint32_t> dimensions[] = {{"grades.attitude", grades.attitude()},
                                                         {"grades.efficiency", grades.efficiency()},
                                                         {"grades.policy_execution", grades.policy_execution()},
                                                         {"grades.professional_level", grades.professional_level()}};
  const auto given = std::count_if(std::begin(dimensions), std::end(dimensions),
                                   [](const auto& dimension) { return dimension.second != 0; });
  if (given == 0) return std::nullopt;
  for (const auto& [field, grade] : dimensions) {
    if (grade == 0) return RefuseField(field, Phrase::PHRASE_ALL_DIMENSIONS_OR_NONE);
    if (auto refusal = CheckGrade(field, grade)) return refusal;
  }
  return std::nullopt;
}

std::optional<Refused> CheckImport(const v1::ImportRatingRequest& request, Instant now) {
  if (auto refusal = CheckText("source_system", request.source_system(), kIdBytesMax, true)) return refusal;
  if (auto refusal = CheckText("external_reference", request.external_reference(), kReferenceBytesMax, true)) {
    return refusal;
  }
  if (auto refusal = CheckText("office_id", request.office_id(), kIdBytesMax, false)) return refusal;
  const bool needs_person = request.office_id().empty();
  if (auto refusal = CheckText("practitioner_id", request.practitioner_id(), kIdBytesMax, needs_person)) {
    return refusal;
  }
  if (auto refusal = CheckText("matter_type", request.matter_type(), kIdBytesMax, true)) return refusal;
  if (auto refusal = CheckText("rater_pseudonym", request.rater_pseudonym(), kIdBytesMax, false)) return refusal;
  if (!request.has_grades()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "grades"}});
  if (auto refusal = CheckImportedGrades(request.grades())) return refusal;
  if (!request.has_rated_at()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "rated_at"}});
  if (auto refusal = CheckNotInFuture("rated_at", request.rated_at(), now)) return refusal;
  if (ToInstant(request.rated_at()) < kFirstRating) return RefuseField("rated_at", Phrase::PHRASE_FROM_2000_ON);
  return std::nullopt;
}

}  // namespace

v1::ScoreTotals ToTotals(const v1::Grades& grades) {
  v1::ScoreTotals totals;
  totals.set_count(1);
  totals.set_attitude(grades.attitude());
  totals.set_efficiency(grades.efficiency());
  totals.set_policy_execution(grades.policy_execution());
  totals.set_professional_level(grades.professional_level());
  totals.set_overall(grades.overall());
  if (grades.attitude() == 0) totals.set_overall_only(1);
  return totals;
}

void Add(const v1::ScoreTotals& more, v1::ScoreTotals* totals) {
  totals->set_count(totals->count() + more.count());
  totals->set_attitude(totals->attitude() + more.attitude());
  totals->set_efficiency(totals->efficiency() + more.efficiency());
  totals->set_policy_execution(totals->policy_execution() + more.policy_execution());
  totals->set_professional_level(totals->professional_level() + more.professional_level());
  totals->set_overall(totals->overall() + more.overall());
  totals->set_slots(totals->slots() + more.slots());
  totals->set_filled(totals->filled() + more.filled());
  totals->set_overall_only(totals->overall_only() + more.overall_only());
}

void Subtract(const v1::ScoreTotals& less, v1::ScoreTotals* totals) {
  totals->set_count(totals->count() - less.count());
  totals->set_attitude(totals->attitude() - less.attitude());
  totals->set_efficiency(totals->efficiency() - less.efficiency());
  totals->set_policy_execution(totals->policy_execution() - less.policy_execution());
  totals->set_professional_level(totals->professional_level() - less.professional_level());
  totals->set_overall(totals->overall() - less.overall());
  totals->set_slots(totals->slots() - less.slots());
  totals->set_filled(totals->filled() - less.filled());
  totals->set_overall_only(totals->overall_only() - less.overall_only());
}

std::string Fraction(uint64_t numerator, uint64_t denominator) {
  if (denominator == 0) return {};
  const uint64_t divisor = std::gcd(numerator, denominator);
  return std::to_string(numerator / divisor) + "/" + std::to_string(denominator / divisor);
}

v1::ScoreMeans Means(const v1::ScoreTotals& totals) {
  const uint64_t in_full = totals.count() - totals.overall_only();
  v1::ScoreMeans means;
  means.set_attitude(Fraction(totals.attitude(), in_full));
  means.set_efficiency(Fraction(totals.efficiency(), in_full));
  means.set_policy_execution(Fraction(totals.policy_execution(), in_full));
  means.set_professional_level(Fraction(totals.professional_level(), in_full));
  means.set_overall(Fraction(totals.overall(), totals.count()));
  return means;
}

int64_t Unrated(const v1::ScoreTotals& totals) { return totals.slots() - totals.filled(); }

uint32_t RankedCountMin(const v1::LowCountLimits& limits, Instant at) {
  uint32_t found = kRankedCountMin;
  for (const v1::LowCountLimit& limit : limits.limits()) {
    if (ToInstant(limit.from()) <= at) found = limit.ranked_count_min();
  }
  return found;
}

v1::Score ToScore(std::string subject, const v1::ScoreTotals& totals, uint32_t ranked_count_min) {
  v1::Score score;
  score.set_subject(std::move(subject));
  score.set_count(totals.count());
  *score.mutable_means() = Means(totals);
  score.set_mean(score.means().overall());
  score.set_ranked(totals.count() >= ranked_count_min);
  score.set_unrated(Unrated(totals));
  *score.mutable_sum() = totals;
  return score;
}

Result<v1::ImportRatingResponse> Decide(bool already_present, const v1::ImportRatingRequest& request,
                                        const Context& context) {
  if (auto refusal = CheckImport(request, context.now)) return *std::move(refusal);
  Decided<v1::ImportRatingResponse> decided;
  decided.reply.set_already_present(already_present);
  if (already_present) return decided;
  v1::EvaluationEvent event = NewEvent({}, ToInstant(request.rated_at()));
  v1::RatingImported* imported = event.mutable_rating_imported();
  imported->set_source_system(request.source_system());
  imported->set_external_reference(request.external_reference());
  imported->set_rater_pseudonym(request.rater_pseudonym());
  v1::CountedRating* rating = imported->mutable_rating();
  *rating->mutable_rated_at() = request.rated_at();
  *rating->mutable_grades() = request.grades();
  rating->set_office_id(request.office_id());
  rating->set_practitioner_id(request.practitioner_id());
  rating->set_matter_type(request.matter_type());
  decided.events.push_back(std::move(event));
  return decided;
}

Result<v1::SetLowCountLimitResponse> Decide(const v1::LowCountLimits& limits,
                                            const v1::SetLowCountLimitRequest& request, const Context& context) {
  if (request.ranked_count_min() < 1 || request.ranked_count_min() > kRankedCountMinMax) {
    return RefuseField("ranked_count_min", Phrase::PHRASE_LOW_COUNT_LIMIT);
  }
  if (auto refusal = CheckText("actor.staff_id", request.actor().staff_id(), kIdBytesMax, true)) {
    return *std::move(refusal);
  }
  Decided<v1::SetLowCountLimitResponse> decided;
  decided.reply.set_ranked_count_min(request.ranked_count_min());
  if (RankedCountMin(limits, context.now) == request.ranked_count_min()) return decided;
  v1::EvaluationEvent event = NewEvent({}, context.now);
  event.mutable_low_count_limit_set()->set_ranked_count_min(request.ranked_count_min());
  *event.mutable_low_count_limit_set()->mutable_by() = request.actor();
  decided.events.push_back(std::move(event));
  return decided;
}

}  // namespace casehub::evaluation
