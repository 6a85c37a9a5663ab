// A row for every refusal of rectification, review, voices, imports and limits: what was there, what was asked, what is
// answered. A refusal records nothing. Those of ratings are in rating_test.cc.
#include <memory>

#include "tests/unit/evaluation/evaluation_fixture.h"

namespace casehub::evaluation {
namespace {

using Message = std::unique_ptr<google::protobuf::Message>;
template <typename M>
Message Box(M message) {
  return std::make_unique<M>(std::move(message));
}

class EvaluationRefusals : public EvaluationTest {
 protected:
  struct Case {
    const char* name;
    std::function<Message()> request;
    R refusal;
    std::map<std::string, std::string> metadata = {};  // compared as far as it is given
  };
  void Check(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
      SCOPED_TRACE(one.name);
      const Message request = one.request();
      const auto& result = s_.When(*request);
      EXPECT_EQ(result.refusal, one.refusal) << common::v1::Refusal_Name(result.refusal);
      EXPECT_THAT(result.events, IsEmpty());
      for (const auto& [key, value] : one.metadata) {
        EXPECT_EQ(result.metadata.count(key) > 0 ? result.metadata.at(key) : "(none)", value) << key;
      }
    }
  }
  // The request of `make`, changed.
  template <typename Request>
  static std::function<Message()> With(
      Request request, std::function<void(Request*)> change = [](Request*) {}) {
    return [request, change]() mutable {
      change(&request);
      return Box(request);
    };
  }
  static void ByRatedOffice(common::v1::Actor* actor) { actor->set_office_id("office-1"); }
};

TEST_F(EvaluationRefusals, Rectification) {
  Check({{"no bad rating", With(Rectification()), R::REFUSAL_RECTIFICATION_UNKNOWN}});
  RateBadly();
  using Request = v1::RecordRectificationRequest;
  Check({
      {"no measures",
       With<Request>(Rectification(), [](auto* r) { r->clear_measures(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "measures"}}},
      {"long measures",
       With<Request>(Rectification(), [](auto* r) { r->mutable_measures()->set_sealed(std::string(8193, 'm')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "measures"}}},
      {"not called back",
       With<Request>(Rectification(), [](auto* r) { r->clear_called_back_at(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "called_back_at"}}},
      {"called back tomorrow",
       With<Request>(Rectification(),
                     [this](auto* r) {
                       *r->mutable_called_back_at() = ToTimestamp({s_.now().micros + 86'400 * kMicrosPerSecond});
                     }),
       R::REFUSAL_TIME_IN_FUTURE,
       {{"field", "called_back_at"}}},
      {"beyond the calendar",
       With<Request>(Rectification(), [](auto* r) { r->mutable_called_back_at()->set_seconds(INT64_MAX); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "called_back_at"}}},
      {"nobody",
       With<Request>(Rectification(), [](auto* r) { r->mutable_actor()->clear_staff_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "actor.staff_id"}}},
      {"another office",
       With<Request>(Rectification(), [](auto* r) { r->mutable_actor()->set_office_id("office-2"); }),
       R::REFUSAL_NOT_THE_RATED_OFFICE,
       {{"office_id", "office-1"}}},
      {"another round",
       With<Request>(Rectification(), [](auto* r) { r->set_expected_round(2); }),
       R::REFUSAL_ROUND_CHANGED,
       {{"round", "1"}}},
      {"no such", With<Request>(Rectification(), [this](auto* r) { r->set_rectification_id(id()); }),
       R::REFUSAL_RECTIFICATION_UNKNOWN},
      {"no id",
       With<Request>(Rectification(), [](auto* r) { r->set_case_id("nonsense"); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "case_id"}}},
      {"no case",
       With<Request>(Rectification(), [](auto* r) { r->clear_case_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "case_id"}}},
  });
  s_.When(Rectification());
  Check({{"twice", With(Rectification()), R::REFUSAL_ALREADY_DONE}});
  s_.When(Revisit(true));
  Check({{"closed", With(Rectification()), R::REFUSAL_RECTIFICATION_CLOSED}});
}

TEST_F(EvaluationRefusals, Revisit) {
  RateBadly();
  Check({{"before it was done", With(Revisit(true)), R::REFUSAL_STAGE_NOT_REACHED}});
  s_.When(Rectification());
  using Request = v1::RecordRevisitRequest;
  Check({
      {"by who answered", With<Request>(Revisit(true), [](auto* r) { r->mutable_actor()->set_staff_id("staff-1"); }),
       R::REFUSAL_REVISIT_BY_RATED_SIDE},
      {"by the rated office", With<Request>(Revisit(true), [](auto* r) { ByRatedOffice(r->mutable_actor()); }),
       R::REFUSAL_REVISIT_BY_RATED_SIDE},
      {"nobody, online",
       With<Request>(Revisit(true),
                     [](auto* r) {
                       r->clear_actor();
                       r->set_channel(common::v1::CHANNEL_ONLINE);
                     }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "actor.staff_id"}}},
      {"no channel",
       With<Request>(Revisit(true), [](auto* r) { r->clear_channel(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "channel"}}},
      {"no call",
       With<Request>(Revisit(true), [](auto* r) { r->clear_call_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "call_id"}}},
      {"another round",
       With<Request>(Revisit(true), [](auto* r) { r->set_expected_round(7); }),
       R::REFUSAL_ROUND_CHANGED,
       {{"round", "1"}}},
      {"long comment",
       With<Request>(Revisit(true), [](auto* r) { r->mutable_comment()->set_sealed(std::string(8193, 'c')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "comment"}}},
  });
  s_.When(Revisit(true));
  Check({{"closed", With(Revisit(true)), R::REFUSAL_RECTIFICATION_CLOSED}});
}

TEST_F(EvaluationRefusals, Appeal) {
  Close();
  Check({{"not rated", With(Appeal()), R::REFUSAL_NO_BAD_RATING}});
  Rate(2);
  using Request = v1::AppealRatingRequest;
  Check({
      {"by somebody else",
       With<Request>(Appeal(),
                     [](auto* r) {
                       r->mutable_actor()->set_staff_id("other");
                       r->mutable_actor()->set_office_id("bureau");
                     }),
       R::REFUSAL_APPEAL_NOT_BY_RATED_SIDE},
      {"without reasons",
       With<Request>(Appeal(), [](auto* r) { r->clear_reasons(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "reasons"}}},
      {"nobody",
       With<Request>(Appeal(), [](auto* r) { r->mutable_actor()->clear_staff_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "actor.staff_id"}}},
      {"too many documents",
       With<Request>(Appeal(),
                     [](auto* r) {
                       for (int i = 0; i < 21; ++i) r->add_documents();
                     }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "documents"}}},
      {"a document without digest",
       With<Request>(Appeal(), [](auto* r) { r->add_documents()->set_name("d"); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "documents[0].sha256"}}},
  });
  const Instant rated = s_.now();
  SetNow("2025-12-12T00:00:00+08:00");
  Check({{"late", With(Appeal()), R::REFUSAL_APPEAL_LATE, {{"until", "2025-12-12T00:00:00+08:00"}}}});
  s_.SetNow(rated);
  s_.When(Appeal());
  Check({{"twice", With(Appeal()), R::REFUSAL_APPEALED_BEFORE},
         {"put right meanwhile", With(Rectification()), R::REFUSAL_REVIEW_PENDING},
         {"re-visited meanwhile", With(Revisit(true)), R::REFUSAL_REVIEW_PENDING}});
  s_.When(Review(v1::REVIEW_OUTCOME_UPHELD));
  Check({{"twice, after the decision", With(Appeal()), R::REFUSAL_APPEALED_BEFORE}});
}

TEST_F(EvaluationRefusals, AppealOfWhatIsClosed) {
  RateBadly();
  s_.When(Rectification());
  s_.When(Revisit(true));
  Check({{"closed", With(Appeal()), R::REFUSAL_RECTIFICATION_CLOSED}});
}

TEST_F(EvaluationRefusals, Review) {
  RateBadly();
  const auto upheld = Review(v1::REVIEW_OUTCOME_UPHELD);
  Check({{"not appealed", With(upheld), R::REFUSAL_NO_REVIEW_PENDING}});
  auto appeal = Appeal();
  appeal.mutable_actor()->set_staff_id("head-1");
  s_.When(appeal);
  using Request = v1::DecideReviewRequest;
  Check({
      {"by who answered", With<Request>(upheld, [](auto* r) { r->mutable_actor()->set_staff_id("staff-1"); }),
       R::REFUSAL_REVIEWER_NOT_INDEPENDENT},
      {"by the rated office", With<Request>(upheld, [](auto* r) { ByRatedOffice(r->mutable_actor()); }),
       R::REFUSAL_REVIEWER_NOT_INDEPENDENT},
      {"by the appellant", With<Request>(upheld, [](auto* r) { r->mutable_actor()->set_staff_id("head-1"); }),
       R::REFUSAL_REVIEWER_NOT_INDEPENDENT},
      {"no outcome",
       With<Request>(upheld, [](auto* r) { r->clear_outcome(); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "outcome"}}},
      {"no such outcome",
       With<Request>(upheld, [](auto* r) { r->set_outcome(static_cast<v1::ReviewOutcome>(9)); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "outcome"}}},
      {"set aside for no reason",
       With<Request>(Review(v1::REVIEW_OUTCOME_SET_ASIDE), [](auto* r) { r->clear_reason_code(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "reason_code"}}},
      {"nobody",
       With<Request>(upheld, [](auto* r) { r->mutable_actor()->clear_staff_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "actor.staff_id"}}},
  });
  s_.When(upheld);
  Check({{"twice", With(upheld), R::REFUSAL_NO_REVIEW_PENDING},
         {"otherwise", With(Review(v1::REVIEW_OUTCOME_SET_ASIDE)), R::REFUSAL_NO_REVIEW_PENDING}});
}

TEST_F(EvaluationRefusals, Voices) {
  Check({{"opinion on nothing", With(Opinion(3)), R::REFUSAL_CASE_UNKNOWN},
         {"feedback on nothing", With(Feedback(3)), R::REFUSAL_CASE_UNKNOWN}});
  Open();
  Check({{"opinion on an open case", With(Opinion(3)), R::REFUSAL_CASE_NOT_CLOSED}});
  Close();
  using O = v1::RecordOpinionRequest;
  using F = v1::RecordFeedbackRequest;
  Check({
      {"no party",
       With<O>(Opinion(3), [](auto* r) { r->clear_party(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "party"}}},
      {"no role",
       With<O>(Opinion(3), [](auto* r) { r->clear_party_role(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "party_role"}}},
      {"no grade", With<O>(Opinion(0)), R::REFUSAL_GRADE_INVALID, {{"field", "overall"}}},
      {"grade six", With<O>(Opinion(6)), R::REFUSAL_GRADE_INVALID, {{"field", "overall"}}},
      {"no call",
       With<O>(Opinion(3), [](auto* r) { r->clear_call_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "call_id"}}},
      {"taken down by the rated side", With<O>(Opinion(3), [](auto* r) { ByRatedOffice(r->mutable_actor()); }),
       R::REFUSAL_RATED_SIDE},
      {"long comment",
       With<O>(Opinion(3), [](auto* r) { r->mutable_comment()->set_sealed(std::string(8193, 'c')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "comment"}}},
      {"no encounter",
       With<F>(Feedback(3), [](auto* r) { r->clear_encounter_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "encounter_id"}}},
      {"no office",
       With<F>(Feedback(3), [](auto* r) { r->clear_office_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "office_id"}}},
      {"long practitioner",
       With<F>(Feedback(3), [](auto* r) { r->set_practitioner_id(std::string(65, 'p')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "practitioner_id"}}},
      {"feedback grade six", With<F>(Feedback(6)), R::REFUSAL_GRADE_INVALID, {{"field", "overall"}}},
      {"feedback without channel",
       With<F>(Feedback(3), [](auto* r) { r->clear_channel(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "channel"}}},
      {"feedback by who served", With<F>(Feedback(3), [](auto* r) { r->mutable_actor()->set_staff_id("staff-1"); }),
       R::REFUSAL_RATED_SIDE},
  });
}

TEST_F(EvaluationRefusals, FrozenAndMovedCases) {
  RateBadly();
  s_.When(Appeal());
  const std::vector<std::pair<const char*, std::function<Message()>>> all = {
      {"rectification", With(Rectification())},
      {"revisit", With(Revisit(true))},
      {"appeal", With(Appeal())},
      {"review", With(Review(v1::REVIEW_OUTCOME_UPHELD))},
      {"opinion", With(Opinion(3))},
      {"feedback", With(Feedback(3))}};
  Freeze(1);
  for (const auto& [name, request] : all) Check({{name, request, R::REFUSAL_CASE_FROZEN, {{"to", kThere.ToString()}}}});
  MoveTo(kThere, 1);
  for (const auto& [name, request] : all) Check({{name, request, R::REFUSAL_CASE_MOVED, {{"to", kThere.ToString()}}}});
  v1::GetRectificationsRequest get;
  get.set_case_id(id());
  Check({{"what is open", With(get), R::REFUSAL_CASE_MOVED}});
  get.set_case_id("nonsense");
  Check({{"no id", With(get), R::REFUSAL_FIELD_INVALID}});
  get.set_case_id(SlotId(case_id_));
  Check({{"of another case", With(get), R::REFUSAL_RECTIFICATION_UNKNOWN}});
}

TEST_F(EvaluationRefusals, Imports) {
  v1::ImportRatingRequest good;
  good.set_source_system("survey");
  good.set_external_reference("1");
  good.set_practitioner_id("lecturer-1");
  good.set_matter_type("dept-2");
  good.mutable_grades()->set_overall(4);
  *good.mutable_rated_at() = ToTimestamp(testing::At("2024-05-01T00:00:00+08:00"));
  using Request = v1::ImportRatingRequest;
  const auto at = [](std::string_view text) {
    return [text](Request* r) { *r->mutable_rated_at() = ToTimestamp(testing::At(text)); };
  };
  Check({
      {"no source",
       With<Request>(good, [](auto* r) { r->clear_source_system(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "source_system"}}},
      {"no reference",
       With<Request>(good, [](auto* r) { r->clear_external_reference(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "external_reference"}}},
      {"long reference",
       With<Request>(good, [](auto* r) { r->set_external_reference(std::string(201, 'r')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "external_reference"}}},
      {"of nobody",
       With<Request>(good, [](auto* r) { r->clear_practitioner_id(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "practitioner_id"}}},
      {"no matter",
       With<Request>(good, [](auto* r) { r->clear_matter_type(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "matter_type"}}},
      {"long pseudonym",
       With<Request>(good, [](auto* r) { r->set_rater_pseudonym(std::string(65, 'p')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "rater_pseudonym"}}},
      {"no grades",
       With<Request>(good, [](auto* r) { r->clear_grades(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "grades"}}},
      {"grade six",
       With<Request>(good, [](auto* r) { r->mutable_grades()->set_overall(6); }),
       R::REFUSAL_GRADE_INVALID,
       {{"field", "grades.overall"}}},
      {"one dimension",
       With<Request>(good, [](auto* r) { r->mutable_grades()->set_attitude(3); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "grades.efficiency"}}},
      {"a dimension of six",
       With<Request>(good,
                     [](auto* r) {
                       r->mutable_grades()->set_attitude(6);
                       r->mutable_grades()->set_efficiency(1);
                     }),
       R::REFUSAL_GRADE_INVALID,
       {{"field", "grades.attitude"}}},
      {"no time",
       With<Request>(good, [](auto* r) { r->clear_rated_at(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "rated_at"}}},
      {"in the future",
       With<Request>(good, at("2025-11-27T09:00:00+08:00")),
       R::REFUSAL_TIME_IN_FUTURE,
       {{"field", "rated_at"}}},
      {"last century",
       With<Request>(good, at("1999-12-31T23:59:59+08:00")),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "rated_at"}}},
  });
  EXPECT_THAT(s_.When(good).events, ElementsAre("RatingImported"));
  EXPECT_FALSE(s_.last().As<v1::ImportRatingResponse>().already_present());
  EXPECT_THAT(s_.When(good).events, IsEmpty());
  EXPECT_TRUE(s_.last().As<v1::ImportRatingResponse>().already_present());
}

TEST_F(EvaluationRefusals, Limits) {
  v1::SetLowCountLimitRequest good;
  good.mutable_actor()->set_staff_id("head");
  good.set_ranked_count_min(2);
  using Request = v1::SetLowCountLimitRequest;
  Check({
      {"zero",
       With<Request>(good, [](auto* r) { r->set_ranked_count_min(0); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "ranked_count_min"}}},
      {"too many",
       With<Request>(good, [](auto* r) { r->set_ranked_count_min(10'001); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "ranked_count_min"}}},
      {"nobody",
       With<Request>(good, [](auto* r) { r->clear_actor(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "actor.staff_id"}}},
  });
  EXPECT_THAT(s_.When(good).events, ElementsAre("LowCountLimitSet"));
  EXPECT_THAT(s_.When(good).events, IsEmpty());  // it is so already
}

}  // namespace
}  // namespace casehub::evaluation
