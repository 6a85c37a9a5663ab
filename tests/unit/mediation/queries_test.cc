// Lists of disputes and of committees.
#include <set>

#include "tests/unit/mediation/mediation_fixture.h"

namespace casehub::mediation {
namespace {

TEST_F(MediationTest, ListsByStatusCommitteeAndMediator) {
  Refer();
  Assigned();
  const std::string with_m1 = case_id_;
  Refer();
  Accepted();
  s_.When(Assign("m2"));
  Refer();
  const auto count = [&](const std::function<void(v1::ListMediationsRequest*)>& filter) {
    v1::ListMediationsRequest request;
    filter(&request);
    return s_.When(request).As<v1::ListMediationsResponse>().mediations_size();
  };
  EXPECT_EQ(count([](auto*) {}), 3);
  EXPECT_EQ(count([](auto* r) { r->set_status(v1::MEDIATION_STATUS_REFERRED); }), 1);
  EXPECT_EQ(count([](auto* r) { r->set_office_id("people-1"); }), 2);
  EXPECT_EQ(count([](auto* r) { r->set_office_id("elsewhere"); }), 0);
  v1::ListMediationsRequest request;
  request.set_mediator_id("m1");
  const auto& one = s_.When(request).As<v1::ListMediationsResponse>();
  ASSERT_EQ(one.mediations_size(), 1);
  EXPECT_EQ(one.mediations(0).case_id(), with_m1);
  EXPECT_EQ(one.mediations(0).parties(), 2u);
  EXPECT_EQ(one.mediations(0).mediation_deadline().due_date(), "2025-04-03");
}

TEST_F(MediationTest, PagesOfDisputesJoinToTheWhole) {
  for (int i = 0; i < 5; ++i) Refer();
  v1::ListMediationsRequest request;
  request.set_page_size(2);
  std::vector<std::string> seen;
  do {
    const auto& page = s_.When(request).As<v1::ListMediationsResponse>();
    for (const auto& one : page.mediations()) seen.push_back(one.case_id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 5u);
  request.set_page_size(2);
  const std::string token = s_.When(request).As<v1::ListMediationsResponse>().next_page_token();
  request.set_page_token(token);
  request.set_mediator_id("m1");  // the token of another question
  ExpectRefused(request, R::REFUSAL_PAGE_TOKEN_INVALID);
  request.set_page_size(-1);
  ExpectRefused(request, R::REFUSAL_FIELD_INVALID, {{"field", "page_size"}});
}

TEST_F(MediationTest, StaffingCountsWhoIsInOfficeOnTheDay) {
  v1::GetMediationStaffingRequest request;
  const auto& today = s_.When(request).As<v1::GetMediationStaffingResponse>();
  ASSERT_EQ(today.committees_size(), 2);
  EXPECT_EQ(today.committees(0).office_id(), "industry-1");
  EXPECT_EQ(today.committees(0).kind(), registry::v1::MEDIATION_KIND_INDUSTRY);
  EXPECT_FALSE(today.committees(0).open());
  EXPECT_EQ(today.committees(0).mediators(), 0u);
  EXPECT_TRUE(today.committees(1).open());
  EXPECT_EQ(today.committees(1).mediators(), 3u);  // neither the lawyer nor who retired today
  request.set_on("2025-03-02");
  EXPECT_EQ(s_.When(request).As<v1::GetMediationStaffingResponse>().committees(1).mediators(), 4u);
  request.set_on("yesterday");
  ExpectRefused(request, R::REFUSAL_FIELD_INVALID, {{"field", "on"}, {"why", "PHRASE_DATE_FORMAT"}});
}

TEST_F(MediationTest, GetMediationOfAnUnknownCase) {
  v1::GetMediationRequest request;
  request.set_case_id("none");
  ExpectRefused(request, R::REFUSAL_MEDIATION_UNKNOWN);
}

}  // namespace
}  // namespace casehub::mediation
