// Exact scores (E3): sums of integers, so that the order of arrival cannot matter, and means as fractions; ratings that
// come from elsewhere; and how many are needed to be ranked.
#pragma once

#include <string>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/evaluation/domain/decision.h"

namespace casehub::evaluation {

// Fewer ratings than this are shown but not ranked: a small sample says little and points at persons. A municipality
// may set its own.
inline constexpr uint32_t kRankedCountMin = 5;
inline constexpr uint32_t kRankedCountMinMax = 10'000;

// --- totals
// One rating; only an overall grade if the dimensions are zero.
v1::ScoreTotals ToTotals(const v1::Grades& grades);
void Add(const v1::ScoreTotals& more, v1::ScoreTotals* totals);
// Takes back what Add added.
void Subtract(const v1::ScoreTotals& less, v1::ScoreTotals* totals);
// "n/d" in lowest terms; empty for a denominator of zero.
std::string Fraction(uint64_t numerator, uint64_t denominator);
v1::ScoreMeans Means(const v1::ScoreTotals& totals);
// Slots without a rating.
int64_t Unrated(const v1::ScoreTotals& totals);
// The low-count limit in force at a time.
uint32_t RankedCountMin(const v1::LowCountLimits& limits, Instant at);
v1::Score ToScore(std::string subject, const v1::ScoreTotals& totals, uint32_t ranked_count_min);

// --- decide
// `already_present`: this number of this source was taken before.
Result<v1::ImportRatingResponse> Decide(bool already_present, const v1::ImportRatingRequest& request,
                                        const Context& context);
Result<v1::SetLowCountLimitResponse> Decide(const v1::LowCountLimits& limits,
                                            const v1::SetLowCountLimitRequest& request, const Context& context);

}  // namespace casehub::evaluation
