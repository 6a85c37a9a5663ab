#include "tests/integration/process/under_load.h"

#include <random>

#include "casehub/operations/v1/operations_service.pb.h"
#include "tests/support/requests.h"

namespace casehub::testing {
namespace {

const std::string kOffice = "station-1";
constexpr int kQuietAnswers = 20;  // in a row: what waits for a broker comes in bursts
const std::vector<std::string> kMunicipalities = {"330100", "330200", "330300", "330600", "330700", "330800"};

// Until no record is on its way: whoever gave up waiting has left some behind.
bool AwaitQuiet(Caller* caller) {
  int quiet = 0;
  int64_t last = -1;
  return caller->Eventually<operations::v1::GetStatusResponse>(
      operations::v1::GetStatusRequest(),
      [&](const operations::v1::GetStatusResponse& status) {
        int64_t sum = 0;
        bool idle = true;
        for (const auto& stream : status.streams()) {
          sum += stream.last_offset();
          idle = idle && stream.pending() == 0 && stream.lag() == 0;
        }
        quiet = idle && sum == last ? quiet + 1 : 0;
        last = sum;
        return quiet >= kQuietAnswers;
      },
      nullptr, std::chrono::seconds(60));
}

}  // namespace

void UnderLoad::SetUp() {
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  Caller caller(server_.address());
  for (const std::string& municipality : kMunicipalities) {
    caller.Must<registry::v1::RegisterOfficeResponse>(RegisterOffice(municipality, kOffice));
  }
}

LoadOptions UnderLoad::Load(uint32_t seed, int commands_per_second) const {
  return {server_.address(), kMunicipalities, kOffice, commands_per_second, seed};
}

std::vector<Ledger> UnderLoad::Ledgers() const {
  std::vector<Ledger> ledgers;
  for (const std::string& one : kMunicipalities) {
    ledgers.push_back(ExportVerified(server_.address(), one, folder_.path()));
  }
  return ledgers;
}

void UnderLoad::Audit(MixedLoad* load) {
  std::vector<Call> calls = load->TakeCalls();
  Caller caller(server_.address());
  ASSERT_TRUE(AwaitQuiet(&caller)) << "records are still on their way";
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
void UnderLoad::ExpectHeadsKept(const std::vector<SeenHead>& heads, const std::vector<Ledger>& ledgers) {
  EXPECT_FALSE(heads.empty());
  for (const SeenHead& seen : heads) {
    for (const Ledger& ledger : ledgers) {
      if (ledger.municipality != seen.municipality) continue;
      ASSERT_LE(seen.sequence, ledger.entries.size()) << seen.municipality;
      EXPECT_EQ(ledger.entries[seen.sequence - 1].hash, seen.head) << seen.municipality << " " << seen.sequence;
    }
  }
}

void UnderLoad::KillAndStart(MixedLoad* load, int kills, int commands_between) {
  using std::chrono::steady_clock;
  std::mt19937 random(50);
  const auto start = steady_clock::now();
  std::chrono::duration<double> away{0};
  for (int kill = 0; kill < kills; ++kill) {
    const auto between = static_cast<uint32_t>(commands_between);
    ASSERT_TRUE(load->AwaitSent(load->sent() + between + random() % between)) << kill;
    const auto killed = steady_clock::now();
    server_.Kill();
    ASSERT_NO_FATAL_FAILURE(server_.Start()) << "after kill " << kill;
    away += steady_clock::now() - killed;
  }
  ASSERT_TRUE(load->AwaitSent(load->sent() + static_cast<uint32_t>(commands_between)));
  const std::chrono::duration<double> took = steady_clock::now() - start;
  std::printf("%d kills in %.1f s, of which %.1f s without a server; %llu attempts\n", kills, took.count(),
              away.count(), static_cast<unsigned long long>(load->sent()));
}

}  // namespace casehub::testing
