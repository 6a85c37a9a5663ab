// A municipality with a centre, a station and a few practitioners; every test ends by folding its whole log again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/assignment/service.h"
#include "tests/support/given.h"

namespace casehub::assignment {

using testing::At;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Result;
using testing::Scenario;
using R = common::v1::Refusal;
using Meta = std::map<std::string, std::string>;

inline constexpr std::string_view kMonday = "2025-03-03T09:00:00+08:00";
inline constexpr char kCaseA[] = "01890000-0000-7000-8000-00000000000a";
inline constexpr char kCaseB[] = "01890000-0000-7000-8000-00000000000b";
inline constexpr char kCaseC[] = "01890000-0000-7000-8000-00000000000c";
inline constexpr char kUnknownCase[] = "01890000-0000-7000-8000-00000000dead";

inline google::protobuf::Timestamp Stamp(std::string_view text) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(At(text).micros / kMicrosPerSecond);
  return timestamp;
}

// The log of one municipality as assignment sees it, with the steps of lives 1 and 2 as single calls.
class Desk {
 public:
  explicit Desk(uint32_t municipality, std::string_view now = kMonday)
      : code_(std::to_string(municipality)), s(MakeAssignmentService(), Municipality(municipality), At(now)) {
    Office("centre", registry::v1::OFFICE_KIND_CENTRE, code_.substr(0, 4) + "02");
    Office("station", registry::v1::OFFICE_KIND_STATION, code_.substr(0, 4) + "03001");
  }

  // --- the registry
  void Office(const std::string& id, registry::v1::OfficeKind kind, const std::string& region,
              const std::string& until = "") {
    registry::v1::RegistryEvent event;
    auto* office = event.mutable_office_registered()->mutable_office();
    office->set_office_id(id);
    office->set_kind(kind);
    office->set_region_code(region);
    office->set_valid_from("2020-01-01");
    office->set_valid_until(until);
    s.Given(ServiceId::kRegistry, event);
  }
  using Change = std::function<void(registry::v1::Practitioner*)>;
  void Lawyer(
      const std::string& id, const Change& change = [](auto*) {}) {
    registry::v1::RegistryEvent event;
    auto* one = event.mutable_practitioner_registered()->mutable_practitioner();
    one->set_practitioner_id(id);
    one->set_office_id("centre");
    one->set_kind(registry::v1::PRACTITIONER_KIND_LAWYER);
    one->set_valid_from("2020-01-01");
    one->set_criminal_practice_since("2015-01-01");
    change(one);
    s.Given(ServiceId::kRegistry, event);
  }
  void Suspend(const std::string& id, const std::string& from, const std::string& until = "") {
    registry::v1::RegistryEvent event;
    event.mutable_practitioner_suspended()->set_practitioner_id(id);
    event.mutable_practitioner_suspended()->set_suspended_from(from);
    event.mutable_practitioner_suspended()->set_suspended_until(until);
    s.Given(ServiceId::kRegistry, event);
  }

  // --- intake
  template <typename Fill>
  void Intake(const std::string& case_id, Fill fill) {
    intake::v1::IntakeEvent event;
    event.set_case_id(case_id);
    fill(&event);
    s.Given(ServiceId::kIntake, event);
  }
  void Open(const std::string& case_id, intake::v1::CaseKind kind = intake::v1::CASE_KIND_LEGAL_AID,
            common::v1::AgeGroup age = common::v1::AGE_GROUP_ADULT) {
    Intake(case_id, [&](auto* event) {
      event->mutable_case_opened()->set_kind(kind);
      event->mutable_case_opened()->set_matter_type("labour");
      event->mutable_case_opened()->mutable_applicant()->set_age_group(age);
    });
    Intake(case_id,
           [](auto* event) { event->mutable_first_receiver_fixed()->mutable_receiver()->set_office_id("station"); });
  }
  void StartClock(const std::string& case_id, const std::string& policy, std::string_view due) {
    Intake(case_id, [&](auto* event) {
      auto* deadline = event->mutable_assign_clock_started()->mutable_deadline();
      deadline->set_policy(policy);
      *deadline->mutable_started_at() = ToStamp(s.now());
      *deadline->mutable_due_at() = Stamp(due);
    });
  }
  void Grant(const std::string& case_id, common::v1::AgeGroup age = common::v1::AGE_GROUP_ADULT,
             std::string_view due = "2025-03-07T00:00:00+08:00") {
    Open(case_id, intake::v1::CASE_KIND_LEGAL_AID, age);
    Intake(case_id, [](auto* event) { event->mutable_aid_granted()->mutable_decider()->set_office_id("centre"); });
    StartClock(case_id, "aid.assign", due);
  }
  void Notice(const std::string& case_id, intake::v1::MaximumPenalty penalty, const std::string& reference = "",
              const std::string& linked = "") {
    Open(case_id, intake::v1::CASE_KIND_DEFENCE);
    Intake(case_id, [&](auto* event) {
      event->mutable_notice_received()->set_maximum_penalty(penalty);
      event->mutable_notice_received()->set_authority("court");
      event->mutable_notice_received()->set_authority_reference(reference);
      event->mutable_notice_received()->set_linked_case_id(linked);
    });
    StartClock(case_id, "defence.assign", "2025-03-07T00:00:00+08:00");
  }
  void Withdraw(const std::string& case_id) {
    Intake(case_id, [](auto* event) { event->mutable_case_withdrawn()->set_reason_code("settled"); });
  }

  // --- transfer
  template <typename Fill>
  void Transfer(const std::string& case_id, Fill fill) {
    transfer::v1::TransferEvent event;
    event.set_case_id(case_id);
    fill(&event);
    s.Given(ServiceId::kTransfer, event);
  }
  void Freeze(const std::string& id, uint64_t hop, const std::string& to = "330100") {
    Transfer(id, [&](auto* event) {
      event->mutable_case_frozen()->set_hop(hop);
      event->mutable_case_frozen()->set_to(to);
    });
  }
  void Thaw(const std::string& id, uint64_t hop) {
    Transfer(id, [&](auto* event) { event->mutable_case_thawed()->set_hop(hop); });
  }
  void LearnCustody(const std::string& id, uint64_t hop, const std::string& custodian = "330100") {
    Transfer(id, [&](auto* event) {
      event->mutable_custody_learned()->set_hop(hop);
      event->mutable_custody_learned()->set_custodian(custodian);
    });
  }

  // --- commands
  template <typename Request>
  Request On(const std::string& case_id) const {
    Request request;
    request.set_municipality(code_);
    request.set_case_id(case_id);
    request.mutable_actor()->set_staff_id("staff-1");
    request.mutable_actor()->set_office_id("centre");
    return request;
  }
  const Result& Offer(const std::string& case_id, const std::string& named = "", const std::string& lent_from = "") {
    auto request = On<v1::OfferCaseRequest>(case_id);
    request.set_practitioner_id(named);
    request.set_lent_from(lent_from);
    if (!named.empty()) request.set_reason("knows the matter");
    return s.When(request);
  }
  const Result& Accept(const std::string& case_id) {
    auto request = On<v1::AcceptOfferRequest>(case_id);
    request.set_offer_id(Get(case_id).offer().offer_id());
    return s.When(request);
  }
  const Result& Decline(const std::string& case_id) {
    auto request = On<v1::DeclineOfferRequest>(case_id);
    request.set_offer_id(Get(case_id).offer().offer_id());
    request.set_reason_code("too_busy");
    return s.When(request);
  }
  const Result& Letter(const std::string& case_id) { return s.When(On<v1::IssueAssignmentLetterRequest>(case_id)); }
  const Result& Notify(const std::string& case_id) { return s.When(On<v1::NotifyAuthorityRequest>(case_id)); }
  const Result& Step(const std::string& case_id, v1::HandlingStep step) {
    auto request = On<v1::RecordHandlingStepRequest>(case_id);
    request.set_step(step);
    request.mutable_note()->set_sealed("note");
    return s.When(request);
  }
  const Result& Replace(const std::string& case_id) {
    auto request = On<v1::ReplacePractitionerRequest>(case_id);
    request.set_reason_code("ill");
    return s.When(request);
  }
  const Result& Terminate(const std::string& case_id) {
    auto request = On<v1::TerminateAidRequest>(case_id);
    request.set_reason_code("own_counsel");
    return s.When(request);
  }
  const Result& Submit(const std::string& case_id) {
    auto request = On<v1::SubmitClosingFileRequest>(case_id);
    auto* document = request.add_documents();
    document->set_name("closing file");
    document->set_sha256(std::string(32, 'c'));
    return s.When(request);
  }
  const Result& Return(const std::string& case_id) {
    auto request = On<v1::ReturnClosingFileRequest>(case_id);
    request.set_reason_code("judgment_missing");
    return s.When(request);
  }
  const Result& Approve(const std::string& case_id) { return s.When(On<v1::ApproveClosingFileRequest>(case_id)); }
  const Result& SetTariff(const std::string& from, int64_t civil, int64_t defence = 200'000) {
    v1::SetTariffRequest request;
    request.set_municipality(code_);
    request.mutable_tariff()->set_valid_from(from);
    request.mutable_tariff()->set_citation("a notice of the bureau");
    auto* row = request.mutable_tariff()->add_rows();
    row->set_kind(intake::v1::CASE_KIND_LEGAL_AID);
    row->set_amount_fen(civil);
    row = request.mutable_tariff()->add_rows();
    row->set_kind(intake::v1::CASE_KIND_DEFENCE);
    row->set_amount_fen(defence);
    return s.When(request);
  }
  // Offered by the rules, accepted, and the letter issued.
  void Assign(const std::string& case_id) {
    EXPECT_THAT(Offer(case_id).events, ElementsAre("OfferMade"));
    EXPECT_THAT(Accept(case_id).events, ElementsAre("OfferAccepted"));
    EXPECT_FALSE(Letter(case_id).events.empty());
  }

  v1::Assignment Get(const std::string& case_id) {
    v1::GetAssignmentRequest request;
    request.set_case_id(case_id);
    const Result& result = s.When(request);
    return result.reply == nullptr ? v1::Assignment() : result.As<v1::GetAssignmentResponse>().assignment();
  }
  // Cases that count against a practitioner's capacity.
  size_t InHand(const std::string& practitioner_id) {
    const Result& result = s.When(v1::ListLoadsRequest());
    for (const auto& load : result.As<v1::ListLoadsResponse>().loads()) {
      if (load.practitioner().practitioner_id() == practitioner_id) {
        return static_cast<size_t>(load.occupations_size());
      }
    }
    return 0;
  }
  std::vector<std::string> Queue() {
    std::vector<std::string> ids;
    const Result& result = s.When(v1::ListQueueRequest());
    for (const auto& one : result.As<v1::ListQueueResponse>().assignments()) ids.push_back(one.case_id());
    return ids;
  }
  void Now(std::string_view text) { s.SetNow(At(text)); }

  static google::protobuf::Timestamp ToStamp(Instant at) {
    google::protobuf::Timestamp timestamp;
    timestamp.set_seconds(at.micros / kMicrosPerSecond);
    return timestamp;
  }

 private:
  std::string code_;

 public:
  Scenario s;
};

class AssignmentTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_TRUE(desk.s.ReplayEqualsLive()); }

  void ExpectRefused(const Result& result, R refusal, const Meta& metadata = {}) {
    EXPECT_EQ(common::v1::Refusal_Name(result.refusal), common::v1::Refusal_Name(refusal));
    EXPECT_THAT(result.events, IsEmpty());
    for (const auto& [key, value] : metadata) {
      ASSERT_EQ(result.metadata.count(key), 1u) << key;
      EXPECT_EQ(result.metadata.at(key), value);
    }
  }

  Desk desk{330800};
};

}  // namespace casehub::assignment
