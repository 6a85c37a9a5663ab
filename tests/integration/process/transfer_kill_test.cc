// A thousand transfers among three municipalities, recalls and declines racing accepts, and thirty kills: exactly one
// custodian of each case at every record, and no case stuck.
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "casehub/intake/v1/intake_service.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/runtime/placement.h"
#include "tests/integration/process/custody_audit.h"
#include "tests/integration/process/transfer_agents.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

constexpr int kTransfers = 1000;
constexpr int kKills = 30;
constexpr int kPartitions = 3;
const std::vector<std::string> kMunicipalities = {"330600", "330700", "330800"};
const std::string kSuperior = "330000";

// What one municipality says of a case.
struct View {
  transfer::v1::GetTransferResponse transfer;
  intake::v1::GetCaseResponse intake;
};

View Ask(Caller* caller, const std::string& municipality, const std::string& case_id) {
  View view;
  transfer::v1::GetTransferRequest of_transfer;
  of_transfer.set_municipality(municipality);
  of_transfer.set_case_id(case_id);
  view.transfer.ParseFromString(caller->Settle(of_transfer).reply);
  intake::v1::GetCaseRequest of_case;
  of_case.set_municipality(municipality);
  of_case.set_case_id(case_id);
  view.intake.ParseFromString(caller->Settle(of_case).reply);
  return view;
}

void ExpectAtHome(const RestingCase& known, const View& view) {
  const auto& shown = view.intake.case_();
  EXPECT_EQ(view.transfer.custodian(), known.custodian) << known.case_id;
  EXPECT_EQ(view.transfer.transfer().origin(), transfer::v1::ORIGIN_STATE_ACTIVE) << known.case_id;
  EXPECT_EQ(shown.status(), intake::v1::CASE_STATUS_OPEN) << known.case_id;
  EXPECT_FALSE(shown.frozen()) << known.case_id;
  EXPECT_EQ(shown.contacts(), known.contacts) << known.case_id << " lost or doubled a contact on its way";
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(shown.applicant().particulars(),
                                                                 Resident(known.resident).particulars()))
      << known.case_id << " " << shown.applicant().ShortDebugString();
}

// Where custody was once: it names somebody else, and shows no applicant any more.
void ExpectGone(const RestingCase& known, const std::string& here, const View& view) {
  EXPECT_NE(view.transfer.custodian(), here) << known.case_id;
  if (!view.intake.has_case_()) return;
  EXPECT_EQ(view.intake.case_().status(), intake::v1::CASE_STATUS_MOVED_AWAY) << known.case_id << " in " << here;
  EXPECT_FALSE(view.intake.case_().has_applicant()) << known.case_id << " in " << here;
}

class Transfers : public ::testing::Test {
 protected:
  void ExpectQueriesAgree(const std::vector<RestingCase>& cases) {
    Caller caller(server_.address(), std::chrono::seconds(10), "test");
    for (const RestingCase& known : cases) {
      for (const std::string& here : kMunicipalities) {
        const View view = Ask(&caller, here, known.case_id);
        here == known.custodian ? ExpectAtHome(known, view) : ExpectGone(known, here, view);
        EXPECT_NE(view.transfer.transfer().addressee(), transfer::v1::ADDRESSEE_STATE_OFFERED)
            << known.case_id << " is still offered to " << here;
      }
    }
  }

  std::vector<Ledger> Ledgers() {
    std::vector<Ledger> ledgers;
    for (const std::string& one : kMunicipalities) {
      ledgers.push_back(ExportVerified(server_.address(), one, folder_.path()));
    }
    ledgers.push_back(ExportVerified(server_.address(), kSuperior, folder_.path()));
    return ledgers;
  }

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {"--partitions", std::to_string(kPartitions)}}};
};

TEST_F(Transfers, AThousandWithThirtyKillsHaveOneCustodianAtEveryRecord) {
  std::set<PartitionId> partitions;
  for (const std::string& one : kMunicipalities) {
    partitions.insert(runtime::PlaceOf(*Municipality::Parse(one), kPartitions));
  }
  ASSERT_EQ(partitions.size(), kMunicipalities.size()) << "each municipality has a partition of its own";

  ASSERT_NO_FATAL_FAILURE(server_.Start());
  TransferAgents agents(server_.address(), kMunicipalities, 7);
  for (int kill = 0; kill < kKills; ++kill) {
    ASSERT_TRUE(agents.AwaitOffers((kill + 1) * kTransfers / (kKills + 1))) << "after " << kill << " kills";
    server_.Kill();
    ASSERT_NO_FATAL_FAILURE(server_.Start());
  }
  ASSERT_TRUE(agents.AwaitOffers(kTransfers));
  agents.Stop();

  for (const auto& [answer, count] : agents.answers()) std::printf("%6d %s\n", count, answer.c_str());
  ExpectQueriesAgree(agents.cases());
  const CustodyReport report = AuditCustody(Ledgers());
  std::printf(
      "%zu cases, %llu hops: %llu accepted, %llu declined (%llu upward, %llu ruled on), %llu recalled, %llu before "
      "they left\n",
      agents.cases().size(), static_cast<unsigned long long>(report.hops),
      static_cast<unsigned long long>(report.moved), static_cast<unsigned long long>(report.declined),
      static_cast<unsigned long long>(report.ruling_requested), static_cast<unsigned long long>(report.ruled),
      static_cast<unsigned long long>(report.recalled), static_cast<unsigned long long>(report.thawed_early));
  EXPECT_GE(report.hops, static_cast<uint64_t>(kTransfers));
  EXPECT_EQ(report.custodian.size(), agents.cases().size());
  for (const RestingCase& known : agents.cases()) {
    EXPECT_EQ(report.custodian.at(known.case_id), known.custodian) << known.case_id;
  }
  // Each way to end happened, or the races were none.
  EXPECT_GT(report.moved, 0u);
  EXPECT_GT(report.declined, 0u);
  EXPECT_GT(report.ruling_requested, 0u);
  EXPECT_GT(report.ruled, 0u);
  EXPECT_GT(report.recalled, 0u);
  EXPECT_GT(report.thawed_early, 0u);
  ExpectStoresEqualTheLog(server_.address());
}

}  // namespace
}  // namespace casehub::testing
