#include "services/runtime/recent_ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "services/model/ids.h"
#include "services/runtime/tables.h"
#include "storage/projection/memory/memory_projection.h"

namespace casehub::runtime {
namespace {

Uuid Id(int64_t millis, uint64_t random = 0) { return Uuid::V7(millis, random, random); }

TEST(RecentIds, TellsNewIdsFromThoseAdded) {
  RecentIds ids;
  EXPECT_FALSE(ids.MayHold(Id(1000)));
  ids.Add(Id(1000));
  EXPECT_TRUE(ids.MayHold(Id(1000)));
  EXPECT_FALSE(ids.MayHold(Id(1000, 1)));
  EXPECT_FALSE(ids.MayHold(Id(999))) << "nothing was forgotten yet: an older id is as new";
}

// Callers' clocks differ, so ids come out of order; whatever is forgotten must be held for possible.
TEST(RecentIds, NoIdThatWasAddedIsTakenForNew) {
  RecentIds ids(/*ids_max=*/64);
  std::mt19937_64 random(7);
  std::vector<Uuid> added;
  size_t told = 0;
  for (int64_t now = 100'000; now < 110'000; ++now) {
    const Uuid fresh = Id(now + static_cast<int64_t>(random() % 40), random());
    told += !ids.MayHold(fresh);
    ids.Add(fresh);
    added.push_back(fresh);
    for (int i = 0; i < 5; ++i) {
      const Uuid& one = added[random() % added.size()];
      ASSERT_TRUE(ids.MayHold(one)) << one.UnixMillis() << " of " << now;
      if (random() % 100 == 0) ids.Add(one);  // pending first, then applied
    }
  }
  for (const Uuid& one : added) ASSERT_TRUE(ids.MayHold(one));
  EXPECT_GT(told, added.size() / 2) << "most new ids should need no look-up";
}

TEST(RecentIds, ACallerWhoseClockIsAheadCostsLookUpsOnly) {
  RecentIds ids(/*ids_max=*/4);
  ids.Add(Id(9000));
  for (int i = 0; i < 8; ++i) ids.Add(Id(1000 + i));
  EXPECT_TRUE(ids.MayHold(Id(9000)));
  EXPECT_TRUE(ids.MayHold(Id(2000)));
  EXPECT_FALSE(ids.MayHold(Id(9001)));
}

TEST(RecentIds, StartsWithWhatTheStoreHolds) {
  storage::MemoryKeyspace store;
  std::vector<storage::RowChange> rows;
  const auto add = [&](const char* municipality, int64_t millis) {
    rows.push_back({tables::DedupKey(*Municipality::Parse(municipality), Id(millis, 5)), "reply"});
  };
  add("330100", 10);
  add("330100", 5000);
  add("330200", 20);
  add("330300", 5007);  // its caller's clock was ahead of the log's
  rows.push_back({tables::TableEnd(tables::kDedup) + "other", "row"});
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  ASSERT_TRUE(store.Write(rows, "position").ok());
  RecentIds ids;
  ASSERT_TRUE(ids.StartWith(store, 5001).ok());
  for (const int64_t millis : {10, 20, 5000, 5001, 5006, 5007}) EXPECT_TRUE(ids.MayHold(Id(millis, 5))) << millis;
  EXPECT_FALSE(ids.MayHold(Id(5008)));
}

TEST(RecentIds, StartsWithAnEmptyStore) {
  storage::MemoryKeyspace store;
  RecentIds ids;
  ASSERT_TRUE(ids.StartWith(store, 0).ok());
  EXPECT_FALSE(ids.MayHold(Id(1)));
}

}  // namespace
}  // namespace casehub::runtime
