// Every refusal of mediation, with what it says of itself.
#include <memory>

#include "services/mediation/domain/session.h"
#include "tests/unit/mediation/mediation_fixture.h"

namespace casehub::mediation {
namespace {

class MediationRefusals : public MediationTest {
 protected:
  template <typename Request>
  void Field(Request request, const std::function<void(Request*)>& spoil, R refusal, const std::string& field,
             const std::string& why = "") {
    spoil(&request);
    Meta metadata{{"field", field}};
    if (!why.empty()) metadata["why"] = why;
    ExpectRefused(request, refusal, metadata);
  }
  // The checks of the case itself, for a command that acts on an open dispute.
  template <typename Request>
  void ExpectBoundToTheCase(Request request) {
    auto stale = request;
    stale.set_etag("999");
    ExpectRefused(stale, R::REFUSAL_STALE_ETAG);
    auto unknown = request;
    unknown.set_case_id(Uuid::V7(1, 2, 3).ToString());
    ExpectRefused(unknown, R::REFUSAL_MEDIATION_UNKNOWN);
    unknown.set_case_id("none");
    ExpectRefused(unknown, R::REFUSAL_MEDIATION_UNKNOWN);
    Freeze(++hop_);
    ExpectRefused(request, R::REFUSAL_CASE_FROZEN, {{"to", "330700"}});
    Thaw(hop_);
  }
  uint64_t hop_ = 0;
};

TEST_F(MediationRefusals, EveryCommandMindsEtagFreezeAndEnd) {
  Refer();
  ExpectBoundToTheCase(Consent(1));
  s_.When(Consent(1));
  s_.When(Consent(2));
  ExpectBoundToTheCase(Accept());
  s_.When(Accept());
  ExpectBoundToTheCase(Assign());
  ExpectBoundToTheCase(Extend());
  s_.When(Assign());
  ExpectBoundToTheCase(Replace("m2"));
  ExpectBoundToTheCase(Session());
  s_.When(Session());
  ExpectBoundToTheCase(Agree());
  s_.When(Agree());
  ExpectBoundToTheCase(Return());
  s_.When(Return());
  ExpectBoundToTheCase(Close());
  s_.When(Close());
  const std::unique_ptr<google::protobuf::Message> ended[] = {
      std::make_unique<v1::RecordConsentRequest>(Consent(1)),
      std::make_unique<v1::AcceptDisputeRequest>(Accept()),
      std::make_unique<v1::AssignMediatorRequest>(Assign()),
      std::make_unique<v1::ReplaceMediatorRequest>(Replace("m2")),
      std::make_unique<v1::HoldSessionRequest>(Session()),
      std::make_unique<v1::ExtendMediationRequest>(Extend()),
      std::make_unique<v1::RecordAgreementRequest>(Agree()),
      std::make_unique<v1::ReturnReferralResultRequest>(Return()),
      std::make_unique<v1::CloseMediationRequest>(Close())};
  for (const auto& request : ended) ExpectRefused(*request, R::REFUSAL_CASE_CLOSED);
}

TEST_F(MediationRefusals, Consent) {
  Refer();
  Field<v1::RecordConsentRequest>(
      Consent(1), [](auto* r) { r->set_party(0); }, R::REFUSAL_FIELD_INVALID, "party", "PHRASE_PARTY_NUMBER");
  Field<v1::RecordConsentRequest>(
      Consent(1), [](auto* r) { r->set_party(3); }, R::REFUSAL_FIELD_INVALID, "party", "PHRASE_PARTY_NUMBER");
  Field<v1::RecordConsentRequest>(
      Consent(1, false), [](auto* r) { r->clear_reason_code(); }, R::REFUSAL_FIELD_MISSING, "reason_code");
  Field<v1::RecordConsentRequest>(
      Consent(1, false), [](auto* r) { r->set_reason_code(std::string(65, 'x')); }, R::REFUSAL_FIELD_TOO_LONG,
      "reason_code");
  s_.When(Consent(1));
  ExpectRefused(Consent(1), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_PARTY_CONSENT"}});
}

TEST_F(MediationRefusals, Acceptance) {
  Refer();
  s_.When(Consent(2));
  ExpectRefused(Accept(), R::REFUSAL_CONSENT_INCOMPLETE, {{"party", "1"}});
  s_.When(Consent(1));
  Field<v1::AcceptDisputeRequest>(
      Accept(), [](auto* r) { r->clear_office_id(); }, R::REFUSAL_FIELD_MISSING, "office_id");
  Field<v1::AcceptDisputeRequest>(
      Accept(), [](auto* r) { r->set_office_id(std::string(65, 'x')); }, R::REFUSAL_FIELD_TOO_LONG, "office_id");
  ExpectRefused(Accept("nowhere"), R::REFUSAL_OFFICE_UNKNOWN, {{"office_id", "nowhere"}, {"municipality", "330800"}});
  ExpectRefused(Accept("station"), R::REFUSAL_NOT_A_COMMITTEE, {{"office_id", "station"}});
  ExpectRefused(Accept("industry-1"), R::REFUSAL_OFFICE_CLOSED, {{"since", "2025-01-01"}});
  s_.When(Accept());
  ExpectRefused(Accept(), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_DISPUTE_ACCEPTANCE"}});
}

TEST_F(MediationRefusals, ACommitteeThatClosesMayNotAcceptAnyMore) {
  registry::v1::RegistryEvent event;
  event.mutable_office_closed()->set_office_id("people-1");
  event.mutable_office_closed()->set_valid_until("2025-03-04");
  s_.Given(ServiceId::kRegistry, event);
  Refer();
  s_.When(Consent(1));
  s_.When(Consent(2));
  s_.SetNow(At("2025-03-04T00:00:00+08:00"));
  ExpectRefused(Accept(), R::REFUSAL_OFFICE_CLOSED);
  s_.SetNow(At("2025-03-03T23:59:59+08:00"));
  EXPECT_EQ(s_.When(Accept()).events.size(), 2u);
}

TEST_F(MediationRefusals, Mediators) {
  Refer();
  ExpectRefused(Assign(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_DISPUTE_ACCEPTANCE"}});
  Accepted();
  ExpectRefused(Replace("m2"), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_MEDIATOR"}});
  Field<v1::AssignMediatorRequest>(
      Assign(), [](auto* r) { r->clear_mediator_id(); }, R::REFUSAL_FIELD_MISSING, "mediator_id");
  ExpectRefused(Assign("nobody"), R::REFUSAL_PRACTITIONER_UNKNOWN, {{"practitioner_id", "nobody"}});
  ExpectRefused(Assign("lawyer"), R::REFUSAL_NOT_A_MEDIATOR, {{"practitioner_id", "lawyer"}});
  ExpectRefused(Assign("retired"), R::REFUSAL_MEDIATOR_NOT_IN_OFFICE,
                {{"practitioner_id", "retired"}, {"date", "2025-03-03"}});
  ExpectRefused(Assign("party"), R::REFUSAL_MEDIATOR_IS_PARTY, {{"practitioner_id", "party"}});
  s_.When(Assign());
  ExpectRefused(Assign("m2"), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_MEDIATOR"}});
  Field<v1::ReplaceMediatorRequest>(
      Replace("m2"), [](auto* r) { r->clear_mediator_id(); }, R::REFUSAL_FIELD_MISSING, "mediator_id");
  Field<v1::ReplaceMediatorRequest>(
      Replace("m2"), [](auto* r) { r->clear_reason_code(); }, R::REFUSAL_FIELD_MISSING, "reason_code");
  ExpectRefused(Replace("m1"), R::REFUSAL_FIELD_INVALID, {{"field", "mediator_id"}, {"why", "PHRASE_SAME_MEDIATOR"}});
  ExpectRefused(Replace("party"), R::REFUSAL_MEDIATOR_IS_PARTY);
  ExpectRefused(Replace("retired"), R::REFUSAL_MEDIATOR_NOT_IN_OFFICE);
}

TEST_F(MediationRefusals, ASuspendedMediatorIsNotAssigned) {
  registry::v1::RegistryEvent event;
  auto* suspended = event.mutable_practitioner_suspended();
  suspended->set_practitioner_id("m1");
  suspended->set_suspended_from("2025-03-04");
  suspended->set_suspended_until("2025-03-06");
  s_.Given(ServiceId::kRegistry, event);
  Refer();
  Accepted();
  s_.SetNow(At("2025-03-04T00:00:00+08:00"));
  ExpectRefused(Assign(), R::REFUSAL_MEDIATOR_SUSPENDED, {{"practitioner_id", "m1"}});
  s_.SetNow(At("2025-03-05T23:59:59+08:00"));
  Practitioner("m1", registry::v1::PRACTITIONER_KIND_MEDIATOR, "people-1", "", "");  // does not lift it
  ExpectRefused(Assign(), R::REFUSAL_MEDIATOR_SUSPENDED);
  s_.SetNow(At("2025-03-06T00:00:00+08:00"));
  EXPECT_THAT(s_.When(Assign()).events, ElementsAre("MediatorAssigned"));
  // Until reinstated, where no day is named.
  suspended->set_practitioner_id("m2");
  suspended->clear_suspended_until();
  s_.Given(ServiceId::kRegistry, event);
  ExpectRefused(Replace("m2"), R::REFUSAL_MEDIATOR_SUSPENDED);
  event.mutable_practitioner_reinstated()->set_practitioner_id("m2");
  s_.Given(ServiceId::kRegistry, event);
  EXPECT_THAT(s_.When(Replace("m2")).events, ElementsAre("MediatorReplaced"));
}

TEST_F(MediationRefusals, Sessions) {
  Refer();
  ExpectRefused(Session(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_DISPUTE_ACCEPTANCE"}});
  Accepted();
  ExpectRefused(Session(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_MEDIATOR"}});
  s_.When(Assign());
  using Request = v1::HoldSessionRequest;
  Field<Request>(
      Session(), [](auto* r) { r->clear_mode(); }, R::REFUSAL_FIELD_MISSING, "mode");
  Field<Request>(
      Session(), [](auto* r) { r->set_mode(static_cast<v1::SessionMode>(9)); }, R::REFUSAL_FIELD_INVALID, "mode",
      "PHRASE_NOT_A_KNOWN_VALUE");
  Field<Request>(
      Session(), [](auto* r) { *r->mutable_held_at() = Stamp("2025-03-03T09:06:00+08:00"); }, R::REFUSAL_TIME_IN_FUTURE,
      "held_at");
  Field<Request>(
      Session(), [](auto* r) { r->mutable_held_at()->set_nanos(-1); }, R::REFUSAL_FIELD_INVALID, "held_at",
      "PHRASE_YEARS_OF_TIMES");
  Field<Request>(
      Session(), [](auto* r) { r->clear_record(); }, R::REFUSAL_FIELD_MISSING, "record.text");
  Field<Request>(
      Session(), [](auto* r) { r->clear_present(); }, R::REFUSAL_FIELD_MISSING, "present");
  Field<Request>(
      Session(), [](auto* r) { r->set_present(1, 3); }, R::REFUSAL_FIELD_INVALID, "present[1]", "PHRASE_PARTY_NUMBER");
  Field<Request>(
      Session(), [](auto* r) { r->set_present(1, 2); }, R::REFUSAL_FIELD_INVALID, "present[1]", "PHRASE_PARTY_TWICE");
  for (int i = 0; i < kSessionsMax; ++i) ASSERT_EQ(s_.When(Session()).events.size(), 1u);
  ExpectRefused(Session(), R::REFUSAL_TOO_MANY_SESSIONS, {{"limit", "100"}});
}

TEST_F(MediationRefusals, Extension) {
  Refer();
  ExpectRefused(Extend(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_DISPUTE_ACCEPTANCE"}});
  Agreed();
  Field<v1::ExtendMediationRequest>(
      Extend(), [](auto* r) { r->clear_reason_code(); }, R::REFUSAL_FIELD_MISSING, "reason_code");
  ExpectRefused(Extend(), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_AGREEMENT"}});
}

TEST_F(MediationRefusals, Agreements) {
  Refer();
  ExpectRefused(Agree(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_DISPUTE_ACCEPTANCE"}});
  Accepted();
  ExpectRefused(Agree(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_MEDIATOR"}});
  s_.When(Assign());
  ExpectRefused(Agree(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_SESSION"}});
  s_.When(Session());
  using Request = v1::RecordAgreementRequest;
  Field<Request>(
      Agree(), [](auto* r) { r->clear_terms(); }, R::REFUSAL_FIELD_MISSING, "terms");
  Field<Request>(
      Agree(),
      [](auto* r) {
        for (int i = 0; i < 49; ++i) r->add_terms()->mutable_text()->set_sealed("x");
      },
      R::REFUSAL_FIELD_INVALID, "terms", "PHRASE_AT_MOST");
  Field<Request>(
      Agree(), [](auto* r) { r->mutable_terms(1)->clear_text(); }, R::REFUSAL_FIELD_MISSING, "terms[1].text.text");
  Field<Request>(
      Agree(), [](auto* r) { r->mutable_terms(0)->set_perform_by("soon"); }, R::REFUSAL_FIELD_INVALID,
      "terms[0].perform_by", "PHRASE_DATE_FORMAT");
  Field<Request>(
      Agree(), [](auto* r) { *r->mutable_effective_at() = Stamp("2025-03-04T09:00:00+08:00"); },
      R::REFUSAL_TIME_IN_FUTURE, "effective_at");
  // Two terms that together are one byte too long, and then just fit.
  const auto sized = [&](size_t bytes) {
    auto request = Agree();
    request.mutable_terms(0)->mutable_text()->set_sealed(std::string(bytes + kSealedExtraBytes, 'x'));
    request.mutable_terms(1)->mutable_text()->set_sealed(std::string(1 + kSealedExtraBytes, 'x'));
    return request;
  };
  ExpectRefused(sized(kTermsBytesMax), R::REFUSAL_FIELD_TOO_LONG, {{"field", "terms"}, {"size", "32769"}});
  EXPECT_EQ(s_.When(sized(kTermsBytesMax - 1)).events.size(), 2u);
  ExpectRefused(Agree(), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_AGREEMENT"}});
}

TEST_F(MediationRefusals, NoAgreementAfterTheSourceWasToldOfAFailure) {
  Refer();
  Met();
  s_.When(Return(v1::MEDIATION_RESULT_FAILED));
  ExpectRefused(Agree(), R::REFUSAL_FAILURE_RETURNED);
}

TEST_F(MediationRefusals, Results) {
  Refer(ReferralSource::REFERRAL_SOURCE_PARTY);
  ExpectRefused(Return(), R::REFUSAL_NOTHING_TO_RETURN);
  Refer();
  Field<v1::ReturnReferralResultRequest>(
      Return(), [](auto* r) { r->clear_result(); }, R::REFUSAL_FIELD_MISSING, "result");
  Field<v1::ReturnReferralResultRequest>(
      Return(), [](auto* r) { r->set_result(static_cast<v1::MediationResult>(9)); }, R::REFUSAL_FIELD_INVALID, "result",
      "PHRASE_NOT_A_KNOWN_VALUE");
  ExpectRefused(Return(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_DISPUTE_ACCEPTANCE"}});
  Accepted();
  ExpectRefused(Return(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_MEDIATOR"}});
  s_.When(Assign());
  ExpectRefused(Return(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_AGREEMENT"}});
  s_.When(Session());
  s_.When(Agree());
  ExpectRefused(Return(v1::MEDIATION_RESULT_FAILED), R::REFUSAL_AGREEMENT_IN_EFFECT);
  s_.When(Return());
  ExpectRefused(Return(), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_RESULT"}});
}

TEST_F(MediationRefusals, Closing) {
  using Request = v1::CloseMediationRequest;
  const auto failed = v1::MEDIATION_RESULT_FAILED;
  Refer();
  Field<Request>(
      Close(), [](auto* r) { r->clear_result(); }, R::REFUSAL_FIELD_MISSING, "result");
  Field<Request>(
      Close(failed), [](auto* r) { r->clear_onward_path(); }, R::REFUSAL_FIELD_MISSING, "onward_path");
  Field<Request>(
      Close(failed), [](auto* r) { r->set_onward_path(static_cast<v1::OnwardPath>(9)); }, R::REFUSAL_FIELD_INVALID,
      "onward_path", "PHRASE_NOT_A_KNOWN_VALUE");
  Field<Request>(
      Close(failed), [](auto* r) { r->clear_reason_code(); }, R::REFUSAL_FIELD_MISSING, "reason_code");
  Field<Request>(
      Close(), [](auto* r) { r->set_onward_path(v1::ONWARD_PATH_LITIGATION); }, R::REFUSAL_FIELD_INVALID, "onward_path",
      "PHRASE_ONLY_OF_A_FAILURE");
  Field<Request>(
      Close(), [](auto* r) { r->set_reason_code("x"); }, R::REFUSAL_FIELD_INVALID, "reason_code",
      "PHRASE_ONLY_OF_A_FAILURE");
  ExpectRefused(Close(failed), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_DISPUTE_ACCEPTANCE"}});
  Met();
  ExpectRefused(Close(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_AGREEMENT"}});
  ExpectRefused(Close(failed), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_RESULT"}});
  s_.When(Agree());
  ExpectRefused(Close(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_RESULT"}});
  ExpectRefused(Close(failed), R::REFUSAL_AGREEMENT_IN_EFFECT);
}

TEST_F(MediationRefusals, JointApplications) {
  using Request = v1::RecordJointApplicationRequest;
  Refer();
  ExpectRefused(Apply(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_AGREEMENT"}});
  Agreed();
  Field<Request>(
      Apply(), [](auto* r) { r->clear_court(); }, R::REFUSAL_FIELD_MISSING, "court");
  Field<Request>(
      Apply(), [](auto* r) { *r->mutable_applied_at() = Stamp("2025-03-05T09:00:00+08:00"); },
      R::REFUSAL_TIME_IN_FUTURE, "applied_at");
  Field<Request>(
      Apply(), [](auto* r) { *r->mutable_applied_at() = Stamp("2025-03-03T08:59:59+08:00"); }, R::REFUSAL_FIELD_INVALID,
      "applied_at", "PHRASE_BEFORE_EFFECT");
  s_.When(Apply());
  ExpectRefused(Apply(), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_JOINT_APPLICATION"}});
}

TEST_F(MediationRefusals, CourtOutcomes) {
  using Request = v1::RecordCourtOutcomeRequest;
  Refer();
  ExpectRefused(Outcome(), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_AGREEMENT"}});
  Agreed();
  Field<Request>(
      Outcome(), [](auto* r) { r->clear_outcome(); }, R::REFUSAL_FIELD_MISSING, "outcome");
  Field<Request>(
      Outcome(), [](auto* r) { r->set_outcome(static_cast<v1::CourtOutcome>(9)); }, R::REFUSAL_FIELD_INVALID, "outcome",
      "PHRASE_NOT_A_KNOWN_VALUE");
  Field<Request>(
      Outcome(), [](auto* r) { r->set_reference(std::string(201, 'x')); }, R::REFUSAL_FIELD_TOO_LONG, "reference");
  Field<Request>(
      Outcome(), [](auto* r) { *r->mutable_decided_at() = Stamp("2025-03-05T09:00:00+08:00"); },
      R::REFUSAL_TIME_IN_FUTURE, "decided_at");
  for (auto outcome : {v1::COURT_OUTCOME_WITHDRAWN, v1::COURT_OUTCOME_REFUSED, v1::COURT_OUTCOME_CONFIRMED}) {
    EXPECT_THAT(s_.When(Outcome(outcome)).events, ElementsAre("CourtOutcomeRecorded"));
    ExpectRefused(Outcome(outcome), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_COURT_OUTCOME"}});
  }
}

TEST_F(MediationRefusals, PerformanceOfTerms) {
  using Request = v1::RecordPerformanceRequest;
  const auto performed = v1::PERFORMANCE_PERFORMED;
  Refer();
  ExpectRefused(Perform(1, performed), R::REFUSAL_STAGE_NOT_REACHED, {{"missing", "PHRASE_AGREEMENT"}});
  Agreed();
  for (uint32_t term : {0u, 3u}) {
    ExpectRefused(Perform(term, performed), R::REFUSAL_FIELD_INVALID,
                  {{"field", "term"}, {"why", "PHRASE_TERM_NUMBER"}, {"limit", "2"}});
  }
  Field<Request>(
      Perform(1, performed), [](auto* r) { r->clear_performance(); }, R::REFUSAL_FIELD_MISSING, "performance");
  Field<Request>(
      Perform(1, performed), [](auto* r) { r->set_performance(static_cast<v1::Performance>(9)); },
      R::REFUSAL_FIELD_INVALID, "performance", "PHRASE_NOT_A_KNOWN_VALUE");
  Field<Request>(
      Perform(1, performed), [](auto* r) { *r->mutable_at() = Stamp("2025-03-05T09:00:00+08:00"); },
      R::REFUSAL_TIME_IN_FUTURE, "at");
  s_.When(Perform(2, performed));
  ExpectRefused(Perform(2, performed), R::REFUSAL_ALREADY_DONE, {{"what", "PHRASE_PERFORMANCE"}});
}

}  // namespace
}  // namespace casehub::mediation
