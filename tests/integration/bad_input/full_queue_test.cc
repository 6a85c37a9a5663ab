// More calls than the server can take: each is told so at once, with when to come back, and none is lost or doubled.
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "tests/integration/bad_input/refusals.h"
#include "tests/integration/bad_input/stopped_thread.h"
#include "tests/support/caller.h"
#include "tests/support/ledger_export.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

const std::string kHere = "330800";
const std::string kPartition = "partition-0";  // where it lives
constexpr size_t kQueuedCallsMax = 4096;       // services/standalone/shards.h
constexpr size_t kCalls = 6000;

class FullQueue : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(server_.Start()); }

  // Sends all at once; the outcomes come in later.
  void SendAll(Caller* caller) {
    outcomes_.resize(kCalls);
    for (uint64_t i = 0; i < kCalls; ++i) requests_.push_back(RegisterContact(kHere, i));
    for (size_t i = 0; i < kCalls; ++i) {
      caller->Async(MethodOf(requests_[i]), requests_[i].SerializeAsString(), [this, i](Outcome outcome) {
        std::lock_guard lock(mutex_);
        outcomes_[i] = std::move(outcome);
        ++ended_;
        changed_.notify_all();
      });
    }
  }
  bool AwaitEnded(size_t count, seconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return ended_ >= count; });
  }
  std::map<std::string, size_t> Counts() const {
    std::map<std::string, size_t> counts;
    for (const Outcome& outcome : outcomes_) ++counts[outcome.acknowledged() ? "done" : outcome.reason()];
    return counts;
  }

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {}}};
  std::vector<intake::v1::RegisterContactRequest> requests_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Outcome> outcomes_;  // guarded by mutex_ until all have ended
  size_t ended_ = 0;
};

// The partition stands still: what does not fit into its queue is refused at once, the rest is done when it goes on.
TEST_F(FullQueue, SaysWhenToComeBackAndTheRestIsDone) {
  Caller caller(server_.address(), seconds(60));
  {
    const StoppedThread partition(server_.pid(), kPartition);
    if (!partition.problem().empty()) GTEST_SKIP() << partition.problem();
    SendAll(&caller);
    ASSERT_TRUE(AwaitEnded(kCalls - kQueuedCallsMax, seconds(30))) << ended_ << " calls were answered";
    Refusals refusals(server_.address());
    const auto failure = refusals.Expect(
        RegisterContact(kHere, kCalls),
        {8, "QUEUE_FULL", "", "repeat with the same request_id after 100 ms", "请在 100 毫秒后用同一 request_id 重试"});
    EXPECT_EQ(failure.metadata.at("retry_ms"), "100");
    const CommandResult told =
        RunCasectl(server_.address(), {"intake", "register-contact", "--municipality", kHere, "--channel", "window",
                                       "--matter-type", "civil", "--applicant.particulars.name", "王五"});
    EXPECT_EQ(told.exit_status, 3);
    EXPECT_NE(told.err.find("--request-id"), std::string::npos) << told.err;
  }
  ASSERT_TRUE(AwaitEnded(kCalls, seconds(60))) << ended_;
  const auto counts = Counts();
  EXPECT_EQ(counts.at("QUEUE_FULL"), kCalls - kQueuedCallsMax);
  EXPECT_EQ(counts.at("done"), kQueuedCallsMax);
  EXPECT_EQ(ExportVerified(server_.address(), kHere, folder_.path()).Count("CaseOpened"), kQueuedCallsMax);
  for (const auto& request : requests_) caller.Must<intake::v1::RegisterContactResponse>(request);
  EXPECT_EQ(ExportVerified(server_.address(), kHere, folder_.path()).Count("CaseOpened"), kCalls);
}

// A call whose time is over before it is decided records nothing, and says so; where nobody can know, repeating it
// settles it.
TEST_F(FullQueue, ADeadlineThatPassedInTheQueueRecordsNothing) {
  const auto request = RegisterContact(kHere, 1);
  {
    const StoppedThread partition(server_.pid(), kPartition);
    if (!partition.problem().empty()) GTEST_SKIP() << partition.problem();
    Caller hasty(server_.address(), milliseconds(300));
    const Outcome late = hasty.Once(request);
    ASSERT_TRUE(late.failure);
    EXPECT_EQ(late.failure->code, 4) << late.reason();
    // The caller's clock said so: with a query that ends in the same way, the server's has come to it as well.
    intake::v1::ListCasesRequest query;
    query.set_municipality(kHere);
    EXPECT_TRUE(hasty.Once(query).failure);
  }
  Caller caller(server_.address());
  // The queue is in order: when this is decided, so is the late one.
  caller.Must<intake::v1::RegisterContactResponse>(RegisterContact(kHere, 2));
  EXPECT_EQ(ExportVerified(server_.address(), kHere, folder_.path()).Count("CaseOpened"), 1u);
  caller.Must<intake::v1::RegisterContactResponse>(request);
  caller.Must<intake::v1::RegisterContactResponse>(request);
  EXPECT_EQ(ExportVerified(server_.address(), kHere, folder_.path()).Count("CaseOpened"), 2u);
}

TEST_F(FullQueue, ADeadlineThatPassedBeforeTheCallRecordsNothing) {
  for (const auto timeout : {milliseconds(0), milliseconds(-1000)}) {
    Caller late(server_.address(), timeout);
    const Outcome outcome = late.Once(RegisterContact(kHere, 1));
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, 4);
  }
  const CommandResult told = RunCasectl(
      server_.address(), {"--timeout", "0.000001", "intake", "register-contact", "--municipality", kHere, "--channel",
                          "window", "--matter-type", "civil", "--applicant.particulars.name", "王五"});
  EXPECT_EQ(told.exit_status, 3) << told.err;
  EXPECT_NE(told.err.find("--request-id"), std::string::npos) << told.err;
  EXPECT_TRUE(ExportVerified(server_.address(), kHere, folder_.path()).entries.empty());
}

}  // namespace
}  // namespace casehub::testing
