// A municipality with two committees, one of them closed, and mediators of every sort; disputes that have come as far
// as a test needs. Every test ends by folding its whole log again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/mediation/v1/mediation_service.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/mediation/service.h"
#include "services/model/timestamps.h"
#include "tests/support/given.h"

namespace casehub::mediation {

using testing::At;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Result;
using testing::Scenario;
using R = common::v1::Refusal;
using intake::v1::ReferralSource;
using Meta = std::map<std::string, std::string>;

inline constexpr Municipality kHere(330800);
inline constexpr Municipality kThere(330700);
inline constexpr Municipality kElsewhere(330600);

inline google::protobuf::Timestamp Stamp(std::string_view text) { return ToTimestamp(At(text)); }

class MediationTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kMonday = "2025-03-03T09:00:00+08:00";

  MediationTest() {
    Office("people-1", registry::v1::OFFICE_KIND_COMMITTEE, "", registry::v1::MEDIATION_KIND_PEOPLES);
    Office("industry-1", registry::v1::OFFICE_KIND_COMMITTEE, "2025-01-01", registry::v1::MEDIATION_KIND_INDUSTRY);
    Office("station", registry::v1::OFFICE_KIND_STATION, "", registry::v1::MEDIATION_KIND_UNSPECIFIED);
    Practitioner("m1", registry::v1::PRACTITIONER_KIND_MEDIATOR, "people-1", "", "person-m1");
    Practitioner("m2", registry::v1::PRACTITIONER_KIND_MEDIATOR, "people-1", "", "");
    Practitioner("retired", registry::v1::PRACTITIONER_KIND_MEDIATOR, "people-1", "2025-03-03", "");
    Practitioner("lawyer", registry::v1::PRACTITIONER_KIND_LAWYER, "people-1", "", "");
    Practitioner("party", registry::v1::PRACTITIONER_KIND_MEDIATOR, "people-1", "", "person-2");
  }
  void TearDown() override { EXPECT_TRUE(s_.ReplayEqualsLive()); }

  // Refused for that reason, with this metadata as far as it is given, and nothing recorded.
  void ExpectRefused(const google::protobuf::Message& request, R refusal, const Meta& metadata = {}) {
    const auto rows_before = s_.state().rows();
    const Result& result = s_.When(request);
    EXPECT_EQ(common::v1::Refusal_Name(result.refusal), common::v1::Refusal_Name(refusal));
    for (const auto& [key, value] : metadata) {
      ASSERT_EQ(result.metadata.count(key), 1u) << key;
      EXPECT_EQ(result.metadata.at(key), value);
    }
    EXPECT_EQ(s_.state().rows(), rows_before) << "a refusal changed something";
  }

  void Office(const std::string& id, registry::v1::OfficeKind kind, const std::string& until,
              registry::v1::MediationKind mediates) {
    registry::v1::RegistryEvent event;
    auto* office = event.mutable_office_registered()->mutable_office();
    office->set_office_id(id);
    office->set_kind(kind);
    office->set_mediation_kind(mediates);
    office->set_valid_from("2020-01-01");
    office->set_valid_until(until);
    s_.Given(ServiceId::kRegistry, event);
  }
  void Practitioner(const std::string& id, registry::v1::PractitionerKind kind, const std::string& office,
                    const std::string& until, const std::string& person) {
    registry::v1::RegistryEvent event;
    auto* one = event.mutable_practitioner_registered()->mutable_practitioner();
    one->set_practitioner_id(id);
    one->set_kind(kind);
    one->set_office_id(office);
    one->set_valid_from("2020-01-01");
    one->set_valid_until(until);
    one->mutable_person()->set_person_id(person);
    s_.Given(ServiceId::kRegistry, event);
  }

  // CaseOpened and ReferralReceived of a dispute between person-1 and person-2; the case becomes the current one.
  void Refer(ReferralSource source = ReferralSource::REFERRAL_SOURCE_POLICE, const std::string& files_signed_at = "") {
    case_id_ = Uuid::V7(s_.now().micros / 1000, 7, ++cases_).ToString();
    intake::v1::IntakeEvent opened;
    opened.set_case_id(case_id_);
    *opened.mutable_occurred_at() = ToTimestamp(s_.now());
    opened.mutable_case_opened()->set_kind(intake::v1::CASE_KIND_MEDIATION);
    opened.mutable_case_opened()->set_matter_type("neighbours");
    s_.Given(ServiceId::kIntake, opened);
    intake::v1::IntakeEvent received;
    received.set_case_id(case_id_);
    auto* referral = received.mutable_referral_received();
    referral->set_source(source);
    if (source != ReferralSource::REFERRAL_SOURCE_PARTY) {
      referral->set_source_organ("柯城公安分局");
      referral->set_source_reference("JJ-2025-17");
    }
    referral->mutable_dispute()->set_sealed("dispute");
    for (const char* person : {"person-1", "person-2"}) referral->add_parties()->set_person_id(person);
    if (!files_signed_at.empty()) *referral->mutable_files_signed_at() = Stamp(files_signed_at);
    s_.Given(ServiceId::kIntake, received);
  }
  void Withdraw() {
    intake::v1::IntakeEvent event;
    event.set_case_id(case_id_);
    event.mutable_case_withdrawn()->set_reason_code("settled");
    s_.Given(ServiceId::kIntake, event);
  }

  template <typename Request>
  Request On() const {
    Request request;
    request.set_municipality(kHere.ToString());
    request.set_case_id(case_id_);
    return request;
  }
  v1::RecordConsentRequest Consent(uint32_t party, bool consented = true) const {
    auto request = On<v1::RecordConsentRequest>();
    request.set_party(party);
    request.set_consented(consented);
    if (!consented) request.set_reason_code("wants_a_judgment");
    return request;
  }
  v1::AcceptDisputeRequest Accept(const std::string& office = "people-1") const {
    auto request = On<v1::AcceptDisputeRequest>();
    request.set_office_id(office);
    return request;
  }
  v1::AssignMediatorRequest Assign(const std::string& mediator = "m1") const {
    auto request = On<v1::AssignMediatorRequest>();
    request.set_mediator_id(mediator);
    return request;
  }
  v1::ReplaceMediatorRequest Replace(const std::string& mediator) const {
    auto request = On<v1::ReplaceMediatorRequest>();
    request.set_mediator_id(mediator);
    request.set_reason_code("ill");
    return request;
  }
  v1::HoldSessionRequest Session() const {
    auto request = On<v1::HoldSessionRequest>();
    request.set_mode(v1::SESSION_MODE_IN_PERSON);
    request.add_present(2);
    request.add_present(1);
    request.mutable_record()->set_sealed("record");
    return request;
  }
  v1::ExtendMediationRequest Extend() const {
    auto request = On<v1::ExtendMediationRequest>();
    request.set_reason_code("appraisal");
    return request;
  }
  v1::RecordAgreementRequest Agree(const std::string& effective_at = "") const {
    auto request = On<v1::RecordAgreementRequest>();
    for (const char* perform_by : {"2025-04-01", ""}) {
      auto* term = request.add_terms();
      term->mutable_text()->set_sealed("term");
      term->set_perform_by(perform_by);
    }
    if (!effective_at.empty()) *request.mutable_effective_at() = Stamp(effective_at);
    return request;
  }
  v1::ReturnReferralResultRequest Return(v1::MediationResult result = v1::MEDIATION_RESULT_AGREED) const {
    auto request = On<v1::ReturnReferralResultRequest>();
    request.set_result(result);
    return request;
  }
  v1::CloseMediationRequest Close(v1::MediationResult result = v1::MEDIATION_RESULT_AGREED) const {
    auto request = On<v1::CloseMediationRequest>();
    request.set_result(result);
    if (result == v1::MEDIATION_RESULT_FAILED) {
      request.set_onward_path(v1::ONWARD_PATH_LITIGATION);
      request.set_reason_code("no_agreement");
    }
    return request;
  }
  v1::RecordJointApplicationRequest Apply(const std::string& applied_at = "") const {
    auto request = On<v1::RecordJointApplicationRequest>();
    request.set_court("柯城区人民法院");
    if (!applied_at.empty()) *request.mutable_applied_at() = Stamp(applied_at);
    return request;
  }
  v1::RecordCourtOutcomeRequest Outcome(v1::CourtOutcome outcome = v1::COURT_OUTCOME_CONFIRMED) const {
    auto request = On<v1::RecordCourtOutcomeRequest>();
    request.set_outcome(outcome);
    return request;
  }
  v1::RecordPerformanceRequest Perform(uint32_t term, v1::Performance performance) const {
    auto request = On<v1::RecordPerformanceRequest>();
    request.set_term(term);
    request.set_performance(performance);
    return request;
  }

  // As far as a mediator, a session, an agreement, the end.
  void Accepted() {
    s_.When(Consent(1));
    s_.When(Consent(2));
    ASSERT_THAT(s_.When(Accept()).events, ElementsAre("DisputeAccepted", "MediationClockStarted"));
  }
  void Assigned() {
    Accepted();
    ASSERT_THAT(s_.When(Assign()).events, ElementsAre("MediatorAssigned"));
  }
  void Met() {
    Assigned();
    ASSERT_THAT(s_.When(Session()).events, ElementsAre("SessionHeld"));
  }
  void Agreed() {
    Met();
    ASSERT_THAT(s_.When(Agree()).events, ElementsAre("AgreementEffective", "ConfirmationClockStarted"));
  }
  void Succeeded() {
    Agreed();
    s_.When(Return());
    ASSERT_THAT(s_.When(Close()).events, ElementsAre("MediationSucceeded", "MediatorSubsidyPayable"));
  }
  void Failed() {
    Assigned();
    s_.When(Return(v1::MEDIATION_RESULT_FAILED));
    ASSERT_THAT(s_.When(Close(v1::MEDIATION_RESULT_FAILED)).events,
                ElementsAre("MediationFailed", "MediatorSubsidyPayable"));
  }

  transfer::v1::TransferEvent Custody() const {
    transfer::v1::TransferEvent event;
    event.set_case_id(case_id_);
    return event;
  }
  void Freeze(uint64_t hop, Municipality to = kThere) {
    auto event = Custody();
    event.mutable_case_frozen()->set_hop(hop);
    event.mutable_case_frozen()->set_to(to.ToString());
    s_.Given(ServiceId::kTransfer, event);
  }
  void Thaw(uint64_t hop) {
    auto event = Custody();
    event.mutable_case_thawed()->set_hop(hop);
    s_.Given(ServiceId::kTransfer, event);
  }
  void Learn(uint64_t hop, Municipality custodian = kThere) {
    auto event = Custody();
    event.mutable_custody_learned()->set_hop(hop);
    event.mutable_custody_learned()->set_custodian(custodian.ToString());
    s_.Given(ServiceId::kTransfer, event);
  }
  // Custody of the hop comes to `here` of `other` with this part.
  transfer::v1::TransferEvent Moved(uint64_t hop, const std::string& part) const {
    auto event = Custody();
    event.mutable_custody_moved()->set_hop(hop);
    auto* moved = event.mutable_custody_moved()->add_parts();
    moved->set_service(static_cast<uint32_t>(ServiceId::kMediation));
    moved->set_state(part);
    return event;
  }

  v1::MediationState Get() {
    v1::GetMediationRequest request;
    request.set_case_id(case_id_);
    const Result& result = s_.When(request);
    return result.reply ? result.As<v1::GetMediationResponse>().mediation() : v1::MediationState();
  }

  uint64_t cases_ = 0;
  std::string case_id_;
  Scenario s_{MakeMediationService(), kHere, At(kMonday)};
};

}  // namespace casehub::mediation
