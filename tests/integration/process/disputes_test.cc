// What people really quarrel about lives life 3 through gRPC and comes back unchanged, also after a kill.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/mediation/v1/mediation_service.pb.h"
#include "tests/integration/process/shared_data.h"
#include "tests/support/caller.h"
#include "tests/support/ledger_export.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

namespace fs = std::filesystem;
namespace v1 = mediation::v1;

constexpr int kClerks = 8;
constexpr char kCommittee[] = "committee-1";
constexpr char kMediator[] = "mediator-1";
constexpr size_t kFailsEvery = 5;  // every fifth dispute ends without an agreement
const std::vector<std::string> kMunicipalities = {"330700", "330800"};

struct Dispute {
  std::string text;
  std::string municipality, case_id;
  bool fails = false;
};

// Life 3 from the referral to the end, and what follows an agreement.
class Life {
 public:
  Life(Caller* caller, Dispute* dispute) : caller_(caller), dispute_(dispute) {}

  void Live(uint64_t resident) {
    Begin(resident);
    for (v1::SessionMode mode : {v1::SESSION_MODE_IN_PERSON, v1::SESSION_MODE_VIDEO}) {
      auto session = On<v1::HoldSessionRequest>();
      session.set_mode(mode);
      session.add_present(1);
      session.add_present(2);
      session.mutable_record()->set_text(dispute_->text);
      caller_->Must<v1::HoldSessionResponse>(session);
    }
    dispute_->fails ? Fail() : Agree();
    caller_->Must<intake::v1::ArchiveCaseResponse>(On<intake::v1::ArchiveCaseRequest>());
  }

 private:
  template <typename Request>
  Request On() const {
    return About<Request>(dispute_->municipality, dispute_->case_id);
  }

  void Begin(uint64_t resident) {
    const auto referral = ReceiveReferral(dispute_->municipality, resident, dispute_->text);
    dispute_->case_id = caller_->Must<intake::v1::ReceiveReferralResponse>(referral).case_id();
    for (uint32_t party : {1u, 2u}) {
      auto consent = On<v1::RecordConsentRequest>();
      consent.set_party(party);
      consent.set_consented(true);
      caller_->Must<v1::RecordConsentResponse>(consent);
    }
    auto accept = On<v1::AcceptDisputeRequest>();
    accept.set_office_id(kCommittee);
    caller_->Must<v1::AcceptDisputeResponse>(accept);
    auto assign = On<v1::AssignMediatorRequest>();
    assign.set_mediator_id(kMediator);
    caller_->Must<v1::AssignMediatorResponse>(assign);
  }

  void End(v1::MediationResult result) {
    auto returned = On<v1::ReturnReferralResultRequest>();
    returned.set_result(result);
    caller_->Must<v1::ReturnReferralResultResponse>(returned);
    auto close = On<v1::CloseMediationRequest>();
    close.set_result(result);
    if (result == v1::MEDIATION_RESULT_FAILED) {
      close.set_onward_path(v1::ONWARD_PATH_LITIGATION);
      close.set_reason_code("no_agreement");
    }
    caller_->Must<v1::CloseMediationResponse>(close);
  }

  void Fail() { End(v1::MEDIATION_RESULT_FAILED); }

  void Agree() {
    auto agreement = On<v1::RecordAgreementRequest>();
    agreement.add_terms()->mutable_text()->set_text(dispute_->text);
    agreement.mutable_terms(0)->set_perform_by("2030-01-01");
    caller_->Must<v1::RecordAgreementResponse>(agreement);
    End(v1::MEDIATION_RESULT_AGREED);
    auto application = On<v1::RecordJointApplicationRequest>();
    application.set_court("人民法院");
    caller_->Must<v1::RecordJointApplicationResponse>(application);
    auto outcome = On<v1::RecordCourtOutcomeRequest>();
    outcome.set_outcome(v1::COURT_OUTCOME_CONFIRMED);
    caller_->Must<v1::RecordCourtOutcomeResponse>(outcome);
    auto performed = On<v1::RecordPerformanceRequest>();
    performed.set_term(1);
    performed.set_performance(v1::PERFORMANCE_PERFORMED);
    caller_->Must<v1::RecordPerformanceResponse>(performed);
  }

  Caller* caller_;
  Dispute* dispute_;
};

void LiveAll(const std::string& address, std::vector<Dispute>* disputes) {
  std::atomic<size_t> next{0};
  std::vector<std::thread> clerks;
  for (int i = 0; i < kClerks; ++i) {
    clerks.emplace_back([&] {
      Caller caller(address);
      for (size_t at = next++; at < disputes->size(); at = next++) {
        Dispute& dispute = (*disputes)[at];
        dispute.municipality = kMunicipalities[at % kMunicipalities.size()];
        dispute.fails = at % kFailsEvery == 0;
        Life(&caller, &dispute).Live(2 * at);
      }
    });
  }
  for (std::thread& clerk : clerks) clerk.join();
}

class Disputes : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(server_.Start());
    Caller caller(server_.address());
    for (const std::string& one : kMunicipalities) {
      caller.Must<registry::v1::RegisterOfficeResponse>(RegisterCommittee(one, kCommittee));
      caller.Must<registry::v1::RegisterPractitionerResponse>(RegisterMediator(one, kMediator, kCommittee));
    }
  }

  void LiveAndReadBack(std::vector<Dispute> disputes) {
    LiveAll(server_.address(), &disputes);
    ExpectUnchanged(disputes);
    server_.Kill();
    ASSERT_NO_FATAL_FAILURE(server_.Start());
    ExpectUnchanged(disputes);
    ExpectCounted(disputes);
  }

  void ExpectUnchanged(const std::vector<Dispute>& disputes) {
    Caller caller(server_.address());
    for (const Dispute& one : disputes) {
      v1::GetMediationRequest request;
      request.set_municipality(one.municipality);
      request.set_case_id(one.case_id);
      const auto shown = caller.Must<v1::GetMediationResponse>(request).mediation();
      EXPECT_EQ(shown.dispute().text(), one.text) << one.case_id;
      ASSERT_EQ(shown.sessions_size(), 2) << one.case_id;
      EXPECT_EQ(shown.sessions(0).record().text(), one.text) << one.case_id;
      EXPECT_EQ(shown.sessions(1).record().text(), one.text) << one.case_id;
      EXPECT_EQ(shown.status(), one.fails ? v1::MEDIATION_STATUS_FAILED : v1::MEDIATION_STATUS_SUCCEEDED);
      if (!one.fails) {
        EXPECT_EQ(shown.agreement().terms(0).term().text().text(), one.text) << one.case_id;
        EXPECT_EQ(shown.agreement().outcome(), v1::COURT_OUTCOME_CONFIRMED) << one.case_id;
        EXPECT_EQ(shown.agreement().terms(0).performance(), v1::PERFORMANCE_PERFORMED) << one.case_id;
      }
      intake::v1::GetCaseRequest of_intake;
      of_intake.set_municipality(one.municipality);
      of_intake.set_case_id(one.case_id);
      const auto shown_case = caller.Must<intake::v1::GetCaseResponse>(of_intake).case_();
      EXPECT_EQ(shown_case.question().text(), one.text) << one.case_id;
      EXPECT_EQ(shown_case.status(), intake::v1::CASE_STATUS_ARCHIVED) << one.case_id;
    }
  }

  // The indicators and the ledger say what was lived.
  void ExpectCounted(const std::vector<Dispute>& disputes) {
    Caller caller(server_.address());
    uint64_t agreed = 0, concluded = 0, subsidies = 0;
    for (const std::string& one : kMunicipalities) {
      v1::GetMediationIndicatorsRequest request;
      request.set_municipality(one);
      request.set_indicator(v1::MEDIATION_INDICATOR_SUCCESS);
      request.set_from("2020-01-01");
      request.set_until("2100-01-01");
      const auto indicators = caller.Must<v1::GetMediationIndicatorsResponse>(request);
      agreed += indicators.numerator();
      concluded += indicators.denominator();
      const Ledger ledger = ExportVerified(server_.address(), one, folder_.path());
      subsidies += ledger.Count("MediatorSubsidyPayable");
    }
    EXPECT_EQ(concluded, disputes.size());
    EXPECT_EQ(agreed, disputes.size() - (disputes.size() + kFailsEvery - 1) / kFailsEvery);
    EXPECT_EQ(subsidies, disputes.size());
  }

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {}}};
};

TEST_F(Disputes, OfTheProjectComeBackUnchanged) {
  std::vector<Dispute> disputes;
  for (const char* text :
       {"双方因宅基地界址发生纠纷。", "租客拖欠三个月租金,房东要求解除合同。",
        "邻里噪音纠纷 \"夜间\"\n\t多次协商未果。", "道路交通事故损害赔偿。", "合伙账目不清。", "拖欠劳务报酬。"}) {
    disputes.push_back({text, "", "", false});
  }
  LiveAndReadBack(std::move(disputes));
}

TEST_F(Disputes, FiveHundredRealOnesComeBackUnchanged) {
  const fs::path folder = SharedData("texts");
  if (!fs::exists(folder)) GTEST_SKIP() << "there are no real texts: " << folder << " does not exist";
  std::ifstream in(folder / "disputes.json");
  std::vector<Dispute> disputes;
  for (const auto& one : nlohmann::json::parse(in)) disputes.push_back({one.at("question"), "", "", false});
  ASSERT_EQ(disputes.size(), 500u);
  LiveAndReadBack(std::move(disputes));
}

}  // namespace
}  // namespace casehub::testing
