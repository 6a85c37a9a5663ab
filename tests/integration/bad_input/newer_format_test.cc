// What a newer casehub wrote is not guessed at: this one says what it found and what to do, touches nothing, and the
// data is as it was for whoever can read it.
#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "storage/codec/record.h"
#include "storage/log/effective.h"
#include "tests/support/caller.h"
#include "tests/support/ledger_export.h"
#include "tests/support/raw_log.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

const std::string kHere = "330800";  // partition 0
constexpr seconds kLimit{30};

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}
void Write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

class NewerFormat : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(server_.Start());
    Caller caller(server_.address());
    caller.Must<intake::v1::RegisterContactResponse>(RegisterContact(kHere, 1));
    before_ = ExportVerified(server_.address(), kHere, folder_.path());
    ASSERT_EQ(server_.Terminate(), 0) << server_.stderr_text();
  }
  fs::path data() const { return folder_.path() / "data"; }

  void ExpectRefusedStart(const std::vector<std::string>& words) {
    EXPECT_EQ(server_.StartExpectingExit(kLimit), 1);
    for (const std::string& word : words) {
      EXPECT_NE(server_.stderr_text().find(word), std::string::npos) << word << " in: " << server_.stderr_text();
    }
  }
  void ExpectAsBefore() {
    ASSERT_NO_FATAL_FAILURE(server_.Start());
    const Ledger after = ExportVerified(server_.address(), kHere, folder_.path());
    ASSERT_EQ(after.entries.size(), before_.entries.size());
    EXPECT_EQ(after.entries.back().hash, before_.entries.back().hash);
  }
  // Another format in a file, then the old one again.
  void ExpectRefusedWith(const fs::path& file, const std::string& from, const std::string& to,
                         const std::vector<std::string>& words) {
    const std::string old = Read(file);
    std::string newer = old;
    ASSERT_NE(old.find(from), std::string::npos) << file;
    newer.replace(old.find(from), from.size(), to);
    Write(file, newer);
    ExpectRefusedStart(words);
    EXPECT_EQ(Read(file), newer) << "it is left as it is";
    Write(file, old);
    ExpectAsBefore();
  }

  std::unique_ptr<storage::EmbeddedLog> OpenLog() const { return OpenRawLog(data()); }
  // Its offset, once it is durable.
  Offset Append(const std::string& record) const {
    const auto log = OpenLog();
    if (log == nullptr) return kNoOffset;
    const Offset offset = *log->End(0) + 1;
    EXPECT_TRUE(log->Append(0, {{std::make_shared<const std::string>(record)}, {}}).ok());
    EXPECT_TRUE(log->Close().ok());
    return offset;
  }
  // The newest record with events, as this build wrote it.
  std::string NewestRecord() const {
    const auto log = OpenLog();
    for (Offset offset = *log->End(0); offset >= 0; --offset) {
      const auto entry = log->ReadAt(0, offset);
      if (entry.ok() && !storage::DecodeRecord(*entry->bytes)->events.empty()) return *entry->bytes;
    }
    ADD_FAILURE() << "the log holds no event";
    return "";
  }

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {}}};
  Ledger before_;
};

TEST_F(NewerFormat, OfTheLogsFolder) {
  ExpectRefusedWith(data() / "log" / "FORMAT", "casehub-log 1", "casehub-log 2",
                    {"has format 2", "reads up to 1", "start the newer casehub"});
}

TEST_F(NewerFormat, OfTheMasterKey) {
  ExpectRefusedWith(data() / "keys" / "master.key", "casehub-master-key-v1", "casehub-master-key-v2", {"master.key"});
}

// The checksum stands at the end in every format, so a newer record is told from damage.
TEST_F(NewerFormat, OfARecordInTheLog) {
  std::string record = NewestRecord();
  record[0] = 2;
  const uint64_t checksum = XXH3_64bits(record.data(), record.size() - sizeof(uint64_t));
  std::memcpy(record.data() + record.size() - sizeof checksum, &checksum, sizeof checksum);
  const Offset offset = Append(record);
  ExpectRefusedStart({"offset " + std::to_string(offset), "format 2", "upgrade casehub"});
  ExpectRefusedStart({"upgrade casehub"});  // it stays so: the record was not skipped
  const auto entry = OpenLog()->ReadAt(0, offset);
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(*entry->bytes, record);
}

// A record that needs a newer reader, in a format that this one reads (design 2.11).
TEST_F(NewerFormat, OfTheFeatureLevel) {
  const std::string bytes = NewestRecord();
  storage::Record record = *storage::DecodeRecord(bytes);
  record.level = storage::kFeatureLevel + 1;
  const Offset offset = Append(*storage::EncodeRecord(record));
  ExpectRefusedStart({"offset " + std::to_string(offset), "feature level 2", "upgrade casehub"});
}

TEST_F(NewerFormat, AnotherNumberOfPartitionsIsNamedToo) {
  ServerProcess other({data(), {"--partitions", "3"}});
  EXPECT_EQ(other.StartExpectingExit(kLimit), 1);
  EXPECT_NE(other.stderr_text().find("has 2 partitions, the configuration says 3"), std::string::npos)
      << other.stderr_text();
  ExpectAsBefore();
}

TEST_F(NewerFormat, AFolderOfSomethingElseIsLeftAlone) {
  fs::create_directories(folder_.path() / "other" / "log");
  Write(folder_.path() / "other" / "log" / "letter.txt", "dear diary");
  ServerProcess other({folder_.path() / "other", {}});
  EXPECT_EQ(other.StartExpectingExit(kLimit), 1);
  EXPECT_NE(other.stderr_text().find("is neither empty nor a casehub log"), std::string::npos) << other.stderr_text();
  EXPECT_EQ(Read(folder_.path() / "other" / "log" / "letter.txt"), "dear diary");
}

}  // namespace
}  // namespace casehub::testing
