// Ratings and what they set going, followed over all logs in the order in which their records arrived. Knows nothing of
// how evaluation works: only E1, E4 and decision 5, record by record.
#include <map>

#include "absl/strings/str_cat.h"
#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "tests/simulation/checks.h"

namespace casehub::simulation {
namespace {

namespace v1 = evaluation::v1;
using v1::EvaluationEvent;

struct Rectification {
  v1::RectificationOpened opened;
  uint32_t round = 1;
  bool recorded = false;  // in this round
  bool closed = false;
  bool overdue = false;
};

struct RatedCase {
  int ratings = 0;
  bool bad = false;
  int opened_by_rating = 0;
  std::map<std::string, Rectification> rectifications;
  int reviews = 0;
  int decisions = 0;
  std::string appellant;
  v1::ReviewOutcome outcome = v1::REVIEW_OUTCOME_UNSPECIFIED;
  int set_aside = 0;
  bool in_review() const { return reviews > decisions; }
};

class Ratings {
 public:
  explicit Ratings(Context* context) : context_(context) {}

  void Add(PartitionId partition, const Judged& judged) {
    const storage::Record& record = *judged.record;
    if (record.service != ServiceId::kEvaluation) return;
    where_ = absl::StrCat("offset ", judged.offset, " of partition ", partition, " (", record.municipality.ToString(),
                          "): ");
    for (std::string_view bytes : record.events) {
      EvaluationEvent event;
      if (event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) AddEvent(event);
    }
  }

  void Finish() {
    where_ = "at the end: ";
    for (const auto& [id, rated] : cases_) {
      if (rated.bad != (rated.opened_by_rating == 1)) {
        Report("rectification_not_once",
               absl::StrCat("case ", id, " has ", rated.opened_by_rating, " rectifications of its rating"));
      }
      if (rated.outcome == v1::REVIEW_OUTCOME_SET_ASIDE && rated.set_aside != 1) {
        Report("set_aside_not_once", absl::StrCat("case ", id));
      }
    }
  }

 private:
  void Report(const char* name, const std::string& text) { context_->Report(name, where_ + text); }

  void AddEvent(const EvaluationEvent& event) {
    RatedCase& rated = cases_[event.case_id()];
    switch (event.event_case()) {
      case EvaluationEvent::kRatingRecorded:
        if (++rated.ratings > 1) Report("rating_overwritten", event.case_id());
        rated.bad = event.rating_recorded().grades().overall() <= 2;
        return;
      case EvaluationEvent::kRatingImported:
        return context_->Count(Situation::kRatingImported);
      case EvaluationEvent::kRectificationOpened:
        return OnOpened(event.rectification_opened(), &rated);
      case EvaluationEvent::kReviewOpened:
        if (++rated.reviews > 1 || !rated.bad) Report("appealed_wrongly", event.case_id());
        rated.appellant = event.review_opened().appellant().staff_id();
        return;
      case EvaluationEvent::kReviewDecided:
        return OnDecided(event, &rated);
      case EvaluationEvent::kRatingSetAside:
        context_->Count(Situation::kRatingSetAside);
        if (++rated.set_aside > 1 || rated.outcome != v1::REVIEW_OUTCOME_SET_ASIDE) {
          Report("set_aside_without_review", event.case_id());
        }
        return;
      default:
        return OnRectification(event, &rated);
    }
  }

  void OnOpened(const v1::RectificationOpened& opened, RatedCase* rated) {
    if (opened.ground() == v1::RECTIFICATION_GROUND_RATING) {
      ++rated->opened_by_rating;
      context_->Count(Situation::kRectificationOpened);
    } else {
      context_->Count(Situation::kVoiceRectified);
    }
    if (!rated->rectifications.try_emplace(opened.rectification_id(), Rectification{opened}).second) {
      Report("rectification_twice", opened.rectification_id());
    }
  }

  void OnDecided(const EvaluationEvent& event, RatedCase* rated) {
    const v1::ReviewDecided& decided = event.review_decided();
    if (++rated->decisions > 1 || rated->reviews == 0) Report("review_decided_wrongly", event.case_id());
    if (decided.decider().staff_id() == rated->appellant) Report("review_by_appellant", event.case_id());
    rated->outcome = decided.outcome();
    if (decided.outcome() == v1::REVIEW_OUTCOME_UPHELD) context_->Count(Situation::kReviewUpheld);
  }

  // Done by the rated office, re-visited by somebody else, in that order and once a round; never while it waits.
  void OnRectification(const EvaluationEvent& event, RatedCase* rated) {
    if (event.has_rectification_recorded()) {
      const auto& recorded = event.rectification_recorded();
      Rectification* one = Find(recorded.rectification_id(), rated);
      if (one == nullptr) return;
      if (one->recorded || recorded.round() != one->round) Report("rectified_twice", event.case_id());
      if (recorded.by().office_id() != one->opened.office_id()) Report("rectified_by_others", event.case_id());
      CheckReview(*one, *rated, event.case_id());
      one->recorded = true;
    } else if (event.has_rectification_closed()) {
      const auto& closed = event.rectification_closed();
      Rectification* one = Find(closed.rectification_id(), rated);
      if (one == nullptr) return;
      if (closed.end() == v1::RECTIFICATION_END_SATISFIED) {
        CheckRevisit(closed.revisit(), *one, *rated, event.case_id());
      } else if (rated->outcome != v1::REVIEW_OUTCOME_SET_ASIDE) {
        Report("closed_without_reason", event.case_id());
      }
      one->closed = true;
    } else if (event.has_rectification_reopened()) {
      const auto& reopened = event.rectification_reopened();
      Rectification* one = Find(reopened.rectification_id(), rated);
      if (one == nullptr) return;
      context_->Count(Situation::kRectificationReopened);
      CheckRevisit(reopened.revisit(), *one, *rated, event.case_id());
      if (reopened.round() != one->round + 1) Report("round_not_next", event.case_id());
      one->round = reopened.round();
      one->recorded = one->overdue = false;
    } else if (event.has_rectification_due_soon()) {
      context_->Count(Situation::kRectificationDueSoon);
    } else if (event.has_rectification_overdue()) {
      Rectification* one = Find(event.rectification_overdue().rectification_id(), rated);
      if (one == nullptr) return;
      context_->Count(Situation::kRectificationOverdue);
      if (one->overdue || one->recorded) Report("overdue_wrongly", event.case_id());
      CheckReview(*one, *rated, event.case_id());
      one->overdue = true;
    }
  }

  Rectification* Find(const std::string& id, RatedCase* rated) {
    const auto found = rated->rectifications.find(id);
    if (found == rated->rectifications.end()) {
      Report("rectification_unknown", id);
      return nullptr;
    }
    if (found->second.closed) Report("acted_after_closing", id);
    return &found->second;
  }

  void CheckReview(const Rectification& one, const RatedCase& rated, const std::string& case_id) {
    if (one.opened.ground() == v1::RECTIFICATION_GROUND_RATING && rated.in_review()) {
      Report("acted_in_review", case_id);
    }
  }

  void CheckRevisit(const v1::Revisit& revisit, const Rectification& one, const RatedCase& rated,
                    const std::string& case_id) {
    if (!one.recorded) Report("revisit_without_rectification", case_id);
    // A case of no office, or of no practitioner, has no such side.
    const auto is_same = [](const std::string& a, const std::string& b) { return !a.empty() && a == b; };
    if (is_same(revisit.by().office_id(), one.opened.office_id()) ||
        is_same(revisit.by().staff_id(), one.opened.practitioner_id())) {
      Report("revisit_by_rated_side", case_id);
    }
    CheckReview(one, rated, case_id);
  }

  Context* context_;
  std::string where_;
  std::map<std::string, RatedCase> cases_;
};

}  // namespace

void CheckRatings(const WorldView& world) {
  if (world.plan->lost_tails) return;  // its events may tell of cases that were lost
  Ratings ratings(world.context);
  const auto& first = world.auditor->judged(0);
  const auto& second = world.auditor->judged(1);
  static_assert(kPartitions == 2);
  size_t a = 0;
  size_t b = 0;
  while ((a < first.size() || b < second.size()) && !world.context->violation) {
    const bool from_first = b == second.size() || (a < first.size() && first[a].append_time <= second[b].append_time);
    const Judged& next = from_first ? first[a++] : second[b++];
    if (next.IsEffective()) ratings.Add(from_first ? 0 : 1, next);
  }
  if (!world.context->violation) ratings.Finish();
}

}  // namespace casehub::simulation
