// The shipped server killed again and again under load: nothing acknowledged is lost, nothing happens twice, and every
// repeat gets the first reply.
#include <gtest/gtest.h>

#include <csignal>
#include <random>

#include "tests/integration/process/audit.h"
#include "tests/integration/process/mixed_load.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

using std::chrono::steady_clock;

constexpr int kKills = 50;
constexpr int kCommandsPerSecond = 500;
constexpr int kCommandsBetweenKills = 120;  // at least; up to twice as many
const std::string kOffice = "station-1";
const std::vector<std::string> kMunicipalities = {"330100", "330200", "330300", "330600", "330700", "330800"};

class UnderLoad : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(server_.Start());
    Caller caller(server_.address());
    for (const std::string& municipality : kMunicipalities) {
      caller.Must<registry::v1::RegisterOfficeResponse>(RegisterOffice(municipality, kOffice));
    }
  }

  LoadOptions Load(uint32_t seed) const {
    return {server_.address(), kMunicipalities, kOffice, kCommandsPerSecond, seed};
  }

  std::vector<Ledger> Ledgers() const {
    std::vector<Ledger> ledgers;
    for (const std::string& one : kMunicipalities) {
      ledgers.push_back(ExportVerified(server_.address(), one, folder_.path()));
    }
    return ledgers;
  }

  // All that must hold once the load has ended, whatever happened to the server meanwhile.
  void Audit(MixedLoad* load) {
    std::vector<Call> calls = load->TakeCalls();
    Caller caller(server_.address());
    const Settled settled = SettleUnknown(&caller, Ledgers(), &calls);
    size_t refused = 0;
    for (const Call& call : calls) refused += call.outcome.refused();
    std::printf("%zu commands: %zu refused, %zu of unknown outcome at the end, of which %zu had opened a case\n",
                calls.size(), refused, settled.unknown, settled.recorded);
    RecordProperty("commands", static_cast<int>(calls.size()));
    RecordProperty("unknown", static_cast<int>(settled.unknown));
    RecordProperty("unknown_but_recorded", static_cast<int>(settled.recorded));
    EXPECT_EQ(load->contradictions(), std::vector<std::string>());

    ExpectFirstAnswers(&caller, calls);
    AwaitRatingSlots(&caller, calls);
    const std::vector<Ledger> ledgers = Ledgers();
    ExpectExactly(calls, ledgers);
    ExpectHeadsKept(load->TakeHeads(), ledgers);
    ExpectStoresEqualTheLog(server_.address());
    Caller privileged(server_.address(), std::chrono::seconds(10), "test");
    ExpectApplicants(&privileged, calls);

    server_.Kill();
    ASSERT_NO_FATAL_FAILURE(server_.Start());
    Caller again(server_.address());
    ExpectFirstAnswers(&again, calls);
    const std::vector<Ledger> after = Ledgers();
    for (size_t i = 0; i < ledgers.size(); ++i) {
      EXPECT_EQ(after[i].entries.back().hash, ledgers[i].entries.back().hash) << "repeats add nothing";
    }
  }

  // What a reader saw of a ledger stands in it for ever.
  static void ExpectHeadsKept(const std::vector<SeenHead>& heads, const std::vector<Ledger>& ledgers) {
    EXPECT_FALSE(heads.empty());
    for (const SeenHead& seen : heads) {
      for (const Ledger& ledger : ledgers) {
        if (ledger.municipality != seen.municipality) continue;
        ASSERT_LE(seen.sequence, ledger.entries.size()) << seen.municipality;
        EXPECT_EQ(ledger.entries[seen.sequence - 1].hash, seen.head) << seen.municipality << " " << seen.sequence;
      }
    }
  }

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {}}};
};

TEST_F(UnderLoad, FiftyKillsLoseNothingAndDoubleNothing) {
  MixedLoad load(Load(1));
  std::mt19937 random(50);
  const auto start = steady_clock::now();
  std::chrono::duration<double> away{0};
  for (int kill = 0; kill < kKills; ++kill) {
    ASSERT_TRUE(load.AwaitSent(load.sent() + kCommandsBetweenKills + random() % kCommandsBetweenKills)) << kill;
    const auto killed = steady_clock::now();
    server_.Kill();
    ASSERT_NO_FATAL_FAILURE(server_.Start()) << "after kill " << kill;
    away += steady_clock::now() - killed;
  }
  ASSERT_TRUE(load.AwaitSent(load.sent() + kCommandsBetweenKills));
  const std::chrono::duration<double> took = steady_clock::now() - start;
  load.Stop();
  std::printf("%d kills in %.1f s, of which %.1f s without a server; %llu attempts\n", kKills, took.count(),
              away.count(), static_cast<unsigned long long>(load.sent()));
  Audit(&load);
}

TEST_F(UnderLoad, SigtermInTheMiddleAnswersWhatItTookAndEndsWithZero) {
  MixedLoad load(Load(2));
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(load.AwaitSent(load.sent() + 4 * kCommandsBetweenKills));
    const auto start = steady_clock::now();
    EXPECT_EQ(server_.Terminate(), 0) << server_.stderr_text();
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(10));
    ASSERT_NO_FATAL_FAILURE(server_.Start());
  }
  ASSERT_TRUE(load.AwaitSent(load.sent() + kCommandsBetweenKills));
  load.Stop();
  Audit(&load);
}

}  // namespace
}  // namespace casehub::testing
