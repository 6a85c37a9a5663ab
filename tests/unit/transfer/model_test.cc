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
  // In every fourth world nobody above keeps a log.
  explicit Walk(uint64_t seed) : random_(seed), has_superior_(seed % 4 != 0), world_(has_superior_) {}

  void Run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
      Step();
      ASSERT_EQ(world_.Violation(), "") << "after step " << i;
    }
    world_.Settle();
    ASSERT_EQ(world_.Violation(), "");
    if (world_.left()) return;
    // Nobody is stuck: the custodian acts, waits for the addressee's decision, or for the superior's; and whoever is
    // waited for can end it.
    for (int i = 0; i < 3 && IsFrozen(world_.StateOf(world_.custodian())); ++i) {
      const Municipality waiting = world_.custodian();
      const auto state = world_.StateOf(waiting);
      if (state.origin() == v1::ORIGIN_STATE_PENDING) {
        ASSERT_TRUE(world_.RunDue(*Municipality::Parse(state.to()), /*timers=*/true)) << "nobody is silent";
      } else if (AwaitsPaper(state)) {
        ASSERT_NE(world_.PaperRuling(waiting, AnyCity()).find("PaperRulingRecorded"), std::string::npos);
      } else {
        ASSERT_EQ(state.origin(), v1::ORIGIN_STATE_AT_SUPERIOR);
        ASSERT_EQ(world_.Rule(state.hop(), AnyCity()), "JurisdictionRuled");
      }
      world_.Settle();
      ASSERT_EQ(world_.Violation(), "");
    }
    EXPECT_TRUE(IsActing(world_.StateOf(world_.custodian()))) << "stuck";
  }

  const World& world() const { return world_; }

 private:
  size_t Pick(size_t n) { return random_() % n; }
  Municipality Any() { return std::array{kA, kB, kC, kP}[Pick(has_superior_ ? 4 : 3)]; }
  Municipality AnyCity() { return std::array{kA, kB, kC}[Pick(3)]; }

  void Step() {
    const Municipality at = Any();
    switch (Pick(11)) {
      case 0:
        // At two declines the custodian can only ask.
        if (world_.Offer(at, Any()) == "DECLINED_TWICE") world_.RequestRuling(at);
        return;
      case 10:
        if (has_superior_) {
          if (Pick(3) == 0) world_.Rule(1 + Pick(6), Any());
        } else if (Pick(10) == 0) {
          world_.PaperRuling(at, Pick(8) == 0 ? Municipality() : AnyCity());
        }
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
  const bool has_superior_;
  World world_;
};

TEST(CustodyModelTest, OneCustodianAtEveryStep) {
  const char* given = std::getenv("CASEHUB_SEED");
  const uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const uint64_t count = given != nullptr ? 1 : 1500;
  std::map<std::string, int> seen;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("CASEHUB_SEED=" + std::to_string(seed));
    Walk walk(seed);
    walk.Run(200 * static_cast<int>(std::size(kExportingServices)));  // each part takes a step of its own
    for (const auto& event : walk.world().history()) {
      const auto* member = event.GetReflection()->GetOneofFieldDescriptor(
          event, v1::TransferEvent::descriptor()->FindOneofByName("event"));
      ++seen[member->name()];
    }
    if (HasFailure()) return;
  }
  if (given != nullptr) return;
  // The walks went everywhere, or they prove nothing.
  for (const char* name :
       {"case_frozen", "transfer_offered", "recall_requested", "case_thawed", "custody_learned", "custody_moved",
        "transfer_declined", "transfer_recalled", "ruling_requested", "ruling_opened", "ruling_awaited",
        "custody_message_ignored", "jurisdiction_ruled", "transfer_accepted_by_ruling", "paper_ruling_recorded"}) {
    EXPECT_GE(seen[name], 50) << name;
  }
}

}  // namespace
}  // namespace casehub::transfer
