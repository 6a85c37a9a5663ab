// Lives of cases through gRPC, with the server killed after every step, and in the middle of every step: what is there
// at the end is what is there without kills.
#include <gtest/gtest.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <random>

#include "tests/integration/process/lives.h"
#include "tests/integration/process/portrait.h"
#include "tests/support/ledger_export.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

enum class Killing { kNever, kAfterEveryStep, kInEveryStep };

constexpr int kInStepMicrosMax = 3000;  // from sending to the kill: before, while and after it is recorded

class LivedRun {
 public:
  explicit LivedRun(Killing killing) : killing_(killing) {}

  // Lives all of it; the portrait of the end.
  std::vector<std::string> Live() {
    server_.Start();
    caller_ = std::make_unique<Caller>(server_.address());
    std::vector<std::string> case_ids;
    for (const auto& life :
         {Preparation(), AidFromStation(), AidOnFalsePledge(), MandatoryDefence(), MediationBadlyRated(),
          ReferralRefused(), Consultation(), ConsultationSetAside(), AwayFromHome(), AwayByAcceptance(),
          AwayAndRecalled(), RuledForTheOrigin(), AwayOnPaper()}) {
      Progress progress;
      for (const Step& step : life) {
        if (::testing::Test::HasFatalFailure()) return {};
        Take(step, &progress);
      }
      for (const std::string& case_id : {progress.earlier_case_id, progress.case_id}) {
        if (!case_id.empty()) case_ids.push_back(case_id);
      }
    }
    ExpectStoresEqualTheLog(server_.address());
    return Portrait(server_.address(), {kOrigin, kFirstAsked, kSecondAsked, kSuperior}, case_ids, folder_.path());
  }

  int kills() const { return kills_; }
  int cut_off() const { return cut_off_; }

 private:
  void Take(const Step& step, Progress* progress) {
    const auto request = step.request(*progress);
    const std::string bytes = request->SerializeAsString(), method = MethodOf(*request);
    const Killing killing = steps_++ % kill_every_ == 0 ? killing_ : Killing::kNever;
    const Outcome outcome = killing == Killing::kInEveryStep ? CutOff(method, bytes) : caller_->Settle(method, bytes);
    ASSERT_TRUE(outcome.acknowledged()) << step.name << ": " << outcome.reason();
    if (killing == Killing::kAfterEveryStep) {
      Restart();
      EXPECT_EQ(caller_->Settle(method, bytes).reply, outcome.reply) << step.name << " repeated after the kill";
    }
    if (step.learn) step.learn(outcome.reply, progress);
    ASSERT_TRUE(!step.await || step.await(caller_.get(), *progress)) << step.name;
  }

  // Sends, kills meanwhile, and repeats after the start. What was acknowledged all the same must be repeated too.
  Outcome CutOff(const std::string& method, const std::string& bytes) {
    std::mutex mutex;
    std::condition_variable ended;
    std::optional<Outcome> first;
    caller_->Async(method, bytes, [&](Outcome outcome) {
      std::lock_guard lock(mutex);
      first = std::move(outcome);
      ended.notify_all();
    });
    const auto at = std::chrono::steady_clock::now() + std::chrono::microseconds(random_() % kInStepMicrosMax);
    while (std::chrono::steady_clock::now() < at) continue;
    Restart();
    {
      std::unique_lock lock(mutex);
      ended.wait(lock, [&] { return first.has_value(); });
    }
    const Outcome settled = caller_->Settle(method, bytes);
    if (first->unknown()) {
      ++cut_off_;
    } else {
      EXPECT_EQ(settled.reply, first->reply) << method;
    }
    return settled;
  }

  void Restart() {
    ++kills_;
    server_.Kill();
    server_.Start();
  }

  const Killing killing_;
  // Where CASEHUB_SLICE is set (sanitizers, whose servers start slowly) every fifth step is killed.
  const int kill_every_ = std::getenv("CASEHUB_SLICE") == nullptr ? 1 : 5;
  int steps_ = 0;
  std::mt19937 random_{5};
  int kills_ = 0;
  int cut_off_ = 0;
  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {"--partitions", "3"}}};
  std::unique_ptr<Caller> caller_;
};

class Lives : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { undisturbed_ = new std::vector<std::string>(LivedRun(Killing::kNever).Live()); }
  static void TearDownTestSuite() { delete undisturbed_; }

  void ExpectTheSame(LivedRun* run) {
    const std::vector<std::string> portrait = run->Live();
    ASSERT_GT(undisturbed_->size(), 50u);
    ASSERT_EQ(portrait.size(), undisturbed_->size());
    for (size_t i = 0; i < portrait.size(); ++i) EXPECT_EQ(portrait[i], (*undisturbed_)[i]) << "line " << i;
  }

  static std::vector<std::string>* undisturbed_;
};

std::vector<std::string>* Lives::undisturbed_ = nullptr;

TEST_F(Lives, EndTheSameWithAKillAfterEveryStep) {
  LivedRun run(Killing::kAfterEveryStep);
  ExpectTheSame(&run);
  std::printf("%d kills\n", run.kills());
}

TEST_F(Lives, EndTheSameWithAKillInTheMiddleOfEveryStep) {
  LivedRun run(Killing::kInEveryStep);
  ExpectTheSame(&run);
  std::printf("%d kills, %d answers cut off\n", run.kills(), run.cut_off());
  EXPECT_GT(run.cut_off(), 0) << "the kills came too late to mean anything";
}

}  // namespace
}  // namespace casehub::testing
