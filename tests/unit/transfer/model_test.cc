// Random walks of three municipalities and their superior: after every record exactly one has custody, at most one
// acts, parts belong to their hop, replay equals live.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "tests/unit/transfer/world.h"

namespace casehub::transfer {
namespace {

class Walk {
 public:
  explicit Walk(uint64_t seed) : random_(seed) {}

  void Run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
      Step();
      ASSERT_EQ(world_.Violation(), "") << "after step " << i;
    }
    world_.Settle();
    ASSERT_EQ(world_.Violation(), "");
    // Nobody is stuck: the custodian acts, waits for the addressee's decision, or for the superior's.
    const auto state = world_.StateOf(world_.custodian());
    if (IsFrozen(state) && state.origin() == v1::ORIGIN_STATE_PENDING) {
      EXPECT_TRUE(IsOffered(world_.StateOf(*Municipality::Parse(state.to()))));
    } else if (IsFrozen(state)) {
      EXPECT_EQ(state.origin(), v1::ORIGIN_STATE_AT_SUPERIOR);
      const auto above = world_.StateOf(kP);
      ASSERT_NE(FindRuling(above, state.hop()), nullptr);
      EXPECT_TRUE(FindRuling(above, state.hop())->open());
    }
  }

  const World& world() const { return world_; }

 private:
  size_t Pick(size_t n) { return random_() % n; }
  Municipality Any() { return std::array{kA, kB, kC, kP}[Pick(4)]; }

  void Step() {
    const Municipality at = Any();
    switch (Pick(10)) {
      case 0:
        world_.Offer(at, Any());
        return;
      case 1:
        if (Pick(3) == 0) world_.Recall(at);
        return;
      case 2:
        world_.Accept(at, world_.StateOf(at).offered_hop());
        return;
      case 3:
        if (Pick(2) == 0) world_.Decline(at, world_.StateOf(at).offered_hop());
        return;
      case 4:
        world_.Export(at);
        return;
      case 5:
        world_.RunDue(at, Pick(5) == 0);
        return;
      case 6: {
        const Municipality from = Any();
        if (const size_t taken = world_.taken(from, at); taken > 0 && Pick(3) == 0) {
          // A part may be staged twice as long as its offer is on the way: it takes its own place.
          const std::string said = world_.DeliverLateCopy(from, at, Pick(taken));
          ASSERT_TRUE(said == "CustodyMessageIgnored" || said == "PartStaged") << said;
        }
        return;
      }
      case 7:
        if (Pick(10) == 0) {
          ASSERT_TRUE(world_.CrashAndReplay(at));
        }
        return;
      default:
        world_.Deliver(Any(), at);
    }
  }

  std::mt19937_64 random_;
  World world_;
};

TEST(CustodyModelTest, OneCustodianAtEveryStep) {
  const char* given = std::getenv("CASEHUB_SEED");
  const uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const uint64_t count = given != nullptr ? 1 : 2500;
  std::map<std::string, int> seen;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("CASEHUB_SEED=" + std::to_string(seed));
    Walk walk(seed);
    walk.Run(400);
    for (const auto& event : walk.world().history()) {
      const auto* member = event.GetReflection()->GetOneofFieldDescriptor(
          event, v1::TransferEvent::descriptor()->FindOneofByName("event"));
      ++seen[member->name()];
    }
    if (HasFailure()) return;
  }
  if (given != nullptr) return;
  // The walks went everywhere, or they prove nothing.
  for (const char* name : {"case_frozen", "transfer_offered", "recall_requested", "case_thawed", "custody_learned",
                           "custody_moved", "transfer_declined", "transfer_recalled", "ruling_requested",
                           "ruling_opened", "ruling_awaited", "custody_message_ignored"}) {
    EXPECT_GE(seen[name], 50) << name;
  }
}

}  // namespace
}  // namespace casehub::transfer
