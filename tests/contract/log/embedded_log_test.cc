// What only the embedded engine promises: its folder, its side rows, full disks, damage.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "storage/log/embedded/wal_end.h"
#include "tests/contract/live_copy.h"
#include "tests/contract/log/log_engines.h"

namespace casehub::storage {
namespace {

namespace fs = std::filesystem;
using Mode = FaultyFileSystem::Mode;

class EmbeddedLogTest : public ::testing::Test {
 protected:
  EmbeddedUnderTest under_test_{LogTestOptions{}};

  void Append(const std::string& record) {
    const auto status = under_test_.log().Append(0, Batch({record}));
    ASSERT_TRUE(status.ok()) << status;
  }
  // Appends `count` records, each read back before the next, so that each is a write of its own.
  void Fill(const std::string& prefix, size_t count) {
    Follower follower(&under_test_, 0, *under_test_.log().End(0));
    for (size_t i = 0; i < count; ++i) {
      Append(prefix + std::to_string(i));
      ASSERT_EQ(follower.ReadAtLeast(i + 1).size(), i + 1);
    }
  }
  fs::path WalFile() const {
    fs::path newest;
    for (const auto& file : fs::directory_iterator(under_test_.folder() + "/store")) {
      if (file.path().extension() == ".log" && file.path() > newest) newest = file.path();
    }
    return newest;
  }
  // Of the WAL, without the zeros it was made longer by.
  size_t WalBytes() const {
    std::ifstream file(WalFile(), std::ios::binary);
    return FindWalEnd(std::string(std::istreambuf_iterator<char>(file), {})).whole;
  }
  void Overwrite(size_t at, const std::string& bytes) const {
    std::fstream wal(WalFile(), std::ios::in | std::ios::out | std::ios::binary);
    wal.seekp(static_cast<std::streamoff>(at));
    wal.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  // From here on the folder as it is now, as if the process had been killed.
  void GoOnWithACopy(const std::string& suffix) {
    const std::string copy = under_test_.folder() + suffix;
    CopyOpenFolder(under_test_.folder(), copy);
    under_test_.Close();
    under_test_.options().folder = copy;
  }
};

TEST_F(EmbeddedLogTest, AFolderInUseIsRefusedByName) {
  const auto second = EmbeddedLog::Open(under_test_.options());
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();
  const std::string message(second.status().message());
  EXPECT_NE(message.find(under_test_.folder()), std::string::npos) << message;
  EXPECT_NE(message.find("in use by another process"), std::string::npos) << message;
}

TEST_F(EmbeddedLogTest, ANewerFormatIsRefusedAndNothingIsTouched) {
  Fill("r", 3);
  under_test_.Close();
  std::ofstream(under_test_.folder() + "/FORMAT") << "casehub-log 2\nsomething else\n";
  const auto status = under_test_.Open();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_NE(std::string(status.message()).find("format 2"), std::string::npos) << status;
  std::ofstream(under_test_.folder() + "/FORMAT") << "casehub-log 1\npartitions 2\n";
  ASSERT_TRUE(under_test_.Open().ok());
  EXPECT_EQ(Follower(&under_test_, 0).ReadAtLeast(3).size(), 3u);
}

TEST_F(EmbeddedLogTest, ADamagedFormatFileIsDataLoss) {
  under_test_.Close();
  for (const char* text : {"", "casehub-log", "casehub-log x\n", "casehub-log 0\n", "casehub-log 1\n"}) {
    std::ofstream(under_test_.folder() + "/FORMAT", std::ios::trunc) << text;
    EXPECT_TRUE(absl::IsDataLoss(under_test_.Open())) << text;
  }
}

TEST_F(EmbeddedLogTest, AFolderOfSomethingElseIsNotTaken) {
  TemporaryFolder folder;
  fs::create_directory(folder.path("mine"));
  std::ofstream(folder.path("mine") + "/thesis.txt") << "dear diary";
  EmbeddedLogOptions options = under_test_.options();
  options.folder = folder.path("mine");
  const auto log = EmbeddedLog::Open(options);
  EXPECT_TRUE(absl::IsFailedPrecondition(log.status())) << log.status();
  EXPECT_EQ(std::distance(fs::directory_iterator(options.folder), {}), 1);
}

TEST_F(EmbeddedLogTest, AnotherNumberOfPartitionsIsRefused) {
  under_test_.Close();
  for (int partitions : {1, 3}) {
    under_test_.options().partitions = partitions;
    const auto status = under_test_.Open();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_NE(std::string(status.message()).find("2 partitions"), std::string::npos) << status;
  }
}

TEST_F(EmbeddedLogTest, TwoLogsHaveTwoIds) {
  EmbeddedUnderTest other{LogTestOptions{}};
  EXPECT_NE(other.log().log_id(), under_test_.log().log_id());
}

TEST_F(EmbeddedLogTest, SideRowsAreDurableWithTheRecordsTheyCameWith) {
  AppendBatch batch = Batch({"record"});
  batch.side_rows = {{"key/b", "2"}, {"key/a", "1"}, {"other", ""}};
  ASSERT_TRUE(under_test_.log().Append(0, std::move(batch)).ok());
  Follower(&under_test_, 0).ReadAtLeast(1);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(*under_test_.embedded().ReadSideRow("key/a"), "1");
    EXPECT_EQ(*under_test_.embedded().ReadSideRow("other"), "");
    EXPECT_EQ(*under_test_.embedded().ReadSideRow("key/c"), std::nullopt);
    std::vector<std::string> seen;
    const auto collect = [&](std::string_view key, std::string_view value) {
      seen.push_back(std::string(key) + "=" + std::string(value));
      return true;
    };
    ASSERT_TRUE(under_test_.embedded().ScanSideRowsBack("key/", "", collect).ok());
    EXPECT_EQ(seen, (std::vector<std::string>{"key/b=2", "key/a=1"}));
    seen.clear();
    ASSERT_TRUE(under_test_.embedded().ScanSideRowsBack("key/", "key/b", collect).ok());
    EXPECT_EQ(seen, (std::vector<std::string>{"key/a=1"}));
    seen.clear();
    ASSERT_TRUE(under_test_.embedded()
                    .ScanSideRowsBack("", "", [&](auto key, auto value) { return collect(key, value) && false; })
                    .ok());
    EXPECT_EQ(seen.size(), 1u);
    under_test_.ReopenAfterKill();
  }
}

TEST_F(EmbeddedLogTest, SideRowsAloneAreABatch) {
  AppendBatch batch;
  batch.side_rows = {{"k", "v"}};
  ASSERT_TRUE(under_test_.log().Append(1, std::move(batch)).ok());
  under_test_.Reopen();
  EXPECT_EQ(*under_test_.embedded().ReadSideRow("k"), "v");
  EXPECT_EQ(*under_test_.log().End(1), kNoOffset);
}

TEST_F(EmbeddedLogTest, AfterCloseAppendsAreRefused) {
  Fill("r", 1);
  EXPECT_TRUE(under_test_.embedded().Close().ok());
  EXPECT_TRUE(under_test_.embedded().Close().ok());
  EXPECT_TRUE(absl::IsUnavailable(under_test_.log().Append(0, Batch({"late"}))));
  EXPECT_TRUE(absl::IsUnavailable(under_test_.log().writable()));
}

TEST_F(EmbeddedLogTest, CloseSaysIfWhatWasQueuedCouldNotBeWritten) {
  Fill("r", 2);
  under_test_.files().SetMode(Mode::kFull);
  Append("lost");
  const auto closed = under_test_.embedded().Close();
  EXPECT_TRUE(absl::IsUnavailable(closed)) << closed;
  under_test_.files().SetMode(Mode::kWorks);
  under_test_.Close();
  ASSERT_TRUE(under_test_.Open().ok());
  EXPECT_EQ(Texts(Follower(&under_test_, 0).ReadAtLeast(2)), (std::vector<std::string>{"r0", "r1"}));
}

// Whether the failure finds rows in memory or none, and whatever kind it is, the engine goes on by itself.
TEST_F(EmbeddedLogTest, EveryKindOfFailedWriteIsSurvivedWithAndWithoutRowsInMemory) {
  std::vector<std::string> all;
  for (Mode mode : {Mode::kFull, Mode::kTorn, Mode::kBroken}) {
    for (bool rows_in_memory : {false, true}) {
      under_test_.Reopen();  // memory is empty now
      if (rows_in_memory) {
        Fill("m" + std::to_string(all.size()) + "-", 1);
        all.push_back("m" + std::to_string(all.size()) + "-0");
      }
      under_test_.files().SetMode(mode);
      const std::string record = "failing" + std::to_string(all.size());
      Append(record);
      all.push_back(record);
      while (under_test_.log().writable().ok()) std::this_thread::yield();
      under_test_.files().SetMode(Mode::kWorks);
      ASSERT_EQ(Texts(Follower(&under_test_, 0).ReadAtLeast(all.size())), all)
          << "mode " << static_cast<int>(mode) << ", rows in memory " << rows_in_memory;
      EXPECT_TRUE(under_test_.log().writable().ok());
      Fill("after", 2);
      all.insert(all.end(), {"after0", "after1"});
    }
  }
  under_test_.ReopenAfterKill();
  EXPECT_EQ(Texts(Follower(&under_test_, 0).ReadAtLeast(all.size())), all);
}

TEST_F(EmbeddedLogTest, ABatchThatMayWaitIsDurableWhenAppendReturns) {
  Follower follower(&under_test_, 0);
  for (int i = 0; i < 3; ++i) {
    AppendBatch batch = Batch({"r" + std::to_string(i)});
    batch.may_wait = true;
    ASSERT_TRUE(under_test_.log().Append(0, std::move(batch)).ok());
    EXPECT_EQ(*under_test_.log().End(0), i);
  }
  under_test_.ReopenAfterKill();
  EXPECT_EQ(Follower(&under_test_, 0).ReadAtLeast(3).size(), 3u);
}

TEST_F(EmbeddedLogTest, ABatchThatMayWaitAndCannotBeWrittenIsNeitherLostNorWaitedFor) {
  std::vector<std::string> all;
  for (Mode mode : {Mode::kFull, Mode::kTorn, Mode::kBroken}) {
    under_test_.files().SetMode(mode);
    AppendBatch batch = Batch({"failing" + std::to_string(all.size())});
    batch.may_wait = true;
    all.push_back(*batch.records[0]);
    ASSERT_TRUE(under_test_.log().Append(0, std::move(batch)).ok());
    // At once, unless the commit thread is still about to end the group before: then that thread finds out.
    while (under_test_.log().writable().ok()) std::this_thread::yield();
    EXPECT_EQ(*under_test_.log().End(0), static_cast<Offset>(all.size()) - 2);
    under_test_.files().SetMode(Mode::kWorks);
    ASSERT_EQ(Texts(Follower(&under_test_, 0).ReadAtLeast(all.size())), all) << "mode " << static_cast<int>(mode);
    Append("after" + std::to_string(all.size()));
    all.push_back("after" + std::to_string(all.size()));
    ASSERT_EQ(Texts(Follower(&under_test_, 0).ReadAtLeast(all.size())), all);
  }
  under_test_.ReopenAfterKill();
  EXPECT_EQ(Texts(Follower(&under_test_, 0).ReadAtLeast(all.size())), all);
}

TEST_F(EmbeddedLogTest, AppendsAreRefusedBeforeTheDiskIsReallyFull) {
  std::atomic<uint64_t> free{1 << 30};
  under_test_.Close();
  under_test_.options().free_bytes = [&] { return absl::StatusOr<uint64_t>(free.load()); };
  ASSERT_TRUE(under_test_.Open().ok());
  Fill("r", 2);
  free = under_test_.options().free_bytes_min - 1;
  Append("kept");
  while (under_test_.log().writable().ok()) std::this_thread::yield();
  const auto refused = under_test_.log().Append(0, Batch({"refused"}));
  EXPECT_TRUE(absl::IsUnavailable(refused));
  EXPECT_NE(std::string(refused.message()).find("is full"), std::string::npos) << refused;
  EXPECT_EQ(*under_test_.log().End(0), 1);
  EXPECT_EQ(Follower(&under_test_, 0).ReadAtLeast(2).size(), 2u);
  free = 1 << 30;
  EXPECT_EQ(Texts(Follower(&under_test_, 0).ReadAtLeast(3)), (std::vector<std::string>{"r0", "r1", "kept"}));
  under_test_.Close();
}

TEST_F(EmbeddedLogTest, ATornEndOfTheWalIsCutOff) {
  Fill("r", 20);
  GoOnWithACopy("-torn");
  fs::resize_file(WalFile(), WalBytes() - 5);
  ASSERT_TRUE(under_test_.Open().ok());
  EXPECT_EQ(Follower(&under_test_, 0).ReadAtLeast(19).size(), 19u);
  EXPECT_EQ(*under_test_.log().End(0), 18);
  Fill("more", 1);
}

TEST_F(EmbeddedLogTest, TheWalIsLongerThanWhatIsWritten) {
  Fill("r", 3);
  GoOnWithACopy("-long");
  EXPECT_GT(fs::file_size(WalFile()), WalBytes() + (1 << 20));
  ASSERT_TRUE(under_test_.Open().ok());
  EXPECT_EQ(Follower(&under_test_, 0).ReadAtLeast(3).size(), 3u);
}

TEST_F(EmbeddedLogTest, AWriteThatPowerWasLostUnderIsCutOff) {
  Fill("r", 20);
  GoOnWithACopy("-before");
  const size_t before = WalBytes();
  ASSERT_TRUE(under_test_.Open().ok());
  Fill("again", 1);  // after a restart the WAL is a new one: what is torn below is its second write
  const size_t first = WalBytes();
  ASSERT_NE(first, before);
  ASSERT_TRUE(under_test_.log().Append(0, Batch({std::string(100'000, 'x')})).ok());
  EXPECT_EQ(Follower(&under_test_, 0).ReadAtLeast(22).size(), 22u);
  GoOnWithACopy("-whole");
  const std::string whole = under_test_.options().folder;
  const size_t end = WalBytes();
  ASSERT_GT(end, first + 100'000);
  const std::vector<std::pair<size_t, size_t>> missing = {
      {first, 512 - first % 512}, {first, end - first}, {4096, 4096}, {32768, 512},
      {end / 512 * 512, 512},     {65536, 40000}};
  for (const auto& [at, bytes] : missing) {
    const std::string copy = whole + "-" + std::to_string(at) + "-" + std::to_string(bytes);
    CopyOpenFolder(whole, copy);
    under_test_.options().folder = copy;
    Overwrite(at, std::string(bytes, '\0'));
    const auto status = under_test_.Open();
    ASSERT_TRUE(status.ok()) << at << " " << status;
    EXPECT_EQ(Follower(&under_test_, 0).ReadAtLeast(21).size(), 21u);
    EXPECT_EQ(*under_test_.log().End(0), 20) << at;
    Fill("more", 1);
    under_test_.Close();
  }
}

TEST_F(EmbeddedLogTest, DamageInTheMiddleIsDataLossAndNotASilentCut) {
  Fill("a record of some length, so that the middle is one of many ", 20);
  GoOnWithACopy("-damaged");
  Overwrite(WalBytes() / 2, "DAMAGE");
  const auto status = under_test_.Open();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST_F(EmbeddedLogTest, ASectorThatIsLostInTheMiddleIsDataLossAndNotASilentCut) {
  Fill("a record of some length, so that the middle is one of many ", 40);
  GoOnWithACopy("-lost");
  ASSERT_GT(WalBytes(), 3 * 512u);
  Overwrite(512, std::string(512, '\0'));
  const auto status = under_test_.Open();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST_F(EmbeddedLogTest, DamageInTheLastRecordIsDataLossAndNotASilentCut) {
  Fill("r", 20);
  GoOnWithACopy("-flipped");
  Overwrite(WalBytes() - 3, "X");
  const auto status = under_test_.Open();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST_F(EmbeddedLogTest, ABatchLargerThanTheQueueIsTakenWhenNothingWaits) {
  under_test_.Close();
  under_test_.options().queued_bytes_max = 1000;
  ASSERT_TRUE(under_test_.Open().ok());
  ASSERT_TRUE(under_test_.log().Append(0, Batch({std::string(5000, 'x')})).ok());
  EXPECT_EQ(Follower(&under_test_, 0).ReadAtLeast(1).size(), 1u);
}

TEST_F(EmbeddedLogTest, ReadersThatKeepUpShareTheBytesOfTheWriter) {
  const SharedBytes bytes = Bytes("shared");
  Follower follower(&under_test_, 0);
  ASSERT_TRUE(under_test_.log().Append(0, AppendBatch{{bytes}, {}}).ok());
  EXPECT_EQ(follower.ReadAtLeast(1)[0].bytes.get(), bytes.get());
}

}  // namespace
}  // namespace casehub::storage
