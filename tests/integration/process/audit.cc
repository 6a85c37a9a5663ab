#include "tests/integration/process/audit.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <set>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/support/requests.h"

namespace casehub::testing {
namespace {

constexpr size_t kAtOnce = 64;

// Sends all, some at once; `done` gets the index and the outcome, one at a time.
void SendAll(Caller* caller, const std::vector<std::pair<std::string, std::string>>& calls,
             const std::function<void(size_t, Outcome)>& done) {
  std::mutex mutex;
  std::condition_variable ended;
  size_t under_way = 0;
  for (size_t i = 0; i < calls.size(); ++i) {
    {
      std::unique_lock lock(mutex);
      ended.wait(lock, [&] { return under_way < kAtOnce; });
      ++under_way;
    }
    caller->Async(calls[i].first, calls[i].second, [&, i](Outcome outcome) {
      std::lock_guard lock(mutex);
      done(i, std::move(outcome));
      --under_way;
      ended.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return under_way == 0; });
}

bool IsRating(const Call& call) { return call.method.find("/SubmitRating") != std::string::npos; }
bool Closes(const Call& call) { return !call.events.empty() && call.events.back() == "ConsultationClosed"; }

using EventsOfCase = std::map<std::string, std::vector<std::string>>;

EventsOfCase Promised(const std::vector<Call>& calls) {
  EventsOfCase promised;
  for (const Call& call : calls) {
    if (!call.outcome.acknowledged()) continue;
    auto& events = promised[CaseIdOf(call)];
    events.insert(events.end(), call.events.begin(), call.events.end());
    if (Closes(call)) events.push_back("RatingSlotOpened");
  }
  return promised;
}

}  // namespace

std::string CaseIdOf(const Call& call) {
  if (!call.opens()) return call.case_id;
  intake::v1::RegisterContactResponse reply;  // RegisterCallResponse has the same field
  reply.ParseFromString(call.outcome.reply);
  return reply.case_id();
}

Settled SettleUnknown(Caller* caller, const std::vector<Ledger>& before, std::vector<Call>* calls) {
  std::set<std::string> there;
  for (const Ledger& ledger : before) {
    for (const LedgerEntry& entry : ledger.entries) there.insert(entry.case_id);
  }
  Settled settled;
  for (Call& call : *calls) {
    if (!call.outcome.unknown()) continue;
    ++settled.unknown;
    call.outcome = caller->Settle(call.method, call.request);
    EXPECT_FALSE(call.outcome.unknown()) << call.method << ": " << call.outcome.failure->message;
    if (call.opens() && call.outcome.acknowledged()) settled.recorded += there.count(CaseIdOf(call));
  }
  return settled;
}

void ExpectFirstAnswers(Caller* caller, const std::vector<Call>& calls) {
  std::vector<const Call*> repeated;
  std::vector<std::pair<std::string, std::string>> again;
  for (const Call& call : calls) {
    if (call.outcome.refused() && IsRating(call)) continue;
    repeated.push_back(&call);
    again.emplace_back(call.method, call.request);
  }
  SendAll(caller, again, [&](size_t i, Outcome outcome) {
    const Call& first = *repeated[i];
    if (first.outcome.refused()) {
      EXPECT_TRUE(outcome.refused()) << first.method << " was refused: " << first.outcome.reason();
    } else {
      EXPECT_EQ(outcome.reply, first.outcome.reply) << first.method << ": " << outcome.reason();
    }
  });
}

void ExpectExactly(const std::vector<Call>& calls, const std::vector<Ledger>& ledgers) {
  EventsOfCase promised = Promised(calls);
  EventsOfCase held;
  for (const Ledger& ledger : ledgers) {
    for (const auto& [case_id, entries] : ledger.ByCase()) {
      for (const LedgerEntry* entry : entries) held[case_id].push_back(entry->type);
    }
  }
  for (const auto& [case_id, events] : promised) {
    const auto it = held.find(case_id);
    ASSERT_NE(it, held.end()) << case_id << " was acknowledged and is not there";
    EXPECT_EQ(it->second, events) << case_id;
  }
  for (const auto& [case_id, events] : held) {
    EXPECT_EQ(promised.count(case_id), 1u) << case_id << " is there and nobody was told: " << events.front();
  }
}

void AwaitRatingSlots(Caller* caller, const std::vector<Call>& calls) {
  for (const Call& call : calls) {
    if (!call.outcome.acknowledged() || !Closes(call)) continue;
    evaluation::v1::GetRatingSlotRequest request;
    request.set_municipality(call.municipality);
    request.set_case_id(call.case_id);
    using Response = evaluation::v1::GetRatingSlotResponse;
    if (!caller->Eventually<Response>(request, [](const Response& response) { return response.has_slot(); })) return;
  }
}

void ExpectApplicants(Caller* privileged, const std::vector<Call>& calls) {
  std::vector<const Call*> opened;
  std::vector<std::pair<std::string, std::string>> queries;
  for (const Call& call : calls) {
    if (!call.outcome.acknowledged() || !call.opens()) continue;
    intake::v1::GetCaseRequest request;
    request.set_municipality(call.municipality);
    request.set_case_id(CaseIdOf(call));
    opened.push_back(&call);
    queries.emplace_back(MethodOf(request), request.SerializeAsString());
  }
  std::map<uint64_t, std::string> persons;
  SendAll(privileged, queries, [&](size_t i, Outcome outcome) {
    intake::v1::GetCaseResponse response;
    ASSERT_TRUE(outcome.acknowledged() && response.ParseFromString(outcome.reply)) << outcome.reason();
    const auto& applicant = response.case_().applicant();
    const uint64_t resident = opened[i]->resident;
    EXPECT_TRUE(
        google::protobuf::util::MessageDifferencer::Equals(applicant.particulars(), Resident(resident).particulars()))
        << response.case_().case_id() << ": " << applicant.ShortDebugString();
    const auto [known, is_new] = persons.emplace(resident, applicant.person_id());
    EXPECT_TRUE(is_new || known->second == applicant.person_id()) << "resident " << resident << " is two persons";
  });
}

}  // namespace casehub::testing
