// What people really ask lives life 4 through gRPC and comes back unchanged, also after a kill.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "tests/integration/process/shared_data.h"
#include "tests/support/caller.h"
#include "tests/support/ledger_export.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kClerks = 8;
constexpr char kStation[] = "station-1";
const std::vector<std::string> kMunicipalities = {"330700", "330800"};

struct Consultation {
  std::string question, answer;
  std::string municipality, case_id;
};

// The texts of a file of questions.
std::vector<std::string> Texts(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> texts;
  for (const auto& one : nlohmann::json::parse(in)) texts.push_back(one.at("question"));
  return texts;
}

void Rate(Caller* caller, const Consultation& one) {
  evaluation::v1::GetRatingSlotRequest query;
  query.set_municipality(one.municipality);
  query.set_case_id(one.case_id);
  evaluation::v1::GetRatingSlotResponse slot;
  ASSERT_TRUE(caller->Eventually<evaluation::v1::GetRatingSlotResponse>(
      query, [](const auto& response) { return response.has_slot(); }, &slot));
  auto rating = About<evaluation::v1::SubmitRatingRequest>(one.municipality, one.case_id);
  rating.set_rating_token(slot.rating_token());
  rating.set_channel(common::v1::CHANNEL_ONLINE);
  auto* grades = rating.mutable_grades();
  grades->set_attitude(5);
  grades->set_efficiency(4);
  grades->set_policy_execution(4);
  grades->set_professional_level(5);
  grades->set_overall(5);
  rating.mutable_comment()->set_text(one.question);
  caller->Must<evaluation::v1::SubmitRatingResponse>(rating);
}

// Life 4, from the call to the rating.
void Live(Caller* caller, uint64_t resident, Consultation* one) {
  namespace v1 = intake::v1;
  const std::string& here = one->municipality;
  const auto opened = caller->Must<v1::RegisterCallResponse>(RegisterCall(here, resident, one->question));
  const std::string id = one->case_id = opened.case_id();
  auto handed = About<v1::HandOverToOfficeRequest>(here, id);
  handed.set_to_office_id(kStation);
  caller->Must<v1::HandOverToOfficeResponse>(handed);
  auto acknowledged = About<v1::AcknowledgeHandOverRequest>(here, id);
  *acknowledged.mutable_actor() = Staff(kStation, "staff-7");
  caller->Must<v1::AcknowledgeHandOverResponse>(acknowledged);
  auto again = About<v1::RegisterCallRequest>(here, id);
  again.set_call_id("again");
  again.mutable_question()->set_text(one->question);
  EXPECT_EQ(caller->Must<v1::RegisterCallResponse>(again).calls(), 2u);
  auto answer = About<v1::AnswerConsultationRequest>(here, id);
  *answer.mutable_actor() = Staff(kStation, "staff-7");
  answer.mutable_answer()->set_text(one->answer);
  caller->Must<v1::AnswerConsultationResponse>(answer);
  auto delivered = About<v1::ConfirmAnswerDeliveredRequest>(here, id);
  delivered.set_channel(common::v1::CHANNEL_HOTLINE);
  caller->Must<v1::ConfirmAnswerDeliveredResponse>(delivered);
  Rate(caller, *one);
}

void LiveAll(const std::string& address, std::vector<Consultation>* consultations) {
  std::atomic<size_t> next{0};
  std::vector<std::thread> clerks;
  for (int i = 0; i < kClerks; ++i) {
    clerks.emplace_back([&] {
      Caller caller(address);
      for (size_t at = next++; at < consultations->size(); at = next++) {
        (*consultations)[at].municipality = kMunicipalities[at % kMunicipalities.size()];
        Live(&caller, at, &(*consultations)[at]);
      }
    });
  }
  for (std::thread& clerk : clerks) clerk.join();
}

class Consultations : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(server_.Start());
    Caller caller(server_.address());
    for (const std::string& one : kMunicipalities) {
      caller.Must<registry::v1::RegisterOfficeResponse>(RegisterOffice(one, kStation));
    }
  }

  void LiveAndReadBack(std::vector<Consultation> consultations) {
    LiveAll(server_.address(), &consultations);
    ExpectUnchanged(consultations);
    server_.Kill();
    ASSERT_NO_FATAL_FAILURE(server_.Start());
    ExpectUnchanged(consultations);
    uint64_t opened = 0, rated = 0;
    for (const std::string& one : kMunicipalities) {
      const Ledger ledger = ExportVerified(server_.address(), one, folder_.path());
      opened += ledger.Count("CaseOpened");
      rated += ledger.Count("RatingRecorded");
    }
    EXPECT_EQ(opened, consultations.size());
    EXPECT_EQ(rated, consultations.size());
  }

  void ExpectUnchanged(const std::vector<Consultation>& consultations) {
    Caller caller(server_.address());
    for (const Consultation& one : consultations) {
      intake::v1::GetCaseRequest request;
      request.set_municipality(one.municipality);
      request.set_case_id(one.case_id);
      const auto shown = caller.Must<intake::v1::GetCaseResponse>(request).case_();
      EXPECT_EQ(shown.question().text(), one.question) << one.case_id;
      EXPECT_EQ(shown.answer().text(), one.answer) << one.case_id;
      EXPECT_EQ(shown.status(), intake::v1::CASE_STATUS_CLOSED) << one.case_id;
      EXPECT_EQ(shown.calls(), 2u) << one.case_id;
      EXPECT_TRUE(shown.escalated()) << one.case_id;
    }
  }

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {}}};
};

TEST_F(Consultations, OfTheProjectComeBackUnchanged) {
  std::vector<Consultation> consultations;
  for (const std::string& text : Texts(SourcePath("tools/demo/consultations.json"))) {
    consultations.push_back({text, text + "\n答复:请到窗口办理。", "", ""});
  }
  ASSERT_FALSE(consultations.empty());
  LiveAndReadBack(std::move(consultations));
}

TEST_F(Consultations, FiveHundredRealOnesComeBackUnchanged) {
  const fs::path folder = SharedData("texts");
  if (!fs::exists(folder)) GTEST_SKIP() << "there are no real texts: " << folder << " does not exist";
  const std::vector<std::string> questions = Texts(folder / "consultations.json");
  const std::vector<std::string> disputes = Texts(folder / "disputes.json");
  ASSERT_EQ(questions.size(), 500u);
  ASSERT_EQ(disputes.size(), questions.size());
  // Disputes are told at length: up to 4,364 characters. One is asked, the others are answers.
  const auto longest = std::max_element(disputes.begin(), disputes.end(),
                                        [](const auto& a, const auto& b) { return a.size() < b.size(); });
  std::vector<Consultation> consultations = {{*longest, *longest, "", ""}};
  for (size_t i = 0; i < questions.size(); ++i) consultations.push_back({questions[i], disputes[i], "", ""});
  LiveAndReadBack(std::move(consultations));
}

}  // namespace
}  // namespace casehub::testing
