// Scores are exact, whatever the order of arrival, and recomputable as of any time.
#include "services/evaluation/domain/scores.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/evaluation/domain/rating.h"
#include "services/evaluation/service.h"
#include "tests/support/memory_state.h"

namespace casehub::evaluation {
namespace {

constexpr Municipality kHere(330800);

struct Rated {
  Uuid case_id;
  std::string office;
  std::string practitioner;
  std::string matter;
  v1::Grades grades;
};

std::vector<Rated> RandomRatings(std::mt19937_64* random, size_t count) {
  const auto grade = [&] { return static_cast<uint32_t>((*random)() % 5 + 1); };
  std::vector<Rated> ratings;
  for (size_t i = 0; i < count; ++i) {
    Rated rated;
    rated.case_id = Uuid::V7(1'764'000'000'000, (*random)(), i);
    rated.office = "office-" + std::to_string((*random)() % 7);
    rated.practitioner = (*random)() % 5 == 0 ? "" : "staff-" + std::to_string((*random)() % 20);
    rated.matter = "matter-" + std::to_string((*random)() % 4);
    rated.grades.set_attitude(grade());
    rated.grades.set_efficiency(grade());
    rated.grades.set_policy_execution(grade());
    rated.grades.set_professional_level(grade());
    rated.grades.set_overall(grade());
    ratings.push_back(std::move(rated));
  }
  return ratings;
}

void Record(const runtime::Service& service, const Rated& rated, Instant at, testing::MemoryState* state) {
  v1::EvaluationEvent event;
  event.set_case_id(rated.case_id.ToString());
  v1::RatingRecorded* recorded = event.mutable_rating_recorded();
  *recorded->mutable_grades() = rated.grades;
  recorded->set_office_id(rated.office);
  recorded->set_practitioner_id(rated.practitioner);
  recorded->set_matter_type(rated.matter);
  storage::Record header;
  header.service = ServiceId::kEvaluation;
  header.municipality = kHere;
  header.decided_at = at;
  state->Apply(service, header, {&event});
}

std::string SubjectOf(const Rated& rated, v1::ScoreSubject kind) {
  switch (kind) {
    case v1::SCORE_SUBJECT_CASE:
      return rated.case_id.ToString();
    case v1::SCORE_SUBJECT_PRACTITIONER:
      return rated.practitioner;
    case v1::SCORE_SUBJECT_OFFICE:
      return rated.office;
    case v1::SCORE_SUBJECT_MATTER:
      return rated.matter;
    default:
      return kHere.ToString();
  }
}

struct Naive {
  uint64_t count = 0;
  uint64_t attitude = 0;
  uint64_t overall = 0;
};
std::map<std::string, Naive> Recompute(const std::vector<Rated>& ratings, size_t count, v1::ScoreSubject kind) {
  std::map<std::string, Naive> naive;
  for (size_t i = 0; i < count; ++i) {
    const std::string subject = SubjectOf(ratings[i], kind);
    if (subject.empty()) continue;
    ++naive[subject].count;
    naive[subject].attitude += ratings[i].grades.attitude();
    naive[subject].overall += ratings[i].grades.overall();
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
      scores[score.subject()] = score;
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return scores;
}

constexpr v1::ScoreSubject kKinds[] = {v1::SCORE_SUBJECT_CASE, v1::SCORE_SUBJECT_PRACTITIONER, v1::SCORE_SUBJECT_OFFICE,
                                       v1::SCORE_SUBJECT_MUNICIPALITY, v1::SCORE_SUBJECT_MATTER};
Instant TimeOf(size_t index) { return {1'764'000'000'000'000 + static_cast<int64_t>(index) * 10}; }

void ExpectSame(const std::map<std::string, v1::Score>& scores, const std::map<std::string, Naive>& naive) {
  ASSERT_EQ(scores.size(), naive.size());
  for (const auto& [subject, expected] : naive) {
    const auto& score = scores.at(subject);
    EXPECT_EQ(score.count(), expected.count);
    EXPECT_EQ(score.sum().attitude(), expected.attitude);
    EXPECT_EQ(score.sum().overall(), expected.overall);
    const uint64_t divisor = std::gcd(expected.overall, expected.count);
    EXPECT_EQ(score.mean(),
              std::to_string(expected.overall / divisor) + "/" + std::to_string(expected.count / divisor));
    EXPECT_EQ(score.ranked(), expected.count >= 5);
  }
}

TEST(ScoresTest, ExactInAnyOrderAndAsOfAnyTime) {
  const auto service = MakeEvaluationService();
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    auto ratings = RandomRatings(&random, 150);
    for (int order = 0; order < 2; ++order) {
      std::shuffle(ratings.begin(), ratings.end(), random);
      testing::MemoryState state;
      for (size_t i = 0; i < ratings.size(); ++i) Record(*service, ratings[i], TimeOf(i), &state);
      const size_t as_of = random() % (ratings.size() + 1);
      for (v1::ScoreSubject kind : kKinds) {
        v1::GetScoresRequest request;
        request.set_by(kind);
        request.set_page_size(static_cast<int32_t>(random() % 40 + 1));
        ExpectSame(AskAll(*service, state, request), Recompute(ratings, ratings.size(), kind));
        *request.mutable_as_of() = ToTimestamp({TimeOf(as_of).micros - 1});
        ExpectSame(AskAll(*service, state, request), Recompute(ratings, as_of, kind));
        if (as_of == 0) continue;
        *request.mutable_as_of() = ToTimestamp(TimeOf(as_of - 1));  // the very moment is included
        ExpectSame(AskAll(*service, state, request), Recompute(ratings, as_of, kind));
      }
    }
  }
}

TEST(ScoresTest, MeansAreFractionsInLowestTerms) {
  v1::ScoreTotals totals;
  EXPECT_EQ(Mean(totals), "");
  v1::Grades grades;
  grades.set_overall(4);
  Add(grades, &totals);
  EXPECT_EQ(Mean(totals), "4/1");
  grades.set_overall(5);
  Add(grades, &totals);
  EXPECT_EQ(Mean(totals), "9/2");
  grades.set_overall(3);
  Add(grades, &totals);
  EXPECT_EQ(Mean(totals), "4/1");
  EXPECT_FALSE(IsRanked(totals));
  Add(grades, &totals);
  Add(grades, &totals);
  EXPECT_TRUE(IsRanked(totals));
  Subtract(grades, &totals);
  EXPECT_FALSE(IsRanked(totals));
}

TEST(ScoresTest, RefusesBadPages) {
  const auto service = MakeEvaluationService();
  const testing::MemoryState state;
  v1::GetScoresRequest request;
  request.set_page_size(-1);
  EXPECT_TRUE(std::holds_alternative<runtime::Refused>(service->Query(request, {kHere, {}}, state)));
  request.set_page_size(0);
  request.mutable_as_of()->set_seconds(INT64_MAX);
  EXPECT_TRUE(std::holds_alternative<runtime::Refused>(service->Query(request, {kHere, {}}, state)));
  request.clear_as_of();
  EXPECT_TRUE(std::holds_alternative<runtime::MessagePtr>(service->Query(request, {kHere, {}}, state)));
}

}  // namespace
}  // namespace casehub::evaluation
