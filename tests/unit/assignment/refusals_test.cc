// A row for every refusal that a request itself earns; a refusal records nothing. What the state of a case refuses
// stands beside the rule it belongs to.
#include <functional>
#include <memory>

#include "tests/unit/assignment/assignment_fixture.h"

namespace casehub::assignment {
namespace {

using Message = std::unique_ptr<google::protobuf::Message>;

class AssignmentRefusalTest : public AssignmentTest {
 protected:
  AssignmentRefusalTest() {
    desk.Lawyer("one");
    desk.Office("closed", registry::v1::OFFICE_KIND_CENTRE, "330802", "2025-01-01");
    desk.Grant(kQueued);
    desk.Grant(kOffered);
    desk.Offer(kOffered);
    desk.Grant(kAccepted);
    desk.Offer(kAccepted);
    desk.Accept(kAccepted);
    desk.Grant(kAssigned);
    desk.Assign(kAssigned);
    desk.Open(kOpened);
    desk.Open(kConsultation, intake::v1::CASE_KIND_CONSULTATION);
    desk.Open(kMediation, intake::v1::CASE_KIND_MEDIATION);
  }

  struct Row {
    const char* name;
    Message request;
    R refusal;
    Meta metadata;
  };
  template <typename Request>
  Message With(
      const std::string& case_id, const std::function<void(Request*)>& change = [](auto*) {}) {
    auto request = std::make_unique<Request>(desk.On<Request>(case_id));
    change(request.get());
    return request;
  }
  template <typename Request>
  Message Bare(const std::function<void(Request*)>& change) {
    auto request = std::make_unique<Request>();
    change(request.get());
    return request;
  }
  void Check(std::vector<Row>* rows) {
    for (Row& row : *rows) {
      SCOPED_TRACE(row.name);
      const auto before = desk.s.state().rows();
      ExpectRefused(desk.s.When(*row.request), row.refusal, row.metadata);
      EXPECT_EQ(desk.s.state().rows(), before) << "a refusal changed something";
    }
  }
  template <typename... Rows>
  void CheckAll(Rows&&... given) {
    std::vector<Row> rows;
    (rows.push_back(std::forward<Rows>(given)), ...);
    Check(&rows);
  }

  static constexpr char kQueued[] = "01890000-0000-7000-8000-000000000001";
  static constexpr char kOffered[] = "01890000-0000-7000-8000-000000000002";
  static constexpr char kAccepted[] = "01890000-0000-7000-8000-000000000003";
  static constexpr char kAssigned[] = "01890000-0000-7000-8000-000000000004";
  static constexpr char kOpened[] = "01890000-0000-7000-8000-000000000005";
  static constexpr char kConsultation[] = "01890000-0000-7000-8000-000000000006";
  static constexpr char kMediation[] = "01890000-0000-7000-8000-000000000007";
};

TEST_F(AssignmentRefusalTest, Offers) {
  using Offer = v1::OfferCaseRequest;
  CheckAll(
      Row{"unknown case", With<Offer>(kUnknownCase), R::REFUSAL_CASE_UNKNOWN, {}},
      Row{"no case", With<Offer>(""), R::REFUSAL_CASE_UNKNOWN, {}},
      Row{"stale", With<Offer>(kQueued, [](auto* r) { r->set_etag("1"); }), R::REFUSAL_STALE_ETAG, {}},
      Row{"not granted", With<Offer>(kOpened), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_GRANT"}}},
      Row{"consultation", With<Offer>(kConsultation), R::REFUSAL_WRONG_KIND, {{"kind", "PHRASE_KIND_CONSULTATION"}}},
      Row{"mediation", With<Offer>(kMediation), R::REFUSAL_WRONG_KIND, {{"kind", "PHRASE_KIND_MEDIATION"}}},
      Row{"out already",
          With<Offer>(kOffered),
          R::REFUSAL_OFFER_PENDING,
          {{"practitioner_id", "one"}, {"respond_by", "2025-03-04T09:00:00+08:00"}}},
      Row{"accepted already", With<Offer>(kAccepted), R::REFUSAL_OFFER_PENDING, {}},
      Row{"letter in force", With<Offer>(kAssigned), R::REFUSAL_LETTER_IN_FORCE, {{"practitioner_id", "one"}}},
      Row{"named without a reason",
          With<Offer>(kQueued, [](auto* r) { r->set_practitioner_id("one"); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "reason"}}},
      Row{"lent without a name",
          With<Offer>(kQueued, [](auto* r) { r->set_lent_from("330600"); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "practitioner_id"}}},
      Row{"named, not on the roster",
          With<Offer>(kQueued,
                      [](auto* r) {
                        r->set_practitioner_id("nobody");
                        r->set_reason("a reason");
                      }),
          R::REFUSAL_PRACTITIONER_UNKNOWN,
          {{"practitioner_id", "nobody"}, {"municipality", "330800"}}},
      Row{"long name",
          With<Offer>(kQueued, [](auto* r) { r->set_practitioner_id(std::string(65, 'p')); }),
          R::REFUSAL_FIELD_TOO_LONG,
          {{"field", "practitioner_id"}}},
      Row{"long reason",
          With<Offer>(kQueued, [](auto* r) { r->set_reason(std::string(1001, 'r')); }),
          R::REFUSAL_FIELD_TOO_LONG,
          {{"field", "reason"}, {"limit", "1000"}}},
      Row{"no village",
          With<Offer>(kQueued, [](auto* r) { r->set_village("33080200100"); }),
          R::REFUSAL_FIELD_INVALID,
          {{"field", "village"}, {"why", "PHRASE_VILLAGE_CODE"}}},
      Row{"long override",
          With<Offer>(kQueued, [](auto* r) { r->set_villages_override_reason(std::string(1001, 'r')); }),
          R::REFUSAL_FIELD_TOO_LONG,
          {{"field", "villages_override_reason"}}});
}

TEST_F(AssignmentRefusalTest, Answers) {
  using Accept = v1::AcceptOfferRequest;
  using Decline = v1::DeclineOfferRequest;
  CheckAll(
      Row{"no offer id", With<Accept>(kOffered), R::REFUSAL_FIELD_MISSING, {{"field", "offer_id"}}},
      Row{"another offer",
          With<Accept>(kOffered, [](auto* r) { r->set_offer_id("x"); }),
          R::REFUSAL_NO_SUCH_OFFER,
          {{"offer_id", "x"}}},
      Row{"nothing out", With<Accept>(kQueued, [](auto* r) { r->set_offer_id("x"); }), R::REFUSAL_NO_SUCH_OFFER, {}},
      Row{"accepted already",
          With<Accept>(kAccepted, [&](auto* r) { r->set_offer_id(desk.Get(kAccepted).offer().offer_id()); }),
          R::REFUSAL_NO_SUCH_OFFER,
          {}},
      Row{"declined without a reason",
          With<Decline>(kOffered, [](auto* r) { r->set_offer_id("x"); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "reason_code"}}},
      Row{"long reason",
          With<Decline>(kOffered, [](auto* r) { r->set_reason_code(std::string(65, 'r')); }),
          R::REFUSAL_FIELD_TOO_LONG,
          {{"field", "reason_code"}}});
}

TEST_F(AssignmentRefusalTest, Letters) {
  using Letter = v1::IssueAssignmentLetterRequest;
  using Notify = v1::NotifyAuthorityRequest;
  CheckAll(
      Row{"not accepted", With<Letter>(kOffered), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_ACCEPTANCE"}}},
      Row{"issued already", With<Letter>(kAssigned), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_LETTER"}}},
      Row{"no office",
          With<Letter>(kAccepted, [](auto* r) { r->mutable_actor()->clear_office_id(); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "actor.office_id"}}},
      Row{"unknown office",
          With<Letter>(kAccepted, [](auto* r) { r->mutable_actor()->set_office_id("nowhere"); }),
          R::REFUSAL_OFFICE_UNKNOWN,
          {{"office_id", "nowhere"}}},
      Row{"station",
          With<Letter>(kAccepted, [](auto* r) { r->mutable_actor()->set_office_id("station"); }),
          R::REFUSAL_OFFICE_MAY_NOT_DECIDE,
          {{"office_id", "station"}}},
      Row{"closed office",
          With<Letter>(kAccepted, [](auto* r) { r->mutable_actor()->set_office_id("closed"); }),
          R::REFUSAL_OFFICE_CLOSED,
          {{"since", "2025-01-01"}}},
      Row{"no letter to tell of",
          With<Notify>(kAccepted),
          R::REFUSAL_STAGE_NOT_REACHED,
          {{"missing", "PHRASE_LETTER"}}},
      Row{"no authority to tell",
          With<Notify>(kAssigned),
          R::REFUSAL_WRONG_KIND,
          {{"action", "PHRASE_AUTHORITY_NOTICE"}}},
      Row{"bad document",
          With<Notify>(kAssigned, [](auto* r) { r->mutable_document()->set_name("receipt"); }),
          R::REFUSAL_FIELD_INVALID,
          {{"field", "document.sha256"}}},
      Row{"replaced without a reason",
          With<v1::ReplacePractitionerRequest>(kAssigned),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "reason_code"}}},
      Row{"nobody to replace",
          With<v1::ReplacePractitionerRequest>(kQueued, [](auto* r) { r->set_reason_code("ill"); }),
          R::REFUSAL_STAGE_NOT_REACHED,
          {{"missing", "PHRASE_LETTER"}}},
      Row{"asked without reasons",
          With<v1::RequestReplacementRequest>(kAssigned),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "reasons.text"}}},
      Row{"refused without a reason",
          With<v1::RefuseReplacementRequest>(kAssigned),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "reason_code"}}},
      Row{"terminated without a reason",
          With<v1::TerminateAidRequest>(kQueued),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "reason_code"}}});
}

TEST_F(AssignmentRefusalTest, Conflicts) {
  using Conflict = v1::RecordConflictRequest;
  using Link = v1::LinkCoDefendantsRequest;
  CheckAll(Row{"of nobody", With<Conflict>(kQueued), R::REFUSAL_FIELD_MISSING, {{"field", "practitioner_id"}}},
           Row{"of no kind",
               With<Conflict>(kQueued, [](auto* r) { r->set_practitioner_id("one"); }),
               R::REFUSAL_FIELD_MISSING,
               {{"field", "conflict"}}},
           Row{"of an unknown kind",
               With<Conflict>(kQueued,
                              [](auto* r) {
                                r->set_practitioner_id("one");
                                r->set_conflict(static_cast<v1::ConflictKind>(99));
                              }),
               R::REFUSAL_FIELD_INVALID,
               {{"field", "conflict"}}},
           Row{"with itself",
               With<Link>(kQueued, [](auto* r) { r->set_other_case_id(kQueued); }),
               R::REFUSAL_FIELD_INVALID,
               {{"why", "PHRASE_OWN_CO_DEFENDANT"}}},
           Row{"with nobody",
               With<Link>(kQueued, [](auto* r) { r->set_other_case_id(kUnknownCase); }),
               R::REFUSAL_CASE_UNKNOWN,
               {}});
}

TEST_F(AssignmentRefusalTest, Handling) {
  using StepRequest = v1::RecordHandlingStepRequest;
  using Submit = v1::SubmitClosingFileRequest;
  CheckAll(Row{"no step", With<StepRequest>(kAssigned), R::REFUSAL_FIELD_MISSING, {{"field", "step"}}},
           Row{"unknown step",
               With<StepRequest>(kAssigned, [](auto* r) { r->set_step(static_cast<v1::HandlingStep>(99)); }),
               R::REFUSAL_FIELD_INVALID,
               {{"field", "step"}}},
           Row{"no letter",
               With<StepRequest>(kQueued, [](auto* r) { r->set_step(v1::HANDLING_STEP_FILED); }),
               R::REFUSAL_STAGE_NOT_REACHED,
               {{"missing", "PHRASE_LETTER"}}},
           Row{"long place",
               With<v1::RecordMeetingRequest>(kAssigned, [](auto* r) { r->set_place(std::string(201, 'p')); }),
               R::REFUSAL_FIELD_TOO_LONG,
               {{"field", "place"}}},
           Row{"no time",
               With<v1::RecordFileReadingRequest>(kAssigned,
                                                  [](auto* r) { r->mutable_read_at()->set_seconds(-99'999'999'999); }),
               R::REFUSAL_FIELD_INVALID,
               {{"field", "read_at"}}},
           Row{"no documents", With<Submit>(kAssigned), R::REFUSAL_FIELD_MISSING, {{"field", "documents"}}},
           Row{"too many documents",
               With<Submit>(kAssigned,
                            [](auto* r) {
                              for (int i = 0; i < 101; ++i) r->add_documents();
                            }),
               R::REFUSAL_FIELD_INVALID,
               {{"field", "documents"}, {"limit", "100"}}},
           Row{"nameless document",
               With<Submit>(kAssigned, [](auto* r) { r->add_documents(); }),
               R::REFUSAL_FIELD_MISSING,
               {{"field", "documents[0].name"}}},
           Row{"returned without a reason",
               With<v1::ReturnClosingFileRequest>(kAssigned),
               R::REFUSAL_FIELD_MISSING,
               {{"field", "reason_code"}}},
           Row{"approved by nobody",
               With<v1::ApproveClosingFileRequest>(kAssigned, [](auto* r) { r->mutable_actor()->clear_staff_id(); }),
               R::REFUSAL_FIELD_MISSING,
               {{"field", "actor.staff_id"}}});
}

TEST_F(AssignmentRefusalTest, Tariffs) {
  const auto tariff = [&](const std::function<void(v1::Tariff*)>& change) {
    return Bare<v1::SetTariffRequest>([&](auto* r) {
      r->mutable_tariff()->set_valid_from("2025-01-01");
      r->mutable_tariff()->set_citation("a notice");
      auto* row = r->mutable_tariff()->add_rows();
      row->set_kind(intake::v1::CASE_KIND_LEGAL_AID);
      row->set_amount_fen(1);
      change(r->mutable_tariff());
    });
  };
  CheckAll(
      Row{"no day",
          tariff([](auto* t) { t->clear_valid_from(); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "tariff.valid_from"}}},
      Row{"bad day",
          tariff([](auto* t) { t->set_valid_from("2025-02-30"); }),
          R::REFUSAL_FIELD_INVALID,
          {{"field", "tariff.valid_from"}}},
      Row{"no citation",
          tariff([](auto* t) { t->clear_citation(); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "tariff.citation"}}},
      Row{"own version",
          tariff([](auto* t) { t->set_version("1"); }),
          R::REFUSAL_FIELD_INVALID,
          {{"field", "tariff.version"}}},
      Row{"no rows", tariff([](auto* t) { t->clear_rows(); }), R::REFUSAL_FIELD_MISSING, {{"field", "tariff.rows"}}},
      Row{"too many rows",
          tariff([](auto* t) {
            for (int i = 0; i < 200; ++i) t->add_rows();
          }),
          R::REFUSAL_FIELD_INVALID,
          {{"field", "tariff.rows"}}},
      Row{"a kind that is not paid",
          tariff([](auto* t) { t->mutable_rows(0)->set_kind(intake::v1::CASE_KIND_CONTACT); }),
          R::REFUSAL_FIELD_INVALID,
          {{"field", "tariff.rows[0].kind"}}},
      Row{"for nothing",
          tariff([](auto* t) { t->mutable_rows(0)->set_amount_fen(0); }),
          R::REFUSAL_FIELD_INVALID,
          {{"why", "PHRASE_AMOUNT"}}},
      Row{"for too much",
          tariff([](auto* t) { t->mutable_rows(0)->set_amount_fen(10'000'000'001); }),
          R::REFUSAL_FIELD_INVALID,
          {{"why", "PHRASE_AMOUNT"}}},
      Row{"twice",
          tariff([](auto* t) { *t->add_rows() = t->rows(0); }),
          R::REFUSAL_FIELD_INVALID,
          {{"why", "PHRASE_ROW_TWICE"}}});
}

TEST_F(AssignmentRefusalTest, Loans) {
  using Ask = v1::RequestLoanRequest;
  const auto agree = [&](const std::function<void(v1::LoanAgreement*)>& change) {
    return Bare<v1::AgreeLoansRequest>([&](auto* r) {
      auto* agreement = r->mutable_agreement();
      agreement->set_borrower("330600");
      agreement->set_quota(1);
      agreement->set_valid_from("2025-01-01");
      agreement->set_citation("agreement");
      change(agreement);
    });
  };
  CheckAll(
      Row{"of nobody", With<Ask>(kQueued), R::REFUSAL_FIELD_MISSING, {{"field", "lender"}}},
      Row{"of itself", With<Ask>(kQueued, [](auto* r) { r->set_lender("330800"); }), R::REFUSAL_LOAN_TO_SELF, {}},
      Row{"of nowhere",
          With<Ask>(kQueued, [](auto* r) { r->set_lender("999999"); }),
          R::REFUSAL_MUNICIPALITY_UNKNOWN,
          {{"municipality", "999999"}}},
      Row{"has a lawyer",
          With<Ask>(kAssigned, [](auto* r) { r->set_lender("330600"); }),
          R::REFUSAL_LETTER_IN_FORCE,
          {}},
      Row{"grants nothing",
          Bare<v1::GrantLoanRequest>([](auto* r) { r->set_practitioner_id("one"); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "loan_id"}}},
      Row{"grants nobody",
          Bare<v1::GrantLoanRequest>([](auto* r) { r->set_loan_id(kQueued); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "practitioner_id"}}},
      Row{"unknown loan",
          Bare<v1::GrantLoanRequest>([](auto* r) {
            r->set_loan_id(kQueued);
            r->set_practitioner_id("one");
          }),
          R::REFUSAL_LOAN_UNKNOWN,
          {{"loan_id", kQueued}}},
      Row{"until yesterday",
          Bare<v1::GrantLoanRequest>([](auto* r) {
            r->set_loan_id(kQueued);
            r->set_practitioner_id("one");
            r->set_offer_until("2025-03-02");
          }),
          R::REFUSAL_FIELD_INVALID,
          {{"why", "PHRASE_NOT_BEFORE_TODAY"}}},
      Row{"until no day",
          Bare<v1::GrantLoanRequest>([](auto* r) {
            r->set_practitioner_id("one");
            r->set_offer_until("soon");
          }),
          R::REFUSAL_FIELD_INVALID,
          {{"why", "PHRASE_DATE_FORMAT"}}},
      Row{"refuses without a reason",
          Bare<v1::RefuseLoanRequest>([](auto* r) { r->set_loan_id(kQueued); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "reason_code"}}},
      Row{"agrees with nobody",
          agree([](auto* a) { a->clear_borrower(); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "agreement.borrower"}}},
      Row{"agrees with itself", agree([](auto* a) { a->set_borrower("330800"); }), R::REFUSAL_LOAN_TO_SELF, {}},
      Row{"agrees with nowhere",
          agree([](auto* a) { a->set_borrower("999999"); }),
          R::REFUSAL_MUNICIPALITY_UNKNOWN,
          {}},
      Row{"no quota", agree([](auto* a) { a->set_quota(0); }), R::REFUSAL_FIELD_INVALID, {{"why", "PHRASE_QUOTA"}}},
      Row{"large quota", agree([](auto* a) { a->set_quota(1001); }), R::REFUSAL_FIELD_INVALID, {}},
      Row{"no citation",
          agree([](auto* a) { a->clear_citation(); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "agreement.citation"}}},
      Row{"from no day",
          agree([](auto* a) { a->clear_valid_from(); }),
          R::REFUSAL_FIELD_MISSING,
          {{"field", "agreement.valid_from"}}},
      Row{"until before",
          agree([](auto* a) { a->set_valid_until("2025-01-01"); }),
          R::REFUSAL_FIELD_INVALID,
          {{"why", "PHRASE_AFTER_VALID_FROM"}}});
}

}  // namespace
}  // namespace casehub::assignment
