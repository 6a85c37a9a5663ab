// What casehub does not start with: it says what is wrong and what to do, and leaves the data as it is.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/caller.h"
#include "tests/support/ledger_export.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

const std::string kHere = "330800";
constexpr seconds kLimit{20};

class StartTest : public ::testing::Test {
 protected:
  fs::path data() const { return folder_.path() / "data"; }
  // Ends by itself with this status and says this.
  void ExpectRefused(const std::vector<std::string>& flags, int status, const std::string& words) {
    std::vector<std::string> command = {ProgramPath("casehub"), "--data", data()};
    command.insert(command.end(), flags.begin(), flags.end());
    ChildProcess process(command);
    EXPECT_EQ(process.Wait(kLimit), status) << process.err();
    EXPECT_NE((process.out() + process.err()).find(words), std::string::npos) << process.out() << process.err();
  }
  // A server that recorded something and ended.
  void Live() {
    ServerProcess server({data(), {}});
    ASSERT_NO_FATAL_FAILURE(server.Start());
    Caller caller(server.address());
    caller.Must<intake::v1::RegisterContactResponse>(RegisterContact(kHere, 1));
    ASSERT_EQ(server.Terminate(), 0) << server.stderr_text();
  }
  void ExpectAsBefore() {
    ServerProcess server({data(), {}});
    ASSERT_NO_FATAL_FAILURE(server.Start());
    EXPECT_EQ(ExportVerified(server.address(), kHere, folder_.path()).Count("CaseOpened"), 1u);
    EXPECT_EQ(server.Terminate(), 0);
  }

  const host::TestFolder folder_;
  const std::vector<std::string> here_ = {"--listen", "127.0.0.1:0", "--metrics-listen", ""};
};

TEST_F(StartTest, AddressesThatAreNone) {
  for (const char* address :
       {"nonsense", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:", ":7080", "h:12x"}) {
    ExpectRefused({"--listen", address, "--metrics-listen", ""}, 2, "HOST:PORT");
    ExpectRefused({"--listen", "127.0.0.1:0", "--metrics-listen", address}, 2, "HOST:PORT");
  }
  EXPECT_FALSE(fs::exists(data())) << "nothing was made";
}

TEST_F(StartTest, APortThatIsTaken) {
  ServerProcess other({folder_.path() / "other", {}});
  ASSERT_NO_FATAL_FAILURE(other.Start());
  ExpectRefused({"--listen", other.address(), "--metrics-listen", ""}, 3, "is the port in use?");
}

TEST_F(StartTest, AMasterKeyThatIsMissingOrReadByOthers) {
  ASSERT_NO_FATAL_FAILURE(Live());
  const fs::path key = data() / "keys" / "master.key";
  fs::permissions(key, fs::perms::others_read, fs::perm_options::add);
  ExpectRefused(here_, 1, "chmod 600");
  fs::permissions(key, fs::perms::others_read, fs::perm_options::remove);
  fs::rename(key, folder_.path() / "backup");
  ExpectRefused(here_, 1, "master.key");
  EXPECT_FALSE(fs::exists(key)) << "a new one would open nothing";
  fs::rename(folder_.path() / "backup", key);
  ExpectAsBefore();
}

TEST_F(StartTest, ALedgerKeyThatIsMissing) {
  ASSERT_NO_FATAL_FAILURE(Live());
  const fs::path key = data() / "keys" / "ledger.key";
  fs::rename(key, folder_.path() / "backup");
  ExpectRefused(here_, 1, "ledger.key is missing, but the log has records: bring it back from its backup");
  EXPECT_FALSE(fs::exists(key)) << "a new one would make every earlier seal look forged";
  fs::rename(folder_.path() / "backup", key);
  ExpectAsBefore();
}

}  // namespace
}  // namespace casehub::testing
