#include "services/ledger/domain/chain.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "absl/strings/escaping.h"
#include "services/ledger/signer.h"
#include "services/ledger/tables.h"

namespace casehub::ledger {
namespace {

std::string Hex(const Digest& digest) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

EntryFields Example() {
  return {"330800",
          1,
          "0190a5b2-7c3d-8e4f-8a1b-2c3d4e5f6071",
          "intake",
          "CaseOpened",
          {1'764'000'000'000'000},
          {1'764'000'000'000'001},
          "data"};
}

TEST(ChainTest, GoldenHash) {
  Chainer chainer;
  const Digest first = chainer.Next(Digest{}, Example());
  EXPECT_EQ(Hex(first), "GOLDEN1");
  EntryFields second = Example();
  second.sequence = 2;
  EXPECT_EQ(Hex(chainer.Next(first, second)), "GOLDEN2");
}

TEST(ChainTest, EveryFieldCounts) {
  Chainer chainer;
  const Digest base = chainer.Next(Digest{}, Example());
  const auto differs = [&](auto change) {
    EntryFields changed = Example();
    change(&changed);
    return chainer.Next(Digest{}, changed) != base;
  };
  EXPECT_TRUE(differs([](EntryFields* e) { e->municipality = "330801"; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->sequence = 2; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->case_id = "other"; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->service = "transfer"; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->type = "CaseClosed"; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->occurred_at.micros += 1; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->recorded_at.micros += 1; }));
  EXPECT_TRUE(differs([](EntryFields* e) { e->data = "datb"; }));
  // Lengths are part of what is hashed: bytes cannot move from one field to the next.
  EXPECT_TRUE(differs([](EntryFields* e) {
    e->service = "intakeC";
    e->type = "aseOpened";
  }));
  Digest other{};
  other[0] = 1;
  EXPECT_NE(chainer.Next(other, Example()), base);
}

TEST(SealTest, GenuineOnlyWithItsKeyAndUnchanged) {
  const auto signer = FileSigner::FromSeed("a seed of thirty-two bytes, or so");
  const auto stranger = FileSigner::FromSeed("another seed of thirty-two bytes");
  v1::HeadSealed seal;
  seal.set_municipality("330800");
  seal.set_sequence(7);
  seal.set_head(std::string(32, 'h'));
  seal.mutable_sealed_at()->set_seconds(1'764'000'000);
  seal.set_signature(signer->Sign(SealedBytes("330800", 7, seal.head(), {1'764'000'000'000'000})));
  EXPECT_TRUE(SealIsGenuine(seal, signer->public_key()));
  EXPECT_FALSE(SealIsGenuine(seal, stranger->public_key()));
  EXPECT_FALSE(SealIsGenuine(seal, "short"));
  seal.set_sequence(8);
  EXPECT_FALSE(SealIsGenuine(seal, signer->public_key()));
  EXPECT_EQ(KeyId(signer->public_key()).size(), 8u);
}

TEST(SignerTest, KeepsItsKeyAndRefusesOneThatOthersMayRead) {
  const std::string path = testing::TempDir() + "/ledger_signer_test.key";
  std::remove(path.c_str());
  const auto made = FileSigner::Open(path);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto again = FileSigner::Open(path);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*made)->public_key(), (*again)->public_key());
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(FileSigner::Open(path).status()));
  std::remove(path.c_str());
}

TEST(TablesTest, RowsRoundTrip) {
  tables::HeadRow head;
  head.sequence = 12;
  head.head[3] = 9;
  head.sealed = 10;
  head.armed = true;
  head.due = {{55}, 77, 3, 4};
  const tables::HeadRow read = tables::DecodeHead(tables::EncodeHead(head));
  EXPECT_EQ(read.sequence, head.sequence);
  EXPECT_EQ(read.head, head.head);
  EXPECT_EQ(read.sealed, head.sealed);
  EXPECT_TRUE(read.armed);
  EXPECT_EQ(read.due, head.due);
  const tables::EntryRow entry = tables::DecodeEntry(tables::EncodeEntry({5, 6, head.head}));
  EXPECT_EQ(entry.offset, 5);
  EXPECT_EQ(entry.event, 6);
  EXPECT_EQ(entry.hash, head.head);
  EXPECT_EQ(tables::SequenceOf(tables::SequenceKey(tables::kEntry, Municipality(330800), 9)), 9u);
}

}  // namespace
}  // namespace casehub::ledger
