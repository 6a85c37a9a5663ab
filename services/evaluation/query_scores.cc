// GetScores: who is asked about, over which period, as of when.
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/evaluation/queries.h"
#include "services/evaluation/score_rows.h"
#include "services/evaluation/tables.h"
#include "services/model/civil_time.h"

namespace casehub::evaluation {
namespace {

constexpr int kPageSizeDefault = 100;
constexpr int kPageSizeMax = 1000;
constexpr int64_t kMonthsOfYear = 12;

std::optional<Refused> CheckRequest(const v1::GetScoresRequest& request) {
  if (request.page_size() < 0) return RefuseField("page_size", Phrase::PHRASE_NOT_NEGATIVE);
  const std::pair<const char*, const google::protobuf::Timestamp*> times[] = {
      {"as_of", &request.as_of()}, {"from", &request.from()}, {"to", &request.to()}};
  for (const auto& [field, time] : times) {
    if (!IsInCalendar(*time)) return RefuseField(field, Phrase::PHRASE_YEARS_OF_TIMES);
  }
  if (request.has_from() && request.has_to() && ToInstant(request.from()) >= ToInstant(request.to())) {
    return RefuseField("to", Phrase::PHRASE_AFTER_FROM);
  }
  if (!v1::ScoreSubject_IsValid(request.by())) return RefuseField("by", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  return std::nullopt;
}

// Up to and including `as_of`, before `to`: whichever comes first.
Period PeriodOf(const v1::GetScoresRequest& request) {
  Period period;
  if (request.has_from()) period.from = ToInstant(request.from());
  if (request.has_to()) period.until = ToInstant(request.to());
  if (request.has_as_of()) {
    const Instant behind{ToInstant(request.as_of()).micros + 1};
    period.until = period.until ? std::min(*period.until, behind) : behind;
  }
  return period;
}

bool IsPeriod(v1::ScoreSubject by) {
  return by == v1::SCORE_SUBJECT_MONTH || by == v1::SCORE_SUBJECT_QUARTER || by == v1::SCORE_SUBJECT_YEAR;
}

// A month, quarter or year of the municipality, with its name: "2025-11", "2025-Q4", "2025".
struct Named {
  std::string name;
  Period period;
};

Instant StartOfMonth(int64_t month) {
  return StartOf(CivilDate(month / kMonthsOfYear, static_cast<int>(month % kMonthsOfYear) + 1, 1));
}

std::vector<Named> Periods(v1::ScoreSubject by, const std::vector<int64_t>& months) {
  const int64_t length = by == v1::SCORE_SUBJECT_MONTH ? 1 : by == v1::SCORE_SUBJECT_QUARTER ? 3 : kMonthsOfYear;
  std::vector<Named> periods;
  for (int64_t month : months) {
    const int64_t first = month - month % length;
    const int64_t year = first / kMonthsOfYear;
    const int64_t part = first % kMonthsOfYear / length + 1;
    std::string name = absl::StrFormat("%04d", year);
    if (by == v1::SCORE_SUBJECT_MONTH) absl::StrAppendFormat(&name, "-%02d", part);
    if (by == v1::SCORE_SUBJECT_QUARTER) absl::StrAppend(&name, "-Q", part);
    if (!periods.empty() && periods.back().name == name) continue;
    periods.push_back({std::move(name), {StartOfMonth(first), StartOfMonth(first + length)}});
  }
  return periods;
}

// What of `period` lies in `within`; nullopt if nothing does.
std::optional<Period> Clip(Period period, const Period& within) {
  if (within.from) period.from = std::max(*period.from, *within.from);
  if (within.until) period.until = std::min(*period.until, *within.until);
  if (*period.from >= *period.until) return std::nullopt;
  return period;
}

class Page {
 public:
  Page(const v1::GetScoresRequest& request, const runtime::QueryContext& context, const runtime::StateReader& rows)
      : request_(request),
        period_(PeriodOf(request)),
        here_(context.municipality),
        scores_(context.municipality, rows),
        size_(static_cast<size_t>(request.page_size() == 0 ? kPageSizeDefault
                                                           : std::min(request.page_size(), kPageSizeMax))) {
    if (request.has_as_of()) as_of_ = ToInstant(request.as_of());
    const auto limits = rows.Load<v1::LowCountLimits>(tables::Prefix(tables::kLimits, here_));
    ranked_count_min_ = RankedCountMin(limits.value_or(v1::LowCountLimits()), as_of_.value_or(Instant{INT64_MAX}));
  }

  void Fill(v1::GetScoresResponse* response) const {
    const v1::ScoreSubject by =
        request_.by() == v1::SCORE_SUBJECT_UNSPECIFIED ? v1::SCORE_SUBJECT_MUNICIPALITY : request_.by();
    if (IsPeriod(by)) return FillPeriods(by, response);
    std::vector<std::string> subjects{request_.subject()};
    if (request_.subject().empty()) subjects = scores_.Subjects(by, request_.page_token(), size_ + 1);
    if (subjects.size() > size_) {
      subjects.pop_back();
      response->set_next_page_token(subjects.back());
    }
    for (const std::string& subject : subjects) Show(subject, scores_.In(by, subject, period_, as_of_), response);
  }

 private:
  void FillPeriods(v1::ScoreSubject by, v1::GetScoresResponse* response) const {
    size_t shown = 0;
    std::string last;
    for (const Named& named : Periods(by, scores_.Months())) {
      if (!request_.subject().empty() && named.name != request_.subject()) continue;
      if (named.name <= request_.page_token()) continue;
      const auto period = Clip(named.period, period_);
      if (!period) continue;
      if (shown++ == size_) return response->set_next_page_token(last);
      last = named.name;
      Show(named.name, scores_.In(v1::SCORE_SUBJECT_MUNICIPALITY, here_.ToString(), *period, as_of_), response);
    }
  }

  // Whoever was neither rated nor could have been, as of then and in that period, is left out.
  void Show(const std::string& subject, const v1::ScoreTotals& totals, v1::GetScoresResponse* response) const {
    if (totals.count() == 0 && Unrated(totals) == 0) return;
    *response->add_scores() = ToScore(subject, totals, ranked_count_min_);
  }

  const v1::GetScoresRequest& request_;
  const Period period_;
  const Municipality here_;
  const Scores scores_;
  const size_t size_;
  std::optional<Instant> as_of_;
  uint32_t ranked_count_min_ = kRankedCountMin;
};

}  // namespace

runtime::QueryResult GetScores(const v1::GetScoresRequest& request, const runtime::QueryContext& context,
                               const runtime::StateReader& rows) {
  if (auto refusal = CheckRequest(request)) return *std::move(refusal);
  auto response = std::make_unique<v1::GetScoresResponse>();
  Page(request, context, rows).Fill(response.get());
  return response;
}

}  // namespace casehub::evaluation
