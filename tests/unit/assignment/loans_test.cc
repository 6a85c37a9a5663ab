// Lawyers lent between municipalities (C6): both sides, with the mail between them carried by hand.
#include "services/assignment/domain/loans.h"

#include "tests/unit/assignment/assignment_fixture.h"

namespace casehub::assignment {
namespace {

constexpr char kBorrower[] = "330800";
constexpr char kLender[] = "330600";

class LoanTest : public AssignmentTest {
 protected:
  LoanTest() {
    lender.Lawyer("lent", [](auto* one) { one->set_capacity(1); });
    lender.Lawyer("other");
    desk.Grant(kCaseA);
  }
  void TearDown() override {
    EXPECT_TRUE(lender.s.ReplayEqualsLive());
    AssignmentTest::TearDown();
  }

  const Result& Agree(uint32_t quota, const std::string& until = "") {
    v1::AgreeLoansRequest request;
    auto* agreement = request.mutable_agreement();
    agreement->set_borrower(kBorrower);
    agreement->set_quota(quota);
    agreement->set_valid_from("2025-01-01");
    agreement->set_valid_until(until);
    agreement->set_citation("agreement of the two bureaus");
    return lender.s.When(request);
  }
  const Result& Ask(const std::string& case_id, const std::string& of = kLender) {
    auto request = desk.On<v1::RequestLoanRequest>(case_id);
    request.set_lender(of);
    const Result& result = desk.s.When(request);
    if (result.reply != nullptr) loan_id = result.As<v1::RequestLoanResponse>().loan_id();
    return result;
  }
  const Result& GrantIt(const std::string& practitioner_id = "lent", const std::string& until = "") {
    v1::GrantLoanRequest request;
    request.set_loan_id(loan_id);
    request.set_practitioner_id(practitioner_id);
    request.set_offer_until(until);
    return lender.s.When(request);
  }
  const Result& RefuseIt() {
    v1::RefuseLoanRequest request;
    request.set_loan_id(loan_id);
    request.set_reason_code("none_free");
    return lender.s.When(request);
  }
  // Carries what is in the mailboxes; the names of what is recorded of it.
  std::vector<std::string> Mail() {
    std::vector<std::string> names;
    const auto carry = [&](Desk* from, Desk* to, size_t* taken) {
      for (; *taken < from->s.state().sent().size(); ++*taken) {
        const auto sent = from->s.state().sent()[*taken];
        const Result& result = to->s.Receive(sent.from, sent.payload);
        EXPECT_EQ(result.defect, "");
        names.insert(names.end(), result.events.begin(), result.events.end());
      }
    };
    carry(&desk, &lender, &to_lender);
    carry(&lender, &desk, &to_borrower);
    return names;
  }
  v1::LoanState LoanAt(Desk* at) {
    const Result& result = at->s.When(v1::ListLoansRequest());
    for (const auto& loan : result.As<v1::ListLoansResponse>().loans()) {
      if (loan.loan_id() == loan_id) return loan;
    }
    return {};
  }
  // Asked for, granted, and known on both sides.
  void Lend(const std::string& case_id = kCaseA) {
    Agree(1);
    ASSERT_THAT(Ask(case_id).events, ElementsAre("LoanRequested"));
    ASSERT_THAT(Mail(), ElementsAre("LoanRequested"));
    ASSERT_THAT(GrantIt().events, ElementsAre("LawyerLent"));
    ASSERT_THAT(Mail(), ElementsAre("LawyerLent"));
  }
  // The borrower gives it back and the lender hears of it.
  void ExpectReturned(const std::string& reason) {
    EXPECT_THAT(desk.s.RunDue(), ElementsAre("LoanReturned"));
    EXPECT_EQ(lender.InHand("lent"), 1u) << "still out, as far as the lender knows";
    EXPECT_THAT(Mail(), ElementsAre("LoanReturned"));
    EXPECT_EQ(lender.InHand("lent"), 0u);
    for (Desk* at : {&desk, &lender}) {
      EXPECT_EQ(LoanAt(at).status(), v1::LOAN_STATUS_RETURNED);
      EXPECT_EQ(LoanAt(at).reason_code(), reason);
    }
  }

  Desk lender{330600};
  std::string loan_id;
  size_t to_lender = 0;
  size_t to_borrower = 0;
};

TEST_F(LoanTest, FromRequestToReturn) {
  Lend();
  EXPECT_EQ(lender.InHand("lent"), 1u) << "capacity is reserved where the lawyer is at home";
  desk.SetTariff("2025-01-01", 100'000);
  EXPECT_EQ(desk.Offer(kCaseA).As<v1::OfferCaseResponse>().practitioner_id(), "lent");
  EXPECT_EQ(desk.Get(kCaseA).offer().practitioner().lent_from(), kLender);
  desk.Accept(kCaseA);
  desk.Letter(kCaseA);
  desk.Submit(kCaseA);
  EXPECT_THAT(desk.s.RunDue(), IsEmpty()) << "in use";
  const Result& approved = desk.Approve(kCaseA);
  EXPECT_THAT(approved.events, ElementsAre("CaseClosed", "SubsidyPayable")) << "the borrower pays";
  EXPECT_EQ(approved.EventAt<v1::AssignmentEvent>(0).case_closed().lent_from(), kLender);
  ExpectReturned("case_over");
  // The unit is free again.
  lender.Grant(kCaseC);
  EXPECT_THAT(lender.Offer(kCaseC, "lent").events, ElementsAre("OfferMade"));
}

TEST_F(LoanTest, WhatIsLentIsNotOfferedAtHome) {
  Lend();
  lender.Grant(kCaseC);
  ExpectRefused(lender.Offer(kCaseC, "lent"), R::REFUSAL_PRACTITIONER_EXCLUDED, {{"why", "PHRASE_CAPACITY"}});
  EXPECT_EQ(lender.Offer(kCaseC).As<v1::OfferCaseResponse>().practitioner_id(), "other");
}

TEST_F(LoanTest, OneThatIsBusyIsNotLent) {
  Agree(5);
  Ask(kCaseA);
  Mail();
  lender.Grant(kCaseC);
  lender.Offer(kCaseC, "lent");
  ExpectRefused(GrantIt(), R::REFUSAL_PRACTITIONER_EXCLUDED, {{"why", "PHRASE_CAPACITY"}});
  EXPECT_THAT(GrantIt("other").events, ElementsAre("LawyerLent"));
  ExpectRefused(GrantIt("other"), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_LOAN_ANSWER"}});
  ExpectRefused(RefuseIt(), R::REFUSAL_ALREADY_DONE);
}

TEST_F(LoanTest, TheQuotaCountsWhatIsOut) {
  Agree(1);
  Lend();
  desk.Grant(kCaseB);
  Ask(kCaseB);
  Mail();
  ExpectRefused(GrantIt("other"), R::REFUSAL_LOAN_QUOTA_USED, {{"municipality", kBorrower}, {"quota", "1"}});
  desk.Withdraw(kCaseA);
  desk.s.RunDue();
  Mail();
  EXPECT_THAT(GrantIt("other").events, ElementsAre("LawyerLent"));
}

TEST_F(LoanTest, WithoutAnAgreementInForceNothingIsLent) {
  Ask(kCaseA);
  Mail();
  ExpectRefused(GrantIt(), R::REFUSAL_NO_LOAN_AGREEMENT, {{"municipality", kBorrower}});
  Agree(1, "2025-03-03");
  ExpectRefused(GrantIt(), R::REFUSAL_NO_LOAN_AGREEMENT);
  Agree(1, "2025-03-04");
  EXPECT_THAT(GrantIt().events, ElementsAre("LawyerLent"));
}

TEST_F(LoanTest, ARefusalIsToldAndAnotherMayBeAsked) {
  Ask(kCaseA);
  Mail();
  ExpectRefused(Ask(kCaseA), R::REFUSAL_LOAN_ASKED, {{"municipality", kLender}});
  EXPECT_THAT(RefuseIt().events, ElementsAre("LoanRefused"));
  EXPECT_THAT(Mail(), ElementsAre("LoanRefused"));
  EXPECT_EQ(LoanAt(&desk).status(), v1::LOAN_STATUS_REFUSED);
  EXPECT_THAT(Ask(kCaseA).events, ElementsAre("LoanRequested"));
}

TEST_F(LoanTest, ALoanThatComesTooLateGoesBackAtOnce) {
  Agree(1);
  Ask(kCaseA);
  Mail();
  GrantIt();
  desk.Withdraw(kCaseA);
  EXPECT_THAT(Mail(), ElementsAre("LawyerLent")) << "messages are taken whatever became of the case";
  ExpectReturned("case_over");
}

TEST_F(LoanTest, SomebodyElseGotTheCase) {
  Lend();
  desk.Lawyer("ours", [](auto* one) { one->set_office_id("station"); });
  EXPECT_EQ(desk.Offer(kCaseA).As<v1::OfferCaseResponse>().practitioner_id(), "ours") << "ours come first";
  EXPECT_THAT(desk.s.RunDue(), IsEmpty()) << "may decline yet";
  desk.Accept(kCaseA);
  ExpectReturned("not_needed");
}

TEST_F(LoanTest, OneThatDeclinesGoesHome) {
  Lend();
  desk.Offer(kCaseA);
  desk.Decline(kCaseA);
  ExpectReturned("not_needed");
}

TEST_F(LoanTest, ReplacedTerminatedOrMovedAwayGoesHome) {
  Lend();
  desk.Assign(kCaseA);
  desk.Replace(kCaseA);
  ExpectReturned("not_needed");
  // Who was replaced in this case does not come for it again: what is lent all the same goes back at once.
  Lend();
  ExpectReturned("not_needed");
  desk.Grant(kCaseB);
  Lend(kCaseB);
  desk.Freeze(kCaseB, 1);
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("PartExported"));
  desk.LearnCustody(kCaseB, 1);
  ExpectReturned("case_over");
}

TEST_F(LoanTest, TheTimeToOfferItEnds) {
  Agree(1);
  Ask(kCaseA);
  Mail();
  GrantIt("lent", "2025-03-05");
  Mail();
  desk.Now("2025-03-05T23:59:59+08:00");
  EXPECT_THAT(desk.s.RunDue(), ElementsAre("DeadlineWarned"));
  desk.Now("2025-03-06T00:00:00+08:00");
  ExpectReturned("offer_time_over");
  ExpectRefused(desk.Offer(kCaseA), R::REFUSAL_NO_PRACTITIONER_FITS);
}

TEST_F(LoanTest, ACaseInHandOutlivesTheTimeToOffer) {
  Agree(1);
  Ask(kCaseA);
  Mail();
  GrantIt("lent", "2025-03-03");
  Mail();
  desk.Assign(kCaseA);
  desk.Now("2025-03-20T00:00:00+08:00");
  EXPECT_THAT(desk.s.RunDue(), IsEmpty());
  desk.Replace(kCaseA);
  ExpectReturned("offer_time_over");
}

TEST_F(LoanTest, ASuspensionAtHomeIsKnownWhereItIsLent) {
  Lend();
  desk.Offer(kCaseA);
  lender.Suspend("lent", "2025-03-03");
  EXPECT_THAT(Mail(), ElementsAre("LentLawyerChanged"));
  ExpectRefused(desk.Accept(kCaseA), R::REFUSAL_PRACTITIONER_EXCLUDED, {{"why", "PHRASE_SUSPENDED"}});
}

TEST_F(LoanTest, WhatTheCaseNeedsHoldsForTheLender) {
  desk.Notice(kCaseB, intake::v1::MAXIMUM_PENALTY_DEATH);
  lender.Lawyer("green", [](auto* one) { one->clear_criminal_practice_since(); });
  Agree(1);
  Ask(kCaseB);
  Mail();
  ExpectRefused(GrantIt("green"), R::REFUSAL_PRACTITIONER_EXCLUDED, {{"why", "PHRASE_YEARS"}});
  EXPECT_THAT(GrantIt().events, ElementsAre("LawyerLent"));
}

TEST_F(LoanTest, MessagesThatChangeNothingAreRecordedAsNothing) {
  Lend();
  const auto sent = desk.s.state().sent();
  ASSERT_FALSE(sent.empty());
  EXPECT_THAT(lender.s.Receive(Municipality(330800), sent[0].payload).events, IsEmpty());
  EXPECT_NE(lender.s.Receive(Municipality(330800), "nonsense").defect, "");
}

}  // namespace
}  // namespace casehub::assignment
