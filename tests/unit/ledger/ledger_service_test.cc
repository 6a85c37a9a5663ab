// The ledger over its rows and the raw log: numbering, seals, queries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/ledger/domain/seal.h"
#include "services/ledger/fold.h"
#include "services/ledger/queries.h"
#include "services/ledger/tables.h"
#include "tests/unit/ledger/raw_log.h"

namespace casehub::ledger {
namespace {

using common::v1::Refusal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LedgerServiceTest, ASecondReaderOfTheRawLogGetsTheSameChain) {
  RawLog log;
  for (uint64_t i = 0; i < 40; ++i) {
    log.now_.micros += 3'000'000;
    const auto opened = Opened(i % 9);
    transfer::v1::TransferEvent frozen;
    frozen.set_case_id(CaseId(i % 5).ToString());
    frozen.mutable_case_frozen()->set_hop(i);
    registry::v1::RegistryEvent office;
    office.mutable_office_registered()->mutable_office()->set_office_id("office");
    log.Append(ServiceId::kIntake, i % 3 == 0 ? kA : kB, {&opened, &opened});
    if (i % 4 == 0) log.Append(ServiceId::kTransfer, kA, {&frozen});
    if (i % 5 == 0) log.Append(ServiceId::kRegistry, kA, {&office});  // not about a case: no entry
    log.RunDue();
  }
  Chains chains;
  std::map<std::string, std::vector<v1::Entry>> read;
  for (const auto& [offset, entry] : log.entries_) {
    ASSERT_TRUE(chains.Add(*storage::DecodeRecord(*entry.bytes),
                           [&](const v1::Entry& one) { read[one.municipality()].push_back(one); }));
  }
  for (Municipality one : {kA, kB}) {
    const auto exported = log.Export(one);
    const auto& expected = read[one.ToString()];
    ASSERT_EQ(exported.size(), expected.size());
    for (size_t i = 0; i < exported.size(); ++i) {
      EXPECT_EQ(exported[i].SerializeAsString(), expected[i].SerializeAsString()) << i;
      EXPECT_EQ(exported[i].sequence(), i + 1);
      EXPECT_EQ(EntryHash(exported[i]), exported[i].hash());
      EXPECT_EQ(exported[i].previous_hash(), i == 0 ? GenesisHash() : exported[i - 1].hash());
    }
    const auto head = log.Ask<v1::GetHeadResponse>(one, v1::GetHeadRequest());
    EXPECT_EQ(head.sequence(), expected.size());
    EXPECT_EQ(head.head(), Bytes(chains.head(one).hash));
  }
  EXPECT_EQ(read[kA.ToString()].front().type(), "CaseOpened");
  EXPECT_EQ(read[kA.ToString()].front().service(), "intake");
}

TEST(LedgerServiceTest, AHeadThatMovedIsSealedAfterTenSeconds) {
  RawLog log;
  log.Append(kA, Opened(1));
  EXPECT_THAT(log.RunDue(), IsEmpty());
  log.now_.micros += kSealAfterMicros - 1;
  log.Append(kA, Opened(2));
  EXPECT_THAT(log.RunDue(), IsEmpty());
  log.now_.micros += 1;
  const auto seals = log.RunDue();
  ASSERT_EQ(seals.size(), 1u);
  EXPECT_EQ(seals[0].sequence(), 2u);
  EXPECT_TRUE(VerifySeal(seals[0], log.signer_->public_key()));
  EXPECT_THAT(log.state_.Due(), IsEmpty());  // nothing moves: nothing is due
  log.Append(kA, Opened(3));
  EXPECT_EQ(log.state_.Due().size(), 1u);
  log.now_.micros += kSealAfterMicros;
  EXPECT_EQ(log.RunDue().size(), 1u);
  const auto listed = log.Ask<v1::ListSealsResponse>(kA, v1::ListSealsRequest());
  ASSERT_EQ(listed.seals_size(), 2);
  EXPECT_EQ(listed.seals(0).SerializeAsString(), seals[0].SerializeAsString());
  EXPECT_EQ(listed.seals(1).sequence(), 3u);
}

TEST(LedgerServiceTest, TenThousandEntriesAreSealedAtOnce) {
  RawLog log;
  const auto event = Opened(1);
  const std::vector<const google::protobuf::Message*> many(200, &event);
  for (uint64_t i = 0; i < kSealEntriesMax / 200 - 1; ++i) log.Append(ServiceId::kIntake, kA, many);
  EXPECT_THAT(log.RunDue(), IsEmpty());
  log.Append(ServiceId::kIntake, kA, many);
  log.Append(ServiceId::kIntake, kA, many);
  const auto seals = log.RunDue();
  ASSERT_EQ(seals.size(), 1u);
  EXPECT_EQ(seals[0].sequence(), kSealEntriesMax + 200);
  EXPECT_THAT(log.state_.Due(), IsEmpty());  // the timer went with it
}

TEST(LedgerServiceTest, EntriesBetweenDecisionAndRecordOfASealWaitForTheNext) {
  RawLog log;
  log.Append(kA, Opened(1));
  log.now_.micros += kSealAfterMicros;
  const auto row = log.state_.Due(log.now_).at(0);
  auto decision = std::get<runtime::Decision>(log.service_->React(row, {log.now_, log.now_, Uuid(), kA}, log.state_));
  log.Append(kA, Opened(2));
  log.Append(ServiceId::kLedger, kA, {decision.events[0].get()}, {{row.id, storage::SettledAs::kDone}});
  ASSERT_EQ(log.state_.Due().size(), 1u);
  log.now_.micros += kSealAfterMicros;
  const auto seals = log.RunDue();
  ASSERT_EQ(seals.size(), 1u);
  EXPECT_EQ(seals[0].sequence(), 2u);
}

TEST(LedgerServiceTest, ListsACaseOnly) {
  RawLog log;
  for (uint64_t i = 0; i < 12; ++i) log.Append(kA, Opened(i % 3));
  v1::ListCaseEntriesRequest request;
  request.set_case_id(CaseId(1).ToString());
  request.set_page_size(3);
  auto page = log.Ask<v1::ListCaseEntriesResponse>(kA, request);
  ASSERT_EQ(page.entries_size(), 3);
  EXPECT_TRUE(page.more());
  EXPECT_EQ(page.entries(0).sequence(), 2u);
  EXPECT_EQ(EntryHash(page.entries(1)), page.entries(1).hash());
  request.set_after(page.entries(2).sequence());
  page = log.Ask<v1::ListCaseEntriesResponse>(kA, request);
  EXPECT_EQ(page.entries_size(), 1);
  EXPECT_FALSE(page.more());
  request.set_case_id(CaseId(77).ToString());
  request.set_after(0);
  log.Ask<v1::ListCaseEntriesResponse>(kA, request);
  EXPECT_EQ(log.refusal_, Refusal::REFUSAL_CASE_UNKNOWN);
  request.set_case_id("no id");
  log.Ask<v1::ListCaseEntriesResponse>(kA, request);
  EXPECT_EQ(log.refusal_, Refusal::REFUSAL_FIELD_INVALID);
}

TEST(LedgerServiceTest, PagesAreBoundedInBytesToo) {
  RawLog log;
  for (uint64_t i = 0; i < 8; ++i) log.Append(kA, Opened(i, std::string(100'000, 'm')));
  v1::ListEntriesRequest request;
  request.set_page_size(1000);
  const auto page = log.Ask<v1::ListEntriesResponse>(kA, request);
  EXPECT_EQ(page.last_sequence(), 8u);
  EXPECT_EQ(page.entries_size(), 5);
  EXPECT_LE(page.ByteSizeLong(), kPageBytesMax + 1024);
  request.set_after(100);
  EXPECT_EQ(log.Ask<v1::ListEntriesResponse>(kA, request).entries_size(), 0);
  request.set_after(UINT64_MAX);
  EXPECT_EQ(log.Ask<v1::ListEntriesResponse>(kA, request).entries_size(), 0);
  request.set_page_size(-1);
  log.Ask<v1::ListEntriesResponse>(kA, request);
  EXPECT_EQ(log.refusal_, Refusal::REFUSAL_FIELD_INVALID);
}

TEST(LedgerServiceTest, RecordsAreReadOnceForTheirEntries) {
  RawLog log;
  const auto event = Opened(1);
  log.Append(ServiceId::kIntake, kA, {&event, &event, &event});
  log.Ask<v1::ListEntriesResponse>(kA, v1::ListEntriesRequest());
  EXPECT_EQ(log.reads_, 1u);
}

TEST(LedgerServiceTest, VerifyWalksTheRawLogInSteps) {
  RawLog log;
  const auto event = Opened(1);
  const std::vector<const google::protobuf::Message*> many(250, &event);
  for (int i = 0; i < 10; ++i) log.Append(ServiceId::kIntake, kA, many);
  v1::VerifyEntriesRequest request;
  auto step = log.Ask<v1::VerifyEntriesResponse>(kA, request);
  EXPECT_TRUE(step.ok()) << step.problem();
  EXPECT_FALSE(step.done());
  EXPECT_EQ(step.entries(), kVerifyEntriesMax);
  request.set_after(step.last_sequence());
  request.set_previous_hash(step.head());
  step = log.Ask<v1::VerifyEntriesResponse>(kA, request);
  EXPECT_TRUE(step.ok()) << step.problem();
  EXPECT_TRUE(step.done());
  EXPECT_EQ(step.last_sequence(), 2500u);
  request.set_previous_hash("short");
  log.Ask<v1::VerifyEntriesResponse>(kA, request);
  EXPECT_EQ(log.refusal_, Refusal::REFUSAL_FIELD_INVALID);
}

TEST(LedgerServiceTest, VerifyFindsALogThatSaysSomethingElse) {
  RawLog log;
  log.Append(kA, Opened(1));
  const Offset second = log.Append(kA, Opened(2));
  log.Append(kA, Opened(3));
  RawLog other;
  other.Append(kA, Opened(1));
  other.Append(kA, Opened(2, "family"));
  log.entries_[second].bytes = other.entries_.rbegin()->second.bytes;
  auto found = log.Ask<v1::VerifyEntriesResponse>(kA, v1::VerifyEntriesRequest());
  EXPECT_FALSE(found.ok());
  EXPECT_EQ(found.problem(), "entry 2 differs between the log and the ledger");
  log.entries_.erase(second);
  found = log.Ask<v1::VerifyEntriesResponse>(kA, v1::VerifyEntriesRequest());
  EXPECT_EQ(found.problem(), "entry 2: nothing at this offset");
  log.Ask<v1::ListEntriesResponse>(kA, v1::ListEntriesRequest());
  EXPECT_EQ(log.refusal_, Refusal::REFUSAL_LOG_UNREADABLE);
  log.state_.Delete(tables::EntryKey(kA, 2));
  found = log.Ask<v1::VerifyEntriesResponse>(kA, v1::VerifyEntriesRequest());
  EXPECT_EQ(found.problem(), "entry 2 has no row");
}

TEST(LedgerServiceTest, TellsItsKey) {
  RawLog log;
  const auto key = log.Ask<v1::GetKeyResponse>(kA, v1::GetKeyRequest());
  EXPECT_EQ(key.public_key(), log.signer_->public_key());
  EXPECT_EQ(key.key_id(), KeyId(key.public_key()));
}

TEST(LedgerTablesTest, ABlockHoldsEveryEntryOfItsRecordAndNoOther) {
  testing::MemoryState state;
  tables::EntryBlock block{7, 40, {}};
  for (uint16_t event : {0, 2, 3}) block.items.push_back({event, Hash{}});
  state.Put(tables::EntryKey(kA, block.last), tables::EncodeEntryBlock(block));
  for (uint64_t sequence : {5, 6, 7}) {
    const auto read = tables::LoadEntryBlock(state, kA, sequence);
    ASSERT_TRUE(read) << sequence;
    EXPECT_EQ(read->offset, 40);
    EXPECT_EQ(read->at(sequence).event, block.items[sequence - 5].event);
  }
  EXPECT_FALSE(tables::LoadEntryBlock(state, kA, 4));
  EXPECT_FALSE(tables::LoadEntryBlock(state, kA, 8));
  EXPECT_FALSE(tables::LoadEntryBlock(state, kB, 6));
  state.Put(tables::EntryKey(kA, 7), "short");
  EXPECT_FALSE(tables::LoadEntryBlock(state, kA, 7));
}

TEST(LedgerServiceTest, CasesThatShareARecordAreListedApart) {
  RawLog log;
  const auto one = Opened(1), other = Opened(2);
  log.Append(ServiceId::kIntake, kA, {&one, &one, &other, &one});
  v1::ListCaseEntriesRequest request;
  request.set_case_id(one.case_id());
  auto entries = log.Ask<v1::ListCaseEntriesResponse>(kA, request);
  ASSERT_EQ(entries.entries_size(), 3);
  EXPECT_EQ(entries.entries(2).sequence(), 4u);
  request.set_after(1);  // in the middle of a run
  entries = log.Ask<v1::ListCaseEntriesResponse>(kA, request);
  ASSERT_EQ(entries.entries_size(), 2);
  EXPECT_EQ(entries.entries(0).sequence(), 2u);
  request.set_page_size(1);
  EXPECT_TRUE(log.Ask<v1::ListCaseEntriesResponse>(kA, request).more());
  request.set_after(UINT64_MAX);
  EXPECT_EQ(log.Ask<v1::ListCaseEntriesResponse>(kA, request).entries_size(), 0);
}

TEST(LedgerTablesTest, RowsRoundTrip) {
  tables::Sealing sealing{9, storage::DueId{{55}, 77, 3, 4}, std::nullopt};
  testing::MemoryState state;
  state.Put(tables::SealingKey(kA), tables::EncodeSealing(sealing));
  const auto read = tables::LoadSealing(state, kA);
  EXPECT_EQ(read.sequence, 9u);
  EXPECT_EQ(read.timer, sealing.timer);
  EXPECT_FALSE(read.rush);
  EXPECT_FALSE(tables::LoadSealing(state, kB).timer);
  EXPECT_EQ(tables::SequenceOfKey(tables::EntryKey(kA, 300)), 300u);
  EXPECT_LT(tables::EntryKey(kA, 255), tables::EntryKey(kA, 256));
}

}  // namespace
}  // namespace casehub::ledger
