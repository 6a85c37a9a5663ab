// Queries: what they show, page by page.
#include "tests/unit/assignment/assignment_fixture.h"

namespace casehub::assignment {
namespace {

using AssignmentQueryTest = AssignmentTest;

TEST_F(AssignmentQueryTest, PagesHoldEveryRowOnce) {
  for (const char* id : {"a", "b", "c", "d", "e"}) desk.Lawyer(id);
  v1::ListLoadsRequest request;
  request.set_page_size(2);
  std::string ids;
  int pages = 0;
  do {
    const Result& result = desk.s.When(request);
    const auto& page = result.As<v1::ListLoadsResponse>();
    for (const auto& load : page.loads()) ids += load.practitioner().practitioner_id();
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(ids, "abcde");
  EXPECT_EQ(pages, 3);
}

TEST_F(AssignmentQueryTest, PageTokensBelongToTheirQuery) {
  for (const char* id : {"a", "b"}) desk.Lawyer(id);
  v1::ListLoadsRequest loads;
  loads.set_page_size(1);
  const std::string token = desk.s.When(loads).As<v1::ListLoadsResponse>().next_page_token();
  v1::ListQueueRequest queue;
  queue.set_page_token(token);
  ExpectRefused(desk.s.When(queue), R::REFUSAL_PAGE_TOKEN_INVALID);
  queue.clear_page_token();
  queue.set_page_size(1001);
  ExpectRefused(desk.s.When(queue), R::REFUSAL_FIELD_INVALID, {{"field", "page_size"}});
}

TEST_F(AssignmentQueryTest, AnAssignmentShowsWhatTheCaseNeeds) {
  desk.Notice(kCaseA, intake::v1::MAXIMUM_PENALTY_LIFE);
  const v1::Assignment got = desk.Get(kCaseA);
  EXPECT_EQ(got.status(), v1::ASSIGNMENT_STATUS_QUEUED);
  EXPECT_EQ(got.needs().priority(), 2u);
  EXPECT_EQ(got.needs().region_code(), "330803001");
  EXPECT_EQ(got.assign().deadline().policy(), "defence.assign");
  v1::GetAssignmentRequest request;
  request.set_case_id(kUnknownCase);
  ExpectRefused(desk.s.When(request), R::REFUSAL_CASE_UNKNOWN);
}

TEST_F(AssignmentQueryTest, LoadsShowWhoseTurnItIs) {
  desk.Lawyer("one");
  desk.Grant(kCaseA);
  desk.Offer(kCaseA);
  const Result& result = desk.s.When(v1::ListLoadsRequest());
  const auto& load = result.As<v1::ListLoadsResponse>().loads(0);
  EXPECT_EQ(load.offers(), 1u);
  EXPECT_EQ(load.year(), 2025u);
  ASSERT_EQ(load.occupations_size(), 1);
  EXPECT_EQ(load.occupations(0).id(), kCaseA);
}

}  // namespace
}  // namespace casehub::assignment
