// The service over its rows: what it learns of other services' events, what it stores, what it answers.
#include "services/transfer/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/transfer/domain/custody.h"
#include "services/transfer/tables.h"
#include "tests/support/given.h"
#include "tests/unit/transfer/world.h"

namespace casehub::transfer {
namespace {

using common::v1::Refusal;
using ::testing::ElementsAre;

TransferConfig Config() {
  TransferConfig config;
  config.is_municipality = [](Municipality one) { return one == kA || one == kB || one == kP; };
  config.common_superior = [](Municipality, Municipality) { return kP; };
  config.deadline = [](std::string_view, std::string_view, Instant) { return common::v1::Deadline(); };
  return config;
}

class TransferServiceTest : public ::testing::Test {
 protected:
  TransferServiceTest() : scenario_(MakeTransferService(Config()), kA, testing::At("2025-11-26T09:00:00+08:00")) {}

  intake::v1::IntakeEvent Intake() {
    intake::v1::IntakeEvent event;
    event.set_case_id(case_id_.ToString());
    return event;
  }
  void OpenCase(intake::v1::CaseKind kind) {
    auto event = Intake();
    event.mutable_case_opened()->set_kind(kind);
    scenario_.Given(ServiceId::kIntake, event);
  }
  v1::OfferTransferRequest Offer() {
    v1::OfferTransferRequest request;
    request.set_request_id(case_id_.ToString());
    request.set_case_id(case_id_.ToString());
    request.set_to(kB.ToString());
    request.set_reason("competent there");
    return request;
  }
  std::string Row() { return scenario_.state().Get(tables::CaseKey(kA, case_id_)).value_or(""); }

  Uuid case_id_ = Uuid::V7(1'764'000'000'000, 3, 4);
  testing::Scenario scenario_;
};

TEST_F(TransferServiceTest, ACaseThatIsSimplyHereTakesNineBytes) {
  OpenCase(intake::v1::CASE_KIND_CONTACT);
  EXPECT_EQ(Row().size(), 9u);
  auto closed = Intake();
  closed.mutable_consultation_closed();
  scenario_.Given(ServiceId::kIntake, closed);
  EXPECT_EQ(Row().size(), 9u);
  EXPECT_EQ(scenario_.When(Offer()).refusal, Refusal::REFUSAL_CASE_CLOSED);
}

TEST_F(TransferServiceTest, ACaseThatAssignmentEndedIsOfferedToNobody) {
  for (const bool approved : {true, false}) {
    OpenCase(intake::v1::CASE_KIND_LEGAL_AID);
    assignment::v1::AssignmentEvent ended;
    ended.set_case_id(case_id_.ToString());
    if (approved) {
      ended.mutable_case_closed();
    } else {
      ended.mutable_aid_terminated();
    }
    scenario_.Given(ServiceId::kAssignment, ended);
    EXPECT_EQ(scenario_.When(Offer()).refusal, Refusal::REFUSAL_CASE_CLOSED);
  }
}

TEST_F(TransferServiceTest, RowsRoundTrip) {
  v1::CustodyState state = OpenedHere(case_id_.ToString(), kA);
  *state.mutable_received_at_origin() = ToTimestamp({-1'500'001});
  state.set_withdrawn(true);
  auto again = tables::DecodeState(tables::EncodeState(state), kA, case_id_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->SerializeAsString(), state.SerializeAsString());
  state.set_highest_hop(3);
  EXPECT_EQ(tables::DecodeState(tables::EncodeState(state), kA, case_id_)->SerializeAsString(),
            state.SerializeAsString());
  EXPECT_FALSE(tables::DecodeState("", kA, case_id_));
  EXPECT_FALSE(tables::DecodeState("ab", kA, case_id_));
}

TEST_F(TransferServiceTest, OfferReliesOnTheCase) {
  OpenCase(intake::v1::CASE_KIND_CONSULTATION);
  const auto& result = scenario_.When(Offer());
  EXPECT_THAT(result.events, ElementsAre("CaseFrozen"));
  EXPECT_THAT(result.relies_on, ElementsAre(storage::CaseSubject(case_id_)));
  EXPECT_EQ(result.As<v1::OfferTransferResponse>().hop(), 1u);
}

TEST_F(TransferServiceTest, AwayFromHomeNeedsConsent) {
  OpenCase(intake::v1::CASE_KIND_LEGAL_AID);
  auto applied = Intake();
  applied.mutable_application_received()->set_away_from_home(true);
  applied.mutable_application_received()->add_documents()->set_sha256(std::string(32, 'd'));
  scenario_.Given(ServiceId::kIntake, applied);
  EXPECT_EQ(scenario_.When(Offer()).refusal, Refusal::REFUSAL_CONSENT_MISSING);
  auto consent = Intake();
  consent.mutable_transfer_consent_recorded();
  scenario_.Given(ServiceId::kIntake, consent);
  auto received = Intake();
  received.mutable_received_at_origin()->mutable_received_at()->set_seconds(1'764'000'000);
  scenario_.Given(ServiceId::kIntake, received);
  EXPECT_THAT(scenario_.When(Offer()).events, ElementsAre("CaseFrozen"));
  const auto state = tables::LoadState(scenario_.state(), kA, case_id_);
  EXPECT_EQ(state->document_digest().size(), 32u);
  EXPECT_EQ(state->received_at_origin().seconds(), 1'764'000'000);
}

TEST_F(TransferServiceTest, RefusesWhatCannotBeNamed) {
  auto request = Offer();
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_CASE_UNKNOWN);
  request.set_case_id("");
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_FIELD_MISSING);
  request.set_case_id("no id");
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_FIELD_INVALID);
  request = Offer();
  request.set_to("330200");
  OpenCase(intake::v1::CASE_KIND_IMPORTED);
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_MUNICIPALITY_UNKNOWN);
}

TEST_F(TransferServiceTest, ListsOnlyCasesThatWereTransferredPageByPage) {
  std::vector<std::string> ids;
  for (uint64_t i = 1; i <= 7; ++i) {
    case_id_ = Uuid::V7(1'764'000'000'000 + static_cast<int64_t>(i), 3, i);
    OpenCase(intake::v1::CASE_KIND_CONTACT);
    if (i % 2 == 0) continue;
    ASSERT_THAT(scenario_.When(Offer()).events, ElementsAre("CaseFrozen"));
    ids.push_back(case_id_.ToString());
  }
  v1::ListTransfersRequest request;
  request.set_page_size(3);
  std::vector<std::string> listed;
  for (int page = 0; page < 3; ++page) {
    const auto& response = scenario_.When(request).As<v1::ListTransfersResponse>();
    for (const auto& transfer : response.transfers()) listed.push_back(transfer.case_id());
    request.set_page_token(response.next_page_token());
    if (response.next_page_token().empty()) break;
  }
  EXPECT_EQ(listed, ids);
  request.set_page_token("not a token");
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_PAGE_TOKEN_INVALID);
}

TEST_F(TransferServiceTest, GetSaysWhoHasCustody) {
  v1::GetTransferRequest request;
  request.set_case_id(case_id_.ToString());
  EXPECT_EQ(scenario_.When(request).refusal, Refusal::REFUSAL_TRANSFER_UNKNOWN);
  OpenCase(intake::v1::CASE_KIND_CONTACT);
  EXPECT_EQ(scenario_.When(request).As<v1::GetTransferResponse>().custodian(), kA.ToString());
  EXPECT_TRUE(scenario_.ReplayEqualsLive());
}

}  // namespace
}  // namespace casehub::transfer
