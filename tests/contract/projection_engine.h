// What the contract suite of projections needs of an engine under test.
#pragma once

#include <string>

#include "casehub/storage/v1/position.pb.h"
#include "storage/projection/projection.h"

namespace casehub::storage {

// A store and the place it lives in.
class ProjectionEngine {
 public:
  virtual ~ProjectionEngine() = default;
  virtual ProjectionStore& store() = 0;
  // The process ends (as after kill -9) and starts again.
  virtual void Restart() = 0;
  // Damages the keyspace's bytes, restarts, and says where the keyspace was recovered from.
  virtual RecoveredFrom DamageAndRestart(ServiceId service) = 0;
  static constexpr PartitionId kPartition = 3;
};

inline std::string PositionAt(Offset offset) {
  v1::LogPosition position;
  position.set_offset(offset);
  return position.SerializeAsString();
}

}  // namespace casehub::storage
