// Life 5, step 9, on the shipped process: what the ledgers of A, B, C and the superior show of a case that moved by
// ruling and was handled by a lent lawyer, and that the province counts it once.
#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "tests/integration/process/life_fixture.h"

namespace casehub::testing {
namespace {

namespace v1 = transfer::v1;

constexpr const char* kProvince[] = {kOrigin, kFirstAsked, kSecondAsked, kSuperior};

class LifeFive : public LifeTest {
 protected:
  template <typename Query>
  Query In(const std::string& municipality) {
    Query query;
    query.set_municipality(municipality);
    query.set_case_id(progress_.case_id);
    return query;
  }
  v1::LedgerRow Row(const std::string& municipality) {
    return caller_->Must<v1::GetTransferResponse>(In<v1::GetTransferRequest>(municipality)).row();
  }
  std::vector<std::string> Listed(const std::string& municipality, v1::LedgerView view) {
    v1::ListTransfersRequest request;
    request.set_municipality(municipality);
    request.set_view(view);
    std::vector<std::string> case_ids;
    const auto response = caller_->Must<v1::ListTransfersResponse>(request);
    for (const auto& row : response.rows()) case_ids.push_back(row.case_id());
    return case_ids;
  }
  v1::CountCustodyResponse Count(const std::string& municipality) {
    v1::CountCustodyRequest request;
    request.set_municipality(municipality);
    return caller_->Must<v1::CountCustodyResponse>(request);
  }
  std::vector<evaluation::v1::Score> Scores(const std::string& municipality, evaluation::v1::ScoreSubject by) {
    evaluation::v1::GetScoresRequest request;
    request.set_municipality(municipality);
    request.set_by(by);
    const auto response = caller_->Must<evaluation::v1::GetScoresResponse>(request);
    return {response.scores().begin(), response.scores().end()};
  }
};

TEST_F(LifeFive, TheLedgersShowOneCaseInItsPlace) {
  ASSERT_NO_FATAL_FAILURE(Live(AwayFromHome()));
  const v1::LedgerRow a = Row(kOrigin), b = Row(kFirstAsked), c = Row(kSecondAsked), p = Row(kSuperior);
  EXPECT_EQ(a.view(), v1::LEDGER_VIEW_MOVED_OUT);
  EXPECT_EQ(a.to(), kFirstAsked);
  EXPECT_EQ(b.view(), v1::LEDGER_VIEW_MOVED_IN);
  EXPECT_EQ(b.from(), kOrigin);
  EXPECT_TRUE(b.by_ruling());
  EXPECT_EQ(b.received_at_origin().seconds(), a.received_at_origin().seconds());
  EXPECT_EQ(b.received_there_at().seconds(), a.received_there_at().seconds());
  EXPECT_GE(b.received_there_at().seconds(), b.received_at_origin().seconds());
  EXPECT_GT(b.received_at_origin().seconds(), 0);
  EXPECT_EQ(c.view(), v1::LEDGER_VIEW_DECLINED);
  EXPECT_EQ(c.declined_here(), 1u);
  EXPECT_EQ(p.view(), v1::LEDGER_VIEW_RULED);
  EXPECT_EQ(Listed(kOrigin, v1::LEDGER_VIEW_MOVED_OUT), std::vector<std::string>{progress_.case_id});
  EXPECT_EQ(Listed(kFirstAsked, v1::LEDGER_VIEW_MOVED_IN), std::vector<std::string>{progress_.case_id});
  EXPECT_TRUE(Listed(kSecondAsked, v1::LEDGER_VIEW_MOVED_IN).empty());
}

TEST_F(LifeFive, OnlyTheCustodianShowsTheCase) {
  ASSERT_NO_FATAL_FAILURE(Live(AwayFromHome()));
  const auto in_a = caller_->Must<intake::v1::GetCaseResponse>(In<intake::v1::GetCaseRequest>(kOrigin)).case_();
  EXPECT_EQ(in_a.status(), intake::v1::CASE_STATUS_MOVED_AWAY);
  EXPECT_FALSE(in_a.has_applicant());
  EXPECT_EQ(caller_->Settle(In<evaluation::v1::GetRatingSlotRequest>(kOrigin)).reason(), "CASE_MOVED");
  EXPECT_EQ(LedgerOf(kOrigin).ByCase().at(progress_.case_id).back()->type, "CustodyLearned");

  const auto in_b = caller_->Must<intake::v1::GetCaseResponse>(In<intake::v1::GetCaseRequest>(kFirstAsked)).case_();
  EXPECT_EQ(in_b.status(), intake::v1::CASE_STATUS_CLOSED);
  EXPECT_TRUE(in_b.has_applicant());
  EXPECT_EQ(in_b.aid().decision(), intake::v1::AID_DECISION_GRANTED);
  EXPECT_EQ(in_b.document_set(), intake::v1::DOCUMENT_SET_STATUS_VERIFIED);

  for (const char* one : {kSecondAsked, kSuperior}) {
    EXPECT_EQ(caller_->Settle(In<intake::v1::GetCaseRequest>(one)).reason(), "CASE_UNKNOWN") << one;
    EXPECT_EQ(caller_->Settle(In<assignment::v1::GetAssignmentRequest>(one)).reason(), "CASE_UNKNOWN") << one;
    EXPECT_EQ(caller_->Settle(In<evaluation::v1::GetRatingSlotRequest>(one)).reason(), "SLOT_UNKNOWN") << one;
  }
}

TEST_F(LifeFive, TheOriginIsCustodianUntilItIsRuled) {
  progress_ = {};
  bool ruled = false;
  for (const Step& step : AwayFromHome()) {
    ASSERT_NO_FATAL_FAILURE(Take(step));
    const bool rules = step.name == "RuleJurisdictionRequest";
    ruled = ruled || rules;
    const std::string custodian = ruled ? kFirstAsked : kOrigin;
    for (const char* one : kProvince) {
      EXPECT_EQ(Count(one).in_custody(), one == custodian ? 1u : 0u) << one << " after " << step.name;
    }
    if (!rules) continue;
    EXPECT_EQ(caller_->Settle(OfferTransfer(kFirstAsked, progress_.case_id, kSecondAsked)).reason(), "BOUND_BY_RULING");
    EXPECT_EQ(caller_->Settle(RecallTransfer(kOrigin, progress_.case_id)).reason(), "CASE_MOVED");
  }
  EXPECT_TRUE(ruled);
}

TEST_F(LifeFive, TheProvinceCountsOneCaseOneRatingOneSubsidy) {
  ASSERT_NO_FATAL_FAILURE(Live(AwayFromHome()));
  std::map<std::string, uint64_t> counted;
  int64_t paid = 0;
  for (const char* one : kProvince) {
    const Ledger ledger = LedgerOf(one);
    for (const char* type : {"CaseOpened", "RatingSlotOpened", "RatingRecorded", "SubsidyPayable", "CaseClosed"}) {
      counted[type] += ledger.Count(type);
    }
    counted["in custody"] += Count(one).in_custody();
  }
  for (const auto& [what, times] : counted) EXPECT_EQ(times, 1u) << what;

  // B pays the lawyer of C.
  for (const LedgerEntry& entry : LedgerOf(kFirstAsked).entries) {
    if (entry.type != "SubsidyPayable") continue;
    EXPECT_EQ(entry.case_id, progress_.case_id);
    EXPECT_EQ(entry.event.at("practitioner_id"), "lawyer-9");
    EXPECT_EQ(entry.event.at("shares").at(0).at("lent_from"), kSecondAsked);
    paid = entry.event.at("amount_fen");
  }
  EXPECT_EQ(paid, 150'000);
}

TEST_F(LifeFive, TheLenderShowsOneDeclineAndOneLoan) {
  ASSERT_NO_FATAL_FAILURE(Live(AwayFromHome()));
  const Ledger c = LedgerOf(kSecondAsked);
  EXPECT_EQ(c.Count("TransferDeclined"), 1u);
  EXPECT_EQ(c.Count("LawyerLent"), 1u);
  EXPECT_EQ(c.Count("LoanReturned"), 1u);
  const auto count = Count(kSecondAsked);
  EXPECT_EQ(count.in_custody(), 0u);
  EXPECT_EQ(count.moved_in(), 0u);
  EXPECT_EQ(count.declined(), 1u);
}

TEST_F(LifeFive, TheRatingIsCreditedToTheLawyerAndTheOfficeOfTheCustodian) {
  ASSERT_NO_FATAL_FAILURE(Live(AwayFromHome()));
  for (const auto& [by, subject] : {std::pair(evaluation::v1::SCORE_SUBJECT_PRACTITIONER, "lawyer-9"),
                                    std::pair(evaluation::v1::SCORE_SUBJECT_OFFICE, "centre-330700"),
                                    std::pair(evaluation::v1::SCORE_SUBJECT_MUNICIPALITY, kFirstAsked)}) {
    const auto in_b = Scores(kFirstAsked, by);
    ASSERT_EQ(in_b.size(), 1u) << subject;
    EXPECT_EQ(in_b[0].subject(), subject);
    EXPECT_EQ(in_b[0].count(), 1u);
    EXPECT_EQ(in_b[0].mean(), "5/1");
    for (const char* one : {kOrigin, kSecondAsked, kSuperior}) EXPECT_TRUE(Scores(one, by).empty()) << one;
  }
}

}  // namespace
}  // namespace casehub::testing
