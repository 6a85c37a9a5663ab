// A municipality with three offices, one of them closed; every test ends by folding its whole log again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "casehub/ingest/v1/ingest_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/intake/service.h"
#include "tests/support/given.h"

namespace casehub::intake {

using testing::At;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Result;
using testing::Scenario;
using R = common::v1::Refusal;
using Meta = std::map<std::string, std::string>;

inline google::protobuf::Timestamp Stamp(std::string_view text) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(At(text).micros / kMicrosPerSecond);
  return timestamp;
}

class IntakeTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kMonday = "2025-03-03T09:00:00+08:00";

  IntakeTest() {
    Office("centre", "");
    Office("station", "");
    Office("gone", "2025-01-01");
  }
  void TearDown() override { EXPECT_TRUE(s_.ReplayEqualsLive()); }

  // Refused for that reason, with this metadata as far as it is given, and nothing recorded.
  void ExpectRefused(const std::function<const Result&()>& act, R refusal, const Meta& metadata) {
    const auto rows_before = s_.state().rows();
    const Result& result = act();
    EXPECT_EQ(common::v1::Refusal_Name(result.refusal), common::v1::Refusal_Name(refusal));
    for (const auto& [key, value] : metadata) {
      ASSERT_EQ(result.metadata.count(key), 1u) << key;
      EXPECT_EQ(result.metadata.at(key), value);
    }
    EXPECT_EQ(s_.state().rows(), rows_before) << "a refusal changed something";
  }

  void Office(const std::string& id, const std::string& until) {
    registry::v1::RegistryEvent event;
    auto* office = event.mutable_office_registered()->mutable_office();
    office->set_office_id(id);
    office->set_kind(id == "centre" ? registry::v1::OFFICE_KIND_CENTRE : registry::v1::OFFICE_KIND_STATION);
    office->set_valid_from("2020-01-01");
    office->set_valid_until(until);
    s_.Given(ServiceId::kRegistry, event);
  }
  void CloseOffice(const std::string& id, const std::string& until) {
    registry::v1::RegistryEvent event;
    event.mutable_office_closed()->set_office_id(id);
    event.mutable_office_closed()->set_valid_until(until);
    s_.Given(ServiceId::kRegistry, event);
  }

  template <typename Request>
  static Request On(const std::string& case_id) {
    Request request;
    request.set_municipality("330800");
    request.set_case_id(case_id);
    return request;
  }

  static v1::RegisterContactRequest Contact() {
    v1::RegisterContactRequest request;
    request.set_municipality("330800");
    request.set_channel(common::v1::CHANNEL_WINDOW);
    request.mutable_applicant()->set_person_id("01890000-0000-7000-8000-000000000001");
    request.mutable_applicant()->set_sealed("sealed");
    request.set_matter_type("civil");
    request.mutable_actor()->set_staff_id("s1");
    request.mutable_actor()->set_office_id("centre");
    request.mutable_note()->set_sealed("note");
    return request;
  }
  static v1::RegisterCallRequest Call() {
    v1::RegisterCallRequest request;
    request.set_municipality("330800");
    request.mutable_actor()->set_staff_id("s1");
    request.mutable_actor()->set_office_id("centre");
    request.set_call_id("call-1");
    request.set_matter_type("labour");
    request.mutable_question()->set_sealed("question");
    return request;
  }
  static v1::SubmitAidApplicationRequest Application() {
    v1::SubmitAidApplicationRequest request;
    request.set_municipality("330800");
    request.set_channel(common::v1::CHANNEL_WINDOW);
    request.mutable_applicant()->set_sealed("sealed");
    request.set_matter_type("civil");
    request.mutable_statement()->set_sealed("statement");
    return request;
  }
  static ingest::v1::ImportCaseRequest Import(const std::string& reference, int events, int first = 0) {
    ingest::v1::ImportCaseRequest request;
    request.set_municipality("330800");
    request.set_source_system("permits");
    request.set_external_reference(reference);
    for (int i = first; i < first + events; ++i) {
      auto* event = request.add_events();
      *event->mutable_occurred_at() = Stamp("2015-01-05T10:00:00+08:00");
      event->set_activity("step");
      auto* attribute = event->add_attributes();
      attribute->set_key("n");
      attribute->set_value(std::to_string(i));
      attribute->set_type(v1::ATTRIBUTE_TYPE_INT);
    }
    return request;
  }

  // Shortcuts that must succeed; they give the case id.
  std::string OpenContact() { return s_.When(Contact()).As<v1::RegisterContactResponse>().case_id(); }
  std::string OpenCall() { return s_.When(Call()).As<v1::RegisterCallResponse>().case_id(); }
  std::string OpenApplication(const std::string& competent = "") {
    auto request = Application();
    request.set_competent_municipality(competent);
    return s_.When(request).As<v1::SubmitAidApplicationResponse>().case_id();
  }
  const Result& HandOver(const std::string& id, const std::string& office) {
    auto request = On<v1::HandOverToOfficeRequest>(id);
    request.set_to_office_id(office);
    return s_.When(request);
  }
  const Result& Acknowledge(const std::string& id, const std::string& office) {
    auto request = On<v1::AcknowledgeHandOverRequest>(id);
    request.mutable_actor()->set_office_id(office);
    request.mutable_actor()->set_staff_id("s2");
    return s_.When(request);
  }
  const Result& Answer(const std::string& id, const std::string& office = "") {
    auto request = On<v1::AnswerConsultationRequest>(id);
    request.mutable_actor()->set_staff_id("s2");
    request.mutable_actor()->set_office_id(office);
    request.mutable_answer()->set_sealed("answer");
    return s_.When(request);
  }
  const Result& Deliver(const std::string& id) {
    auto request = On<v1::ConfirmAnswerDeliveredRequest>(id);
    request.set_channel(common::v1::CHANNEL_HOTLINE);
    return s_.When(request);
  }
  const Result& Withdraw(const std::string& id) {
    auto request = On<v1::WithdrawCaseRequest>(id);
    request.set_reason_code("settled");
    return s_.When(request);
  }

  template <typename Fill>
  void Transfer(const std::string& case_id, Fill fill) {
    transfer::v1::TransferEvent event;
    event.set_case_id(case_id);
    fill(&event);
    s_.Given(ServiceId::kTransfer, event);
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

  v1::Case Get(const std::string& id) { return s_.When(On<v1::GetCaseRequest>(id)).As<v1::GetCaseResponse>().case_(); }
  // The clock of a policy that was started last.
  v1::Clock ClockOf(const std::string& id, const std::string& policy) {
    v1::Clock found;
    const v1::Case shown = Get(id);
    for (const auto& clock : shown.clocks()) {
      if (clock.deadline().policy() == policy) found = clock;
    }
    return found;
  }

  Scenario s_{MakeIntakeService(), Municipality(330800), At(kMonday)};
};

}  // namespace casehub::intake
