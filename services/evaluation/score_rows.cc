#include "services/evaluation/score_rows.h"

#include <algorithm>

#include "services/evaluation/tables.h"
#include "services/model/civil_time.h"

namespace casehub::evaluation {
namespace {

constexpr int64_t kMonthsOfYear = 12;

int64_t MonthOf(CivilDate day) { return day.year() * kMonthsOfYear + day.month() - 1; }

// The part of an index, put in its place if it is not there.
v1::ScoreTotals* PartOf(uint32_t index, v1::ScoreBucket* bucket) {
  auto* parts = bucket->mutable_parts();
  int place = parts->size();
  while (place > 0 && parts->Get(place - 1).index() >= index) --place;
  if (place < parts->size() && parts->Get(place).index() == index) return parts->Mutable(place)->mutable_totals();
  parts->Add()->set_index(index);
  for (int i = parts->size() - 1; i > place; --i) parts->SwapElements(i, i - 1);
  return parts->Mutable(place)->mutable_totals();
}

template <typename Change>
void ChangeBucket(const std::string& key, int64_t part, const Change& change, runtime::StateWriter& rows) {
  v1::ScoreBucket bucket = rows.Load<v1::ScoreBucket>(key).value_or(v1::ScoreBucket());
  change(PartOf(static_cast<uint32_t>(part), &bucket));
  rows.Save(key, bucket);
}

// All rows of one subject that hold what happened at a moment.
template <typename Change>
void ChangeSubject(Municipality municipality, v1::ScoreSubject kind, const std::string& subject, Instant at,
                   const Uuid& about, const Change& change, runtime::StateWriter& rows) {
  const std::string moment =
      tables::MomentKey(tables::SubjectKey(tables::kMoment, municipality, kind, subject), at, about);
  v1::ScoreTotals totals = rows.Load<v1::ScoreTotals>(moment).value_or(v1::ScoreTotals());
  change(&totals);
  rows.Save(moment, totals);
  if (kind == v1::SCORE_SUBJECT_CASE) return;
  const CivilDate day = DateAt(at);
  ChangeBucket(tables::BucketKey(tables::SubjectKey(tables::kYear, municipality, kind, subject), day.year()),
               day.month(), change, rows);
  ChangeBucket(tables::BucketKey(tables::SubjectKey(tables::kMonth, municipality, kind, subject), MonthOf(day)),
               day.day(), change, rows);
}

template <typename Visit>
void EachSubject(const Credited& credited, const Visit& visit) {
  const std::pair<v1::ScoreSubject, std::string> all[] = {
      {v1::SCORE_SUBJECT_CASE, credited.case_id},
      {v1::SCORE_SUBJECT_PRACTITIONER, credited.practitioner_id},
      {v1::SCORE_SUBJECT_OFFICE, credited.office_id},
      {v1::SCORE_SUBJECT_MUNICIPALITY, credited.municipality.ToString()},
      {v1::SCORE_SUBJECT_MATTER, credited.matter_type}};
  for (const auto& [kind, subject] : all) {
    if (!subject.empty()) visit(kind, subject);
  }
}

// Parts before `index`.
void AddPartsBefore(const v1::ScoreBucket& bucket, uint32_t index, v1::ScoreTotals* totals) {
  for (const v1::ScorePart& part : bucket.parts()) {
    if (part.index() < index) Add(part.totals(), totals);
  }
}

}  // namespace

Credited CreditedBy(Municipality municipality, const std::string& case_id, const v1::CountedRating& rating) {
  return {municipality, case_id, rating.office_id(), rating.practitioner_id(), rating.matter_type()};
}

void AddToScores(const Credited& credited, Instant at, const Uuid& about, const v1::ScoreTotals& totals,
                 runtime::StateWriter& rows) {
  EachSubject(credited, [&](v1::ScoreSubject kind, const std::string& subject) {
    ChangeSubject(
        credited.municipality, kind, subject, at, about, [&](v1::ScoreTotals* row) { Add(totals, row); }, rows);
  });
}

bool IsCounted(Municipality municipality, const Uuid& case_id, Instant rated_at, const runtime::StateReader& rows) {
  const auto row = rows.Load<v1::ScoreTotals>(
      tables::MomentKey(tables::SubjectKey(tables::kMoment, municipality, v1::SCORE_SUBJECT_CASE, case_id.ToString()),
                        rated_at, case_id));
  return row && row->count() > 0;
}

void SetAsideInScores(const Credited& credited, const Uuid& case_id, const v1::CountedRating& rating,
                      Instant set_aside_at, runtime::StateWriter& rows) {
  const v1::ScoreTotals totals = ToTotals(rating.grades());
  v1::SetAsideRow row;
  *row.mutable_rated_at() = rating.rated_at();
  *row.mutable_grades() = rating.grades();
  EachSubject(credited, [&](v1::ScoreSubject kind, const std::string& subject) {
    ChangeSubject(
        credited.municipality, kind, subject, ToInstant(rating.rated_at()), case_id,
        [&](v1::ScoreTotals* counted) { Subtract(totals, counted); }, rows);
    rows.Save(tables::MomentKey(tables::SubjectKey(tables::kSetAside, credited.municipality, kind, subject),
                                set_aside_at, case_id),
              row);
  });
}

std::vector<std::string> Scores::Subjects(v1::ScoreSubject kind, const std::string& after, size_t limit) const {
  const tables::Table table = kind == v1::SCORE_SUBJECT_CASE ? tables::kMoment : tables::kYear;
  std::string from = tables::SubjectKey(table, municipality_, kind, after);
  if (!after.empty()) from = tables::AfterSubject(table, municipality_, kind, after);
  std::vector<std::string> subjects;
  // From subject to subject, not from row to row: the years of one are passed over.
  while (subjects.size() < limit) {
    std::optional<std::string> found;
    rows_.Scan(from, tables::KindEnd(table, municipality_, kind), [&](std::string_view key, std::string_view) {
      found = tables::ReadSubject(key).subject;
      return false;
    });
    if (!found) break;
    from = tables::AfterSubject(table, municipality_, kind, *found);
    subjects.push_back(*std::move(found));
  }
  return subjects;
}

std::vector<int64_t> Scores::Months() const {
  std::vector<int64_t> months;
  const v1::ScoreSubject kind = v1::SCORE_SUBJECT_MUNICIPALITY;
  rows_.Scan(tables::SubjectKey(tables::kYear, municipality_, kind, municipality_.ToString()),
             tables::KindEnd(tables::kYear, municipality_, kind), [&](std::string_view key, std::string_view value) {
               v1::ScoreBucket bucket;
               bucket.ParseFromArray(value.data(), static_cast<int>(value.size()));
               for (const v1::ScorePart& part : bucket.parts()) {
                 months.push_back(int64_t{tables::ReadBucket(key)} * kMonthsOfYear + part.index() - 1);
               }
               return true;
             });
  return months;
}

void Scores::AddMoments(v1::ScoreSubject kind, const std::string& subject, std::optional<Instant> from,
                        std::optional<Instant> until, v1::ScoreTotals* totals) const {
  const std::string prefix = tables::SubjectKey(tables::kMoment, municipality_, kind, subject);
  rows_.Scan(
      from ? tables::MomentKey(prefix, *from) : prefix,
      until ? tables::MomentKey(prefix, *until) : tables::AfterSubject(tables::kMoment, municipality_, kind, subject),
      [&](std::string_view, std::string_view value) {
        v1::ScoreTotals moment;
        moment.ParseFromArray(value.data(), static_cast<int>(value.size()));
        Add(moment, totals);
        return true;
      });
}

v1::ScoreTotals Scores::Before(v1::ScoreSubject kind, const std::string& subject, std::optional<Instant> until) const {
  v1::ScoreTotals totals;
  if (kind == v1::SCORE_SUBJECT_CASE) {
    AddMoments(kind, subject, std::nullopt, until, &totals);
    return totals;
  }
  const std::string years = tables::SubjectKey(tables::kYear, municipality_, kind, subject);
  const std::optional<CivilDate> day = until ? std::optional(DateAt(*until)) : std::nullopt;
  rows_.Scan(years,
             day ? tables::BucketKey(years, day->year() + 1)
                 : tables::AfterSubject(tables::kYear, municipality_, kind, subject),
             [&](std::string_view key, std::string_view value) {
               v1::ScoreBucket bucket;
               bucket.ParseFromArray(value.data(), static_cast<int>(value.size()));
               const bool partly = day && tables::ReadBucket(key) == day->year();
               AddPartsBefore(bucket, static_cast<uint32_t>(partly ? day->month() : kMonthsOfYear + 1), &totals);
               return true;
             });
  if (!day) return totals;
  const std::string month = tables::SubjectKey(tables::kMonth, municipality_, kind, subject);
  if (auto bucket = rows_.Load<v1::ScoreBucket>(tables::BucketKey(month, MonthOf(*day)))) {
    AddPartsBefore(*bucket, static_cast<uint32_t>(day->day()), &totals);
  }
  if (*until > StartOf(*day)) AddMoments(kind, subject, StartOf(*day), until, &totals);
  return totals;
}

v1::ScoreTotals Scores::In(v1::ScoreSubject kind, const std::string& subject, const Period& period,
                           std::optional<Instant> as_of) const {
  v1::ScoreTotals totals = Before(kind, subject, period.until);
  const int64_t slots = totals.slots();
  const int64_t filled = totals.filled();
  const bool is_empty = period.from && period.until && *period.from >= *period.until;
  if (is_empty) totals = v1::ScoreTotals();  // as of a time before it begins
  if (period.from && !is_empty) Subtract(Before(kind, subject, period.from), &totals);
  totals.set_slots(slots);
  totals.set_filled(filled);
  if (!as_of) return totals;
  // What was set aside later was counted then.
  const std::string prefix = tables::SubjectKey(tables::kSetAside, municipality_, kind, subject);
  rows_.Scan(tables::MomentKey(prefix, {as_of->micros + 1}),
             tables::AfterSubject(tables::kSetAside, municipality_, kind, subject),
             [&](std::string_view, std::string_view value) {
               v1::SetAsideRow row;
               row.ParseFromArray(value.data(), static_cast<int>(value.size()));
               const Instant rated_at = ToInstant(row.rated_at());
               const bool inside =
                   (!period.from || rated_at >= *period.from) && (!period.until || rated_at < *period.until);
               if (inside) Add(ToTotals(row.grades()), &totals);
               return true;
             });
  return totals;
}

}  // namespace casehub::evaluation
