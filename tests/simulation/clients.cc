#include "tests/simulation/clients.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/runtime/placement.h"
#include "services/runtime/position_token.h"

namespace casehub::simulation {

using runtime::Refusal;

namespace {

constexpr int64_t kIdSpan = 4 * 3600 * kSecond;  // kept by the simulated processes
constexpr int kAttemptsMax = 6;

}  // namespace

Clients::Clients(Context* context, const SeedPlan* plan, Cluster* cluster, Auditor* auditor, storage::SimulatedLog* log)
    : context_(context),
      plan_(plan),
      cluster_(cluster),
      auditor_(auditor),
      log_(log),
      workload_(context, !plan->lost_tails) {
  outstanding_max_ = 4 + context_->random.Below(80);
  pace_micros_ = context_->random.Between(300, 6'000);
  cluster_->set_reply_sink([this](Emitted emitted) { OnEmitted(std::move(emitted)); });
}

PartitionId Clients::PartitionOf(const Draft& draft) { return runtime::PlaceOf(draft.municipality, kPartitions); }

Uuid Clients::NewId(int64_t shift_micros) {
  const uint64_t high = context_->random.Next();
  return Uuid::V7((context_->now.micros + shift_micros) / 1000, high, context_->random.Next());
}

void Clients::Start() {
  for (Draft& draft : workload_.Opening()) Issue(std::move(draft));
  context_->After(20 * kMillisecond, [this] { Tick(); });
}

void Clients::Tick() {
  if (draining_) return;
  Random& random = context_->random;
  if (outstanding_ < outstanding_max_) {
    const uint64_t die = random.Below(100);
    if (die < 6) {
      for (Draft& draft : workload_.Race()) Issue(std::move(draft));
    } else if (die < 14) {
      Ask(workload_.NextQuery());
    } else {
      Issue(workload_.NextCommand());
    }
  }
  context_->After(random.Between(1, 2 * pace_micros_), [this] { Tick(); });
}

size_t Clients::Add(Draft draft, const Uuid& id) {
  Request request;
  request.id = id;
  request.draft = std::move(draft);
  request.fingerprint = storage::HashBytes(request.draft.message->SerializeAsString());
  requests_.push_back(std::move(request));
  ++outstanding_;
  return requests_.size() - 1;
}

void Clients::Issue(Draft draft) {
  Random& random = context_->random;
  ++context_->counts.commands[draft.name];
  int64_t shift = 0;
  if (random.OneIn(400)) shift = -kIdSpan - 3600 * kSecond;
  if (random.OneIn(400)) shift = 3600 * kSecond;
  const Uuid id = NewId(shift);
  std::optional<Draft> other;
  if (random.OneIn(60)) other = workload_.OtherBody(draft);
  Send(Add(std::move(draft), id));
  if (other) {
    const size_t again = Add(*std::move(other), id);
    context_->After(random.Between(0, 300) * kMillisecond, [this, again] { Send(again); });
  }
}

void Clients::Send(size_t index) {
  Request& request = requests_[index];
  if (request.settled && !request.repeats) return;
  Random& random = context_->random;
  const int number = ++request.attempts;
  const uint64_t ticket = ++tickets_;
  const int process = cluster_->Route(PartitionOf(request.draft), request.draft.service);
  if (random.Chance(cluster_->network().lose_ppm)) {
    context_->Fault("call lost");
  } else {
    attempts_[ticket] = Attempt{index, number, false, {}, kNoOffset};
    context_->After(random.Between(50, 2'500), [this, process, index, ticket] { SendTo(process, index, ticket); });
  }
  const int64_t patience = random.Between(150, 3'000) * kMillisecond;
  context_->After(patience, [this, index, number] {
    const Request& late = requests_[index];
    if (late.settled || late.attempts != number) return;
    Retry(index, 0);
  });
}

void Clients::SendTo(int process, size_t index, uint64_t ticket) {
  Request& request = requests_[index];
  auto command = std::make_shared<runtime::CommandInput>();
  command->ticket = ticket;
  command->service = request.draft.service;
  command->municipality = request.draft.municipality;
  command->command_id = request.id;
  command->request = request.draft.message;
  command->fingerprint = request.fingerprint;
  command->received_at = cluster_->ClockOf(process);
  if (context_->random.OneIn(25)) {
    command->deadline = {command->received_at.micros + context_->random.Between(0, 40) * kMillisecond};
  }
  ++request.delivered;
  if (cluster_->Arrive(process, PartitionOf(request.draft), std::move(command))) return;
  --request.delivered;
  attempts_.erase(ticket);
  if (!draining_ || !request.settled) Retry(index, context_->random.Between(1, 300) * kMillisecond);
}

void Clients::Retry(size_t index, int64_t after) {
  Request& request = requests_[index];
  if (request.settled) return;
  if (!draining_ && request.attempts >= kAttemptsMax) {
    if (!request.given_up) --outstanding_;
    request.given_up = true;
    return;
  }
  context_->After(after, [this, index, number = request.attempts] {
    if (requests_[index].attempts == number) Send(index);
  });
}

void Clients::Drain() {
  draining_ = true;
  for (size_t i = 0; i < requests_.size(); ++i) {
    if (!requests_[i].settled) {
      context_->After(context_->random.Between(1, 400) * kMillisecond, [this, i, number = requests_[i].attempts] {
        if (requests_[i].attempts == number) Send(i);
      });
    }
  }
}

void Clients::IssueLate(std::vector<Draft> drafts) {
  for (Draft& draft : drafts) {
    ++context_->counts.commands[draft.name];
    Send(Add(std::move(draft), NewId(0)));
  }
}

bool Clients::AllSettled(std::string* why) const {
  for (const Request& request : requests_) {
    if (request.settled) continue;
    *why = absl::StrCat(request.draft.name, " ", request.id.ToString(), " of ", request.draft.municipality.ToString(),
                        " has no answer after ", request.attempts, " attempts");
    return false;
  }
  return true;
}

void Clients::Ask(Draft draft) {
  Random& random = context_->random;
  ++context_->counts.commands[draft.name];
  const uint64_t ticket = ++tickets_;
  const PartitionId partition = PartitionOf(draft);
  runtime::QueryInput query;
  query.ticket = ticket;
  query.service = draft.service;
  query.municipality = draft.municipality;
  query.request = draft.message;
  const auto& cases = workload_.cases();
  if (draft.case_index >= 0) {
    const CaseFile& file = cases[static_cast<size_t>(draft.case_index)];
    if (file.partition == partition && random.OneIn(2)) query.min_offset = file.seen_at;
  }
  attempts_[ticket] = Attempt{0, 0, true, draft, query.min_offset};
  const int process = static_cast<int>(random.Below(kProcesses));
  context_->After(random.Between(50, 2'500), [this, process, partition, ticket, query]() mutable {
    query.deadline = {cluster_->ClockOf(process).micros + 2 * kSecond};
    if (!cluster_->Arrive(process, partition, std::move(query))) attempts_.erase(ticket);
  });
}

void Clients::OnEmitted(Emitted emitted) {
  const auto it = attempts_.find(emitted.reply.ticket);
  if (it == attempts_.end()) return;
  const Attempt attempt = std::move(it->second);
  attempts_.erase(it);
  if (const auto* refused = std::get_if<runtime::Refused>(&emitted.reply.result)) {
    std::string name = common::v1::Refusal_Name(refused->reason);
    ++context_->counts.refusals[name.substr(std::string_view("REFUSAL_").size())];
  }
  context_->Trace(absl::StrCat(emitted.reply.ticket, "/", emitted.reply.offset, "/", emitted.reply.result.index()));
  if (plan_->verbose) Tell(attempt, emitted);
  if (attempt.is_query) {
    OnQueryReply(attempt, emitted);
  } else {
    OnCommandReply(attempt, emitted);
  }
}

void Clients::Tell(const Attempt& attempt, const Emitted& emitted) const {
  const auto* refused = std::get_if<runtime::Refused>(&emitted.reply.result);
  const Draft& draft = attempt.is_query ? attempt.query : requests_[attempt.request].draft;
  std::cerr << context_->now.micros << " process " << emitted.process << " answers " << draft.name << " "
            << (attempt.is_query ? std::string() : requests_[attempt.request].id.ToString()) << " attempt "
            << attempt.number << ": " << (refused == nullptr ? "ok" : common::v1::Refusal_Name(refused->reason))
            << ", taken at " << emitted.taken_at << ", answered at " << emitted.answered_at << ", stands at "
            << emitted.reply.offset << "\n";
}

void Clients::OnCommandReply(const Attempt& attempt, const Emitted& emitted) {
  Request& request = requests_[attempt.request];
  if (const auto* refused = std::get_if<runtime::Refused>(&emitted.reply.result)) {
    if (refused->reason != Refusal::REFUSAL_OUTCOME_UNKNOWN) ++request.definite;
    if (!IsTransportRefusal(refused->reason)) CheckProof(request, emitted);
    if (refused->reason == Refusal::REFUSAL_REQUEST_ID_REUSED) context_->Count(Situation::kIdReused);
    if (refused->reason == Refusal::REFUSAL_SLOT_USED) context_->Count(Situation::kRatedTwice);
  } else {
    CheckAcknowledged(&request, emitted);
  }
  Random& random = context_->random;
  if (random.Chance(cluster_->network().lose_ppm)) {
    context_->Fault("reply lost");
    return;
  }
  int64_t delay = random.Between(50, 2'500);
  if (random.Chance(cluster_->network().late_ppm)) {
    context_->Fault("reply late");
    delay += random.Between(1, 4'000) * kMillisecond;
  }
  context_->After(delay, [this, index = attempt.request, number = attempt.number, reply = emitted.reply,
                          partition = emitted.partition] { Receive(index, number, reply, partition); });
}

void Clients::Receive(size_t index, int number, const runtime::Reply& reply, PartitionId partition) {
  Request& request = requests_[index];
  if (number != request.attempts) {
    context_->Count(Situation::kAnswerToEarlierAttempt);
    return;
  }
  if (const auto* refused = std::get_if<runtime::Refused>(&reply.result)) return OnRefused(index, *refused);
  OnAnswered(index, reply, partition);
}

void Clients::OnAnswered(size_t index, const runtime::Reply& reply, PartitionId partition) {
  Request& request = requests_[index];
  if (!request.settled) {
    Settle(&request);
    if (request.delivered > 1) {
      context_->Count(reply.recorded ? Situation::kUnknownWasNot : Situation::kUnknownWasRecorded);
    }
    workload_.Learn(request.draft, std::get<runtime::Answered>(reply.result).bytes, partition, reply.offset);
  }
  if (draining_) return;
  const int followed = request.draft.case_index;
  const ServiceId service = request.draft.service;
  const bool on_its_way =
      service == ServiceId::kTransfer || service == ServiceId::kAssignment || request.draft.name == "DecideAid";
  const bool goes_on = (on_its_way && (context_->random.OneIn(2) || workload_.IsRestless(followed))) ||
                       (service == ServiceId::kMediation && !context_->random.OneIn(6));
  if (followed >= 0 && goes_on) {
    context_->After(context_->random.Between(1, 60) * kMillisecond, [this, followed] {
      if (!draining_) Issue(workload_.FollowUp(followed));
    });
  }
  if (!context_->random.OneIn(15)) return;
  // Once more, at once or much later: it must get the first reply.
  request.repeats = true;
  const int64_t wait = context_->random.OneIn(3) ? 0 : context_->random.Between(1, 8'000) * kMillisecond;
  context_->After(wait, [this, index, attempts = request.attempts] {
    if (requests_[index].attempts == attempts) Send(index);
  });
}

void Clients::OnRefused(size_t index, const runtime::Refused& refused) {
  Request& request = requests_[index];
  if (IsTransportRefusal(refused.reason)) return Retry(index, context_->random.Between(1, 200) * kMillisecond);
  Settle(&request);
}

void Clients::Settle(Request* request) {
  if (!request->settled && !request->given_up) --outstanding_;
  request->settled = true;
}

}  // namespace casehub::simulation
