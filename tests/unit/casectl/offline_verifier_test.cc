// An export is written the way `ledger export` writes it, signed with a key made here, then damaged in every way.
#include "services/ops/casectl/offline_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "services/ledger/domain/chain.h"
#include "services/ledger/domain/seal.h"
#include "services/ops/casectl/entries.h"
#include "services/ops/casectl/json.h"

namespace casehub::casectl {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class SigningKey {
 public:
  SigningKey() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")) {}
  ~SigningKey() { EVP_PKEY_free(key_); }
  std::string Public() const {
    std::string bytes(32, '\0');
    size_t size = bytes.size();
    EVP_PKEY_get_raw_public_key(key_, reinterpret_cast<unsigned char*>(bytes.data()), &size);
    return bytes;
  }
  std::string Sign(const std::string& text) const {
    std::string signature(64, '\0');
    size_t size = signature.size();
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key_);
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    return signature;
  }

 private:
  EVP_PKEY* key_;
};

class OfflineVerifierTest : public ::testing::Test {
 protected:
  static constexpr int kEntries = 20;

  OfflineVerifierTest() {
    char name[] = "/tmp/casehub-verify-XXXXXX";
    folder_ = mkdtemp(name);
    ledger::Hash previous{};
    for (int i = 1; i <= kEntries; ++i) {
      intake::v1::IntakeEvent event;
      event.set_case_id(absl::StrCat("case-", i % 3));
      event.mutable_occurred_at()->set_seconds(1714959000 + i);
      event.mutable_line_event_recorded()->set_activity(absl::StrCat("活动", i));
      event.mutable_line_event_recorded()->set_identity(std::string(16, static_cast<char>(i)));
      ledger::v1::Entry entry;
      entry.set_municipality("330800");
      entry.set_sequence(static_cast<uint64_t>(i));
      entry.set_case_id(event.case_id());
      entry.set_service("intake");
      entry.set_type("LineEventRecorded");
      *entry.mutable_occurred_at() = event.occurred_at();
      entry.mutable_recorded_at()->set_seconds(1714960000 + i);
      entry.mutable_recorded_at()->set_nanos(1000 * i);
      entry.set_data(event.SerializeAsString());
      entry.set_previous_hash(std::string(ledger::Bytes(previous)));
      previous = ledger::HashEntry(ledger::FieldsOf(entry), previous);
      entry.set_hash(std::string(ledger::Bytes(previous)));
      entries_.push_back(entry);
      lines_.push_back(EntryJson(entry));
    }
    for (const int sealed : {10, kEntries}) seals_.push_back(ToJson(Seal(entries_[sealed - 1])));
    ledger::v1::GetKeyResponse key;
    key.set_public_key(key_.Public());
    key.set_key_id(ledger::KeyId(key_.Public()));
    key_json_ = ToJson(key);
  }
  ~OfflineVerifierTest() override { std::filesystem::remove_all(folder_); }

  ledger::v1::HeadSealed Seal(const ledger::v1::Entry& entry) {
    ledger::v1::HeadSealed seal;
    seal.set_municipality(entry.municipality());
    seal.set_sequence(entry.sequence());
    seal.set_head(entry.hash());
    seal.set_key_id(ledger::KeyId(key_.Public()));
    seal.mutable_sealed_at()->set_seconds(1714970000);
    seal.set_signature(key_.Sign(ledger::SealBytes(seal)));
    return seal;
  }
  std::string Write(const char* name, const std::vector<std::string>& lines) {
    const std::string path = absl::StrCat(folder_, "/", name);
    std::ofstream file(path);
    for (const auto& line : lines) file << line << "\n";
    return path;
  }
  Verdict Verify() {
    return VerifyExport({municipality_, Write("entries", lines_), Write("seals", seals_), Write("key", {key_json_})});
  }
  // All problems in one text.
  std::string Problems() {
    const Verdict verdict = Verify();
    EXPECT_FALSE(verdict.unusable.has_value()) << verdict.unusable->en;
    std::string all;
    for (const auto& problem : verdict.problems) {
      absl::StrAppend(&all, problem.en, "\n");
      EXPECT_FALSE(problem.zh.empty());
    }
    return all;
  }
  void Replace(int entry, const std::string& from, const std::string& to) {
    std::string& line = lines_[static_cast<size_t>(entry - 1)];
    const size_t at = line.find(from);
    ASSERT_NE(at, std::string::npos) << from << " in " << line;
    line.replace(at, from.size(), to);
  }

  std::string folder_;
  std::string municipality_ = "330800";
  SigningKey key_;
  std::vector<ledger::v1::Entry> entries_;
  std::vector<std::string> lines_, seals_;
  std::string key_json_;
};

TEST_F(OfflineVerifierTest, AnUntouchedExportPasses) {
  const Verdict verdict = Verify();
  EXPECT_FALSE(verdict.unusable.has_value());
  EXPECT_TRUE(verdict.problems.empty()) << verdict.problems[0].en;
  EXPECT_EQ(verdict.entries, 20u);
  EXPECT_EQ(verdict.head, entries_.back().hash());
  EXPECT_EQ(verdict.sealed, 20u);
}

TEST_F(OfflineVerifierTest, AnyChangedFieldIsFound) {
  const struct {
    const char *from, *to;
  } changes[] = {
      {"活动5", "活动6"},
      {"\"case_id\":\"case-2\"", "\"case_id\":\"case-1\""},
      {"\"type\":\"LineEventRecorded\"", "\"type\":\"CaseOpened\""},
      {"\"occurred_at\":\"2024-05-06T01:30:05Z\"", "\"occurred_at\":\"2024-05-06T01:30:06Z\""},
      {"\"recorded_at\":\"2024-05-06T01:46:45.000005Z\"", "\"recorded_at\":\"2024-05-06T01:46:45.000006Z\""},
      {"05050505", "05050506"},
      {"\"service\":\"intake\"", "\"service\":\"transfer\""},
      {"\"sequence\":5", "\"sequence\":500"},
  };
  const auto untouched = lines_;
  for (const auto& change : changes) {
    lines_ = untouched;
    Replace(5, change.from, change.to);
    EXPECT_NE(Problems(), "") << change.from;
  }
}

TEST_F(OfflineVerifierTest, AChangeWithItsHashesMadeAnewIsFoundByTheSeal) {
  lines_.clear();
  ledger::Hash previous{};
  for (auto& entry : entries_) {
    if (entry.sequence() == 5) entry.set_case_id("case-9");
    entry.set_previous_hash(std::string(ledger::Bytes(previous)));
    previous = ledger::HashEntry(ledger::FieldsOf(entry), previous);
    entry.set_hash(std::string(ledger::Bytes(previous)));
    lines_.push_back(EntryJson(entry));
  }
  const std::string problems = Problems();
  EXPECT_THAT(problems, HasSubstr("entry 10"));
  EXPECT_THAT(problems, HasSubstr("entry 20"));
}

TEST_F(OfflineVerifierTest, MissingReorderedRepeatedAndCutShortAreNamed) {
  const auto untouched = lines_;
  lines_.erase(lines_.begin() + 6);
  EXPECT_THAT(Problems(), HasSubstr("entry 7 is missing"));
  lines_ = untouched;
  lines_.erase(lines_.begin());
  EXPECT_THAT(Problems(), HasSubstr("entry 1 is missing"));
  lines_ = untouched;
  std::swap(lines_[6], lines_[7]);
  EXPECT_THAT(Problems(), HasSubstr("entry 7 stands behind entry 8"));
  lines_ = untouched;
  lines_.insert(lines_.begin() + 7, lines_[6]);
  EXPECT_THAT(Problems(), HasSubstr("entry 7"));
  lines_ = untouched;
  lines_.resize(15);
  EXPECT_THAT(Problems(), HasSubstr("ends with entry 15, but entry 20 is sealed"));
  lines_.clear();
  EXPECT_THAT(Problems(), HasSubstr("entry 20 is sealed"));
}

TEST_F(OfflineVerifierTest, ALineThatIsNoEntryIsNamedByItsPlace) {
  lines_[6] = "{\"sequence\":7}";
  const std::string problems = Problems();
  EXPECT_THAT(problems, HasSubstr("line 7 was changed"));
  EXPECT_THAT(problems, HasSubstr("entry 7 is missing"));
}

TEST_F(OfflineVerifierTest, ForgedSealsAndForeignEntriesAreNamed) {
  const auto untouched = seals_;
  SigningKey other;
  auto forged = Seal(entries_[9]);
  forged.set_signature(other.Sign(ledger::SealBytes(forged)));
  seals_[0] = ToJson(forged);
  EXPECT_THAT(Problems(), HasSubstr("the seal of entry 10"));
  seals_ = untouched;
  municipality_ = "220581";
  EXPECT_THAT(Problems(), HasSubstr("330800"));
}

TEST_F(OfflineVerifierTest, FilesThatAreNotWhatTheyShouldBeAreUnusable) {
  EXPECT_THAT(
      VerifyExport({"330800", folder_ + "/none", Write("seals", seals_), Write("key", {key_json_})}).unusable->en,
      HasSubstr("cannot read"));
  key_json_ = "{\"public_key\":\"00ff\"}";
  EXPECT_THAT(Verify().unusable->en, HasSubstr("holds no public key"));
  key_json_ = "-----BEGIN PUBLIC KEY-----";
  EXPECT_THAT(Verify().unusable->en, HasSubstr("line 1"));
}

}  // namespace
}  // namespace casehub::casectl
