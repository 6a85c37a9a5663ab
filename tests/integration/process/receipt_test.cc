// The receipt phase of a municipality's permits (1,434 real cases) lived as native intake through gRPC: each case
// opened over its channel at the time in the file, handed over whenever another group works on it, promised for the
// date in the file and kept when the file says so. The overdue list equals the one computed from the file.
//
// Why promises: the statutory clocks of intake start when casehub receives a case, which is today. What the file knows
// is the date that this municipality promised its applicants (`deadline`), and the day it was done (`enddate`): that is
// a date promised (B6), whose clock starts, ends and is missed at the times of the file, whenever it is recorded.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "absl/strings/str_replace.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "services/model/civil_time.h"
#include "services/model/timestamps.h"
#include "services/ops/xes/xes_reader.h"
#include "tests/integration/process/shared_data.h"
#include "tests/support/caller.h"
#include "tests/support/ledger_export.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

constexpr int kClerks = 8;
const std::string kHere = "220581";

struct Receipt {
  std::string name, channel, department;
  std::optional<Moment> start, deadline, end;
  std::vector<std::string> groups;  // who worked on it, event by event
  std::string case_id;

  std::string Office(const std::string& group) const {
    // An event of no group is the department's own.
    return absl::StrReplaceAll(group == "EMPTY" || group.empty() ? department : group, {{" ", "-"}});
  }
  // The offices that have it, one after the other, beginning with the department.
  std::vector<std::string> Stations() const {
    std::vector<std::string> stations = {Office("")};
    for (const std::string& group : groups) {
      if (Office(group) != stations.back()) stations.push_back(Office(group));
    }
    return stations;
  }
};

class ReadReceipts : public xes::Sink {
 public:
  ingest::v1::LineEvent* BeginEvent() override {
    event_.Clear();
    return &event_;
  }
  void EndEvent(uint64_t, const xes::Problem* problem) override {
    EXPECT_EQ(problem, nullptr);
    ++events;
    for (const auto& attribute : event_.attributes()) {
      if (attribute.key() == "org:group") groups_.push_back(attribute.value());
    }
  }
  bool EndTrace(const xes::Trace& trace) override {
    EXPECT_EQ(trace.problem, nullptr);
    Receipt one;
    one.name = trace.name;
    one.groups = std::move(groups_);
    groups_.clear();
    for (const auto& attribute : *trace.attributes) {
      const std::string& key = attribute.key();
      if (key == "channel") one.channel = attribute.value();
      if (key == "department") one.department = attribute.value();
      if (key == "startdate") one.start = ParseRfc3339(attribute.value());
      if (key == "deadline") one.deadline = ParseRfc3339(attribute.value());
      if (key == "enddate") one.end = ParseRfc3339(attribute.value());
    }
    receipts.push_back(std::move(one));
    return true;
  }
  void AbandonTrace() override { FAIL() << "the file ends early"; }
  void Stray(uint64_t, const xes::Problem&) override { FAIL(); }

  std::vector<Receipt> receipts;
  size_t events = 0;

 private:
  ingest::v1::LineEvent event_;
  std::vector<std::string> groups_;
};

Instant ToMicros(Moment moment) { return {moment.seconds * kMicrosPerSecond + moment.nanos / 1000}; }
google::protobuf::Timestamp Stamp(Moment moment) { return ToTimestamp(ToMicros(moment)); }

common::v1::Channel ChannelOf(const std::string& channel) {
  // Letters and what colleagues bring come to the house, as does who stands at the desk.
  return channel == "Internet" || channel == "e-mail" ? common::v1::CHANNEL_ONLINE : common::v1::CHANNEL_WINDOW;
}

// From the contact to the kept promise.
void Live(Caller* caller, uint64_t resident, Receipt* one) {
  namespace v1 = intake::v1;
  const std::vector<std::string> stations = one->Stations();
  auto contact = RegisterContact(kHere, resident);
  contact.set_channel(ChannelOf(one->channel));
  contact.set_matter_type("permit");
  contact.set_source_system("receipt");
  contact.set_external_reference(one->name);
  *contact.mutable_actor() = Staff(stations[0], "clerk");
  *contact.mutable_occurred_at() = Stamp(*one->start);
  one->case_id = caller->Must<v1::RegisterContactResponse>(contact).case_id();
  auto promise = About<v1::SetPromisedDateRequest>(kHere, one->case_id);
  promise.set_promised_date(FormatDate(DateAt(ToMicros(*one->deadline))));
  *promise.mutable_promised_at() = Stamp(*one->start);
  caller->Must<v1::SetPromisedDateResponse>(promise);
  for (size_t i = 1; i < stations.size(); ++i) {
    auto handed = About<v1::HandOverToOfficeRequest>(kHere, one->case_id);
    handed.set_to_office_id(stations[i]);
    caller->Must<v1::HandOverToOfficeResponse>(handed);
    auto acknowledged = About<v1::AcknowledgeHandOverRequest>(kHere, one->case_id);
    *acknowledged.mutable_actor() = Staff(stations[i], "clerk");
    caller->Must<v1::AcknowledgeHandOverResponse>(acknowledged);
  }
  if (!one->end) return;
  if (*one->end < *one->start) {
    // Two cases end before they begin: no promise was kept then, and casehub says so. They stay open.
    auto impossible = About<v1::RecordPromiseKeptRequest>(kHere, one->case_id);
    *impossible.mutable_kept_at() = Stamp(*one->end);
    EXPECT_EQ(caller->Settle(impossible).reason(), "FIELD_INVALID") << one->name;
    one->end.reset();
    return;
  }
  auto kept = About<v1::RecordPromiseKeptRequest>(kHere, one->case_id);
  *kept.mutable_kept_at() = Stamp(*one->end);
  caller->Must<v1::RecordPromiseKeptResponse>(kept);
}

// What the file says was overdue then: the promised day was over, and the case not done.
std::set<std::string> OverdueByTheFile(const std::vector<Receipt>& receipts, Instant as_of) {
  std::set<std::string> overdue;
  for (const Receipt& one : receipts) {
    const Instant due = StartOf(DateAt(ToMicros(*one.deadline)) + 1);
    const bool in_time = one.end && ToMicros(*one.end) < due;
    const bool done_by_then = one.end && ToMicros(*one.end) <= as_of;
    if (due <= as_of && !in_time && !done_by_then) overdue.insert(one.name);
  }
  return overdue;
}

std::set<std::string> OverdueByCasehub(Caller* caller, Instant as_of) {
  std::set<std::string> overdue;
  intake::v1::ListOverdueRequest request;
  request.set_municipality(kHere);
  request.set_policy("promise");
  request.set_page_size(100);
  *request.mutable_as_of() = ToTimestamp(as_of);
  for (;;) {
    const auto page = caller->Must<intake::v1::ListOverdueResponse>(request);
    for (const auto& one : page.overdue()) {
      EXPECT_TRUE(overdue.insert(one.external_reference()).second) << one.external_reference() << " is listed twice";
    }
    if (page.next_page_token().empty()) return overdue;
    request.set_page_token(page.next_page_token());
  }
}

class ReceiptPhase : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(server_.Start()); }
  void RegisterOffices(const std::vector<Receipt>& receipts) {
    std::set<std::string> offices;
    for (const Receipt& one : receipts) {
      for (const std::string& station : one.Stations()) offices.insert(station);
    }
    Caller caller(server_.address());
    for (const std::string& office : offices) {
      auto request = RegisterOffice(kHere, office);
      request.mutable_office()->set_valid_from("2009-01-01");
      caller.Must<registry::v1::RegisterOfficeResponse>(request);
    }
  }
  void LiveAll(std::vector<Receipt>* receipts) {
    std::atomic<size_t> next{0};
    std::vector<std::thread> clerks;
    for (int i = 0; i < kClerks; ++i) {
      clerks.emplace_back([&] {
        Caller caller(server_.address());
        for (size_t at = next++; at < receipts->size(); at = next++) Live(&caller, at, &(*receipts)[at]);
      });
    }
    for (std::thread& clerk : clerks) clerk.join();
  }
  void ExpectOverdueAsInTheFile(const std::vector<Receipt>& receipts) {
    Caller caller(server_.address());
    size_t most = 0;
    for (const char* as_of : {"2010-10-01T00:00:00Z", "2011-06-01T12:00:00Z", "2011-12-06T16:00:00Z",
                              "2012-01-31T00:00:00Z", "2012-06-01T00:00:00Z", "2026-01-01T00:00:00Z"}) {
      const Instant then = ToMicros(*ParseRfc3339(as_of));
      const auto expected = OverdueByTheFile(receipts, then);
      EXPECT_EQ(OverdueByCasehub(&caller, then), expected) << as_of;
      most = std::max(most, expected.size());
      std::printf("  %zu overdue as of %s\n", expected.size(), as_of);
    }
    EXPECT_GT(most, 0u) << "nothing was ever overdue: nothing was compared";
  }
  void ExpectLedger(const std::vector<Receipt>& receipts) {
    size_t hand_overs = 0, kept = 0;
    for (const Receipt& one : receipts) {
      hand_overs += one.Stations().size() - 1;
      kept += one.end ? 1 : 0;
    }
    const Ledger ledger = ExportVerified(server_.address(), kHere, folder_.path());
    EXPECT_EQ(ledger.Count("CaseOpened"), receipts.size());
    EXPECT_EQ(ledger.Count("DatePromised"), receipts.size());
    EXPECT_EQ(ledger.Count("PromiseKept"), kept);
    EXPECT_EQ(ledger.Count("HandedOver"), hand_overs);
    EXPECT_EQ(ledger.Count("ResponsibilityMoved"), hand_overs);
    std::printf("  %zu hand-overs, %zu kept, %zu entries\n", hand_overs, kept, ledger.entries.size());
  }
  // Every case is with the office that worked on it last, over its channel, opened when the file says.
  void ExpectCases(const std::vector<Receipt>& receipts) {
    Caller caller(server_.address());
    for (const Receipt& one : receipts) {
      intake::v1::GetCaseRequest request;
      request.set_municipality(kHere);
      request.set_case_id(one.case_id);
      const auto shown = caller.Must<intake::v1::GetCaseResponse>(request).case_();
      EXPECT_EQ(shown.external_reference(), one.name);
      EXPECT_EQ(shown.channel(), ChannelOf(one.channel));
      EXPECT_EQ(shown.responsible_office_id(), one.Stations().back());
      EXPECT_EQ(shown.opened_at().seconds(), one.start->seconds);
    }
  }

  const host::TestFolder folder_;
  ServerProcess server_{{folder_.path() / "data", {}}};
};

TEST_F(ReceiptPhase, LivesAsNativeIntakeAndItsOverdueListIsThatOfTheFile) {
  const auto file = SharedData("receipt/receipt.xes.gz");
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no real data: " << file << " does not exist";
  ReadReceipts read;
  const xes::Result result = xes::ReadXes(file, {.limits = {}, .latest = *ParseRfc3339("2026-01-01T00:00:00Z")}, read);
  ASSERT_EQ(result.fault, xes::Fault::kNone);
  std::vector<Receipt>& receipts = read.receipts;
  ASSERT_EQ(receipts.size(), 1434u);
  ASSERT_EQ(read.events, 8577u);
  EXPECT_EQ(std::count_if(receipts.begin(), receipts.end(),
                          [](const Receipt& one) { return one.end && *one.end < *one.start; }),
            2);
  RegisterOffices(receipts);
  LiveAll(&receipts);
  ExpectLedger(receipts);
  ExpectCases(receipts);
  ExpectOverdueAsInTheFile(receipts);
  server_.Kill();
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  ExpectOverdueAsInTheFile(receipts);
}

}  // namespace
}  // namespace casehub::testing
