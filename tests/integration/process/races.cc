#include "tests/integration/process/races.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "casehub/operations/v1/operations_service.pb.h"
#include "services/runtime/placement.h"
#include "tests/support/raw_log.h"

namespace casehub::testing {
namespace {

constexpr int kPartitions = 3;
constexpr size_t kStraysShown = 5;
const std::vector<std::string> kMunicipalities = {"330600", "330700", "330800"};

// What may be recorded of a case between its freeze and its thaw here (custody.md); the races deliver no facts. The
// part of a service that holds nothing may also come after the thaw: it says of which hop it is.
bool IsPermitted(const LedgerEntry& entry, bool frozen) {
  if (entry.type == "PartExported") return true;
  return frozen && entry.service == "transfer" && (entry.type == "TransferOffered" || entry.type == "RecallRequested");
}

std::vector<std::string> Since(const std::vector<const LedgerEntry*>& entries, const std::string& after) {
  std::vector<std::string> types;
  bool begun = false, frozen = false;
  for (const LedgerEntry* entry : entries) {
    if (begun && !IsPermitted(*entry, frozen)) types.push_back(entry->type);
    if (entry->type == after) begun = true;
    if (entry->type == "CaseFrozen") frozen = true;
    if (entry->type == "CaseThawed") frozen = false;
  }
  return types;
}

bool HasNoAnswer(const Outcome& outcome) { return outcome.unknown() || outcome.reason() == "QUEUE_FULL"; }

}  // namespace

std::string AnswerOf(const Outcome& outcome) { return outcome.acknowledged() ? "ok" : outcome.reason(); }

std::vector<Outcome> Contend(Caller* caller, const std::vector<Contender>& contenders, Round* round) {
  std::mt19937 random(static_cast<uint32_t>(round->number));
  const unsigned nearer = random() % 4;
  std::vector<std::pair<std::chrono::microseconds, size_t>> order;
  for (size_t i = 0; i < contenders.size(); ++i) {
    const unsigned micros_max = static_cast<unsigned>(contenders[i].delay_millis_max) * 1000 >> nearer;
    order.emplace_back(random() % (micros_max + 1), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<Outcome> outcomes(contenders.size());
  std::mutex mutex;
  std::condition_variable ended;
  size_t under_way = contenders.size();
  std::chrono::microseconds sent_at{0};
  for (const auto& [delay, i] : order) {
    Pause(std::chrono::duration_cast<std::chrono::milliseconds>(delay - sent_at));
    sent_at = delay;
    const google::protobuf::Message& request = contenders[i].request;
    caller->Async(MethodOf(request), request.SerializeAsString(), [&, at = i](Outcome outcome) {
      std::lock_guard lock(mutex);
      outcomes[at] = std::move(outcome);
      --under_way;
      ended.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return under_way == 0; });
  for (size_t i = 0; i < contenders.size(); ++i) {
    if (HasNoAnswer(outcomes[i])) outcomes[i] = caller->Settle(contenders[i].request);
    round->answers.push_back(AnswerOf(outcomes[i]));
  }
  return outcomes;
}

Races::Races() : server_({folder_.path() / "data", {"--partitions", std::to_string(kPartitions)}}) {}

void Races::SetUp() {
  std::set<PartitionId> partitions;
  for (const std::string& one : kMunicipalities) {
    partitions.insert(runtime::PlaceOf(*Municipality::Parse(one), kPartitions));
  }
  ASSERT_EQ(partitions.size(), kMunicipalities.size());
  ASSERT_NO_FATAL_FAILURE(server_.Start());
  Caller caller(server_.address());
  for (const std::string& one : kMunicipalities) Furnish(&caller, one, kLanes);
}

const std::string& Races::MunicipalityOf(size_t lane) const { return kMunicipalities[lane % kMunicipalities.size()]; }

std::vector<Round> Races::Play(size_t rounds, const std::function<void(Caller*, Round*)>& play) {
  std::vector<Round> played(rounds);
  std::vector<std::thread> lanes;
  for (size_t lane = 0; lane < kLanes; ++lane) {
    lanes.emplace_back([&, lane] {
      Caller caller(server_.address());
      for (size_t number = lane; number < rounds && !HasFailure(); number += kLanes) {
        Round& round = played[number];
        round.number = number;
        round.lane = lane;
        round.about.municipality = MunicipalityOf(lane);
        play(&caller, &round);
      }
    });
  }
  for (std::thread& lane : lanes) lane.join();
  return played;
}

void Races::ExpectAtRest() {
  Caller caller(server_.address());
  const auto status = caller.Must<operations::v1::GetStatusResponse>(operations::v1::GetStatusRequest());
  for (const auto& stream : status.streams()) {
    EXPECT_TRUE(stream.owner() && !stream.blocked() && stream.parked_cases() == 0) << stream.ShortDebugString();
  }
}

void Races::End() {
  for (const std::string& one : kMunicipalities) {
    ledgers_.push_back(ExportVerified(server_.address(), one, folder_.path()));
  }
  ExpectStoresEqualTheLog(server_.address());
  ExpectAtRest();
  ASSERT_EQ(server_.Terminate(), 0) << server_.stderr_text();
  const auto log = OpenRawLog(folder_.path() / "data", kPartitions);
  ASSERT_NE(log, nullptr);
  log_ = ReadRawLog(log.get());
  std::printf("%d decisions were overtaken, %d stood behind one that was: all were made again\n", overtaken(),
              Count(storage::Verdict::kBehind));
}

int Races::Count(storage::Verdict verdict) const {
  int count = 0;
  for (const RawReader& partition : log_) {
    const auto found = partition.verdicts().find(verdict);
    if (found != partition.verdicts().end()) count += found->second;
  }
  return count;
}

void Races::ExpectHistories(const std::vector<Round>& rounds, const std::string& after,
                            const std::vector<History>& histories, size_t each_at_least) const {
  std::map<std::string, std::map<std::string, std::vector<const LedgerEntry*>>> cases;
  for (const Ledger& ledger : ledgers_) cases[ledger.municipality] = ledger.ByCase();
  std::map<std::string, size_t> ended;
  for (const History& one : histories) ended[one.name] = 0;
  size_t strays = 0;
  for (const Round& round : rounds) {
    const auto entries = Since(cases[round.about.municipality][round.about.case_id], after);
    const auto history = std::find_if(histories.begin(), histories.end(), [&](const History& one) {
      return one.answers == round.answers && one.entries == entries;
    });
    if (history != histories.end()) {
      ++ended[history->name];
    } else if (++strays <= kStraysShown) {
      ADD_FAILURE() << "round " << round.number << ", case " << round.about.case_id << ", ended in no permitted way: "
                    << "answers " << ::testing::PrintToString(round.answers) << ", entries "
                    << ::testing::PrintToString(entries);
    }
  }
  EXPECT_EQ(strays, 0u) << "of " << rounds.size() << " rounds";
  for (const auto& [name, count] : ended) {
    std::printf("%6zu %s\n", count, name.c_str());
    EXPECT_GE(count, each_at_least) << name << ": the race was none";
  }
}

}  // namespace casehub::testing
