#include "tests/integration/process/life_fixture.h"

namespace casehub::testing {

void LifeTest::SetUp() {
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  caller_ = std::make_unique<Caller>(server_.address());
  ASSERT_NO_FATAL_FAILURE(Live(Preparation()));
}

void LifeTest::Take(const Step& step) {
  const Outcome outcome = caller_->Settle(*step.request(progress_));
  ASSERT_TRUE(outcome.acknowledged()) << step.name << ": " << outcome.reason();
  if (step.learn) step.learn(outcome.reply, &progress_);
  ASSERT_TRUE(!step.await || step.await(caller_.get(), progress_)) << step.name;
}

void LifeTest::Live(const std::vector<Step>& life) {
  progress_ = {};
  for (const Step& step : life) ASSERT_NO_FATAL_FAILURE(Take(step));
}

Ledger LifeTest::LedgerOf(const std::string& municipality) {
  return ExportVerified(server_.address(), municipality, folder_.path());
}

std::map<std::string, std::string> LifeTest::Told(const std::string& municipality, const std::string& case_id) {
  std::map<std::string, std::string> told;
  for (const LedgerEntry& entry : LedgerOf(municipality).entries) {
    if (entry.case_id != case_id) continue;
    std::string& of_service = told[entry.service];
    of_service += (of_service.empty() ? "" : " ") + entry.type;
  }
  return told;
}

}  // namespace casehub::testing
