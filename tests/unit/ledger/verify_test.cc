// The offline verifier names what is wrong with an export.
#include "services/ledger/domain/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "services/ledger/domain/seal.h"
#include "services/ledger/fold.h"
#include "tests/unit/ledger/raw_log.h"

namespace casehub::ledger {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    for (uint64_t i = 0; i < 30; ++i) {
      log_.now_.micros += kSealAfterMicros / 4;
      log_.Append(kA, Opened(i % 4));
      for (auto& seal : log_.RunDue()) seals_.push_back(seal);
    }
    entries_ = log_.Export(kA);
  }

  Verification Verify() {
    size_t at = 0;
    return VerifyExport(
        [&](v1::Entry* entry) {
          if (at == entries_.size()) return false;
          *entry = entries_[at++];
          return true;
        },
        seals_, log_.signer_->public_key());
  }
  std::vector<std::string> Texts() {
    const Verification result = Verify();
    EXPECT_EQ(result.ok, result.problems.empty());
    std::vector<std::string> texts;
    for (const Problem& problem : result.problems) texts.push_back(problem.text);
    return texts;
  }
  void Rehash(size_t index) {
    entries_[index].set_hash(EntryHash(entries_[index]));
    for (size_t i = index + 1; i < entries_.size(); ++i) {
      entries_[i].set_previous_hash(entries_[i - 1].hash());
      entries_[i].set_hash(EntryHash(entries_[i]));
    }
  }

  RawLog log_;
  std::vector<v1::HeadSealed> seals_;
  std::vector<v1::Entry> entries_;
};

TEST_F(VerifyTest, AGoodExport) {
  ASSERT_GE(seals_.size(), 4u);
  const Verification result = Verify();
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(result.entries, 30u);
  EXPECT_EQ(result.last_sequence, 30u);
  EXPECT_EQ(result.head, entries_.back().hash());
}

TEST_F(VerifyTest, AChangedEntry) {
  entries_[4].set_data("something else");
  EXPECT_THAT(Texts(), ElementsAre("entry 5 was changed"));
}

TEST_F(VerifyTest, AChangedEntryWithItsOwnHashPutRight) {
  entries_[5].set_type("CaseWithdrawn");
  entries_[5].set_hash(EntryHash(entries_[5]));
  EXPECT_THAT(Texts(), ElementsAre("entry 7 does not continue entry 6: one of them was changed"));
}

TEST_F(VerifyTest, AChainThatWasCountedAgainBreaksTheSeals) {
  entries_[5].set_type("CaseWithdrawn");
  Rehash(5);
  const auto texts = Texts();
  ASSERT_FALSE(texts.empty());
  const auto first = std::find_if(seals_.begin(), seals_.end(), [](const auto& s) { return s.sequence() >= 6; });
  EXPECT_EQ(texts[0], "entry " + std::to_string(first->sequence()) +
                          " is not the one that was sealed: it or one before it was changed");
}

TEST_F(VerifyTest, MissingEntries) {
  entries_.erase(entries_.begin() + 10, entries_.begin() + 13);
  EXPECT_THAT(Texts(), ElementsAre("entries 11 to 13 are missing"));
  entries_.erase(entries_.begin());
  EXPECT_THAT(Texts(), ElementsAre("entry 1 is missing", "entries 11 to 13 are missing"));
}

TEST_F(VerifyTest, ReorderedEntries) {
  std::swap(entries_[7], entries_[8]);
  EXPECT_THAT(Texts(), ElementsAre("entry 8 stands behind entry 9"));
}

TEST_F(VerifyTest, ARepeatedEntry) {
  entries_.insert(entries_.begin() + 4, entries_[3]);
  EXPECT_THAT(Texts(), ElementsAre("entry 4 stands there twice"));
}

TEST_F(VerifyTest, AnExportCutShortOfASeal) {
  const uint64_t sealed = seals_.back().sequence();
  entries_.resize(sealed - 1);
  EXPECT_THAT(Texts(), ElementsAre("the export ends with entry " + std::to_string(sealed - 1) + ", but entry " +
                                   std::to_string(sealed) + " is sealed"));
  entries_.clear();
  EXPECT_EQ(Texts().size(), 1u);
}

TEST_F(VerifyTest, AnExportThatEndsAtTheLastSealIsWhole) {
  entries_.resize(seals_.back().sequence());
  EXPECT_THAT(Texts(), IsEmpty());
}

TEST_F(VerifyTest, ForgedSeals) {
  seals_[0].set_sequence(seals_[0].sequence() - 1);
  auto stranger = *SignerFromSeed(std::string(32, 'z'));
  seals_[1].set_key_id(stranger->key_id());
  seals_[1].set_signature(stranger->Sign(SealBytes(seals_[1])));
  const auto texts = Texts();
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_EQ(texts[0], "the seal of entry " + std::to_string(seals_[0].sequence()) + " has a wrong signature");
  EXPECT_EQ(texts[1], "the seal of entry " + std::to_string(seals_[1].sequence()) + " was signed with another key");
}

TEST_F(VerifyTest, AnEntryOfAnotherMunicipality) {
  log_.Append(kB, Opened(1));
  entries_.push_back(log_.Export(kB).at(0));
  EXPECT_THAT(Texts(), ElementsAre("entry 1 is of municipality 330700, not 330800"));
}

TEST_F(VerifyTest, ProblemsAreBounded) {
  for (auto& entry : entries_) entry.set_data("x");
  std::vector<v1::Entry> many;
  for (int i = 0; i < 5; ++i) many.insert(many.end(), entries_.begin(), entries_.end());
  entries_ = many;
  const Verification result = Verify();
  EXPECT_EQ(result.problems.size(), kProblemsMax);
  EXPECT_GT(result.problems_left_out, 0u);
}

}  // namespace
}  // namespace casehub::ledger
