// The rows that scores are read from, so that no question costs more because there are many ratings: of each subject
// the totals of every year by month and of every month by day, and what happened at each moment of a day. What was so
// up to a time is: whole years, whole months of its year, whole days of its month, moments of its day. A case has
// moments only: there are few.
//
// All of it goes by the time of the fact, whenever it arrived. A rating that was set aside is taken out of its year,
// month and moment, and stands under the time of that, so that an answer as of an earlier time puts it in again; there
// are as many of these rows as reviews that ended so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/evaluation/domain/scores.h"
#include "services/runtime/service.h"

namespace casehub::evaluation {

// --- fold
// Who is credited, or blamed.
struct Credited {
  Municipality municipality;
  std::string case_id;  // empty: about no case here
  std::string office_id;
  std::string practitioner_id;
  std::string matter_type;
};
Credited CreditedBy(Municipality municipality, const std::string& case_id, const v1::CountedRating& rating);
// Adds to the scores of each that is named: a bounded number of rows. `about`: what happened at that moment, so that
// two things at one moment stay apart.
void AddToScores(const Credited& credited, Instant at, const Uuid& about, const v1::ScoreTotals& totals,
                 runtime::StateWriter& rows);
// Whether the scores here count the rating of that case, given then.
bool IsCounted(Municipality municipality, const Uuid& case_id, Instant rated_at, const runtime::StateReader& rows);
void SetAsideInScores(const Credited& credited, const Uuid& case_id, const v1::CountedRating& rating,
                      Instant set_aside_at, runtime::StateWriter& rows);

// --- query
struct Period {
  std::optional<Instant> from;   // the first instant in it; none: from the beginning
  std::optional<Instant> until;  // the first instant behind it; none: all there is
};
class Scores {
 public:
  Scores(Municipality municipality, const runtime::StateReader& rows) : municipality_(municipality), rows_(rows) {}

  // Subjects of the kind behind `after` in order of their bytes, at most `limit`.
  std::vector<std::string> Subjects(v1::ScoreSubject kind, const std::string& after, size_t limit) const;
  // Ratings given in the period, without those set aside by `as_of` (none: at any time). `slots` and `filled` are those
  // up to its end.
  v1::ScoreTotals In(v1::ScoreSubject kind, const std::string& subject, const Period& period,
                     std::optional<Instant> as_of) const;
  // Months of the municipality in which something happened: months since year 0, ascending.
  std::vector<int64_t> Months() const;

 private:
  v1::ScoreTotals Before(v1::ScoreSubject kind, const std::string& subject, std::optional<Instant> until) const;
  void AddMoments(v1::ScoreSubject kind, const std::string& subject, std::optional<Instant> from,
                  std::optional<Instant> until, v1::ScoreTotals* totals) const;

  Municipality municipality_;
  const runtime::StateReader& rows_;
};

}  // namespace casehub::evaluation
