// 73,421 ratings of 1,128 people by 2,972 raters, imported through gRPC in two orders: every score is what the test
// counts for itself, as an exact fraction, in either order, as of an earlier date, after a kill, and after the store
// was rebuilt from the log.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <sstream>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/operations/v1/operations_service.pb.h"
#include "services/model/civil_time.h"
#include "services/model/timestamps.h"
#include "tests/integration/process/shared_data.h"
#include "tests/support/caller.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

namespace v1 = evaluation::v1;

constexpr size_t kInFlightMax = 256;
constexpr size_t kRatings = 73'421;
constexpr char kFirst[] = "330700";   // in one order
constexpr char kSecond[] = "330800";  // in another

struct Given {
  std::string rater, rated, matter, office;
  uint32_t grade = 0;
  Instant at;
};

// "s","d","studage","lectage","service","dept","y": rater, rated, two ages, whether another department is served,
// department, grade 1 to 5. It has no times: the ratings get some, over four years, out of order.
std::vector<Given> Read(const std::string& path) {
  std::vector<Given> all;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return all;
  const Instant first = StartOf(CivilDate(2020, 1, 1));
  char line[256];
  gzgets(file, line, sizeof(line));  // the heading
  while (gzgets(file, line, sizeof(line)) != nullptr) {
    std::vector<std::string> fields(1);
    for (const char* c = line; *c != '\0'; ++c) {
      if (*c == ',') fields.emplace_back();
      if (*c != ',' && *c != '"' && *c != '\n' && *c != '\r') fields.back().push_back(*c);
    }
    if (fields.size() != 7) continue;
    const auto slot = static_cast<int64_t>(all.size() * 7919 % kRatings);
    all.push_back({fields[0],
                   "lecturer-" + fields[1],
                   "department-" + fields[5],
                   "service-" + fields[4],
                   static_cast<uint32_t>(std::stoul(fields[6])),
                   {first.micros + slot * kMicrosPerHour / 2}});
  }
  gzclose(file);
  return all;
}

// Imports with many in flight; the number of calls that were not acknowledged. The reference is the row's number, which
// is what the source knows it by, whatever the order.
class Import {
 public:
  Import(Caller* caller, const char* municipality) : caller_(caller), municipality_(municipality) {}

  void Send(const std::vector<Given>& ratings, const std::vector<size_t>& order) {
    for (size_t row : order) {
      const std::string request = Request(ratings[row], row).SerializeAsString();
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return in_flight_ < kInFlightMax; });
      ++in_flight_;
      lock.unlock();
      caller_->Async("/casehub.evaluation.v1.EvaluationService/ImportRating", request,
                     [this](const Outcome& outcome) { Ended(outcome); });
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return in_flight_ == 0; });
  }
  size_t failed() const { return failed_; }
  size_t repeated() const { return repeated_; }

 private:
  v1::ImportRatingRequest Request(const Given& given, size_t row) const {
    v1::ImportRatingRequest request;
    request.set_municipality(municipality_);
    request.set_request_id(NewRequestId());
    request.set_source_system("lecture-survey");
    request.set_external_reference(std::to_string(row));
    request.set_practitioner_id(given.rated);
    request.set_office_id(given.office);
    request.set_matter_type(given.matter);
    request.mutable_grades()->set_overall(given.grade);
    request.set_rater_pseudonym(given.rater);
    *request.mutable_rated_at() = ToTimestamp(given.at);
    return request;
  }
  void Ended(const Outcome& outcome) {
    v1::ImportRatingResponse response;
    std::lock_guard lock(mutex_);
    if (!outcome.acknowledged() || !response.ParseFromString(outcome.reply)) ++failed_;
    if (response.already_present()) ++repeated_;
    --in_flight_;
    changed_.notify_all();
  }

  Caller* const caller_;
  const char* const municipality_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t in_flight_ = 0;
  size_t failed_ = 0;
  size_t repeated_ = 0;
};

struct Question {
  const char* name;
  std::optional<Instant> as_of, from, to;
};
using Scores = std::map<std::string, std::string>;  // subject -> count, sum, mean, ranked

std::string Written(uint64_t count, uint64_t sum, const std::string& mean, bool ranked) {
  return std::to_string(count) + " ratings, " + std::to_string(sum) + ", " + mean + (ranked ? ", ranked" : "");
}

std::string SubjectOf(const Given& given, v1::ScoreSubject by, const char* municipality) {
  if (by == v1::SCORE_SUBJECT_PRACTITIONER) return given.rated;
  if (by == v1::SCORE_SUBJECT_OFFICE) return given.office;
  if (by == v1::SCORE_SUBJECT_MATTER) return given.matter;
  if (by == v1::SCORE_SUBJECT_MONTH) return FormatDate(DateAt(given.at)).substr(0, 7);
  return municipality;
}

// Counted by the test, from the file alone.
Scores Recount(const std::vector<Given>& ratings, v1::ScoreSubject by, const Question& question,
               const char* municipality) {
  std::map<std::string, std::pair<uint64_t, uint64_t>> totals;
  for (const Given& given : ratings) {
    if (question.as_of && given.at > *question.as_of) continue;
    if (question.from && given.at < *question.from) continue;
    if (question.to && given.at >= *question.to) continue;
    auto& [count, sum] = totals[SubjectOf(given, by, municipality)];
    ++count;
    sum += given.grade;
  }
  Scores scores;
  for (const auto& [subject, total] : totals) {
    const auto [count, sum] = total;
    const uint64_t divisor = std::gcd(count, sum);
    scores[subject] =
        Written(count, sum, std::to_string(sum / divisor) + "/" + std::to_string(count / divisor), count >= 5);
  }
  return scores;
}

Scores Ask(Caller* caller, v1::ScoreSubject by, const Question& question, const char* municipality) {
  v1::GetScoresRequest request;
  request.set_municipality(municipality);
  request.set_by(by);
  request.set_page_size(300);
  if (question.as_of) *request.mutable_as_of() = ToTimestamp(*question.as_of);
  if (question.from) *request.mutable_from() = ToTimestamp(*question.from);
  if (question.to) *request.mutable_to() = ToTimestamp(*question.to);
  Scores scores;
  do {
    const auto response = caller->Must<v1::GetScoresResponse>(request);
    for (const v1::Score& score : response.scores()) {
      scores[score.subject()] = Written(score.count(), score.sum().overall(), score.mean(), score.ranked());
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return scores;
}

class RealRatings : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto file = SharedData("ratings/InstEval.csv.gz");
    if (!std::filesystem::exists(file))
      GTEST_SKIP() << "no ratings at " << file << ": CASEHUB_SHARED names their folder";
    ratings_ = Read(file.string());
    ASSERT_EQ(ratings_.size(), kRatings);
    server_.Start();
    caller_ = std::make_unique<Caller>(server_.address(), std::chrono::seconds(60));
  }

  void ImportShuffled(const char* municipality, uint32_t seed, size_t repeated) {
    std::vector<size_t> order(ratings_.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(seed));
    Import import(caller_.get(), municipality);
    import.Send(ratings_, order);
    EXPECT_EQ(import.failed(), 0u);
    EXPECT_EQ(import.repeated(), repeated);
  }

  // Every score of every kind, in both municipalities.
  void ExpectExact(const std::string& when) {
    SCOPED_TRACE(when);
    const Instant middle{ratings_[kRatings / 2].at.micros};
    const Question questions[] = {
        {"all", {}, {}, {}},
        {"as of the very moment of a rating", middle, {}, {}},
        {"as of the moment before", Instant{middle.micros - 1}, {}, {}},
        {"in 2022", {}, StartOf(CivilDate(2022, 1, 1)), StartOf(CivilDate(2023, 1, 1))},
        {"from then, as of two years later", Instant{middle.micros + 730 * kMicrosPerDay}, middle, {}}};
    for (const Question& question : questions) {
      SCOPED_TRACE(question.name);
      for (auto by : {v1::SCORE_SUBJECT_PRACTITIONER, v1::SCORE_SUBJECT_OFFICE, v1::SCORE_SUBJECT_MATTER,
                      v1::SCORE_SUBJECT_MUNICIPALITY, v1::SCORE_SUBJECT_MONTH}) {
        for (const char* municipality : {kFirst, kSecond}) {
          const Scores expected = Recount(ratings_, by, question, municipality);
          EXPECT_EQ(Ask(caller_.get(), by, question, municipality), expected) << v1::ScoreSubject_Name(by);
          compared_ += expected.size();
        }
      }
    }
  }

  // The same through casectl score show.
  void ExpectCasectlSays() {
    const Question question{"2021, as of its midsummer", StartOf(CivilDate(2021, 7, 1)), StartOf(CivilDate(2021, 1, 1)),
                            StartOf(CivilDate(2022, 1, 1))};
    const auto result =
        RunCasectl(server_.address(), {"score", "show", "--municipality", kFirst, "--by", "practitioner", "--as-of",
                                       FormatInstant(*question.as_of), "--from", FormatInstant(*question.from), "--to",
                                       FormatInstant(*question.to)});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    std::map<std::string, std::string> means;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) {
      const auto score = nlohmann::json::parse(line);
      means[score.at("subject")] = score.at("mean");
    }
    const Scores expected = Recount(ratings_, v1::SCORE_SUBJECT_PRACTITIONER, question, kFirst);
    EXPECT_EQ(means.size(), expected.size());
    for (const auto& [subject, written] : expected) {
      EXPECT_NE(written.find(", " + means[subject]), std::string::npos) << subject << ": " << written;
    }
  }

  std::vector<Given> ratings_;
  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {"--partitions", "2"}}};
  std::unique_ptr<Caller> caller_;
  size_t compared_ = 0;
};

TEST_F(RealRatings, EveryScoreIsExactInAnyOrderAfterAKillAndARebuild) {
  ImportShuffled(kFirst, 1, 0);
  ImportShuffled(kSecond, 2, 0);
  ExpectExact("imported");
  EXPECT_EQ(Ask(caller_.get(), v1::SCORE_SUBJECT_PRACTITIONER, {}, kFirst).size(), 1128u);

  server_.Kill();
  server_.Start();
  ExpectExact("after a kill");

  operations::v1::RebuildStoreRequest rebuild;
  rebuild.set_service("evaluation");
  const auto rebuilt = caller_->Must<operations::v1::RebuildStoreResponse>(rebuild);
  EXPECT_EQ(rebuilt.stores_size(), 2);
  for (const auto& store : rebuilt.stores()) EXPECT_TRUE(store.equal()) << store.first_difference();
  ExpectExact("after a rebuild");

  ExpectCasectlSays();
  ImportShuffled(kFirst, 3, kRatings);  // the same again, in a third order: nothing is counted twice
  ExpectExact("imported again");
  std::printf("%zu scores compared\n", compared_);
}

}  // namespace
}  // namespace casehub::testing
