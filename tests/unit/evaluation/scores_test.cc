// Scores are exact, whatever the order of arrival, and recomputable as of any time and for any period: compared with a
// count by the test, rating by rating.
#include "services/evaluation/domain/scores.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include "services/model/civil_time.h"
#include "tests/support/memory_state.h"
#include "tests/unit/evaluation/evaluation_fixture.h"

namespace casehub::evaluation {
namespace {

struct Rated {
  Uuid case_id;
  v1::CountedRating rating;
  Instant at;
  std::optional<Instant> set_aside_at;
  bool imported = false;
};

// Given over three years, now and then several at one moment, at the very end of a day or year; a tenth is set aside.
std::vector<Rated> RandomRatings(std::mt19937_64* random, size_t count) {
  const int64_t first = testing::At("2023-11-01T00:00:00+08:00").micros;
  const auto grade = [&] { return static_cast<uint32_t>((*random)() % 5 + 1); };
  std::vector<Rated> ratings;
  for (size_t i = 0; i < count; ++i) {
    Rated rated;
    rated.case_id = Uuid::V7(1'764'000'000'000, (*random)(), i);
    rated.at = {first + static_cast<int64_t>((*random)() % (1100 * 24)) * kMicrosPerHour};
    if (i % 5 == 0) rated.at = {StartOf(DateAt(rated.at)).micros - 1};
    if (i % 7 == 0 && !ratings.empty()) rated.at = ratings.back().at;
    if (i % 10 == 3)
      rated.set_aside_at = Instant{rated.at.micros + static_cast<int64_t>((*random)() % 90) * kMicrosPerDay};
    rated.imported = i % 4 == 1 && !rated.set_aside_at;
    v1::CountedRating& rating = rated.rating;
    *rating.mutable_rated_at() = ToTimestamp(rated.at);
    rating.set_office_id("office-" + std::to_string((*random)() % 7));
    if ((*random)() % 5 != 0) rating.set_practitioner_id("staff-" + std::to_string((*random)() % 20));
    rating.set_matter_type("matter-" + std::to_string((*random)() % 4));
    rating.mutable_grades()->set_overall(grade());
    if (!rated.imported) {
      rating.mutable_grades()->set_attitude(grade());
      rating.mutable_grades()->set_efficiency(grade());
      rating.mutable_grades()->set_policy_execution(grade());
      rating.mutable_grades()->set_professional_level(grade());
    }
    ratings.push_back(std::move(rated));
  }
  return ratings;
}

void Apply(const runtime::Service& service, const v1::EvaluationEvent& event, Instant at, testing::MemoryState* state) {
  storage::Record header;
  header.service = ServiceId::kEvaluation;
  header.municipality = kHere;
  header.decided_at = at;
  state->Apply(service, header, {&event});
}

void Record(const runtime::Service& service, const Rated& rated, testing::MemoryState* state) {
  v1::EvaluationEvent event;
  if (rated.imported) {
    event.mutable_rating_imported()->set_source_system("survey");
    event.mutable_rating_imported()->set_external_reference(rated.case_id.ToString());
    *event.mutable_rating_imported()->mutable_rating() = rated.rating;
    return Apply(service, event, testing::At("2027-01-01T00:00:00+08:00"), state);
  }
  event.set_case_id(rated.case_id.ToString());
  v1::RatingRecorded* recorded = event.mutable_rating_recorded();
  *recorded->mutable_grades() = rated.rating.grades();
  recorded->set_office_id(rated.rating.office_id());
  recorded->set_practitioner_id(rated.rating.practitioner_id());
  recorded->set_matter_type(rated.rating.matter_type());
  Apply(service, event, rated.at, state);
  if (!rated.set_aside_at) return;
  v1::EvaluationEvent aside;
  aside.set_case_id(rated.case_id.ToString());
  *aside.mutable_rating_set_aside()->mutable_rating() = rated.rating;
  Apply(service, aside, *rated.set_aside_at, state);
}

std::string SubjectOf(const Rated& rated, v1::ScoreSubject kind) {
  const CivilDate day = DateAt(rated.at);
  const std::string year = std::to_string(day.year());
  switch (kind) {
    case v1::SCORE_SUBJECT_CASE:
      return rated.imported ? "" : rated.case_id.ToString();
    case v1::SCORE_SUBJECT_PRACTITIONER:
      return rated.rating.practitioner_id();
    case v1::SCORE_SUBJECT_OFFICE:
      return rated.rating.office_id();
    case v1::SCORE_SUBJECT_MATTER:
      return rated.rating.matter_type();
    case v1::SCORE_SUBJECT_MONTH:
      return year + (day.month() < 10 ? "-0" : "-") + std::to_string(day.month());
    case v1::SCORE_SUBJECT_QUARTER:
      return year + "-Q" + std::to_string((day.month() - 1) / 3 + 1);
    case v1::SCORE_SUBJECT_YEAR:
      return year;
    default:
      return kHere.ToString();
  }
}

struct Question {
  std::optional<Instant> as_of, from, to;
};
bool Counts(const Rated& rated, const Question& question) {
  if (question.as_of && rated.at > *question.as_of) return false;
  if (question.from && rated.at < *question.from) return false;
  if (question.to && rated.at >= *question.to) return false;
  return !rated.set_aside_at || (question.as_of && *rated.set_aside_at > *question.as_of);
}

struct Naive {
  uint64_t count = 0, in_full = 0, attitude = 0, professional_level = 0, overall = 0;
};
std::map<std::string, Naive> Recompute(const std::vector<Rated>& ratings, v1::ScoreSubject kind,
                                       const Question& question) {
  std::map<std::string, Naive> naive;
  for (const Rated& rated : ratings) {
    const std::string subject = SubjectOf(rated, kind);
    if (subject.empty() || !Counts(rated, question)) continue;
    Naive& one = naive[subject];
    ++one.count;
    if (!rated.imported) ++one.in_full;
    one.attitude += rated.rating.grades().attitude();
    one.professional_level += rated.rating.grades().professional_level();
    one.overall += rated.rating.grades().overall();
  }
  return naive;
}

std::map<std::string, v1::Score> AskAll(const runtime::Service& service, const testing::MemoryState& state,
                                        v1::GetScoresRequest request) {
  std::map<std::string, v1::Score> scores;
  std::string last;
  do {
    auto answer = service.Query(request, {kHere, {}}, state);
    const auto& response = static_cast<const v1::GetScoresResponse&>(*std::get<runtime::MessagePtr>(answer));
    EXPECT_LE(response.scores_size(), request.page_size());
    for (const auto& score : response.scores()) {
      EXPECT_LT(last, score.subject());
      last = score.subject();
      if (score.count() > 0) scores[score.subject()] = score;
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return scores;
}

std::string InLowestTerms(uint64_t numerator, uint64_t denominator) {
  if (denominator == 0) return "";
  const uint64_t divisor = std::gcd(numerator, denominator);
  return std::to_string(numerator / divisor) + "/" + std::to_string(denominator / divisor);
}

void ExpectSame(const std::map<std::string, v1::Score>& scores, const std::map<std::string, Naive>& naive) {
  ASSERT_EQ(scores.size(), naive.size());
  for (const auto& [subject, expected] : naive) {
    SCOPED_TRACE(subject);
    const auto& score = scores.at(subject);
    EXPECT_EQ(score.count(), expected.count);
    EXPECT_EQ(score.sum().attitude(), expected.attitude);
    EXPECT_EQ(score.sum().overall(), expected.overall);
    EXPECT_EQ(score.mean(), InLowestTerms(expected.overall, expected.count));
    EXPECT_EQ(score.means().attitude(), InLowestTerms(expected.attitude, expected.in_full));
    EXPECT_EQ(score.means().professional_level(), InLowestTerms(expected.professional_level, expected.in_full));
    EXPECT_EQ(score.ranked(), expected.count >= 5);
  }
}

constexpr v1::ScoreSubject kKinds[] = {
    v1::SCORE_SUBJECT_CASE,   v1::SCORE_SUBJECT_PRACTITIONER, v1::SCORE_SUBJECT_OFFICE,  v1::SCORE_SUBJECT_MUNICIPALITY,
    v1::SCORE_SUBJECT_MATTER, v1::SCORE_SUBJECT_MONTH,        v1::SCORE_SUBJECT_QUARTER, v1::SCORE_SUBJECT_YEAR};

Question RandomQuestion(std::mt19937_64* random, const std::vector<Rated>& ratings) {
  const auto moment = [&] {
    // The very moment of a rating, or the microsecond beside it, or any hour.
    const Instant at = ratings[(*random)() % ratings.size()].at;
    return Instant{at.micros + static_cast<int64_t>((*random)() % 3) - 1};
  };
  Question question;
  if ((*random)() % 2 == 0) question.as_of = moment();
  if ((*random)() % 2 == 0) question.from = moment();
  if ((*random)() % 2 == 0) question.to = moment();
  if (question.from && question.to && *question.from >= *question.to) question.to.reset();
  return question;
}

TEST(ScoresTest, ExactInAnyOrderAndAsOfAnyTime) {
  const auto service = MakeEvaluationService();
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    std::mt19937_64 random(seed);
    auto ratings = RandomRatings(&random, 150);
    std::vector<Question> questions{{}};
    for (int i = 0; i < 6; ++i) questions.push_back(RandomQuestion(&random, ratings));
    for (int order = 0; order < 2; ++order) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", order " + std::to_string(order));
      std::shuffle(ratings.begin(), ratings.end(), random);
      testing::MemoryState state;
      for (const Rated& rated : ratings) Record(*service, rated, &state);
      for (const Question& question : questions) {
        v1::GetScoresRequest request;
        if (question.as_of) *request.mutable_as_of() = ToTimestamp(*question.as_of);
        if (question.from) *request.mutable_from() = ToTimestamp(*question.from);
        if (question.to) *request.mutable_to() = ToTimestamp(*question.to);
        for (v1::ScoreSubject kind : kKinds) {
          SCOPED_TRACE(v1::ScoreSubject_Name(kind));
          request.set_by(kind);
          request.set_page_size(static_cast<int32_t>(random() % 40 + 1));
          ExpectSame(AskAll(*service, state, request), Recompute(ratings, kind, question));
        }
      }
    }
  }
}

TEST(ScoresTest, MeansAreFractionsInLowestTerms) {
  EXPECT_EQ(Fraction(0, 0), "");
  EXPECT_EQ(Fraction(4, 1), "4/1");
  EXPECT_EQ(Fraction(9, 2), "9/2");
  EXPECT_EQ(Fraction(12, 3), "4/1");
  v1::Grades grades;
  grades.set_overall(4);
  v1::ScoreTotals totals = ToTotals(grades);  // a source that knows no dimensions
  grades.set_overall(3);
  grades.set_attitude(5);
  Add(ToTotals(grades), &totals);
  EXPECT_EQ(Means(totals).overall(), "7/2");
  EXPECT_EQ(Means(totals).attitude(), "5/1");
  Subtract(ToTotals(grades), &totals);
  EXPECT_EQ(Means(totals).overall(), "4/1");
  EXPECT_EQ(Means(totals).attitude(), "");
}

// A subject whose name another begins with, or that has a zero byte, keeps its own rows.
TEST(ScoresTest, SubjectsAreKeptApart) {
  const auto service = MakeEvaluationService();
  testing::MemoryState state;
  const std::vector<std::string> offices = {"a", std::string("a\0", 2), std::string("a\0b", 3), "ab", "a\xff"};
  for (size_t i = 0; i < offices.size(); ++i) {
    v1::EvaluationEvent event;
    event.set_case_id(Uuid::V7(1, 2, i).ToString());
    event.mutable_rating_recorded()->set_office_id(offices[i]);
    event.mutable_rating_recorded()->mutable_grades()->set_overall(static_cast<uint32_t>(i) + 1);
    Apply(*service, event, testing::At("2025-01-01T00:00:00+08:00"), &state);
  }
  v1::GetScoresRequest request;
  request.set_by(v1::SCORE_SUBJECT_OFFICE);
  request.set_page_size(2);
  const auto scores = AskAll(*service, state, request);
  ASSERT_EQ(scores.size(), offices.size());
  for (size_t i = 0; i < offices.size(); ++i) EXPECT_EQ(scores.at(offices[i]).mean(), std::to_string(i + 1) + "/1");
}

class ScoreOfCases : public EvaluationTest {};

// Unrated is not satisfied: it is told beside, and counts in no mean.
TEST_F(ScoreOfCases, UnratedIsToldBeside) {
  std::vector<Instant> opened;
  for (uint64_t i = 1; i <= 3; ++i) {
    s_.SetNow({s_.now().micros + kMicrosPerDay});
    case_id_ = Uuid::V7(1'764'000'000'000, 3, i);
    Close();
    opened.push_back(s_.now());
  }
  s_.SetNow({s_.now().micros + kMicrosPerDay});
  EXPECT_THAT(Rate(4).events, ElementsAre("RatingRecorded"));
  const v1::Score now = ScoreOf(kHere);
  EXPECT_EQ(now.count(), 1u);
  EXPECT_EQ(now.mean(), "4/1");
  EXPECT_EQ(now.unrated(), 2);
  EXPECT_EQ(ScoreOf(kHere, opened[1]).unrated(), 2);
  EXPECT_EQ(ScoreOf(kHere, opened[2]).unrated(), 3);
  EXPECT_EQ(ScoreOf(kHere, opened[2]).mean(), "");
  s_.SetNow({s_.now().micros + kSlotMicros});
  EXPECT_THAT(s_.RunDue(), ElementsAre("RatingSlotExpired", "RatingSlotExpired"));
  EXPECT_EQ(ScoreOf(kHere).unrated(), 2);
}

TEST_F(ScoreOfCases, ALimitOfItsOwnHoldsFromItsDay) {
  Close();
  Rate(4);
  const Instant before = s_.now();
  s_.SetNow({before.micros + kMicrosPerDay});
  EXPECT_FALSE(ScoreOf(kHere).ranked());
  v1::SetLowCountLimitRequest limit;
  limit.mutable_actor()->set_staff_id("head");
  limit.set_ranked_count_min(1);
  EXPECT_THAT(s_.When(limit).events, ElementsAre("LowCountLimitSet"));
  EXPECT_TRUE(ScoreOf(kHere).ranked());
  EXPECT_FALSE(ScoreOf(kHere, before).ranked());
}

// Applied for away from home (life 5): one rating, credited to the lawyer and the office that closed the case, in the
// municipality that did; the one that lent the lawyer has none of it.
TEST_F(ScoreOfCases, CreditGoesToWhomTheRatingNames) {
  Freeze(1);
  MoveTo(kThere, 1);
  testing::Scenario there(MakeEvaluationService(), kThere, s_.now());
  auto moved = Custody();
  moved.mutable_custody_moved()->set_hop(1);
  there.Given(ServiceId::kTransfer, moved);
  assignment::v1::AssignmentEvent closed;
  closed.set_case_id(id());
  closed.mutable_case_closed()->set_office_id("centre-of-b");
  closed.mutable_case_closed()->set_practitioner_id("lawyer-of-c");
  there.Given(ServiceId::kAssignment, closed);
  EXPECT_THAT(there.RunDue(), ElementsAre("RatingSlotOpened"));
  EXPECT_THAT(there.When(Rating(5)).events, ElementsAre("RatingRecorded"));
  const std::pair<v1::ScoreSubject, const char*> credited[] = {{v1::SCORE_SUBJECT_PRACTITIONER, "lawyer-of-c"},
                                                               {v1::SCORE_SUBJECT_OFFICE, "centre-of-b"},
                                                               {v1::SCORE_SUBJECT_MUNICIPALITY, "330700"}};
  for (const auto& [by, subject] : credited) {
    v1::GetScoresRequest request;
    request.set_by(by);
    const auto& scores = there.When(request).As<v1::GetScoresResponse>();
    ASSERT_EQ(scores.scores_size(), 1);
    EXPECT_EQ(scores.scores(0).subject(), subject);
    EXPECT_EQ(scores.scores(0).count(), 1u);
  }
  EXPECT_EQ(ScoreOf(kHere).count(), 0u);
  EXPECT_TRUE(there.ReplayEqualsLive());
}

TEST(ScoresTest, RefusesBadPages) {
  const auto service = MakeEvaluationService();
  const testing::MemoryState state;
  const auto refused = [&](const std::function<void(v1::GetScoresRequest*)>& change) {
    v1::GetScoresRequest request;
    change(&request);
    return std::holds_alternative<runtime::Refused>(service->Query(request, {kHere, {}}, state));
  };
  EXPECT_FALSE(refused([](auto*) {}));
  EXPECT_TRUE(refused([](auto* r) { r->set_page_size(-1); }));
  EXPECT_TRUE(refused([](auto* r) { r->mutable_as_of()->set_seconds(INT64_MAX); }));
  EXPECT_TRUE(refused([](auto* r) { r->mutable_from()->set_seconds(INT64_MAX); }));
  EXPECT_TRUE(refused([](auto* r) { r->mutable_to()->set_nanos(-1); }));
  EXPECT_TRUE(refused([](auto* r) { r->set_by(static_cast<v1::ScoreSubject>(99)); }));
  EXPECT_TRUE(refused([](auto* r) {
    r->mutable_from()->set_seconds(5);
    r->mutable_to()->set_seconds(5);
  }));
}

}  // namespace
}  // namespace casehub::evaluation
