// Scores counted from the raw log alone, rating by rating, against those of a store: now, and as of a time between.
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "services/evaluation/queries.h"
#include "services/model/timestamps.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/services.h"

namespace casehub::simulation {
namespace {

namespace v1 = evaluation::v1;

// Rows of a keyspace as they stand.
class StoredRows : public runtime::StateReader {
 public:
  explicit StoredRows(const storage::Keyspace* store) : store_(store) {}
  std::optional<std::string> Get(std::string_view key) const override {
    auto value = store_->Get(key);
    return value.ok() ? *std::move(value) : std::nullopt;
  }
  void Scan(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    auto cursor = store_->NewCursor();
    for (cursor->Seek(from); cursor->Valid() && cursor->key() < to; cursor->Next()) {
      if (!visit(cursor->key(), cursor->value())) return;
    }
  }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  const storage::Keyspace* store_;
};

// One rating, or the taking back of one.
struct Counted {
  Municipality municipality;
  std::string case_id;
  v1::CountedRating rating;
  Instant at;
  Instant set_aside_at{INT64_MAX};
};

class Recount {
 public:
  void Add(const storage::Record& record) {
    if (record.service != ServiceId::kEvaluation) return;
    for (std::string_view bytes : record.events) {
      v1::EvaluationEvent event;
      if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) continue;
      if (event.has_rating_recorded()) {
        const v1::RatingRecorded& recorded = event.rating_recorded();
        v1::CountedRating rating;
        *rating.mutable_grades() = recorded.grades();
        rating.set_office_id(recorded.office_id());
        rating.set_practitioner_id(recorded.practitioner_id());
        rating.set_matter_type(recorded.matter_type());
        ratings_.push_back({record.municipality, event.case_id(), std::move(rating), record.decided_at});
      } else if (event.has_rating_imported()) {
        const v1::CountedRating& rating = event.rating_imported().rating();
        ratings_.push_back({record.municipality, "", rating, ToInstant(rating.rated_at())});
      } else if (event.has_rating_set_aside()) {
        for (Counted& one : ratings_) {
          if (one.municipality == record.municipality && one.case_id == event.case_id()) {
            one.set_aside_at = record.decided_at;
          }
        }
      }
    }
  }

  const std::vector<Counted>& ratings() const { return ratings_; }

  // By subject: how many, their overall grades.
  std::map<std::string, std::pair<uint64_t, uint64_t>> Scores(Municipality municipality, v1::ScoreSubject by,
                                                              Instant as_of) const {
    std::map<std::string, std::pair<uint64_t, uint64_t>> scores;
    for (const Counted& one : ratings_) {
      if (one.municipality != municipality || one.at > as_of || one.set_aside_at <= as_of) continue;
      const std::string& subject = by == v1::SCORE_SUBJECT_CASE           ? one.case_id
                                   : by == v1::SCORE_SUBJECT_PRACTITIONER ? one.rating.practitioner_id()
                                   : by == v1::SCORE_SUBJECT_OFFICE       ? one.rating.office_id()
                                                                          : one.rating.matter_type();
      if (subject.empty()) continue;
      ++scores[subject].first;
      scores[subject].second += one.rating.grades().overall();
    }
    return scores;
  }

 private:
  std::vector<Counted> ratings_;
};

void Compare(const WorldView& world, const Recount& recount, Municipality municipality, v1::ScoreSubject by,
             std::optional<Instant> as_of, const runtime::StateReader& rows) {
  v1::GetScoresRequest request;
  request.set_by(by);
  request.set_page_size(1000);
  if (as_of) *request.mutable_as_of() = ToTimestamp(*as_of);
  auto expected = recount.Scores(municipality, by, as_of.value_or(Instant{INT64_MAX - 1}));
  auto answer = evaluation::GetScores(request, {municipality, world.context->now}, rows);
  const auto& response = static_cast<const v1::GetScoresResponse&>(*std::get<runtime::MessagePtr>(answer));
  for (const v1::Score& score : response.scores()) {
    if (score.count() == 0) continue;
    const auto [count, sum] = expected[score.subject()];
    expected.erase(score.subject());
    const uint64_t divisor = count == 0 ? 1 : std::gcd(count, sum);
    if (score.count() == count && score.mean() == absl::StrCat(sum / divisor, "/", count / divisor)) continue;
    world.context->Report("scores_differ",
                          absl::StrCat(municipality.ToString(), ", ", score.subject(), as_of ? " as of then" : "", ": ",
                                       score.mean(), " of ", score.count(), ", the log says ", sum, "/", count));
  }
  if (!expected.empty() && response.next_page_token().empty()) {
    world.context->Report("scores_differ",
                          absl::StrCat(municipality.ToString(), ", ", expected.begin()->first, ": it has no score"));
  }
}

}  // namespace

void CheckScores(const WorldView& world, PartitionId partition, storage::ProjectionStore* store) {
  Recount recount;
  for (const Judged& judged : world.auditor->judged(partition)) {
    if (judged.IsEffective()) recount.Add(*judged.record);
  }
  if (recount.ratings().empty()) return;
  const StoredRows rows(store->keyspace(ServiceId::kEvaluation));
  const Instant between = recount.ratings()[recount.ratings().size() / 2].at;
  for (Municipality municipality : kMunicipalities) {
    for (auto by :
         {v1::SCORE_SUBJECT_CASE, v1::SCORE_SUBJECT_PRACTITIONER, v1::SCORE_SUBJECT_OFFICE, v1::SCORE_SUBJECT_MATTER}) {
      Compare(world, recount, municipality, by, std::nullopt, rows);
      Compare(world, recount, municipality, by, between, rows);
    }
  }
}

}  // namespace casehub::simulation
