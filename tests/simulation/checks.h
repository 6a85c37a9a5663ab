// What must hold of a world that has come to rest, whatever happened in it.
#pragma once

#include "tests/simulation/auditor.h"
#include "tests/simulation/clients.h"
#include "tests/simulation/cluster.h"
#include "tests/simulation/context.h"

namespace casehub::simulation {

struct WorldView {
  Context* context;
  const SeedPlan* plan;
  storage::SimulatedLog* log;
  const Auditor* auditor;
  Cluster* cluster;
  const Clients* clients;
};

void CheckWorld(const WorldView& world);

// Acknowledged: in the log once, at its place. Refused every time: absent. Unknown: at most once.
void CheckCommands(const WorldView& world);
// Sequences dense, decision times monotone, due work settled once, nothing parked that was not asked for.
void CheckStreams(const WorldView& world);
// Over all logs in the order in which records arrived: custody, ratings, mailboxes.
void CheckHistory(const WorldView& world);
// Over all logs: consent, conclusion, subsidy and confirmation of every dispute, by the rules of life 3 alone.
void CheckMediation(const WorldView& world);
// Over all logs: a bad rating opens one rectification, reviews are decided once, nothing overwrites a rating.
void CheckRatings(const WorldView& world);
// Scores of a store that stands at the end of the log are what a reader counts who knows the raw log alone.
void CheckScores(const WorldView& world, PartitionId partition, storage::ProjectionStore* store);
// The same for letters, subsidies, capacity and loans.
void CheckAssignment(const WorldView& world);
// The same log gives the same rows to every reader, whether it read from the start, from a snapshot or lived through
// it; and the same chains as a reader that knows nothing but the raw log.
void CheckReplicas(const WorldView& world);

// Of one partition: imported events and runs stand once, and the rows of `reference` count them as the raw log does.
void CheckImports(const WorldView& world, PartitionId partition, storage::ProjectionStore* reference);

}  // namespace casehub::simulation
