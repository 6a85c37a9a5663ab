// What breaks without a clause (the last table of custody.md), as far as the superior does not rule (ruling_test.cc).
// "a fact goes by its place relative to the part": FactsTest of intake, which keeps facts. "messages numbered in
// memory, or any newer number taken": the runtime's mailboxes, MailboxTest and the planted bug mailbox_gap_accepted.
#include <gtest/gtest.h>

#include "tests/unit/transfer/world.h"

namespace casehub::transfer {
namespace {

void OfferFromTo(World* world, Municipality from, Municipality to) {
  ASSERT_EQ(world->Offer(from, to), "CaseFrozen");
  while (world->Export(from)) {
  }
  ASSERT_TRUE(world->RunDue(from, false));
}

TEST(ClausesTest, AcceptedTransferMovesCustodyOnceAndTellsTheOrigin) {
  World world;
  OfferFromTo(&world, kA, kB);
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_PENDING);
  world.Settle();
  EXPECT_EQ(world.custodian(), kA);
  EXPECT_EQ(world.Accept(kB, 1), "CustodyMoved");
  EXPECT_EQ(world.custodian(), kB);
  EXPECT_EQ(world.Violation(), "");
  world.Settle();
  const auto a = world.StateOf(kA);
  const auto b = world.StateOf(kB);
  EXPECT_EQ(a.origin(), v1::ORIGIN_STATE_GONE);
  EXPECT_EQ(a.to(), kB.ToString());
  EXPECT_EQ(Custodian(a), kB.ToString());
  EXPECT_EQ(Custodian(b), kB.ToString());
  EXPECT_EQ(a.received_there_at().seconds(), b.received_there_at().seconds());
  EXPECT_EQ(a.received_at_origin().seconds(), b.received_at_origin().seconds());
  EXPECT_EQ(b.home_municipality(), kA.ToString());
  EXPECT_EQ(world.Accept(kB, 1), "NO_OFFER_PENDING");
}

// "time-out decided by A or P": only the addressee's own timer decides silence.
TEST(ClausesTest, SilenceIsDecidedByTheAddresseeAlone) {
  World world;
  OfferFromTo(&world, kA, kB);
  world.Settle();
  EXPECT_FALSE(world.RunDue(kA, /*timers=*/true));
  EXPECT_FALSE(world.RunDue(kP, /*timers=*/true));
  EXPECT_TRUE(world.RunDue(kB, /*timers=*/true));
  EXPECT_EQ(world.Accept(kB, 1), "NO_OFFER_PENDING");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_AT_SUPERIOR);
  EXPECT_EQ(world.StateOf(kA).superior(), kP.ToString());
  EXPECT_EQ(world.StateOf(kA).declines(), 0u);
  ASSERT_EQ(world.StateOf(kP).rulings_size(), 1);
  EXPECT_EQ(world.StateOf(kP).rulings(0).why(), kWhySilence);
  EXPECT_EQ(world.Violation(), "");
}

// "A thaws when it asks for a recall": it waits for the decider's answer.
TEST(ClausesTest, RecallCrossingAnAcceptHasOneOutcome) {
  World world;
  OfferFromTo(&world, kA, kB);
  while (world.Deliver(kA, kB)) {
  }
  EXPECT_EQ(world.Recall(kA), "RecallRequested");
  EXPECT_EQ(world.Recall(kA), "nothing");
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_PENDING);
  EXPECT_EQ(world.Accept(kB, 1), "CustodyMoved");
  EXPECT_EQ(world.Violation(), "");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_GONE);
  EXPECT_EQ(world.Recall(kA), "CASE_MOVED");
}

TEST(ClausesTest, RecallBeforeAnAcceptWins) {
  World world;
  OfferFromTo(&world, kA, kB);
  EXPECT_EQ(world.Recall(kA), "RecallRequested");
  while (world.Deliver(kA, kB)) {
  }
  EXPECT_EQ(world.Accept(kB, 1), "NO_OFFER_PENDING");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
  EXPECT_EQ(world.Violation(), "");
}

TEST(ClausesTest, RecallBeforeTheOfferLeftIsGrantedAtOnce) {
  World world;
  ASSERT_EQ(world.Offer(kA, kB), "CaseFrozen");
  world.Export(kA);
  EXPECT_EQ(world.Recall(kA), "CaseThawed");
  world.Export(kA);  // a part that comes after the thaw belongs to no hop
  EXPECT_FALSE(world.RunDue(kA, true));
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
  EXPECT_TRUE(world.StateOf(kA).exported().empty());
}

// "hop counted per change of custody": a recalled hop is never used again.
TEST(ClausesTest, EveryAttemptHasItsOwnHop) {
  World world;
  OfferFromTo(&world, kA, kB);
  world.Recall(kA);
  world.Settle();
  OfferFromTo(&world, kA, kB);
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).hop(), 2u);
  EXPECT_EQ(world.Accept(kB, 1), "NO_OFFER_PENDING");
  EXPECT_EQ(world.Accept(kB, 2), "CustodyMoved");
  EXPECT_EQ(world.Violation(), "");
}

// "A thaws on an upward decline": the second decline goes to the superior, and A stays frozen.
TEST(ClausesTest, SecondDeclineGoesUpAndTheOriginStaysFrozen) {
  World world;
  OfferFromTo(&world, kA, kB);
  world.Settle();
  EXPECT_EQ(world.Decline(kB, 1), "TransferDeclined");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
  EXPECT_EQ(world.StateOf(kA).declines(), 1u);
  EXPECT_EQ(world.StateOf(kA).onward(), kC.ToString());
  EXPECT_EQ(world.StateOf(kA).decline_reason(), "not ours");
  OfferFromTo(&world, kA, kC);
  world.Settle();
  EXPECT_EQ(world.Decline(kC, 2), "TransferDeclined+RulingRequested");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_AT_SUPERIOR);
  EXPECT_EQ(world.StateOf(kA).declines(), 2u);
  EXPECT_EQ(world.Offer(kA, kB), "CASE_FROZEN");
  ASSERT_EQ(world.StateOf(kP).rulings_size(), 1);
  EXPECT_TRUE(world.StateOf(kP).rulings(0).open());
  EXPECT_EQ(world.StateOf(kP).rulings(0).addressee(), kC.ToString());
}

// "offers after two declines": a recall from the superior does not reset the count.
TEST(ClausesTest, NoThirdDecline) {
  World world;
  OfferFromTo(&world, kA, kB);
  world.Settle();
  world.Decline(kB, 1);
  world.Settle();
  OfferFromTo(&world, kA, kC);
  world.Settle();
  world.Decline(kC, 2);
  world.Settle();
  EXPECT_EQ(world.Recall(kA), "RecallRequested");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
  EXPECT_FALSE(world.StateOf(kP).rulings(0).open());
  EXPECT_EQ(world.Offer(kA, kB), "DECLINED_TWICE");
}

// "acceptance resets the count": it travels with the case.
TEST(ClausesTest, DeclinesTravelWithTheCase) {
  World world;
  OfferFromTo(&world, kA, kB);
  world.Settle();
  world.Decline(kB, 1);
  world.Settle();
  OfferFromTo(&world, kA, kC);
  world.Settle();
  world.Accept(kC, 2);
  world.Settle();
  EXPECT_EQ(world.StateOf(kC).declines(), 1u);
  OfferFromTo(&world, kC, kB);
  world.Settle();
  EXPECT_EQ(world.Decline(kB, 3), "TransferDeclined+RulingRequested");
}

// On Escalated an open recall is sent again, to the superior.
TEST(ClausesTest, AnOpenRecallFollowsTheDecisionUp) {
  World world;
  OfferFromTo(&world, kA, kB);
  world.Settle();
  ASSERT_TRUE(world.RunDue(kB, /*timers=*/true));
  EXPECT_EQ(world.Recall(kA), "RecallRequested");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
  EXPECT_FALSE(world.StateOf(kP).rulings(0).open());
}

// "parts sent early and untagged": those of a hop that was thawed are not imported by the next.
TEST(ClausesTest, PartsOfARecalledHopAreDropped) {
  World world;
  OfferFromTo(&world, kA, kB);
  world.Deliver(kA, kB);  // the part only
  EXPECT_EQ(world.StateOf(kB).staged_size(), 1);
  world.Recall(kA);
  world.Settle();
  EXPECT_EQ(world.StateOf(kB).staged_size(), 0);
  OfferFromTo(&world, kA, kB);
  world.Settle();
  world.Accept(kB, 2);
  EXPECT_EQ(world.Violation(), "");
}

// "no guard on late copies of an offer": B declines, A thaws, B must not take the copy.
TEST(ClausesTest, ALateCopyOfAnOfferIsIgnored) {
  World world;
  OfferFromTo(&world, kA, kB);
  world.Settle();
  world.Decline(kB, 1);
  world.Settle();
  for (size_t i = 0; i < world.taken(kA, kB); ++i) {
    EXPECT_EQ(world.DeliverLateCopy(kA, kB, i), "CustodyMessageIgnored");
  }
  EXPECT_EQ(world.Accept(kB, 1), "NO_OFFER_PENDING");
  EXPECT_EQ(world.Violation(), "");
}

// The addressee role runs beside the origin role that is still pending on an older hop.
TEST(ClausesTest, ACaseMayComeBackBeforeTheFirstAnswerArrived) {
  World world;
  OfferFromTo(&world, kA, kB);
  while (world.Deliver(kA, kB)) {
  }
  world.Accept(kB, 1);  // the answer stays on its way
  OfferFromTo(&world, kB, kC);
  while (world.Deliver(kB, kC)) {
  }
  world.Accept(kC, 2);
  OfferFromTo(&world, kC, kA);
  while (world.Deliver(kC, kA)) {
  }
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_PENDING);
  EXPECT_EQ(world.Accept(kA, 3), "CustodyMoved");
  EXPECT_EQ(world.Violation(), "");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
  EXPECT_EQ(world.custodian(), kA);
  EXPECT_EQ(world.StateOf(kA).home_municipality(), kA.ToString());
  EXPECT_EQ(world.Violation(), "");
}

// One municipality may be addressee and superior at once.
TEST(ClausesTest, TheSuperiorItselfMayDecline) {
  World world;
  OfferFromTo(&world, kA, kP);
  world.Settle();
  world.Decline(kP, 1);
  world.Settle();
  OfferFromTo(&world, kA, kP);
  world.Settle();
  EXPECT_EQ(world.Decline(kP, 2), "TransferDeclined+RulingRequested");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_AT_SUPERIOR);
  EXPECT_EQ(world.Recall(kA), "RecallRequested");
  world.Settle();
  EXPECT_EQ(world.StateOf(kA).origin(), v1::ORIGIN_STATE_ACTIVE);
}

}  // namespace
}  // namespace casehub::transfer
