// The superior's ruling, and the rows of "What breaks without a clause" (custody.md) that only a ruling shows.
#include <gtest/gtest.h>

#include "services/transfer/domain/ledger_view.h"
#include "tests/unit/transfer/world.h"

namespace casehub::transfer {
namespace {

class RulingTest : public ::testing::Test {
 protected:
  static void OfferFromTo(World* world, Municipality from, Municipality to) {
    ASSERT_EQ(world->Offer(from, to), "CaseFrozen");
    while (world->Export(from)) {
    }
    ASSERT_TRUE(world->RunDue(from, false));
  }
  // B and C have declined, the superior has it as hop 2.
  static void DeclineTwice(World* world) {
    OfferFromTo(world, kA, kB);
    world->Settle();
    ASSERT_EQ(world->Decline(kB, 1), "TransferDeclined");
    world->Settle();
    OfferFromTo(world, kA, kC);
    world->Settle();
    ASSERT_EQ(world->Decline(kC, 2), "TransferDeclined+RulingRequested");
    world->Settle();
  }
};

TEST_F(RulingTest, ForAnotherItTravelsAsABindingHopWithFreshParts) {
  World world;
  DeclineTwice(&world);
  EXPECT_EQ(world.Rule(2, kB), "JurisdictionRuled");
  EXPECT_EQ(world.custodian(), kA) << "until B's record";
  world.Settle();
  EXPECT_EQ(world.custodian(), kB);
  EXPECT_EQ(world.Violation(), "") << "the parts are those of hop 3";
  const auto a = world.StateOf(kA), b = world.StateOf(kB), c = world.StateOf(kC);
  EXPECT_EQ(a.hop(), 3u);
  EXPECT_EQ(ViewOf(a), v1::LEDGER_VIEW_MOVED_OUT);
  EXPECT_EQ(ViewOf(b), v1::LEDGER_VIEW_MOVED_IN);
  EXPECT_TRUE(b.bound());
  EXPECT_EQ(b.declines(), 2u);
  const auto row = RowOf(b);
  EXPECT_EQ(row.from(), kA.ToString());
  EXPECT_TRUE(row.by_ruling());
  EXPECT_EQ(row.received_at_origin().seconds(), a.received_at_origin().seconds());
  EXPECT_EQ(row.received_there_at().seconds(), a.received_there_at().seconds());
  EXPECT_GT(row.received_there_at().seconds(), 0);
  EXPECT_EQ(ViewOf(c), v1::LEDGER_VIEW_DECLINED);
  EXPECT_EQ(RowOf(c).declined_here(), 1u);
  EXPECT_EQ(RowOf(c).custodian(), kA.ToString()) << "nobody tells C more";
  EXPECT_EQ(ViewOf(world.StateOf(kP)), v1::LEDGER_VIEW_RULED);
}

TEST_F(RulingTest, ForTheCustodianItselfItThawsAndBinds) {
  World world;
  DeclineTwice(&world);
  EXPECT_EQ(world.Rule(2, kA), "JurisdictionRuled");
  world.Settle();
  const auto a = world.StateOf(kA);
  EXPECT_EQ(a.origin(), v1::ORIGIN_STATE_ACTIVE);
  EXPECT_TRUE(a.bound());
  EXPECT_EQ(ViewOf(a), v1::LEDGER_VIEW_STAYED);
  EXPECT_EQ(world.Offer(kA, kB), "BOUND_BY_RULING");
  EXPECT_EQ(world.RequestRuling(kA), "BOUND_BY_RULING");
}

// "a ruling goes straight to X: X takes custody without parts": it goes to the frozen custodian and to nobody else.
TEST_F(RulingTest, ARulingGoesToTheFrozenCustodian) {
  World world;
  DeclineTwice(&world);
  ASSERT_EQ(world.Rule(2, kB), "JurisdictionRuled");
  EXPECT_FALSE(world.Deliver(kP, kB));
  EXPECT_TRUE(world.Deliver(kP, kA));
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_EXPORTING);
  EXPECT_TRUE(world.StateOf(kA).binding());
  EXPECT_FALSE(world.RunDue(kA, false)) << "not before both parts of the new hop are there";
  while (world.Export(kA)) {
  }
  EXPECT_TRUE(world.RunDue(kA, false));
  world.Settle();
  EXPECT_EQ(world.custodian(), kB);
  EXPECT_EQ(world.Violation(), "");
}

// "a ruling keeps its hop: silence at B on 1; ruled B; B ignores old hop 1: stuck".
TEST_F(RulingTest, WhoeverWasSilentCanStillGetTheCaseByRuling) {
  World world;
  OfferFromTo(&world, kA, kB);
  world.Settle();
  ASSERT_TRUE(world.RunDue(kB, /*timers=*/true));
  world.Settle();
  ASSERT_EQ(world.Rule(1, kB), "JurisdictionRuled");
  world.Settle();
  EXPECT_EQ(world.custodian(), kB);
  EXPECT_EQ(world.StateOf(kB).hop(), 2u);
  EXPECT_EQ(world.StateOf(kB).origin(), v1::ORIGIN_STATE_ACTIVE);
  EXPECT_EQ(world.Violation(), "");
}

// "hop counted per change of custody: recalled(1); re-offered as 1; silence; P has closed 1: stuck".
TEST_F(RulingTest, AHopRecalledFromTheSuperiorIsNotTheNextOne) {
  World world;
  OfferFromTo(&world, kA, kB);
  world.Settle();
  ASSERT_TRUE(world.RunDue(kB, /*timers=*/true));
  world.Settle();
  ASSERT_EQ(world.Recall(kA), "RecallRequested");
  world.Settle();
  ASSERT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
  EXPECT_EQ(world.Rule(1, kB), "RULING_CLOSED");
  OfferFromTo(&world, kA, kB);
  world.Settle();
  ASSERT_TRUE(world.RunDue(kB, /*timers=*/true));
  world.Settle();
  EXPECT_EQ(world.Rule(2, kC), "JurisdictionRuled");
  world.Settle();
  EXPECT_EQ(world.custodian(), kC);
}

// "A thaws on an upward decline: it ignores the ruling; a second ruling follows": it waits, and there is one.
TEST_F(RulingTest, ThereIsOneRulingForAHop) {
  World world;
  DeclineTwice(&world);
  ASSERT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_AT_SUPERIOR);
  ASSERT_EQ(world.Rule(2, kB), "JurisdictionRuled");
  EXPECT_EQ(world.Rule(2, kC), "RULING_CLOSED");
  world.Settle();
  EXPECT_EQ(world.Rule(3, kC), "NO_RULING_ASKED");
  EXPECT_EQ(world.custodian(), kB);
}

// "holder by ruling may offer: second ruling".
TEST_F(RulingTest, WhoHoldsByRulingOffersItToNobody) {
  World world;
  DeclineTwice(&world);
  world.Rule(2, kB);
  world.Settle();
  EXPECT_EQ(world.Offer(kB, kC), "BOUND_BY_RULING");
  EXPECT_EQ(world.RequestRuling(kB), "BOUND_BY_RULING");
  EXPECT_EQ(world.PaperRuling(kB, kC), "BOUND_BY_RULING");
  EXPECT_EQ(world.Recall(kB), "NOTHING_TO_RECALL");
}

TEST_F(RulingTest, AfterTheRulingARecallIsRefused) {
  World world;
  DeclineTwice(&world);
  world.Rule(2, kB);
  // The ruling is on its way: the recall crosses it and finds it closed.
  EXPECT_EQ(world.Recall(kA), "RecallRequested");
  EXPECT_TRUE(world.Deliver(kA, kP));
  EXPECT_TRUE(world.Deliver(kP, kA));
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_EXPORTING);
  EXPECT_EQ(world.Recall(kA), "RULED_NO_RECALL");
  while (world.Export(kA)) {
  }
  world.RunDue(kA, false);
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_PENDING);
  EXPECT_EQ(world.Recall(kA), "RULED_NO_RECALL");
  world.Settle();
  EXPECT_EQ(world.custodian(), kB);
  EXPECT_EQ(world.Recall(kA), "CASE_MOVED");
}

TEST_F(RulingTest, ARecallThatReachesTheSuperiorFirstWins) {
  World world;
  DeclineTwice(&world);
  ASSERT_EQ(world.Recall(kA), "RecallRequested");
  ASSERT_TRUE(world.Deliver(kA, kP));
  EXPECT_EQ(world.Rule(2, kB), "RULING_CLOSED");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
}

TEST_F(RulingTest, AtTwoDeclinesTheCustodianAsksForARuling) {
  World world;
  EXPECT_EQ(world.RequestRuling(kA), "NOT_DECLINED_TWICE");
  DeclineTwice(&world);
  world.Recall(kA);
  world.Settle();
  ASSERT_EQ(world.Offer(kA, kB), "DECLINED_TWICE");
  EXPECT_EQ(world.RequestRuling(kA), "CaseFrozen+RulingRequested");
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_AT_SUPERIOR) << "the superior decides from the start";
  EXPECT_EQ(world.StateOf(kA).superior(), kP.ToString());
  EXPECT_EQ(world.PaperRuling(kA, kB), "SUPERIOR_RULES");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_AT_SUPERIOR) << "parts of that hop lead to no offer";
  // Recalled from there, and asked for again.
  world.Recall(kA);
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
  ASSERT_EQ(world.RequestRuling(kA), "CaseFrozen+RulingRequested");
  world.Settle();
  EXPECT_EQ(world.Rule(4, kC), "JurisdictionRuled");
  world.Settle();
  EXPECT_EQ(world.custodian(), kC) << "who declined must take it now";
  EXPECT_EQ(world.Violation(), "");
}

TEST_F(RulingTest, TheSuperiorMayTakeTheCaseItself) {
  World world;
  DeclineTwice(&world);
  EXPECT_EQ(world.Rule(2, kP), "JurisdictionRuled");
  world.Settle();
  EXPECT_EQ(world.custodian(), kP);
  EXPECT_EQ(ViewOf(world.StateOf(kP)), v1::LEDGER_VIEW_MOVED_IN);
}

TEST_F(RulingTest, LateCopiesOfARulingChangeNothing) {
  World world;
  DeclineTwice(&world);
  world.Rule(2, kB);
  world.Settle();
  for (size_t i = 0; i < world.taken(kP, kA); ++i) {
    EXPECT_EQ(world.DeliverLateCopy(kP, kA, i), "CustodyMessageIgnored");
  }
  for (size_t i = 0; i < world.taken(kA, kB); ++i) {
    EXPECT_EQ(world.DeliverLateCopy(kA, kB, i), "CustodyMessageIgnored");
  }
  EXPECT_EQ(world.Violation(), "");
}

// --- nobody above keeps a log here
TEST_F(RulingTest, WithoutASuperiorTheOriginWaitsForThePaper) {
  World world(/*superior=*/false);
  DeclineTwice(&world);
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_AT_SUPERIOR);
  EXPECT_TRUE(AwaitsPaper(world.StateOf(kA)));
  EXPECT_EQ(world.StateOf(kA).declines(), 2u);
  EXPECT_EQ(world.Offer(kA, kB), "CASE_FROZEN");
  EXPECT_EQ(world.PaperRuling(kB, kC), "NOT_CUSTODIAN");
  EXPECT_EQ(world.PaperRuling(kA, kB), "PaperRulingRecorded+CaseFrozen");
  EXPECT_EQ(world.Recall(kA), "RULED_NO_RECALL");
  world.Settle();
  EXPECT_EQ(world.custodian(), kB);
  EXPECT_TRUE(world.StateOf(kB).bound());
  EXPECT_EQ(world.Violation(), "");
}

TEST_F(RulingTest, WithoutASuperiorARecallIsGrantedAtOnce) {
  World world(/*superior=*/false);
  DeclineTwice(&world);
  EXPECT_EQ(world.Recall(kA), "CaseThawed");
  EXPECT_EQ(world.RequestRuling(kA), "NO_COMMON_SUPERIOR");
  EXPECT_EQ(world.PaperRuling(kA, kA), "PaperRulingRecorded");
  EXPECT_EQ(world.Offer(kA, kB), "BOUND_BY_RULING");
  EXPECT_EQ(world.Violation(), "");
}

TEST_F(RulingTest, WithoutASuperiorSilenceComesBackToTheOriginAndAnOpenRecallWins) {
  World world(/*superior=*/false);
  OfferFromTo(&world, kA, kB);
  world.Settle();
  ASSERT_TRUE(world.RunDue(kB, /*timers=*/true));
  ASSERT_EQ(world.Recall(kA), "RecallRequested");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
  EXPECT_EQ(world.StateOf(kA).declines(), 0u) << "silence is no decline";
  EXPECT_EQ(world.Accept(kB, 1), "NO_OFFER_PENDING");
  EXPECT_EQ(world.Violation(), "");
}

TEST_F(RulingTest, ACounterpartOutsideTakesTheCaseByPaper) {
  World world(/*superior=*/false);
  EXPECT_EQ(world.PaperRuling(kA, Municipality()), "PaperRulingRecorded+CaseFrozen+CustodyLearned");
  const auto a = world.StateOf(kA);
  EXPECT_EQ(a.origin(), v1::ORIGIN_STATE_GONE);
  EXPECT_TRUE(a.outside());
  EXPECT_EQ(ViewOf(a), v1::LEDGER_VIEW_MOVED_OUT);
  EXPECT_EQ(RowOf(a).custodian(), "a centre that keeps no log here");
  EXPECT_EQ(world.Offer(kA, kB), "CASE_MOVED");
  EXPECT_EQ(world.Violation(), "");
}

}  // namespace
}  // namespace casehub::transfer
