// Starting, ending and killing the shipped server.
#include "tests/support/server_process.h"

#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

TEST(ServerProcess, ServesAgainOnItsAddressAfterAKillAndAfterSigterm) {
  const host::TestFolder folder;
  ServerProcess server({folder.path() / "data", {}});
  ASSERT_NO_FATAL_FAILURE(server.Start());
  const std::string address = server.address();
  EXPECT_EQ(RunCasectl(address, {"status"}).exit_status, 0);
  server.Kill();
  EXPECT_EQ(RunCasectl(address, {"status"}).exit_status, 3);
  ASSERT_NO_FATAL_FAILURE(server.Start());
  EXPECT_EQ(server.address(), address);
  EXPECT_EQ(RunCasectl(address, {"status"}).exit_status, 0);
  EXPECT_EQ(server.Terminate(), 0) << server.stderr_text();
  ASSERT_NO_FATAL_FAILURE(server.Start());
  EXPECT_EQ(RunCasectl(address, {"status"}).exit_status, 0);
}

TEST(ServerProcess, RefusesADataFolderThatAnotherProcessUses) {
  const host::TestFolder folder;
  ServerProcess first({folder.path() / "data", {}});
  ASSERT_NO_FATAL_FAILURE(first.Start());
  ServerProcess second({folder.path() / "data", {}});
  EXPECT_EQ(second.StartExpectingExit(std::chrono::seconds(20)), 1);
  EXPECT_NE(second.stderr_text().find("in use by another process"), std::string::npos) << second.stderr_text();
  EXPECT_EQ(RunCasectl(first.address(), {"status"}).exit_status, 0) << "the first one goes on";
}

}  // namespace
}  // namespace casehub::testing
