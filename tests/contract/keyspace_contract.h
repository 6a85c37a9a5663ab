// What every projection engine must do (storage/projection/projection.h). An engine's test instantiates
// KeyspaceContract with a factory, in one source file of its program; nothing here knows which engine it is.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/contract/projection_engine.h"

namespace casehub::storage {

struct ProjectionEngineParam {
  std::string name;
  std::function<std::unique_ptr<ProjectionEngine>()> make;
};

class KeyspaceContract : public testing::TestWithParam<ProjectionEngineParam> {
 protected:
  using Rows = std::map<std::string, std::string>;

  Keyspace& intake() { return *engine_->store().keyspace(ServiceId::kIntake); }
  ProjectionStore& store() { return engine_->store(); }

  static void Write(Keyspace& keyspace, const std::vector<RowChange>& rows, Offset offset = 1) {
    const absl::Status status = keyspace.Write(rows, PositionAt(offset));
    ASSERT_TRUE(status.ok()) << status;
  }
  static std::optional<std::string> Get(const Keyspace& keyspace, std::string_view key) {
    auto value = keyspace.Get(key);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.ok() ? *value : std::nullopt;
  }
  static std::optional<std::string> Position(const Keyspace& keyspace) {
    auto position = keyspace.Position();
    EXPECT_TRUE(position.ok()) << position.status();
    return position.ok() ? *position : std::nullopt;
  }
  static StateHash Hash(const Keyspace& keyspace) {
    auto hash = keyspace.Hash();
    EXPECT_TRUE(hash.ok()) << hash.status();
    return hash.ok() ? *hash : StateHash();
  }
  static Rows All(const Keyspace& keyspace) {
    Rows rows;
    auto cursor = keyspace.NewCursor();
    for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
      EXPECT_TRUE(rows.emplace(cursor->key(), cursor->value()).second) << "a key came twice";
      EXPECT_EQ(rows.rbegin()->first, cursor->key()) << "keys are not in order";
    }
    EXPECT_TRUE(cursor->status().ok()) << cursor->status();
    return rows;
  }

  std::unique_ptr<ProjectionEngine> engine_ = GetParam().make();
};

TEST_P(KeyspaceContract, AMissingKeyIsNotAnEmptyValue) {
  EXPECT_EQ(Get(intake(), "k"), std::nullopt);
  EXPECT_EQ(Position(intake()), std::nullopt);
  EXPECT_EQ(Hash(intake()).rows, 0u);
  Write(intake(), {{"k", ""}});
  EXPECT_EQ(Get(intake(), "k"), "");
  EXPECT_EQ(Get(intake(), "k2"), std::nullopt);
}

TEST_P(KeyspaceContract, RowsAndPositionAreWrittenTogether) {
  const std::string binary("\x01\x00\xff\x7f", 4);
  Write(intake(), {{binary, std::string("\0v", 2)}, {"b", "2"}, {"c", "3"}}, 7);
  EXPECT_EQ(Position(intake()), PositionAt(7));
  EXPECT_EQ(All(intake()), (Rows{{binary, std::string("\0v", 2)}, {"b", "2"}, {"c", "3"}}));
  Write(intake(), {{"b", std::nullopt}, {"c", "4"}, {"never", std::nullopt}}, 9);
  EXPECT_EQ(Position(intake()), PositionAt(9));
  EXPECT_EQ(All(intake()), (Rows{{binary, std::string("\0v", 2)}, {"c", "4"}}));
  Write(intake(), {}, 12);  // a fold that the records did not touch moves its position alone
  EXPECT_EQ(Position(intake()), PositionAt(12));
  EXPECT_EQ(All(intake()).size(), 2u);
}

TEST_P(KeyspaceContract, ACursorStandsStillWhileRowsMove) {
  Write(intake(), {{"a", "1"}, {"b", "1"}, {"d", "1"}});
  auto cursor = intake().NewCursor();
  Write(intake(), {{"a", std::nullopt}, {"b", "2"}, {"c", "2"}}, 2);
  cursor->Seek("");
  ASSERT_TRUE(cursor->Valid());
  EXPECT_EQ(cursor->key(), "a");
  cursor->Next();
  ASSERT_TRUE(cursor->Valid());
  EXPECT_EQ(cursor->key(), "b");
  EXPECT_EQ(cursor->value(), "1");
  cursor->Next();
  ASSERT_TRUE(cursor->Valid());
  EXPECT_EQ(cursor->key(), "d");
  cursor->Next();
  EXPECT_FALSE(cursor->Valid());
  cursor->Seek("b1");
  ASSERT_TRUE(cursor->Valid());
  EXPECT_EQ(cursor->key(), "d");
  cursor->Seek("e");
  EXPECT_FALSE(cursor->Valid());
  EXPECT_TRUE(cursor->status().ok());
}

TEST_P(KeyspaceContract, TheHashIsOfTheRowsAndOfNothingElse) {
  Keyspace& a = intake();
  Keyspace& b = *store().keyspace(ServiceId::kTransfer);
  Write(a, {{"k1", "v1"}, {"k2", "v2"}}, 5);
  Write(b, {{"k0", "gone"}, {"k2", "v"}}, 6);
  EXPECT_NE(Hash(a), Hash(b));
  Write(b, {{"k0", std::nullopt}, {"k1", "v1"}, {"k2", "v2"}}, 8);
  EXPECT_EQ(Hash(a), Hash(b)) << "history and position must not matter";
  EXPECT_EQ(Hash(a).rows, 2u);
  Write(b, {{"k1", std::nullopt}, {"k1v", "1"}}, 9);
  EXPECT_NE(Hash(a), Hash(b)) << "where a key ends must matter";
}

TEST_P(KeyspaceContract, TheHashIsTheSameForEveryEngine) {
  Write(intake(), {{"case", "open"}, {"due", ""}});
  const StateHash hash = Hash(intake());
  EXPECT_EQ(hash.rows, 2u);
  EXPECT_EQ(hash.hash.high, 0x28958c3f950f812du);
  EXPECT_EQ(hash.hash.low, 0xfc36c72dfe07ddd2u);
}

TEST_P(KeyspaceContract, KeyspacesShareNothing) {
  Write(intake(), {{"k", "intake"}});
  Keyspace& transfer = *store().keyspace(ServiceId::kTransfer);
  EXPECT_EQ(Get(transfer, "k"), std::nullopt);
  EXPECT_EQ(Position(transfer), std::nullopt);
}

TEST_P(KeyspaceContract, ARandomWalkLooksLikeAMap) {
  const uint64_t seed = 20261126;
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937_64 random(seed);
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  Rows model;
  for (Offset step = 1; step <= 120; ++step) {
    std::map<std::string, std::optional<std::string>> batch;
    for (size_t i = below(200); i > 0; --i) {
      const std::string key = absl::StrCat("k", below(500));
      batch[key] = below(3) == 0 ? std::nullopt : std::optional(std::string(below(300), static_cast<char>(below(256))));
    }
    std::vector<RowChange> rows;
    for (auto& [key, value] : batch) {
      if (value) {
        model[key] = *value;
      } else {
        model.erase(key);
      }
      rows.push_back({key, value});
    }
    Write(intake(), rows, step);
    if (below(12) == 0) engine_->Restart();
    ASSERT_EQ(Position(intake()), PositionAt(step));
    if (below(6) == 0) {
      ASSERT_EQ(All(intake()), model) << "step " << step;
    }
    const std::string key = absl::StrCat("k", below(500));
    ASSERT_EQ(Get(intake(), key), model.contains(key) ? std::optional(model[key]) : std::nullopt);
  }
  EXPECT_EQ(All(intake()), model);
}

TEST_P(KeyspaceContract, ARebuildTakesTheLivePlace) {
  Write(intake(), {{"k", "old"}, {"only-old", "x"}}, 4);
  auto rebuild = store().BeginRebuild(ServiceId::kIntake);
  ASSERT_TRUE(rebuild.ok()) << rebuild.status();
  EXPECT_TRUE(All(**rebuild).empty());
  EXPECT_EQ(Position(**rebuild), std::nullopt);
  Write(**rebuild, {{"k", "half"}, {"l", "1"}}, 2);
  EXPECT_EQ(Get(**rebuild, "k"), "half");
  EXPECT_EQ(Get(**rebuild, "m"), std::nullopt);
  Write(**rebuild, {{"k", "new"}, {"m", "2"}}, 5);
  Write(**rebuild, {{"l", std::nullopt}}, 6);
  EXPECT_EQ(Get(intake(), "k"), "old") << "the live keyspace serves until the swap";
  const StateHash hash = Hash(**rebuild);
  ASSERT_TRUE(store().ReplaceWithRebuilt(ServiceId::kIntake).ok());
  const Rows expected{{"k", "new"}, {"m", "2"}};
  EXPECT_EQ(All(intake()), expected);
  EXPECT_EQ(Hash(intake()), hash);
  EXPECT_EQ(Position(intake()), PositionAt(6));
  engine_->Restart();
  EXPECT_EQ(All(intake()), expected);
  Write(intake(), {{"n", "3"}}, 7);
  EXPECT_EQ(Get(intake(), "n"), "3");
  EXPECT_EQ(store().ReplaceWithRebuilt(ServiceId::kIntake).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(KeyspaceContract, AnAbandonedRebuildLeavesNothing) {
  Write(intake(), {{"k", "live"}}, 4);
  ASSERT_TRUE(store().BeginRebuild(ServiceId::kIntake).ok());
  ASSERT_TRUE(store().AbandonRebuild(ServiceId::kIntake).ok());
  EXPECT_EQ(store().ReplaceWithRebuilt(ServiceId::kIntake).code(), absl::StatusCode::kFailedPrecondition);
  auto rebuild = store().BeginRebuild(ServiceId::kIntake);
  ASSERT_TRUE(rebuild.ok());
  Write(**rebuild, {{"k", "half"}}, 1);
  engine_->Restart();  // with the rebuild half done
  EXPECT_EQ(Get(intake(), "k"), "live");
  EXPECT_EQ(store().ReplaceWithRebuilt(ServiceId::kIntake).code(), absl::StatusCode::kFailedPrecondition);
  rebuild = store().BeginRebuild(ServiceId::kIntake);
  ASSERT_TRUE(rebuild.ok());
  EXPECT_TRUE(All(**rebuild).empty()) << "a new rebuild starts empty";
}

TEST_P(KeyspaceContract, ADamagedKeyspaceComesBackAsTheNewestSnapshotHeldIt) {
  Write(intake(), {{"k", "first"}}, 1);
  ASSERT_TRUE(store().Snapshot(ProjectionEngine::kPartition).ok());
  Write(intake(), {{"k", "second"}}, 2);
  Keyspace& transfer = *store().keyspace(ServiceId::kTransfer);
  Write(transfer, {{"t", "second"}}, 2);
  ASSERT_TRUE(store().Snapshot(ProjectionEngine::kPartition).ok());
  Write(intake(), {{"k", "third"}}, 3);
  Write(transfer, {{"t", "third"}}, 3);
  EXPECT_EQ(engine_->DamageAndRestart(ServiceId::kIntake), RecoveredFrom::kSnapshot);
  EXPECT_EQ(Get(intake(), "k"), "second");
  EXPECT_EQ(Position(intake()), PositionAt(2));
  EXPECT_EQ(Get(*store().keyspace(ServiceId::kTransfer), "t"), "third") << "the others are as they were";
  Write(intake(), {{"k", "fourth"}}, 4);
  EXPECT_EQ(Get(intake(), "k"), "fourth");
}

TEST_P(KeyspaceContract, ADamagedKeyspaceWithoutASnapshotStartsEmpty) {
  Write(intake(), {{"k", "v"}}, 1);
  EXPECT_EQ(engine_->DamageAndRestart(ServiceId::kIntake), RecoveredFrom::kNothing);
  EXPECT_TRUE(All(intake()).empty());
  EXPECT_EQ(Position(intake()), std::nullopt);
  Write(intake(), {{"k", "w"}}, 1);
  engine_->Restart();
  EXPECT_EQ(Get(intake(), "k"), "w");
}

TEST_P(KeyspaceContract, ReadersBesideTheWriterSeeWholeWrites) {
  constexpr int kRows = 20;
  constexpr int kWrites = 300;
  const auto write = [&](int round) {
    std::vector<RowChange> rows;
    for (int i = 0; i < kRows; ++i) rows.push_back({absl::StrCat("k", 100 + i), absl::StrCat(round)});
    return intake().Write(rows, PositionAt(round));
  };
  ASSERT_TRUE(write(0).ok());
  Keyspace& keyspace = intake();
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::atomic<int> scans = 0;
  std::thread reader([&] {
    do {
      auto cursor = keyspace.NewCursor();
      std::string first;
      int rows = 0;
      for (cursor->Seek(""); cursor->Valid(); cursor->Next(), ++rows) {
        if (rows == 0) first = cursor->value();
        if (cursor->value() != first) ++torn;
      }
      if (rows != kRows) ++torn;
      if (!keyspace.Get("k100").ok()) ++torn;
      ++scans;
    } while (!stop);
  });
  bool wrote = true;
  for (int round = 1; round <= kWrites; ++round) wrote = write(round).ok() && wrote;
  stop = true;
  reader.join();
  EXPECT_TRUE(wrote);
  EXPECT_EQ(torn, 0);
  EXPECT_GT(scans, 0);
}

}  // namespace casehub::storage
