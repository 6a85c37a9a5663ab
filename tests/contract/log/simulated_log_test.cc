// What the simulator needs of the simulated engine: every fault happens, is counted, and comes again from the seed.
#include "storage/log/simulated/simulated_log.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>

namespace casehub::storage {
namespace {

// A log on virtual time with two processes.
struct World {
  explicit World(uint64_t seed, SimulatedFaults faults = {})
      : random(seed), log({1, [this] { return now; }, [this] { return random(); }, faults}) {
    for (ProcessId process : {1, 2}) log.Connect(process);
  }
  absl::Status Append(ProcessId process, std::vector<std::string> records) {
    AppendBatch batch;
    for (std::string& record : records) batch.records.push_back(std::make_shared<const std::string>(std::move(record)));
    return log.Connect(process)->Append(0, std::move(batch));
  }
  void Advance(int64_t micros) {
    now.micros += micros;
    log.Deliver();
  }
  std::vector<std::string> Texts() const {
    std::vector<std::string> texts;
    for (const LogEntry& entry : log.entries(0)) texts.push_back(*entry.bytes);
    return texts;
  }

  Instant now{1'000'000'000};
  std::mt19937_64 random;
  SimulatedLog log;
};

SimulatedFaults Everything() {
  SimulatedFaults faults;
  faults.refuse_ppm = faults.full_ppm = faults.lose_batch_ppm = faults.delay_ppm = faults.reorder_ppm = 50'000;
  faults.drop_ppm = faults.duplicate_ppm = faults.repeat_ppm = faults.tear_ppm = faults.garbage_ppm = 50'000;
  faults.sparse_ppm = faults.lose_tail_ppm = 50'000;
  return faults;
}

void Step(World* world, int steps) {
  for (int i = 0; i < steps; ++i) {
    (void)world->Append(1 + i % 2, {"a" + std::to_string(i), "b" + std::to_string(i)});
    world->Advance(1'500);
  }
}

TEST(SimulatedLogTest, TheSameSeedGivesTheSameLogAndTheSameFaults) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World one(seed, Everything());
    World two(seed, Everything());
    Step(&one, 300);
    Step(&two, 300);
    EXPECT_EQ(one.Texts(), two.Texts());
    EXPECT_EQ(one.log.lost(0).size(), two.log.lost(0).size());
    EXPECT_EQ(std::memcmp(&one.log.counters(), &two.log.counters(), sizeof(SimulatedCounters)), 0);
    World other(seed + 1000, Everything());
    Step(&other, 300);
    EXPECT_NE(one.Texts(), other.Texts());
  }
}

TEST(SimulatedLogTest, EveryFaultHappensAndIsCounted) {
  World world(5, Everything());
  Step(&world, 2'000);
  const SimulatedCounters& counters = world.log.counters();
  for (uint64_t counter :
       {counters.appends, counters.records, counters.refused, counters.full, counters.lost_batches, counters.delayed,
        counters.reordered, counters.dropped, counters.duplicated, counters.repeated, counters.torn, counters.garbage,
        counters.offsets_left_out, counters.lost_tails, counters.lost_tail_records}) {
    EXPECT_GT(counter, 20u);
  }
  EXPECT_EQ(counters.records, world.log.entries(0).size() + world.log.lost(0).size());
  EXPECT_EQ(counters.lost_tail_records, world.log.lost(0).size());
}

TEST(SimulatedLogTest, WithoutFaultsNothingIsLostAndEachProcessKeepsItsOrder) {
  World world(6);
  Step(&world, 500);
  world.Advance(10'000);
  const auto texts = world.Texts();
  ASSERT_EQ(texts.size(), 1'000u);
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), 1'000u);
  for (int process = 0; process < 2; ++process) {
    int before = -1;
    for (const std::string& text : texts) {
      const int number = std::stoi(text.substr(1));
      if (text[0] != 'a' || number % 2 != process) continue;
      EXPECT_GT(number, before);
      before = number;
    }
  }
}

TEST(SimulatedLogTest, RecordsAreReadableWhenTheyAreDue) {
  World world(7);
  ASSERT_TRUE(world.Append(1, {"x"}).ok());
  world.Advance(0);
  EXPECT_TRUE(world.Texts().empty());
  const auto next = world.log.NextDelivery();
  ASSERT_TRUE(next.has_value());
  world.now = *next;
  world.log.Deliver();
  EXPECT_EQ(world.Texts(), (std::vector<std::string>{"x"}));
  EXPECT_FALSE(world.log.NextDelivery().has_value());
}

TEST(SimulatedLogTest, AReorderedAppendIsOvertakenByTheNextOfTheSameProcess) {
  SimulatedFaults faults;
  faults.reorder_ppm = 1'000'000;
  World world(8, faults);
  ASSERT_TRUE(world.Append(1, {"late"}).ok());
  world.log.SetFaults({});
  ASSERT_TRUE(world.Append(1, {"next"}).ok());
  world.Advance(10'000'000);
  EXPECT_EQ(world.Texts(), (std::vector<std::string>{"next", "late"}));
}

TEST(SimulatedLogTest, ADelayedAppendHoldsUpItsProcessAndNotTheOther) {
  SimulatedFaults faults;
  faults.delay_ppm = 1'000'000;
  World world(9, faults);
  ASSERT_TRUE(world.Append(1, {"late"}).ok());
  world.log.SetFaults({});
  ASSERT_TRUE(world.Append(1, {"behind"}).ok());
  ASSERT_TRUE(world.Append(2, {"other"}).ok());
  world.Advance(10'000'000);
  EXPECT_EQ(world.Texts(), (std::vector<std::string>{"other", "late", "behind"}));
}

TEST(SimulatedLogTest, ALostTailGrowsAgainUnderTheSameOffsetsAndReadersDoNotNotice) {
  World world(10);
  auto reader = world.log.Connect(1)->OpenReader(0, kNoOffset, [] {});
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(world.Append(1, {"a", "b", "c"}).ok());
  world.Advance(10'000);
  std::vector<LogEntry> read;
  ASSERT_TRUE((*reader)->Next(1 << 20, &read).ok());
  ASSERT_EQ(read.size(), 3u);
  world.log.LoseTail(0, 2);
  EXPECT_EQ(*world.log.Connect(1)->End(0), 0);
  EXPECT_EQ(world.log.lost(0).size(), 2u);
  ASSERT_TRUE(world.Append(2, {"x", "y", "z"}).ok());
  world.Advance(10'000);
  EXPECT_EQ(world.Texts(), (std::vector<std::string>{"a", "x", "y", "z"}));
  EXPECT_EQ(world.log.entries(0)[1].offset, 1);
  read.clear();
  ASSERT_TRUE((*reader)->Next(1 << 20, &read).ok());
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(*read[0].bytes, "z");
}

TEST(SimulatedLogTest, AProcessSeesTheLogLateByItsReadDelay) {
  World world(11);
  world.log.SetReadDelay(2, 1'000'000);
  int told = 0;
  auto late = world.log.Connect(2)->OpenReader(0, kNoOffset, [&] { ++told; });
  auto prompt = world.log.Connect(1)->OpenReader(0, kNoOffset, [] {});
  ASSERT_TRUE(world.Append(1, {"x"}).ok());
  world.Advance(10'000);
  std::vector<LogEntry> read;
  ASSERT_TRUE((*late)->Next(100, &read).ok());
  EXPECT_TRUE(read.empty());
  ASSERT_TRUE((*prompt)->Next(100, &read).ok());
  EXPECT_EQ(read.size(), 1u);
  EXPECT_EQ(told, 0);
  const auto next = world.log.NextDelivery();
  ASSERT_TRUE(next.has_value());
  world.now = *next;
  world.log.Deliver();
  EXPECT_EQ(told, 1);
  read.clear();
  ASSERT_TRUE((*late)->Next(100, &read).ok());
  EXPECT_EQ(read.size(), 1u);
}

TEST(SimulatedLogTest, WhatIsInFlightCanDieWithItsProcess) {
  World world(12);
  ASSERT_TRUE(world.Append(1, {"dies"}).ok());
  ASSERT_TRUE(world.Append(2, {"lives"}).ok());
  world.log.LoseInFlight(1);
  world.Advance(10'000);
  EXPECT_EQ(world.Texts(), (std::vector<std::string>{"lives"}));
  EXPECT_EQ(world.log.counters().lost_batches, 1u);
}

TEST(SimulatedLogTest, SideRowsArriveWithTheirRecords) {
  World world(13);
  AppendBatch batch;
  batch.records.push_back(std::make_shared<const std::string>("r"));
  batch.side_rows = {{"key/a", "1"}, {"key/b", ""}};
  ASSERT_TRUE(world.log.Connect(1)->Append(0, std::move(batch)).ok());
  EXPECT_EQ(world.log.ReadSideRow("key/a"), std::nullopt);
  world.Advance(10'000);
  EXPECT_EQ(world.log.ReadSideRow("key/a"), "1");
  EXPECT_EQ(world.log.ReadSideRow("key/b"), "");
  int seen = 0;
  world.log.ScanSideRows("key/", [&](std::string_view, std::string_view) { return ++seen < 10; });
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace casehub::storage
