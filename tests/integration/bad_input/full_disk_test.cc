// A disk that fills up, really: commands are refused, reads go on, and with space again everything goes on as if
// nothing had been.
#include <gtest/gtest.h>

#include "casehub/ledger/v1/ledger_service.pb.h"
#include "casehub/operations/v1/operations_service.pb.h"
#include "tests/integration/bad_input/refusals.h"
#include "tests/integration/bad_input/small_disk.h"
#include "tests/integration/process/audit.h"
#include "tests/integration/process/mixed_load.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"

namespace casehub::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

const std::string kHere = "330800";
const std::string kThere = "330700";  // in the other partition
const std::string kOffice = "station-1";
constexpr uint64_t kDiskMegabytes = 512;
constexpr uint64_t kNearlyFull = 20 << 20;  // less than casehub leaves free
constexpr seconds kLongerThanAWriteBack{4};
constexpr seconds kRecoveryLimit{30};

class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.problem().empty()) GTEST_SKIP() << disk_.problem();
    ASSERT_NO_FATAL_FAILURE(server_.Start());
    Caller caller(server_.address());
    for (const std::string& one : {kHere, kThere}) {
      caller.Must<registry::v1::RegisterOfficeResponse>(RegisterOffice(one, kOffice));
    }
    case_id_ = caller.Must<intake::v1::RegisterContactResponse>(RegisterContact(kHere, 1)).case_id();
  }

  std::vector<Ledger> Ledgers() const {
    return {ExportVerified(server_.address(), kHere, folder_.path()),
            ExportVerified(server_.address(), kThere, folder_.path())};
  }
  // Every kind of read, from rows and from the log.
  void ExpectReadsGoOn() {
    Caller caller(server_.address());
    intake::v1::GetCaseRequest get;
    get.set_municipality(kHere);
    get.set_case_id(case_id_);
    EXPECT_EQ(caller.Must<intake::v1::GetCaseResponse>(get).case_().case_id(), case_id_);
    ledger::v1::ListEntriesRequest list;
    list.set_municipality(kHere);
    EXPECT_FALSE(caller.Must<ledger::v1::ListEntriesResponse>(list).entries().empty());
    caller.Must<operations::v1::GetStatusResponse>(operations::v1::GetStatusRequest());
    EXPECT_EQ(RunCasectl(server_.address(), {"ledger", "verify", "--municipality", kHere}).exit_status, 0);
  }
  // The log says that it takes nothing; nobody has tried to write since the disk filled up before that.
  void AwaitRefusal(const std::string& municipality) {
    Caller caller(server_.address(), seconds(1));
    const auto limit = steady_clock::now() + kRecoveryLimit;
    while (caller.Once(RegisterContact(municipality, 2)).reason() != "LOG_UNAVAILABLE") {
      ASSERT_LT(steady_clock::now(), limit)
          << "commands are not refused with " << disk_.free_bytes() << " bytes free: " << server_.stderr_text();
    }
  }

  SmallDisk disk_{kDiskMegabytes};
  const host::TestFolder folder_;
  ServerProcess server_{{disk_.path() / "data", {}}};
  std::string case_id_;
};

TEST_F(FullDisk, CommandsAreRefusedAndReadsGoOnAndItRecovers) {
  ASSERT_NO_FATAL_FAILURE(disk_.FillUpTo(kNearlyFull));
  ASSERT_NO_FATAL_FAILURE(AwaitRefusal(kHere));
  Refusals refusals(server_.address());
  const auto wanted = RegisterContact(kThere, 3);  // the other partition has the same disk
  const auto failure = refusals.Expect(
      wanted, {14, "LOG_UNAVAILABLE", "", "nothing was recorded, repeat with the same request_id", "未记录任何内容"});
  EXPECT_NE(failure.message.find("is full"), std::string::npos) << failure.message;
  ExpectReadsGoOn();
  const CommandResult told =
      RunCasectl(server_.address(),
                 {"registry", "register-office", "--municipality", kHere, "--office.office-id", "x", "--office.name",
                  "x", "--office.kind", "station", "--office.region-code", kHere, "--office.valid-from", "2020-01-01"});
  EXPECT_EQ(told.exit_status, 3);
  EXPECT_NE(told.err.find("nothing was recorded"), std::string::npos) << told.err;

  disk_.Empty();
  Caller caller(server_.address());
  const auto start = steady_clock::now();
  caller.Must<intake::v1::RegisterContactResponse>(wanted);
  EXPECT_LT(steady_clock::now() - start, kRecoveryLimit);
  ExpectStoresEqualTheLog(server_.address());
  Ledgers();
}

// Not one byte left, for longer than rows may wait in memory.
TEST_F(FullDisk, ReadsGoOnWithoutASingleFreeByte) {
  Caller caller(server_.address());
  // Rows of consultations hold their questions: so many that the store needs new files for what comes last.
  const std::string question(60'000, 'q');
  for (uint64_t i = 10; i < 400; ++i) caller.Must<intake::v1::RegisterCallResponse>(RegisterCall(kHere, i, question));
  ASSERT_NO_FATAL_FAILURE(disk_.FillUpTo(0));
  ASSERT_NO_FATAL_FAILURE(AwaitRefusal(kHere));
  const auto until = steady_clock::now() + kLongerThanAWriteBack;
  while (steady_clock::now() < until) {
    ASSERT_TRUE(server_.running());
    ASSERT_NO_FATAL_FAILURE(ExpectReadsGoOn());
    Pause(milliseconds(200));
  }
  disk_.Empty();
  caller.Must<intake::v1::RegisterContactResponse>(RegisterContact(kHere, 99));
  const auto before = Ledgers();
  ExpectStoresEqualTheLog(server_.address());
  EXPECT_EQ(server_.Terminate(), 0) << server_.stderr_text();
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  EXPECT_EQ(Ledgers()[0].entries.back().hash, before[0].entries.back().hash);
}

// The disk fills and is freed again and again while commands run: each that was acknowledged is there once.
TEST_F(FullDisk, UnderLoadNothingIsLostAndNothingDoubled) {
  MixedLoad load({server_.address(), {kHere, kThere}, kOffice, 300, 7});
  for (int round = 0; round < 4; ++round) {
    ASSERT_TRUE(load.AwaitSent(load.sent() + 300));
    ASSERT_NO_FATAL_FAILURE(disk_.FillUpTo(round % 2 == 0 ? 0 : kNearlyFull));
    Pause(milliseconds(1500));
    ASSERT_TRUE(server_.running()) << server_.stderr_text();
    disk_.Empty();
  }
  ASSERT_TRUE(load.AwaitSent(load.sent() + 300));
  load.Stop();
  EXPECT_EQ(load.contradictions(), std::vector<std::string>());
  std::vector<Call> calls = load.TakeCalls();
  Caller caller(server_.address());
  SettleUnknown(&caller, Ledgers(), &calls);
  ExpectFirstAnswers(&caller, calls);
  AwaitRatingSlots(&caller, calls);
  std::printf("%zu commands over four full disks\n", calls.size());
  ExpectStoresEqualTheLog(server_.address());
}

// It ends in order, and starts again only where there is space, saying what is wrong until then.
TEST_F(FullDisk, EndsAndStartsWithoutLosingAnything) {
  Caller caller(server_.address());
  caller.Must<intake::v1::RegisterContactResponse>(RegisterContact(kHere, 5));
  const auto before = Ledgers();
  ASSERT_NO_FATAL_FAILURE(disk_.FillUpTo(0));
  const int ended = server_.Terminate();
  EXPECT_TRUE(ended == 0 || ended == 3) << ended << ": " << server_.stderr_text();
  ASSERT_NO_FATAL_FAILURE(disk_.FillUpTo(0));  // what it had set aside for its files
  EXPECT_EQ(server_.StartExpectingExit(seconds(20)), 3) << server_.stderr_text();
  EXPECT_NE(server_.stderr_text().find("is full: 0 bytes are free"), std::string::npos) << server_.stderr_text();
  disk_.Empty();
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  EXPECT_EQ(Ledgers()[0].entries.back().hash, before[0].entries.back().hash);
  ExpectStoresEqualTheLog(server_.address());
}

}  // namespace
}  // namespace casehub::testing
