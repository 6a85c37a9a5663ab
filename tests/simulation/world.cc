#include "tests/simulation/world.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/settle.h"

namespace casehub::simulation {
namespace {

constexpr int64_t kPeaceMin = 4 * kSecond;
constexpr int64_t kPeaceMax = 180 * kSecond;
constexpr int kSettleRoundsMax = 5;  // an offer that is let go, its ruling, the binding hop

class World {
 public:
  explicit World(const SeedPlan& plan)
      : plan_(plan),
        context_(plan.seed * 0x9E3779B97F4A7C15ull + 1),
        log_(LogOptions(&context_)),
        auditor_(&context_, &log_, plan.verbose),
        cluster_(&context_, &plan_, &log_, &auditor_),
        clients_(&context_, &plan_, &cluster_, &auditor_, &log_),
        faults_(&context_, &plan_, &cluster_, &auditor_, &log_) {}

  Outcome Run() {
    faults_.Start();
    clients_.Start();
    // A world that gets nowhere is brought to rest all the same.
    const uint64_t steps_max = 300'000 + 150 * plan_.events;
    for (uint64_t steps = 0; Alive() && auditor_.events() < plan_.events && steps < steps_max; ++steps) Step();
    if (Alive()) {
      faults_.Heal();
      clients_.Drain();
      MakePeace();
    }
    if (Alive() && !plan_.lost_tails) SettleCases();
    if (Alive()) {
      cluster_.FlushAll();
      CheckWorld({&context_, &plan_, &log_, &auditor_, &cluster_, &clients_});
    }
    CountLogFaults();
    context_.counts.seeds = 1;
    context_.counts.events = auditor_.events();
    return {context_.violation, context_.counts, context_.trace};
  }

 private:
  static storage::SimulatedLogOptions LogOptions(Context* context) {
    storage::SimulatedLogOptions options;
    options.partitions = kPartitions;
    options.clock = [context] { return context->now; };
    options.random = [context] { return context->random.Next(); };
    options.queued_records_max = 4'096;
    return options;
  }

  bool Alive() const { return !context_.violation; }

  // The next thing that happens: something on the agenda, or a record that arrives.
  void Step() {
    const auto delivery = log_.NextDelivery();
    if (delivery && (context_.agenda.empty() || delivery->micros <= context_.agenda.begin()->first.first)) {
      context_.now.micros = std::max(context_.now.micros, delivery->micros);
      log_.Deliver();
      auditor_.CatchUp();
      return;
    }
    if (context_.agenda.empty()) {
      context_.Report("nothing_happens", "the world has come to a standstill");
      return;
    }
    auto next = context_.agenda.begin();
    context_.now.micros = std::max(context_.now.micros, next->first.first);
    const auto what = std::move(next->second);
    context_.agenda.erase(next);
    what();
  }

  // Trouble ends; everything that was begun has to come to its end.
  void MakePeace() {
    const int64_t since = context_.now.micros;
    const int64_t until = since + kPeaceMax;
    std::string why = "nothing was looked at";
    while (Alive() && context_.now.micros < until) {
      const int64_t look_at = context_.now.micros + 250 * kMillisecond;
      context_.At(look_at, [] {});
      while (Alive() && context_.now.micros < look_at) Step();
      if (plan_.lost_tails) cluster_.PassBlockedStreams();
      why.clear();
      if (context_.now.micros < since + kPeaceMin) continue;
      if (!log_.NextDelivery() && clients_.AllSettled(&why) && cluster_.Quiet(&why)) return;
    }
    if (Alive()) context_.Report("not_quiet", why.empty() ? "records are on their way forever" : why);
  }

  // What is frozen is decided by whoever decides it, until nobody is waited for any more.
  void SettleCases() {
    for (int round = 0; Alive() && round < kSettleRoundsMax; ++round) {
      std::vector<Draft> owed = DecisionsOwed(auditor_);
      if (owed.empty()) return;
      clients_.IssueLate(std::move(owed));
      MakePeace();
    }
  }

  void CountLogFaults() {
    const storage::SimulatedCounters& counters = log_.counters();
    context_.Fault("append refused: unavailable", counters.refused);
    context_.Fault("append refused: queue full", counters.full);
    context_.Fault("batch lost", counters.lost_batches);
    context_.Fault("batch late, in order", counters.delayed);
    context_.Fault("batch late, overtaken", counters.reordered);
    context_.Fault("batch repeated", counters.repeated);
    context_.Fault("record dropped", counters.dropped);
    context_.Fault("record duplicated", counters.duplicated);
    context_.Fault("record torn", counters.torn);
    context_.Fault("garbage before a record", counters.garbage);
    context_.Fault("offsets left out", counters.offsets_left_out);
    context_.counts.records = counters.records;
  }

  const SeedPlan plan_;
  Context context_;
  storage::SimulatedLog log_;
  Auditor auditor_;
  Cluster cluster_;
  Clients clients_;
  Faults faults_;
};

}  // namespace

Outcome RunWorld(const SeedPlan& plan) {
  if (plan.rocksdb) std::filesystem::create_directories(plan.folder);
  auto world = std::make_unique<World>(plan);
  Outcome outcome = world->Run();
  world.reset();
  if (plan.rocksdb) std::filesystem::remove_all(plan.folder);
  return outcome;
}

SeedPlan PlanOf(uint64_t seed, uint64_t events, const Planted* planted, const std::string& folder) {
  SeedPlan plan;
  plan.seed = seed;
  plan.events = events;
  plan.rocksdb = seed % 20 == 0;
  plan.lost_tails = seed % 10 == 5;
  if (planted != nullptr) {
    plan.plants = planted->runtime;
    plan.domain = planted->domain;
  }
  if (plan.rocksdb) plan.folder = absl::StrCat(folder, "/seed-", seed);
  return plan;
}

}  // namespace casehub::simulation
