// Acceptance and success rates (D5, decision 6): exact, with the cases behind each number.
#include "services/mediation/domain/indicators.h"

#include <set>

#include "tests/unit/mediation/mediation_fixture.h"

namespace casehub::mediation {
namespace {

class IndicatorsTest : public MediationTest {
 protected:
  v1::GetMediationIndicatorsRequest Ask(v1::MediationIndicator indicator) {
    v1::GetMediationIndicatorsRequest request;
    request.set_indicator(indicator);
    request.set_from("2025-03-01");
    request.set_until("2025-04-01");
    return request;
  }
  v1::GetMediationIndicatorsResponse Answer(const v1::GetMediationIndicatorsRequest& request) {
    return s_.When(request).As<v1::GetMediationIndicatorsResponse>();
  }
  std::map<v1::CountedAs, int> Counts(const v1::GetMediationIndicatorsResponse& answer) {
    std::map<v1::CountedAs, int> counts;
    for (const auto& one : answer.cases()) ++counts[one.counted_as()];
    return counts;
  }
  // One of each: success, failure, consent refused, withdrawn before and after acceptance, open before and after it.
  void OneOfEach() {
    Refer();
    Succeeded();
    Refer();
    Failed();
    Refer();
    s_.When(Consent(1, false));
    Refer();
    Withdraw();
    Refer();
    Accepted();
    Withdraw();
    Refer();
    Refer();
    Agreed();
  }
  static constexpr auto kAcceptance = v1::MEDIATION_INDICATOR_ACCEPTANCE;
  static constexpr auto kSuccess = v1::MEDIATION_INDICATOR_SUCCESS;
};

TEST_F(IndicatorsTest, NothingIsNoData) {
  for (auto indicator : {kAcceptance, kSuccess}) {
    const auto answer = Answer(Ask(indicator));
    EXPECT_EQ(answer.denominator(), 0u);
    EXPECT_EQ(answer.share(), "");
    EXPECT_EQ(answer.target(), v1::TARGET_STATE_NO_DATA);
    EXPECT_THAT(answer.cases(), IsEmpty());
  }
}

TEST_F(IndicatorsTest, WhatIsLeftOutIsListed) {
  OneOfEach();
  const auto success = Answer(Ask(kSuccess));
  EXPECT_EQ(success.numerator(), 1u);
  EXPECT_EQ(success.denominator(), 2u);
  EXPECT_EQ(success.share(), "1/2");
  EXPECT_EQ(success.target(), v1::TARGET_STATE_MISSED);
  EXPECT_EQ(success.left_out(), 5u);
  EXPECT_EQ(Counts(success), (std::map<v1::CountedAs, int>{{v1::COUNTED_AS_NUMERATOR, 1},
                                                           {v1::COUNTED_AS_DENOMINATOR_ONLY, 1},
                                                           {v1::COUNTED_AS_CONSENT_REFUSED, 1},
                                                           {v1::COUNTED_AS_WITHDRAWN, 2},
                                                           {v1::COUNTED_AS_OPEN, 2}}));
  const auto acceptance = Answer(Ask(kAcceptance));
  EXPECT_EQ(acceptance.numerator(), 4u);
  EXPECT_EQ(acceptance.denominator(), 5u);
  EXPECT_EQ(acceptance.left_out(), 2u);
  EXPECT_EQ(acceptance.target(), v1::TARGET_STATE_MISSED);
  EXPECT_EQ(Counts(acceptance), (std::map<v1::CountedAs, int>{{v1::COUNTED_AS_NUMERATOR, 4},
                                                              {v1::COUNTED_AS_DENOMINATOR_ONLY, 1},
                                                              {v1::COUNTED_AS_CONSENT_REFUSED, 1},
                                                              {v1::COUNTED_AS_OPEN, 1}}));
}

TEST_F(IndicatorsTest, AShareIsComparedExactly) {
  EXPECT_EQ(Compare(48, 49, 98), v1::TARGET_STATE_MISSED);
  EXPECT_EQ(Compare(49, 50, 98), v1::TARGET_STATE_MET);
  EXPECT_EQ(Compare(97, 99, 98), v1::TARGET_STATE_MISSED);
  EXPECT_EQ(Compare(0, 0, 98), v1::TARGET_STATE_NO_DATA);
  EXPECT_EQ(Compare(0, 1, 98), v1::TARGET_STATE_MISSED);
  EXPECT_EQ(Compare(1, 1, 100), v1::TARGET_STATE_MET);
  EXPECT_EQ(ShareText(48, 98), "24/49");
  EXPECT_EQ(ShareText(0, 7), "0/1");
  EXPECT_EQ(ShareText(0, 0), "");
}

TEST_F(IndicatorsTest, ADisputeCountsInThePeriodInWhichItIsConcluded) {
  s_.SetNow(At("2025-03-31T23:59:59+08:00"));
  Refer();
  Agreed();
  s_.When(Return());
  s_.SetNow(At("2025-04-01T00:00:00+08:00"));
  EXPECT_EQ(Counts(Answer(Ask(kSuccess))), (std::map<v1::CountedAs, int>{{v1::COUNTED_AS_OPEN, 1}}));
  s_.When(Close());
  EXPECT_EQ(Answer(Ask(kSuccess)).denominator(), 0u);
  EXPECT_EQ(Answer(Ask(kAcceptance)).share(), "1/1");
  auto april = Ask(kSuccess);
  april.set_from("2025-04-01");
  april.set_until("2025-05-01");
  EXPECT_EQ(Answer(april).share(), "1/1");
  EXPECT_EQ(Answer(april).target(), v1::TARGET_STATE_MET);
}

TEST_F(IndicatorsTest, ItCountsWhereItsCustodyIs) {
  Refer();
  Accepted();
  Freeze(1);
  s_.RunDue();
  const std::string part = s_.last().EventAt<v1::MediationEvent>(0).part_exported().state();
  s_.Given(ServiceId::kTransfer, Moved(1, part), kThere);
  Learn(1);
  EXPECT_THAT(Answer(Ask(kAcceptance)).cases(), IsEmpty());
  EXPECT_THAT(Answer(Ask(kSuccess)).cases(), IsEmpty());
}

TEST_F(IndicatorsTest, PagesJoinToTheWhole) {
  OneOfEach();
  for (auto indicator : {kAcceptance, kSuccess}) {
    const auto whole = Answer(Ask(indicator));
    auto request = Ask(indicator);
    request.set_page_size(2);
    std::vector<std::string> joined;
    do {
      const auto page = Answer(request);
      EXPECT_EQ(page.denominator(), whole.denominator());  // the numbers are those of the period, not of the page
      for (const auto& one : page.cases()) joined.push_back(one.SerializeAsString());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    std::vector<std::string> expected;
    for (const auto& one : whole.cases()) expected.push_back(one.SerializeAsString());
    EXPECT_EQ(joined, expected);
  }
}

TEST_F(IndicatorsTest, OneBucketAlone) {
  OneOfEach();
  auto request = Ask(kSuccess);
  request.set_counted_as(v1::COUNTED_AS_WITHDRAWN);
  const auto answer = Answer(request);
  EXPECT_EQ(answer.cases_size(), 2);
  EXPECT_EQ(answer.denominator(), 2u);
}

TEST_F(IndicatorsTest, RefusesWhatIsNoQuestion) {
  auto request = Ask(kSuccess);
  request.clear_indicator();
  ExpectRefused(request, R::REFUSAL_FIELD_MISSING, {{"field", "indicator"}});
  request.set_indicator(static_cast<v1::MediationIndicator>(9));
  ExpectRefused(request, R::REFUSAL_FIELD_INVALID, {{"field", "indicator"}});
  request = Ask(kSuccess);
  request.set_counted_as(static_cast<v1::CountedAs>(9));
  ExpectRefused(request, R::REFUSAL_FIELD_INVALID, {{"field", "counted_as"}});
  request = Ask(kSuccess);
  request.clear_from();
  ExpectRefused(request, R::REFUSAL_FIELD_MISSING, {{"field", "from"}});
  request = Ask(kSuccess);
  request.set_until("2025-4-1");
  ExpectRefused(request, R::REFUSAL_FIELD_INVALID, {{"field", "until"}, {"why", "PHRASE_DATE_FORMAT"}});
  request = Ask(kSuccess);
  request.set_until("2025-03-01");
  ExpectRefused(request, R::REFUSAL_FIELD_INVALID, {{"field", "until"}, {"why", "PHRASE_PERIOD"}});
  request = Ask(kSuccess);
  request.set_page_size(1001);
  ExpectRefused(request, R::REFUSAL_FIELD_INVALID, {{"field", "page_size"}});
  request = Ask(kSuccess);
  request.set_page_token("nonsense");
  ExpectRefused(request, R::REFUSAL_PAGE_TOKEN_INVALID);
}

}  // namespace
}  // namespace casehub::mediation
