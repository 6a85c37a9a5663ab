// Exact scores (E3): sums of integers, so that the order of arrival cannot matter, and means as fractions.
#pragma once

#include <string>

#include "casehub/evaluation/v1/evaluation_state.pb.h"

namespace casehub::evaluation {

// Fewer ratings than this are shown but not ranked: a small sample says little and points at persons.
inline constexpr uint64_t kRankedCountMin = 5;

void Add(const v1::Grades& grades, v1::ScoreTotals* totals);
// Takes back what Add added.
void Subtract(const v1::Grades& grades, v1::ScoreTotals* totals);
// Of the overall grade, "n/d" in lowest terms; empty without ratings.
std::string Mean(const v1::ScoreTotals& totals);
inline bool IsRanked(const v1::ScoreTotals& totals) { return totals.count() >= kRankedCountMin; }

}  // namespace casehub::evaluation
