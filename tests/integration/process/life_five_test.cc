// Life 5, step 9, on the shipped process: what the ledgers of A, B, C and the superior show once custody has moved by
// ruling, and that the province counts the case once.
#include <gtest/gtest.h>

#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "tests/integration/process/lives_transfer.h"
#include "tests/support/ledger_export.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

namespace v1 = transfer::v1;

class LifeFive : public ::testing::Test {
 protected:
  void Live(const std::vector<Step>& life) {
    progress_ = {};
    for (const Step& step : life) {
      const Outcome outcome = caller_->Settle(*step.request(progress_));
      ASSERT_TRUE(outcome.acknowledged()) << step.name << ": " << outcome.reason();
      if (step.learn) step.learn(outcome.reply, &progress_);
      ASSERT_TRUE(!step.await || step.await(caller_.get(), progress_)) << step.name;
    }
  }
  v1::LedgerRow Row(const std::string& municipality) {
    v1::GetTransferRequest request;
    request.set_municipality(municipality);
    request.set_case_id(progress_.case_id);
    return caller_->Must<v1::GetTransferResponse>(request).row();
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

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {"--partitions", "3"}}};
  std::unique_ptr<Caller> caller_;
  Progress progress_;
};

TEST_F(LifeFive, TheLedgersShowOneCaseInItsPlace) {
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  caller_ = std::make_unique<Caller>(server_.address());
  ASSERT_NO_FATAL_FAILURE(Live(Offices()));
  ASSERT_NO_FATAL_FAILURE(Live(AwayByRuling()));

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

  // A shows the status only, B the whole case, C none.
  intake::v1::GetCaseRequest of_case;
  of_case.set_case_id(progress_.case_id);
  of_case.set_municipality(kOrigin);
  const auto in_a = caller_->Must<intake::v1::GetCaseResponse>(of_case).case_();
  EXPECT_EQ(in_a.status(), intake::v1::CASE_STATUS_MOVED_AWAY);
  EXPECT_FALSE(in_a.has_applicant());
  of_case.set_municipality(kFirstAsked);
  const auto in_b = caller_->Must<intake::v1::GetCaseResponse>(of_case).case_();
  EXPECT_TRUE(in_b.has_applicant());
  EXPECT_EQ(in_b.aid().decision(), intake::v1::AID_DECISION_GRANTED);
  EXPECT_EQ(in_b.document_set(), intake::v1::DOCUMENT_SET_STATUS_VERIFIED);
  of_case.set_municipality(kSecondAsked);
  EXPECT_EQ(caller_->Settle(of_case).reason(), "CASE_UNKNOWN");

  // The province counts it once: opened once, in one custody.
  uint64_t in_custody = 0, opened = 0;
  for (const char* one : {kOrigin, kFirstAsked, kSecondAsked, kSuperior}) {
    in_custody += Count(one).in_custody();
    for (const LedgerEntry& entry : ExportVerified(server_.address(), one, folder_.path()).entries) {
      opened += entry.type == "CaseOpened" ? 1 : 0;
    }
  }
  EXPECT_EQ(in_custody, 1u);
  EXPECT_EQ(opened, 1u);
  EXPECT_EQ(Count(kOrigin).moved_out(), 1u);
  EXPECT_EQ(Count(kFirstAsked).moved_in(), 1u);
  EXPECT_EQ(Count(kSecondAsked).declined(), 1u);

  // Nothing is left to decide, recall or offer.
  EXPECT_EQ(caller_->Settle(OfferTransfer(kFirstAsked, progress_.case_id, kSecondAsked)).reason(), "BOUND_BY_RULING");
  EXPECT_EQ(caller_->Settle(RecallTransfer(kOrigin, progress_.case_id)).reason(), "CASE_MOVED");
}

}  // namespace
}  // namespace casehub::testing
