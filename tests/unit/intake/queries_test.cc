#include <set>

#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

TEST_F(IntakeTest, PagesShowEachCaseOnceWhileCasesComeAndGo) {
  std::set<std::string> opened;
  for (int i = 0; i < 7; ++i) opened.insert(OpenContact());
  v1::ListCasesRequest request;
  request.set_page_size(3);
  std::set<std::string> seen;
  int pages = 0;
  do {
    const auto response = s_.When(request).As<v1::ListCasesResponse>();
    for (const auto& one : response.cases()) EXPECT_TRUE(seen.insert(one.case_id()).second) << "shown twice";
    request.set_page_token(response.next_page_token());
    s_.SetNow({s_.now().micros + 1'000'000});
    if (++pages < 3) OpenContact();  // newer cases stand behind
  } while (!request.page_token().empty() && pages < 10);
  EXPECT_LT(pages, 10);
  for (const auto& id : opened) EXPECT_EQ(seen.count(id), 1u);
}

TEST_F(IntakeTest, ListsAreRestrictedByStatusAndSource) {
  const std::string open = OpenContact();
  const std::string withdrawn = OpenContact();
  Withdraw(withdrawn);
  const std::string imported = s_.When(Import("9", 1)).As<ingest::v1::ImportCaseResponse>().case_id();
  auto only = [&](const v1::ListCasesRequest& request) {
    const auto response = s_.When(request).As<v1::ListCasesResponse>();
    EXPECT_EQ(response.cases_size(), 1);
    return response.cases_size() == 1 ? response.cases(0).case_id() : "";
  };
  v1::ListCasesRequest request;
  request.set_status(v1::CASE_STATUS_WITHDRAWN);
  EXPECT_EQ(only(request), withdrawn);
  request.clear_status();
  request.set_source_system("permits");
  EXPECT_EQ(only(request), imported);
  request.set_external_reference("9");
  EXPECT_EQ(only(request), imported);
  request.set_external_reference("8");
  EXPECT_EQ(s_.When(request).As<v1::ListCasesResponse>().cases_size(), 0);
}

TEST_F(IntakeTest, ProgressTellsWhatTheApplicantMaySee) {
  const std::string id = OpenCall();
  const auto response = s_.When(On<v1::GetProgressRequest>(id)).As<v1::GetProgressResponse>();
  EXPECT_EQ(response.status(), v1::CASE_STATUS_OPEN);
  EXPECT_EQ(response.responsible_office_id(), "centre");
  EXPECT_EQ(response.clocks_size(), 2);
}

TEST_F(IntakeTest, QueriesRefuseWhatTheyCannotAnswer) {
  EXPECT_EQ(s_.When(On<v1::GetCaseRequest>("01890000-0000-7000-8000-00000000dead")).refusal, R::REFUSAL_CASE_UNKNOWN);
  EXPECT_EQ(s_.When(On<v1::GetCaseRequest>("nonsense")).refusal, R::REFUSAL_CASE_UNKNOWN);
  EXPECT_EQ(s_.When(On<v1::GetProgressRequest>("")).refusal, R::REFUSAL_CASE_UNKNOWN);
  v1::ListCasesRequest request;
  for (const int size : {-1, 1001}) {
    request.set_page_size(size);
    EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_INVALID) << size;
  }
  request.set_page_size(1);
  request.set_page_token("nonsense");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_PAGE_TOKEN_INVALID);
  OpenContact();
  OpenContact();
  request.clear_page_token();
  const std::string token = s_.When(request).As<v1::ListCasesResponse>().next_page_token();
  ASSERT_FALSE(token.empty());
  request.set_page_token(token);
  request.set_status(v1::CASE_STATUS_OPEN);
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_PAGE_TOKEN_INVALID) << "given for other filters";
  request.clear_page_token();
  request.set_external_reference("9");
  EXPECT_EQ(s_.When(request).refusal, R::REFUSAL_FIELD_MISSING);
}

}  // namespace
}  // namespace casehub::intake
