// What goes wrong in a world, drawn from its seed: some worlds know every trouble, some only one or two, a few none.
#pragma once

#include "tests/simulation/auditor.h"
#include "tests/simulation/cluster.h"
#include "tests/simulation/context.h"

namespace casehub::simulation {

class Faults {
 public:
  Faults(Context* context, const SeedPlan* plan, Cluster* cluster, Auditor* auditor, storage::SimulatedLog* log);

  void Start();
  // No more trouble: everything that is down comes up, everything that is slow catches up.
  void Heal();

 private:
  using Act = void (Faults::*)();
  // Does it again and again, about every `micros`, until the world heals.
  void Often(int64_t micros, Act act);
  storage::SimulatedFaults AnyLogFaults();
  NetworkFaults AnyNetwork();

  void EndProcess();
  void PauseProcess();
  void JumpClock();
  void MoveOwner();
  void BlockLog();
  void SlowReader();
  void PassNight();
  void BreakStore();
  void Maintain();
  void LoseTail();
  void LosePower();
  void CallOperator();
  void ReturnLost(PartitionId partition, size_t lost_before);
  size_t TailToLose(PartitionId partition) const;

  Context* context_;
  const SeedPlan* plan_;
  Cluster* cluster_;
  Auditor* auditor_;
  storage::SimulatedLog* log_;
  storage::SimulatedFaults log_faults_;
  int tails_lost_ = 0;
  bool healed_ = false;
};

}  // namespace casehub::simulation
