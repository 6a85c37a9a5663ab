#include "services/runtime/bulk_pace.h"

#include <gtest/gtest.h>

namespace casehub::runtime {
namespace {

constexpr Instant kNow{1'800'000'000'000'000};

Instant After(Instant at, int64_t micros) { return {at.micros + micros}; }

TEST(BulkPaceTest, WithoutCallersThePipelineIsTheLimit) {
  const BulkLimits limits;
  BulkPace pace(limits);
  const Instant long_ago = After(kNow, -limits.callers_about_micros);
  EXPECT_EQ(pace.Room(kNow, long_ago, 0), 1u);
  pace.OnDecided(kNow);
  EXPECT_EQ(pace.Room(kNow, long_ago, 1), 1u);
  pace.OnDecided(kNow);
  EXPECT_EQ(pace.Room(kNow, long_ago, 2), 0u);
  EXPECT_EQ(pace.Room(kNow, Instant{}, 0), 1u);  // nobody has ever called
}

TEST(BulkPaceTest, WithCallersAnImportIsFollowedByARestOfThreeTimesWhatItTook) {
  const BulkLimits limits;
  BulkPace pace(limits);
  EXPECT_EQ(pace.Room(kNow, kNow, 0), 1u);
  pace.OnDecided(kNow);
  EXPECT_EQ(pace.Room(After(kNow, 1'000), kNow, 1), 0u);
  const Instant read_back = After(kNow, 2'000);
  EXPECT_EQ(pace.Room(read_back, kNow, 0), 0u);
  EXPECT_EQ(pace.rests_until(), After(read_back, 6'000));
  EXPECT_EQ(pace.Room(After(read_back, 5'999), kNow, 0), 0u);
  EXPECT_EQ(pace.rests_until(), After(read_back, 6'000));  // the rest does not begin again
  EXPECT_EQ(pace.Room(After(read_back, 6'000), kNow, 0), 1u);
}

TEST(BulkPaceTest, ARestHasALimitHoweverLongTheImportTook) {
  const BulkLimits limits;
  BulkPace pace(limits);
  pace.OnDecided(kNow);
  const Instant read_back = After(kNow, 60 * kMicrosPerSecond);
  EXPECT_EQ(pace.Room(read_back, read_back, 0), 0u);
  EXPECT_EQ(pace.rests_until(), After(read_back, limits.rest_micros_max));
}

TEST(BulkPaceTest, CallersWhoComeLaterDoNotMakeItRestForWhatIsLongDone) {
  const BulkLimits limits;
  BulkPace pace(limits);
  pace.OnDecided(kNow);
  EXPECT_EQ(pace.Room(After(kNow, 2'000), Instant{}, 0), 1u);
  const Instant later = After(kNow, 60 * kMicrosPerSecond);
  EXPECT_EQ(pace.Room(later, later, 0), 1u);
}

TEST(BulkPaceTest, ACallNewerThanTheTurnsClockCounts) {
  const BulkLimits limits;
  BulkPace pace(limits);
  EXPECT_EQ(pace.Room(kNow, After(kNow, 50), 1), 0u);
  // A clock set back by an hour does not hold imports back for one.
  EXPECT_EQ(pace.Room(kNow, After(kNow, 3600 * kMicrosPerSecond), 1), 1u);
}

TEST(BulkPaceTest, AClockSetBackLengthensNoRest) {
  const BulkLimits limits;
  BulkPace pace(limits);
  pace.OnDecided(kNow);
  EXPECT_EQ(pace.Room(After(kNow, 1'000), kNow, 0), 0u);
  pace.OnClockBack(3600 * kMicrosPerSecond);
  const Instant back = After(kNow, 4'000 - 3600 * kMicrosPerSecond);
  EXPECT_EQ(pace.Room(back, back, 0), 1u);
}

}  // namespace
}  // namespace casehub::runtime
