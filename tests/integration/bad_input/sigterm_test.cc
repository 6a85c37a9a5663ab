// SIGTERM in the middle of everything: commands, an import, readers that follow, long polls, a comparison of stores.
// The server answers what it took, refuses the rest, ends with 0; clients find the next one and lose nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>

#include "casehub/ledger/v1/ledger_service.pb.h"
#include "casehub/operations/v1/operations_service.pb.h"
#include "tests/integration/process/audit.h"
#include "tests/integration/process/mixed_load.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

const std::string kOffice = "station-1";
const std::vector<std::string> kMunicipalities = {"330700", "330800"};
const std::string kImported = "330600";  // nobody else writes there
constexpr int kCases = 4000;
constexpr int kEventsOfACase = 8;
constexpr int kLongPolls = 40;
constexpr int kRounds = 3;
constexpr seconds kDrainLimit{15};

void WriteXes(const std::filesystem::path& path) {
  std::ofstream file(path);
  file << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log>\n";
  for (int i = 0; i < kCases; ++i) {
    file << "<trace><string key=\"concept:name\" value=\"case-" << i << "\"/>\n";
    for (int e = 0; e < kEventsOfACase; ++e) {
      file << "<event><string key=\"concept:name\" value=\"step " << e << "\"/><date key=\"time:timestamp\" "
           << "value=\"2024-05-0" << e + 1 << "T09:30:00+08:00\"/></event>\n";
    }
    file << "</trace>\n";
  }
  file << "</log>\n";
}

class Sigterm : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(server_.Start());
    Caller caller(server_.address());
    for (const std::string& one : kMunicipalities) {
      caller.Must<registry::v1::RegisterOfficeResponse>(RegisterOffice(one, kOffice));
    }
    WriteXes(file_);
  }

  // Readers that wait for the next entry of a ledger nobody writes to, and an operator who compares stores.
  void AskForLong() {
    for (int i = 0; i < kLongPolls; ++i) {
      ledger::v1::ListEntriesRequest poll;
      poll.set_municipality("331000");
      poll.set_wait_ms(30'000);
      Send(poll);
    }
    Send(operations::v1::VerifyStoreRequest());
  }
  void Send(const google::protobuf::Message& request) {
    {
      std::lock_guard lock(mutex_);
      ++under_way_;
    }
    patient_->Async(MethodOf(request), request.SerializeAsString(), [this](Outcome outcome) {
      std::lock_guard lock(mutex_);
      ++(outcome.acknowledged() ? answered_ : refused_);
      --under_way_;
      over_.notify_all();
    });
  }
  void AwaitAnswers() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(over_.wait_for(lock, seconds(30), [this] { return under_way_ == 0; })) << under_way_ << " hang";
  }

  // Who followed the ledger has seen each entry once, in order, over every restart.
  static void ExpectFollowed(ChildProcess* follow, const Ledger& ledger) {
    const auto limit = steady_clock::now() + seconds(30);
    size_t lines = 0;
    while (steady_clock::now() < limit && lines < ledger.entries.size()) {
      const std::string out = follow->out();
      lines = static_cast<size_t>(std::count(out.begin(), out.end(), '\n'));
      Pause(milliseconds(50));
    }
    std::istringstream followed(follow->out());
    size_t seen = 0;
    for (std::string line; std::getline(followed, line); ++seen) {
      ASSERT_LT(seen, ledger.entries.size()) << line;
      ASSERT_EQ(Json::parse(line).at("hash"), ledger.entries[seen].hash) << line;
    }
    EXPECT_EQ(seen, ledger.entries.size()) << follow->err();
    follow->Signal(SIGINT);
    EXPECT_TRUE(follow->Wait(seconds(10))) << "casectl does not end on Ctrl-C";
  }

  const host::TestFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "cases.xes";
  ServerProcess server_{{folder_.path() / "data", {}}};
  std::unique_ptr<Caller> patient_;
  std::mutex mutex_;
  std::condition_variable over_;
  int under_way_ = 0, answered_ = 0, refused_ = 0;
};

TEST_F(Sigterm, InTheMiddleOfEverythingLosesNothing) {
  MixedLoad load({server_.address(), kMunicipalities, kOffice, 300, 3});
  ChildProcess import(CasectlCommand(server_.address(), {"import", "--format", "xes", "--municipality", kImported,
                                                         "--source", "bpi", "--retry-for", "60", file_}));
  ChildProcess follow(
      CasectlCommand(server_.address(), {"ledger", "export", "--follow", "--municipality", kMunicipalities[0]}));
  for (int round = 0; round < kRounds; ++round) {
    patient_ = std::make_unique<Caller>(server_.address(), seconds(40));
    AskForLong();
    ASSERT_TRUE(load.AwaitSent(load.sent() + 200));
    EXPECT_TRUE(round > 0 || import.running());
    const auto start = steady_clock::now();
    EXPECT_EQ(server_.Terminate(), 0) << server_.stderr_text();
    const std::chrono::duration<double> took = steady_clock::now() - start;
    EXPECT_LT(took, kDrainLimit);
    std::printf("drained in %.2f s\n", took.count());
    AwaitAnswers();
    ASSERT_NO_FATAL_FAILURE(server_.Start());
  }
  EXPECT_EQ(answered_ + refused_, kRounds * (kLongPolls + 1));
  EXPECT_GE(answered_, kRounds * kLongPolls) << "long polls are answered, not cut off";
  ASSERT_TRUE(load.AwaitSent(load.sent() + 200));
  load.Stop();

  const auto imported = import.Wait(seconds(120));
  EXPECT_EQ(imported, 0) << import.err();
  const Json summary = Json::parse(import.out(), nullptr, false);
  EXPECT_EQ(summary.at("cases_read"), kCases) << import.out();
  EXPECT_EQ(summary.at("events_read"), kCases * kEventsOfACase) << import.out();
  const CommandResult again = RunCasectl(
      server_.address(), {"import", "--format", "xes", "--municipality", kImported, "--source", "bpi", file_});
  EXPECT_EQ(Json::parse(again.out).at("already_present"), kCases * kEventsOfACase) << again.out << again.err;

  std::vector<Call> calls = load.TakeCalls();
  Caller caller(server_.address());
  std::vector<Ledger> ledgers;
  for (const std::string& one : kMunicipalities) {
    ledgers.push_back(ExportVerified(server_.address(), one, folder_.path()));
  }
  SettleUnknown(&caller, ledgers, &calls);
  ExpectFirstAnswers(&caller, calls);
  AwaitRatingSlots(&caller, calls);
  ledgers.clear();
  for (const std::string& one : kMunicipalities) {
    ledgers.push_back(ExportVerified(server_.address(), one, folder_.path()));
  }
  ExpectExactly(calls, ledgers);
  EXPECT_EQ(load.contradictions(), std::vector<std::string>());
  const Ledger lines = ExportVerified(server_.address(), kImported, folder_.path());
  EXPECT_EQ(lines.Count("CaseOpened"), static_cast<uint64_t>(kCases));
  EXPECT_EQ(lines.Count("LineEventRecorded"), static_cast<uint64_t>(kCases * kEventsOfACase));
  ExpectStoresEqualTheLog(server_.address());
  ExpectFollowed(&follow, ledgers[0]);
}

}  // namespace
}  // namespace casehub::testing
