// The ledger needs no trust in the ledger service: whoever reads the raw log gets the same chain, whatever zombies,
// repeats and damage lie between its records.
#include <gtest/gtest.h>

#include <set>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "tests/integration/ledger/raw_chain.h"
#include "tests/integration/ledger/zombies.h"
#include "tests/support/caller.h"
#include "tests/support/ledger_export.h"
#include "tests/support/raw_log.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

using ledger::v1::Entry;
using storage::Verdict;

const std::string kHere = "330800";
const std::string kThere = "330700";  // in the other partition
const std::string kOffice = "station-1";

class SecondReader : public ::testing::Test {
 protected:
  std::unique_ptr<storage::EmbeddedLog> OpenLog() const { return OpenRawLog(folder_.path() / "data"); }

  void RegisterOffices() {
    Caller caller(server_.address());
    for (const std::string& one : {kHere, kThere}) {
      caller.Must<registry::v1::RegisterOfficeResponse>(RegisterOffice(one, kOffice));
    }
  }

  // Every service records something: contacts, a consultation up to its rating, an import, a withdrawal.
  void LiveCases(const std::string& municipality, uint64_t resident) {
    Caller caller(server_.address());
    caller.Must<intake::v1::RegisterContactResponse>(RegisterContact(municipality, resident));
    const std::string id =
        caller.Must<intake::v1::RegisterCallResponse>(RegisterCall(municipality, resident, "欠薪怎么办?")).case_id();
    auto hand_over = About<intake::v1::HandOverToOfficeRequest>(municipality, id);
    hand_over.set_to_office_id(kOffice);
    caller.Must<intake::v1::HandOverToOfficeResponse>(hand_over);
    auto acknowledge = About<intake::v1::AcknowledgeHandOverRequest>(municipality, id);
    *acknowledge.mutable_actor() = Staff(kOffice, "staff-1");
    caller.Must<intake::v1::AcknowledgeHandOverResponse>(acknowledge);
    auto answer = About<intake::v1::AnswerConsultationRequest>(municipality, id);
    *answer.mutable_actor() = Staff(kOffice, "staff-1");
    answer.mutable_answer()->set_text("可以申请法律援助。");
    caller.Must<intake::v1::AnswerConsultationResponse>(answer);
    auto delivered = About<intake::v1::ConfirmAnswerDeliveredRequest>(municipality, id);
    delivered.set_channel(common::v1::CHANNEL_HOTLINE);
    caller.Must<intake::v1::ConfirmAnswerDeliveredResponse>(delivered);
    Rate(&caller, municipality, id);
    Import(&caller, municipality, resident);
    auto withdraw = About<intake::v1::WithdrawCaseRequest>(
        municipality,
        caller.Must<intake::v1::RegisterContactResponse>(RegisterContact(municipality, resident + 1)).case_id());
    withdraw.set_reason_code("settled");
    caller.Must<intake::v1::WithdrawCaseResponse>(withdraw);
  }

  static void Rate(Caller* caller, const std::string& municipality, const std::string& case_id) {
    evaluation::v1::GetRatingSlotRequest slot;
    slot.set_municipality(municipality);
    slot.set_case_id(case_id);
    evaluation::v1::GetRatingSlotResponse open;
    ASSERT_TRUE(caller->Eventually<evaluation::v1::GetRatingSlotResponse>(
        slot, [](const auto& response) { return response.has_slot(); }, &open));
    auto rating = About<evaluation::v1::SubmitRatingRequest>(municipality, case_id);
    rating.set_rating_token(open.rating_token());
    rating.set_channel(common::v1::CHANNEL_ONLINE);
    for (auto set : {&evaluation::v1::Grades::set_attitude, &evaluation::v1::Grades::set_efficiency,
                     &evaluation::v1::Grades::set_policy_execution, &evaluation::v1::Grades::set_professional_level,
                     &evaluation::v1::Grades::set_overall}) {
      (rating.mutable_grades()->*set)(5);
    }
    caller->Must<evaluation::v1::SubmitRatingResponse>(rating);
  }

  static void Import(Caller* caller, const std::string& municipality, uint64_t number) {
    ingest::v1::ImportCaseRequest import;
    import.set_municipality(municipality);
    import.set_request_id(NewRequestId());
    import.set_source_system("bpi");
    import.set_external_reference("case-" + std::to_string(number));
    for (int i = 0; i < 40; ++i) {  // many entries of one record
      auto* event = import.add_events();
      event->mutable_occurred_at()->set_seconds(1'300'000'000 + i);
      event->mutable_occurred_at()->set_nanos(i);
      event->set_activity("step " + std::to_string(i));
    }
    caller->Must<ingest::v1::ImportCaseResponse>(import);
  }

  // A case that left for the other municipality; its id.
  Uuid Transfer(const std::string& from, const std::string& to, uint64_t resident) {
    Caller caller(server_.address());
    const std::string id = caller.Must<intake::v1::RegisterContactResponse>(RegisterContact(from, resident)).case_id();
    const auto offer = caller.Must<transfer::v1::OfferTransferResponse>(OfferTransfer(from, id, to));
    transfer::v1::GetTransferRequest query;
    query.set_municipality(to);
    query.set_case_id(id);
    caller.Eventually<transfer::v1::GetTransferResponse>(query, [](const auto& response) {
      return response.transfer().addressee() == transfer::v1::ADDRESSEE_STATE_OFFERED;
    });
    caller.Must<transfer::v1::AcceptTransferResponse>(AcceptTransfer(to, id, offer.hop()));
    query.set_municipality(from);
    caller.Eventually<transfer::v1::GetTransferResponse>(
        query, [](const auto& response) { return response.transfer().origin() == transfer::v1::ORIGIN_STATE_GONE; });
    return *Uuid::Parse(id);
  }

  std::vector<Entry> ServedEntries(const std::string& municipality) const {
    Caller caller(server_.address());
    std::vector<Entry> entries;
    for (;;) {
      ledger::v1::ListEntriesRequest request;
      request.set_municipality(municipality);
      request.set_after(entries.size());
      request.set_page_size(1000);
      const auto page = caller.Must<ledger::v1::ListEntriesResponse>(request);
      if (page.entries().empty()) return entries;
      entries.insert(entries.end(), page.entries().begin(), page.entries().end());
    }
  }

  // Byte for byte, field by field.
  static void ExpectSame(const RawEntry& read, const Entry& served) {
    EXPECT_EQ(served.municipality(), read.municipality);
    EXPECT_EQ(served.sequence(), read.sequence);
    EXPECT_EQ(served.case_id(), read.case_id);
    EXPECT_EQ(served.service(), read.service);
    EXPECT_EQ(served.type(), read.type);
    EXPECT_EQ(served.has_occurred_at(), read.occurred_at.has_value());
    if (read.occurred_at) {
      EXPECT_EQ(served.occurred_at().SerializeAsString(), read.occurred_at->SerializeAsString());
    }
    EXPECT_EQ(served.recorded_at().SerializeAsString(), read.recorded_at.SerializeAsString());
    EXPECT_EQ(served.data(), read.data);
    EXPECT_EQ(served.previous_hash(), read.previous_hash);
    EXPECT_EQ(served.hash(), read.hash) << read.municipality << " " << read.sequence << " " << read.type;
  }

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {}}};
};

// Two municipalities in two partitions, three owners, a transfer each way; records of every kind that is skipped.
TEST_F(SecondReader, GetsTheSameChainFromTheRawLogAlone) {
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  RegisterOffices();
  ASSERT_NO_FATAL_FAILURE(LiveCases(kHere, 1));
  Transfer(kThere, kHere, 10);
  server_.Kill();  // the next owner takes an epoch
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  ASSERT_NO_FATAL_FAILURE(LiveCases(kThere, 20));
  const Uuid gone = Transfer(kHere, kThere, 30);
  ASSERT_EQ(server_.Terminate(), 0) << server_.stderr_text();
  {
    const auto log = OpenLog();
    ASSERT_NE(log, nullptr);
    const auto before = ReadRawLog(log.get());
    const PartitionId partition = before[0].chains().contains(kHere) ? 0 : 1;
    ASSERT_NO_FATAL_FAILURE(AppendZombies(log.get(), partition, before[static_cast<size_t>(partition)], gone));
  }
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  ASSERT_NO_FATAL_FAILURE(LiveCases(kHere, 40));
  Transfer(kHere, kThere, 50);
  ASSERT_EQ(server_.Terminate(), 0) << server_.stderr_text();

  std::map<std::string, std::vector<RawEntry>> chains;
  std::map<Verdict, int> verdicts;
  for (const RawReader& reader : ReadRawLog(OpenLog().get())) {
    chains.insert(reader.chains().begin(), reader.chains().end());
    for (const auto& [verdict, count] : reader.verdicts()) verdicts[verdict] += count;
  }
  EXPECT_EQ(verdicts[Verdict::kStaleEpoch], 2);
  for (const Verdict skipped :
       {Verdict::kDuplicate, Verdict::kMalformed, Verdict::kOvertaken, Verdict::kBehind, Verdict::kGap}) {
    EXPECT_EQ(verdicts[skipped], 1) << storage::VerdictName(skipped);
  }

  ASSERT_NO_FATAL_FAILURE(server_.Start());
  ASSERT_EQ(chains.size(), 2u);
  std::set<std::string> services;
  for (const auto& [municipality, read] : chains) {
    const std::vector<Entry> served = ServedEntries(municipality);
    ASSERT_EQ(served.size(), read.size()) << municipality;
    ASSERT_GT(read.size(), 60u);
    for (size_t i = 0; i < read.size(); ++i) {
      ExpectSame(read[i], served[i]);
      EXPECT_NE(read[i].case_id, kZombieCase) << read[i].sequence;
      services.insert(read[i].service);
    }
    ExportVerified(server_.address(), municipality, folder_.path());
    std::printf("%s: %zu entries\n", municipality.c_str(), read.size());
  }
  EXPECT_EQ(services, (std::set<std::string>{"assignment", "evaluation", "intake", "mediation", "transfer"}));
  ExpectStoresEqualTheLog(server_.address());
}

}  // namespace
}  // namespace casehub::testing
