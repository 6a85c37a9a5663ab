// The bytes that are hashed and signed (docs/formats/ledger.md).
#include "services/ledger/domain/chain.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/escaping.h"
#include "services/ledger/domain/seal.h"
#include "services/ledger/signer.h"
#include "services/ledger/tables.h"

namespace casehub::ledger {
namespace {

std::string Hex(std::string_view bytes) { return absl::BytesToHexString({bytes.data(), bytes.size()}); }
std::string Hex(const Hash& hash) { return Hex(Bytes(hash)); }

EntryFields Example() {
  EntryFields fields;
  fields.municipality = "330800";
  fields.sequence = 1;
  fields.case_id = "0190a5b2-7c3d-8e4f-8a1b-2c3d4e5f6071";
  fields.service = "intake";
  fields.type = "CaseOpened";
  fields.occurred_at = EntryTime{1'764'000'000, 250'000'000};
  fields.recorded_at = EntryTime{1'764'000'001, 1'000};
  fields.data = "data";
  return fields;
}

// Computed with another implementation (Python's hashlib), from the page alone.
TEST(ChainTest, GoldenHashes) {
  const Hash first = HashEntry(Example(), Hash{});
  EXPECT_EQ(Hex(first), "a90fa71c5c20bcbc9bbf468402f10846a030870245799713820ded77d2134945");
  EntryFields second = Example();
  second.sequence = 2;
  second.occurred_at.reset();
  second.data = "";
  EXPECT_EQ(Hex(HashEntry(second, first)), "4fc724919cc1d63f63522d3af244777bc9d309ca571c7b4ab644059912ffccc8");
}

TEST(ChainTest, GoldenSealBytes) {
  v1::HeadSealed seal;
  seal.set_municipality("330800");
  seal.set_sequence(7);
  seal.set_head(std::string(32, 'h'));
  seal.set_key_id("12345678");
  seal.mutable_sealed_at()->set_seconds(1'764'000'000);
  seal.mutable_sealed_at()->set_nanos(1'000);
  EXPECT_EQ(Hex(Sha256(SealBytes(seal))), "acbd23c6760711d61648494848435ef7367511349aed45413a87180eca4e1431");
}

TEST(ChainTest, EveryFieldCounts) {
  const Hash base = HashEntry(Example(), Hash{});
  const auto differs = [&](auto change) {
    EntryFields changed = Example();
    change(&changed);
    return HashEntry(changed, Hash{}) != base;
  };
  EXPECT_TRUE(differs([](EntryFields* e) { e->municipality = "330801"; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->sequence = 2; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->case_id = "other"; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->service = "transfer"; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->type = "CaseClosed"; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->occurred_at->nanos += 1; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->occurred_at.reset(); }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->recorded_at.seconds += 1; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->data = "datb"; }));
  // Lengths are part of what is hashed: bytes cannot move from one field to the next.
  EXPECT_TRUE(differs([](EntryFields* e) {
    e->service = "intakeC";
    e->type = "aseOpened";
  }));
  Hash other{};
  other[0] = 1;
  EXPECT_NE(HashEntry(Example(), other), base);
}

TEST(SealTest, GenuineOnlyWithItsKeyAndUnchanged) {
  const auto signer = *SignerFromSeed(std::string(32, 's'));
  const auto stranger = *SignerFromSeed(std::string(32, 't'));
  v1::HeadSealed seal;
  seal.set_municipality("330800");
  seal.set_sequence(7);
  seal.set_head(std::string(32, 'h'));
  seal.set_key_id(signer->key_id());
  seal.mutable_sealed_at()->set_seconds(1'764'000'000);
  seal.set_signature(signer->Sign(SealBytes(seal)));
  EXPECT_TRUE(VerifySeal(seal, signer->public_key()));
  EXPECT_EQ(signer->Sign(SealBytes(seal)), seal.signature());
  EXPECT_FALSE(VerifySeal(seal, stranger->public_key()));
  EXPECT_FALSE(VerifySeal(seal, "short"));
  for (auto change :
       {+[](v1::HeadSealed* s) { s->set_sequence(8); }, +[](v1::HeadSealed* s) { s->set_head("x"); },
        +[](v1::HeadSealed* s) { s->set_municipality("330801"); },
        +[](v1::HeadSealed* s) { s->mutable_sealed_at()->set_nanos(1); },
        +[](v1::HeadSealed* s) { s->set_key_id("87654321"); }, +[](v1::HeadSealed* s) { s->set_signature(""); }}) {
    v1::HeadSealed changed = seal;
    change(&changed);
    EXPECT_FALSE(VerifySeal(changed, signer->public_key()));
  }
  EXPECT_EQ(KeyId(signer->public_key()).size(), kKeyIdBytes);
}

TEST(SignerTest, KeepsItsKeyAndRefusesOneThatOthersMayRead) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / ("signer_test." + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = folder / "ledger.key";
  const auto made = FileSigner::Open(path);
  ASSERT_TRUE(made.ok()) << made.status();
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const auto again = FileSigner::Open(path);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*made)->public_key(), (*again)->public_key());
  EXPECT_EQ((*made)->Sign("bytes"), (*again)->Sign("bytes"));
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(FileSigner::Open(path).status()));
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  ASSERT_EQ(truncate(path.c_str(), 20), 0);
  EXPECT_TRUE(absl::IsDataLoss(FileSigner::Open(path).status()));
  EXPECT_TRUE(absl::IsUnavailable(FileSigner::Open(folder / "no such folder" / "key").status()));
  std::filesystem::remove_all(folder);
}

TEST(SignerTest, ASeedHas32Bytes) { EXPECT_FALSE(SignerFromSeed("short").ok()); }

}  // namespace
}  // namespace casehub::ledger
